import type { z } from 'zod'
import { parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

/** What names look like: `Indian/Reunion`, `UTC`, `EST5EDT`, and no `GMT+4`. */
const shape = /^(?:[+-](?:0\d|1[0-3]):[0-5]\d|\+14:00|[A-Za-z_]+(?:\/[\w+-]+)+|[A-Za-z]{2,9}(?:\d[A-Za-z]*)?|GMT[+-]0|NZ-CHAT|W-SU)$/
const offset = /^[+-](?:0\d|1[0-3]):[0-5]\d$|^\+14:00$/

/** The default is known without the time zone database, which costs several milliseconds to load. */
const isZone = (name: string): boolean => {
  if (name === 'UTC') return true
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    // It throws a RangeError for a name that is not in the time zone database: exactly the question.
    return false
  }
}

/** An IANA zone (`Indian/Reunion`) or an offset (`+04:00`), kept as written. */
export const timeZone = (): z.ZodType<string, string> =>
  parsedText({
    expected: 'an IANA zone or an offset such as +04:00',
    pattern: shape,
    read: (text) =>
      offset.test(text) || isZone(text) ? { value: text } : { mistake: `${shown(text)} is not an IANA zone or an offset such as +04:00` },
  })
