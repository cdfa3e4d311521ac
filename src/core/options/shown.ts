import { patternSpans, redacted } from '../redact/patterns.ts'
import { replaceSpans } from '../redact/spans.ts'

const longest = 60

/** What could be a password before a host, with a scheme or without one: `//user:secret@host`, `user:secret@host`. */
const withoutUser = (word: string): string => {
  const at = word.lastIndexOf('@')
  if (at === -1) return word
  const from = word.indexOf('//')
  if (from !== -1 && from < at) return `${word.slice(0, from)}//***${word.slice(at)}`
  const colon = word.indexOf(':')
  return colon === -1 || colon > at ? word : `${/^["'([{]*/.exec(word)?.[0] ?? ''}***${word.slice(at)}`
}

const masked = (text: string): string => text.split(/(\s)/).map(withoutUser).join('')

/** What somebody wrote, quoted for a message: bounded, control characters escaped, credentials and what looks like a secret masked. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value !== 'string') return String(value)
  const text = masked(value.slice(0, 4_096))
  const safe = replaceSpans(text, patternSpans(text, { queries: false }), redacted)
  return JSON.stringify(safe.length > longest ? `${safe.slice(0, longest)}…` : safe)
}

/** What stands for something at a place of secrets. */
export const notShown = 'text (not shown: it may be secret)'
