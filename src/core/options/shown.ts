import { createRedactor } from '../redact.ts'

const longest = 60

/** What could be a password before a host, with a scheme or without one. */
const credentials = /(?:\/\/\S*|[^\s"']*:[^\s"']*)@/g

/** Told nothing: what looks like a secret goes. */
const looks = createRedactor()

/** What somebody wrote, quoted for a message: bounded, control characters escaped, credentials and what looks like a secret masked. */
export const shown = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping'
  if (typeof value !== 'string') return String(value)
  const masked = looks.redact(value.slice(0, 4_096).replace(credentials, (one) => (one.startsWith('//') ? '//***@' : '***@')))
  return JSON.stringify(masked.length > longest ? `${masked.slice(0, longest)}…` : masked)
}

/** What stands for something at a place of secrets. */
export const notShown = 'text (not shown: it may be secret)'
