import type { z } from 'zod'
import { type ParsedText, parsedText, type TextKind } from './parsed-text.ts'
import { shown } from './shown.ts'

const written = /^(\d{1,6}(?:\.\d{1,6})?) ?%$/
const expected = 'a percentage such as 80%'

/** A fraction of 1 as an option is written: 0.07 -> `7%`. */
export const writePercentage = (fraction: number): string => `${Number((fraction * 100).toFixed(6))}%`

/** What a number without its sign may have meant: 0.8 is a fraction; where more than all makes sense, 2 may be one too. */
const withSign = (text: string, max: number): string => {
  const number = Number(text)
  const asFraction = writePercentage(number)
  if (number > 0 && number < 1) return asFraction
  return max > 1 && number >= 1 && number <= max && number < 10 ? `${text}% or ${asFraction}` : `${text}%`
}

/** `80%` -> 0.8. */
const readPercentage = (text: string, max: number): ParsedText<number> => {
  const [, number] = written.exec(text) ?? []
  if (number !== undefined) return { value: Number(number) / 100 }
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return { mistake: `"${text}" has no unit; write ${withSign(text, max)}` }
  return { mistake: `${shown(text)} is not ${expected}` }
}

/** The most that is accepted, a fraction of 1. Growth may be more than all. */
export type PercentageLimits = { readonly max?: number }

/** How a percentage is read; gives a fraction of 1. */
export const percentageText = ({ max = 1 }: PercentageLimits = {}): TextKind<number> => ({
  expected,
  pattern: written,
  read: (text) => {
    const reading = readPercentage(text, max)
    return 'value' in reading && reading.value > max ? { mistake: `${text} is too much; at most ${writePercentage(max)}` } : reading
  },
})

/** A percentage with its sign; gives a fraction of 1. Write a default with `.prefault('80%')`. */
export const percentage = (limits: PercentageLimits = {}): z.ZodType<number, string> => parsedText(percentageText(limits))
