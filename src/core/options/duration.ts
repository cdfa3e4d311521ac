import type { z } from 'zod'
import { formatDuration } from '../quantity.ts'
import { type ParsedText, parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitMs
const units = Object.keys(unitMs) as Unit[]

const written = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/
const expected = 'a duration such as 200ms, 30s, 15m, 26h or 30d'

/** `15m` -> milliseconds. */
const readDuration = (text: string): ParsedText<number> => {
  const [, number, unit] = written.exec(text) ?? []
  if (number !== undefined) return { value: Number(number) * unitMs[unit as Unit] }
  if (/^\d+(\.\d+)?$/.test(text)) return { mistake: `"${text}" has no unit; write ${text}ms, ${text}s or ${text}m` }
  return { mistake: `${shown(text)} is not ${expected}` }
}

/** Milliseconds as an option is written, exactly: 93600000 -> `26h`. */
export const writeDuration = (ms: number): string => {
  const unit = units.toReversed().find((one) => ms >= unitMs[one] && Number.isInteger(ms / unitMs[one])) ?? 'ms'
  return `${ms / unitMs[unit]}${unit}`
}

/** A duration with its unit; gives milliseconds. Write a default with `.prefault('30s')`, so that the tables show it so. */
export const duration = ({ minMs = 0, maxMs = 3660 * unitMs.d } = {}): z.ZodType<number, string> =>
  parsedText({
    expected,
    pattern: written,
    read: (text) => {
      const reading = readDuration(text)
      if ('mistake' in reading) return reading
      if (reading.value < minMs) return { mistake: `${formatDuration(reading.value)} is too short; at least ${formatDuration(minMs)}` }
      if (reading.value > maxMs) return { mistake: `${formatDuration(reading.value)} is too long; at most ${formatDuration(maxMs)}` }
      return reading
    },
  })
