import { visibleText } from '../text/plain.ts'
import { createMemory, type Memory } from './memory.ts'
import type { SecretLengths } from './notation/encoded.ts'
import { legibleView } from './notation/loose.ts'
import { eachReading } from './notation/readings.ts'
import { type Span, sourceSpan, type TextReading } from './notation/view.ts'
import { patternSpans, redacted } from './patterns.ts'
import { minLooseLength, minSecretLength, needlesOf } from './secret-forms.ts'
import { isSecretKey } from './secret-words.ts'
import { mergeSpans, replaceSpans } from './spans.ts'
import { createFinder, type Finder } from './told.ts'

export type Redactor = {
  /** From now on the secret becomes `***` in whatever notation it stands; shorter than 4 characters it is not looked for. */
  readonly add: (secret: string) => void
  /** The text made plain, without secrets: those that were told, and what looks like one. */
  readonly redact: (text: string) => string
  /** The same in every string and key of plain data; values of keys such as `password` whatever they look like. */
  readonly redactDeep: <T>(json: T) => T
  /**
   * The last look at a text of ours in the form in which it is written: what was told, nothing by its looks, and the text else unchanged.
   * A secret that stands in words of ours (the server's name) stays, or the text could not be read.
   */
  readonly again: (text: string, ownWords?: readonly string[]) => string
}

/** What is looked for, and what became of texts that were looked at before. */
type Look = {
  readonly find: Finder
  readonly wanted: SecretLengths
  readonly patterns: boolean
  readonly texts: Memory<string>
  readonly lists: Memory<readonly string[]>
}

const lookAt = (view: TextReading, { find, patterns }: Look, spans: Span[]): void => {
  find(view, spans)
  if (!patterns) return
  const legible = view.places === undefined ? view : legibleView(view)
  for (const { from, to } of patternSpans(legible.text)) spans.push(sourceSpan(legible, from, to))
}

/** What of a text must not be shown. A text that is built to say more than can be read is not shown at all. */
const secretSpans = (text: string, look: Look): readonly Span[] => {
  const spans: Span[] = []
  const wasRead = eachReading(text, look.wanted, (view) => lookAt(view, look, spans))
  return wasRead ? mergeSpans(spans) : [{ from: 0, to: text.length }]
}

/** What stands around a replaced one could form another: looked at until nothing is left, but not for ever. */
const mostPasses = 4

const withoutSecrets = (text: string, look: Look): string => {
  let so = text
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const before = so
    so = replaceSpans(so, secretSpans(so, look), redacted)
    if (so === before) return so
  }
  return so
}

/** Lines are one text: a key, or a secret that was broken into lines, may lie over several of them. */
const linesWithout = (lines: readonly string[], look: Look): readonly string[] => {
  const joined = lines.join('\n')
  const spans = secretSpans(joined, look)
  if (spans.length === 0) return lines
  let begin = 0
  let first = 0
  return lines.map((line) => {
    const end = begin + line.length
    while ((spans[first]?.to ?? Number.POSITIVE_INFINITY) <= begin) first += 1
    const own: Span[] = []
    for (let at = first; (spans[at]?.from ?? Number.POSITIVE_INFINITY) < end; at += 1) {
      const { from, to } = spans[at] ?? { from: 0, to: 0 }
      own.push({ from: Math.max(0, from - begin), to: Math.min(to, end) - begin })
    }
    begin = end + 1
    return withoutSecrets(replaceSpans(line, own, redacted), look)
  })
}

/** A text made plain, without secrets. */
const clean = (text: string, look: Look): string => look.texts(text, (one) => withoutSecrets(visibleText(one), look))

const redactList = (list: readonly unknown[], look: Look): readonly unknown[] => {
  const texts = list.filter((one) => typeof one === 'string')
  if (texts.length !== list.length) return list.map((one) => redactValue(one, look))
  const lines = texts.map(visibleText)
  // No visible text holds a NUL: other lists have other keys.
  return look.lists([lines.length, ...lines].join('\0'), () => linesWithout(lines, look))
}

const redactValue = (value: unknown, look: Look): unknown => {
  if (typeof value === 'string') return clean(value, look)
  if (Array.isArray(value)) return redactList(value, look)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
    clean(key, look),
    isSecretKey(key) && (typeof one === 'string' || typeof one === 'number') ? redacted : redactValue(one, look),
  ])
  return Object.fromEntries(entries)
}

const lookFor = (secrets: readonly string[], patterns: boolean): Look => {
  const needles = needlesOf(secrets)
  return {
    find: createFinder(needles),
    wanted: {
      short: needles.exact.length > 0 || secrets.some((one) => Buffer.byteLength(one) < minLooseLength),
      wide: secrets.some((one) => /[^\0-~]/.test(one)),
    },
    patterns,
    texts: createMemory(),
    lists: createMemory(),
  }
}

/** What `again` passes over: markers, whose words were redacted before they were written. */
const [markerStart, markerEnd] = ['<!-- ronde', '-->']
const markersIn = (text: string): readonly Span[] => {
  const found: Span[] = []
  for (let from = text.indexOf(markerStart); from !== -1; ) {
    const end = text.indexOf('>', from)
    if (end === -1) return found
    const to = end + 1
    if (text.endsWith(markerEnd, to)) found.push({ from, to })
    from = text.indexOf(markerStart, to)
  }
  return found
}
const outsideMarkers = (text: string, spans: readonly Span[]): readonly Span[] => {
  const kept = markersIn(text)
  return kept.length === 0 ? spans : spans.filter((span) => !kept.some(({ from, to }) => span.from < to && span.to > from))
}

/** Replaces what must not leave the server: every secret it was told, and what looks like one. */
export const createRedactor = (): Redactor => {
  const secrets = new Set<string>()
  let look: Look | undefined
  const lastLooks = new Map<string, Look>()
  const current = (): Look => {
    look ??= lookFor([...secrets], true)
    return look
  }
  const lastLook = (ownWords: readonly string[]): Look => {
    const key = ownWords.join('\n')
    const strong = () => [...secrets].filter((one) => one.length >= minStrongLength && !ownWords.some((word) => word.includes(one)))
    const made = lastLooks.get(key) ?? lookFor(strong(), false)
    lastLooks.set(key, made)
    return made
  }
  return {
    add: (secret) => {
      if (secret.length < minSecretLength || secrets.has(secret)) return
      secrets.add(secret)
      look = undefined
      lastLooks.clear()
    },
    redact: (text) => clean(text, current()),
    redactDeep: <T>(json: T): T => redactValue(json, current()) as T,
    again: (text, ownWords = []) => replaceSpans(text, outsideMarkers(text, secretSpans(text, lastLook(ownWords))), redacted),
  }
}

const minStrongLength = 8

/**
 * Why a secret should be replaced by a better one, in words for a warning; `undefined` when it is fine. Masked text in an output drops the
 * whole output between jobs, so a secret that stands in the server's name or a path erases them.
 */
export const weakSecret = (secret: string, places: { readonly server: string; readonly paths: readonly string[] }): string | undefined => {
  if (secret === '') return undefined
  if (secret.length < minSecretLength) return `it is shorter than ${minSecretLength} characters, so it cannot be hidden everywhere`
  if (places.server.includes(secret)) return "it is part of the server's name, which is hidden with it"
  if (places.paths.some((path) => path.includes(secret))) return 'it is part of a path, which is hidden with it'
  return secret.length < minStrongLength ? `it is shorter than ${minStrongLength} characters` : undefined
}
