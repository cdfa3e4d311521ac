import { endsKey, isSecretKey, leavesKeyOpen, redacted, redactPatterns } from './redact-patterns.ts'
import { minSecretLength, secretForms } from './secret-forms.ts'

export type Redactor = {
  /** From now on the secret and its encodings become `***`; shorter than 4 characters it is not looked for. */
  readonly add: (secret: string) => void
  readonly redact: (text: string) => string
  /** The same in every string and key of plain data; values of keys such as `password` whatever they look like. */
  readonly redactDeep: <T>(json: T) => T
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** One expression for all forms; at a place where several match, the longest wins. */
const anyOf = (forms: ReadonlySet<string>): RegExp =>
  new RegExp(
    [...forms]
      .toSorted((a, b) => b.length - a.length)
      .map(literal)
      .join('|'),
    'g',
  )

/** Replaces until none is left: what stands around a replaced one could form another. Each pass shortens the text, for `***` is shorter than any form. */
const withoutKnown = (text: string, known: RegExp): string => {
  let so = text
  while (so.search(known) !== -1) so = so.replace(known, redacted)
  return so
}

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
  let known: RegExp | undefined
  const redact = (text: string): string => {
    if (forms.size === 0) return redactPatterns(text)
    known ??= anyOf(forms)
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
