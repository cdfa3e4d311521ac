import { endsKey, isSecretKey, leavesKeyOpen, redacted, redactPatterns } from './redact-patterns.ts'
import { minSecretLength, secretForms } from './secret-forms.ts'
import { cutMark } from './text/plain.ts'

export type Redactor = {
  /** From now on the secret and its encodings become `***`; shorter than 4 characters it is not looked for. */
  readonly add: (secret: string) => void
  readonly redact: (text: string) => string
  /** The same in every string and key of plain data; values of keys such as `password` whatever they look like. */
  readonly redactDeep: <T>(json: T) => T
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** An expression much longer than this is refused by the engine, in words that repeat it. */
const longestExpression = 16_000

/** Expressions for all forms, the longest first, so that at a place where several match the longest wins. */
const anyOf = (forms: ReadonlySet<string>): readonly RegExp[] => {
  const groups: string[][] = []
  let length = 0
  for (const form of [...forms].toSorted((a, b) => b.length - a.length).map(literal)) {
    if (groups.length === 0 || length + form.length > longestExpression) {
      groups.push([])
      length = 0
    }
    groups.at(-1)?.push(form)
    length += form.length + 1
  }
  return groups.map((group) => new RegExp(group.join('|'), 'g'))
}

type Known = {
  readonly expressions: readonly RegExp[]
  /** What no expression can hold. */
  readonly long: readonly string[]
  /** All forms by their first characters. */
  readonly byBeginning: ReadonlyMap<string, readonly string[]>
}

const knownOf = (forms: ReadonlySet<string>): Known => {
  const isLong = (form: string) => literal(form).length > longestExpression
  return {
    expressions: anyOf(new Set([...forms].filter((form) => !isLong(form)))),
    long: [...forms].filter(isLong).toSorted((a, b) => b.length - a.length),
    byBeginning: Map.groupBy(forms, (form) => form.slice(0, minSecretLength)),
  }
}

/** Replaces until none is left: what stands around a replaced one could form another. Each pass shortens the text, for `***` is shorter than any form. */
const withoutWhole = (text: string, { expressions, long }: Known): string => {
  let so = text
  for (const form of long) so = so.replaceAll(form, redacted)
  for (let before = ''; before !== so; ) {
    before = so
    for (const expression of expressions) so = so.replace(expression, redacted)
  }
  return so
}

/** Where the beginning of a form ends in the mark of a cut, from `at` on; undefined when none does. */
const cutAt = (text: string, at: number, { byBeginning }: Known): number | undefined => {
  const forms = byBeginning.get(text.slice(at, at + minSecretLength)) ?? []
  const near = text.slice(at, at + Math.max(0, ...forms.map((form) => form.length)))
  const length = near.indexOf(cutMark)
  return length !== -1 && forms.some((form) => form.startsWith(near.slice(0, length))) ? at + length : undefined
}

/** The beginning of a secret that was bounded away: the text was cut before it came here. */
const withoutCut = (text: string, known: Known): string => {
  if (!text.includes(cutMark)) return text
  let so = ''
  let kept = 0
  for (let at = 0; at < text.length; at += 1) {
    if (!known.byBeginning.has(text.slice(at, at + minSecretLength))) continue
    const end = cutAt(text, at, known)
    if (end === undefined) continue
    so += text.slice(kept, at) + redacted
    kept = end
    at = end
  }
  return so + text.slice(kept)
}

const withoutKnown = (text: string, known: Known): string => withoutCut(withoutWhole(text, known), known)

type RedactText = (text: string) => string

/** A private key may lie over several elements (lines of evidence): those after its beginning belong to it. */
const redactList = (list: readonly unknown[], redactValue: (value: unknown) => unknown): unknown[] => {
  let inKey = false
  return list.map((one) => {
    if (typeof one !== 'string') return redactValue(one)
    if (inKey) {
      inKey = !endsKey(one)
      return redacted
    }
    inKey = leavesKeyOpen(one)
    return redactValue(one)
  })
}

const redactValue = (value: unknown, redact: RedactText): unknown => {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return redactList(value, (one) => redactValue(one, redact))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [
    redact(key),
    isSecretKey(key) && (typeof one === 'string' || typeof one === 'number') ? redacted : redactValue(one, redact),
  ])
  return Object.fromEntries(entries)
}

/** Replaces what must not leave the server: every secret it was told, and what looks like one. */
export const createRedactor = (): Redactor => {
  const forms = new Set<string>()
  let known: Known | undefined
  const redact = (text: string): string => {
    if (forms.size === 0) return redactPatterns(text)
    known ??= knownOf(forms)
    const first = withoutKnown(text, known)
    const second = redactPatterns(first)
    return second === first ? second : withoutKnown(second, known)
  }
  return {
    add: (secret) => {
      for (const form of secretForms(secret)) forms.add(form)
      known = undefined
    },
    redact,
    redactDeep: <T>(json: T): T => redactValue(json, redact) as T,
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
