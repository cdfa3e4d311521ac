import type { z } from 'zod'
import { type ParsedText, parsedText, type TextKind } from './parsed-text.ts'
import { shown } from './shown.ts'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type DurationUnit = keyof typeof unitMs
const units = Object.keys(unitMs) as DurationUnit[]

const written = /^(\d{1,12}(?:\.\d{1,6})?) ?(ms|s|m|h|d)$/
const expected = 'a duration such as 200ms, 30s, 15m, 26h or 30d'

/** Milliseconds as an option is written, exactly: 93600000 -> `26h`. */
export const writeDuration = (ms: number): string => {
  const unit = ms === 0 ? 's' : (units.toReversed().find((one) => ms >= unitMs[one] && Number.isInteger(ms / unitMs[one])) ?? 'ms')
  return `${ms / unitMs[unit]}${unit}`
}

const longUnits: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|msecs?|milliseconds?)$/i, 1],
  [/^(?:s|secs?|seconds?)$/i, unitMs.s],
  [/^(?:m|mins?|minutes?)$/i, unitMs.m],
  [/^(?:h|hrs?|hours?)$/i, unitMs.h],
  [/^(?:d|days?)$/i, unitMs.d],
  [/^(?:w|weeks?)$/i, 7 * unitMs.d],
]

/** `1h30m`, `12 min 5 s` and `2 weeks` as they would be written; undefined for anything else. */
const otherwiseWritten = (text: string): string | undefined => {
  if (!/^(?:\d{1,9}(?:\.\d{1,6})? ?[a-z]{1,12} ?){1,6}$/i.test(text)) return undefined
  const parts = [...text.matchAll(/(?<![\d.])([\d.]+) ?([a-z]+)/gi)].map(([, number, word = '']) => {
    const unit = longUnits.find(([pattern]) => pattern.test(word))?.[1]
    return unit === undefined ? Number.NaN : Number(number) * unit
  })
  const ms = parts.reduce((sum, one) => sum + one, 0)
  return Number.isFinite(ms) ? writeDuration(Math.round(ms)) : undefined
}

/** Of the unit in which the option's default stands, and of its neighbours. */
const withUnits = (text: string, usual: DurationUnit): string => {
  const near = units.slice(Math.max(0, units.indexOf(usual) - 1), units.indexOf(usual) + 2).filter((one) => one !== usual)
  const [first, ...others] = [usual, ...near].slice(0, 3).map((unit) => `${text}${unit}`)
  return others.length < 2 ? [first, ...others].join(' or ') : `${first}, ${others[0]} or ${others[1]}`
}

/** `15m` -> milliseconds. */
const readDuration = (text: string, usual: DurationUnit | undefined): ParsedText<number> => {
  const [, number, unit] = written.exec(text) ?? []
  if (number !== undefined) return { value: Number(number) * unitMs[unit as DurationUnit] }
  if (/^\d+(\.\d+)?$/.test(text))
    return { mistake: `"${text}" has no unit; write ${usual === undefined ? `${text}ms, ${text}s or ${text}m` : withUnits(text, usual)}` }
  const instead = otherwiseWritten(text)
  return { mistake: `${shown(text)} is not ${expected}${instead === undefined ? '' : `; write ${instead}`}` }
}

/** Bounds, and the unit that is offered first where none was written: that of the option's default. */
export type DurationLimits = { readonly minMs?: number; readonly maxMs?: number; readonly usual?: DurationUnit | undefined }

/** How a duration is read; gives milliseconds. */
export const durationText = ({ minMs = 0, maxMs = 3660 * unitMs.d, usual }: DurationLimits = {}): TextKind<number> => ({
  expected,
  pattern: written,
  read: (text) => {
    const reading = readDuration(text, usual)
    if ('mistake' in reading) return reading
    if (reading.value < minMs) return { mistake: `${text} is too short; at least ${writeDuration(minMs)}` }
    if (reading.value > maxMs) return { mistake: `${text} is too long; at most ${writeDuration(maxMs)}` }
    return reading
  },
})

/** A duration with its unit; gives milliseconds. Write a default with `.prefault('30s')`, so that the tables show it so, and its unit as `usual`. */
export const duration = (limits: DurationLimits = {}): z.ZodType<number, string> => parsedText(durationText(limits))
