import type { z } from 'zod'
import { formatPercent } from '../quantity.ts'
import { type ParsedText, parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

const written = /^(\d{1,6}(?:\.\d{1,6})?)%$/
const expected = 'a percentage such as 80%'

/** `80%` -> 0.8. */
const readPercentage = (text: string): ParsedText<number> => {
  const [, number] = written.exec(text) ?? []
  if (number !== undefined) return { value: Number(number) / 100 }
  if (/^\d+(\.\d+)?$/.test(text)) return { mistake: `"${text}" has no unit; write ${text}%` }
  return { mistake: `${shown(text)} is not ${expected}` }
}

/** A percentage with its sign; gives a fraction of 1. Write a default with `.prefault('80%')`. */
export const percentage = ({ max = 1 } = {}): z.ZodType<number, string> =>
  parsedText({
    expected,
    pattern: written,
    read: (text) => {
      const reading = readPercentage(text)
      return 'value' in reading && reading.value > max
        ? { mistake: `${formatPercent(reading.value, 3)} is too much; at most ${formatPercent(max, 3)}` }
        : reading
    },
  })
