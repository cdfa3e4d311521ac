import { parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

/** Text of a shape that one expression tells, kept as written. */
export const grammar = (pattern: RegExp, expected: string) =>
  parsedText({
    expected,
    pattern,
    read: (given) => (pattern.test(given) ? { value: given } : { mistake: `${shown(given)} is not ${expected}` }),
  })
