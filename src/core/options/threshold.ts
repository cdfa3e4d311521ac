import { z } from 'zod'
import { once } from '../once.ts'
import { formatBytes, formatDuration, formatPercent } from '../quantity.ts'
import type { Threshold } from '../threshold.ts'
import { duration } from './duration.ts'
import { percentage } from './percentage.ts'
import { size } from './size.ts'
import { texts } from './texts.ts'

type Kind = 'percentage' | 'duration' | 'size' | 'number'

const kinds: Record<Kind, { readonly schema: () => z.ZodType<number>; readonly format: (value: number) => string }> = {
  percentage: { schema: percentage, format: (value) => formatPercent(value, 3) },
  duration: { schema: duration, format: formatDuration },
  size: { schema: size, format: formatBytes },
  number: { schema: () => z.number(), format: String },
}

type Given = { readonly warning: number; readonly critical: number; readonly clear?: number | undefined }

const order = ({ warning, critical, clear }: Given, worse: Threshold['worse'], format: (value: number) => string): string | undefined => {
  const beyond = (a: number, b: number) => (worse === 'above' ? a > b : a < b)
  if (beyond(warning, critical)) return `warning ${format(warning)} is ${worse} critical ${format(critical)}`
  if (clear !== undefined && beyond(clear, warning)) return `clear ${format(clear)} is ${worse} warning ${format(warning)}`
  return undefined
}

type Written =
  | number
  | readonly [number]
  | readonly [number, number]
  | (Omit<Given, 'critical'> & { readonly critical?: number | undefined })

/** `never`: where there is no critical limit. */
const limitsOf = (given: Written, never: number): Given => {
  if (typeof given === 'number') return { warning: given, critical: never }
  if ('length' in given) return { warning: given[0], critical: given[1] ?? never }
  return { ...given, critical: given.critical ?? never }
}

/**
 * `[warning, critical]` or `{ warning, critical, clear }`; one that only warns is `warning`, `[warning]` or `{ warning }`. In the units of its kind; gives a `Threshold` in ms, bytes or a fraction of 1.
 * Write a default with `.prefault(['80%', '95%'])`.
 */
export const threshold = ({ kind, worse }: { readonly kind: Kind; readonly worse: Threshold['worse'] }) => {
  const { schema, format } = kinds[kind]
  const limit = schema()
  const shape = { warning: limit, critical: limit.optional(), clear: limit.optional() }
  const values = 'expected one or two values: [warning, critical]'
  const never = worse === 'above' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return z
    .union([limit, z.tuple([limit], { error: values }), z.tuple([limit, limit], { error: values }), z.strictObject(shape)], {
      error: 'expected a limit, [warning, critical] or { warning, critical, clear }',
    })
    .transform((given, context): Threshold => {
      const limits = limitsOf(given, never)
      const mistake = order(limits, worse, format)
      if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake })
      return { warning: limits.warning, critical: limits.critical, clear: limits.clear ?? limits.warning, worse }
    })
}

/** A limit that may be set: its kind, which side is worse, and what it limits. */
export type Limit = { readonly kind: Kind; readonly worse: Threshold['worse']; readonly description: string }

/** Limits that `thresholds:` of a section may set, by their names. */
export type Thresholds = Readonly<Record<string, Limit>>

export const limit = (kind: Kind, worse: Threshold['worse'], description: string): Limit => ({ kind, worse, description })

type Limited = Readonly<Record<string, Threshold | undefined>>

const limitsObject = (limits: Thresholds): z.ZodType<Limited> =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(limits).map(([name, { description, ...of }]) => [name, threshold(of).optional().register(texts, { description })]),
    ),
  )

/** The option `thresholds` of an action. Most runs set none: twenty schemas a limit are made only for one that does. */
export const thresholdsOption = (limits: Thresholds): z.ZodType<Limited> =>
  z
    .lazy(once(() => limitsObject(limits)))
    .default({})
    .register(texts, { description: 'Limits as `[warning, critical]`, `{ warning, critical, clear }`, or one value that only warns.' })
