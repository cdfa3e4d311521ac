import { z } from 'zod'
import { once } from '../once.ts'
import { formatPercent } from '../quantity.ts'
import type { Threshold } from '../threshold.ts'
import { type DurationUnit, durationText, writeDuration } from './duration.ts'
import { type ParsedText, parsedText, type TextKind } from './parsed-text.ts'
import { percentageText, writePercentage } from './percentage.ts'
import { type SizeUnit, sizeText, writeSize } from './size.ts'
import { texts } from './texts.ts'

/** `growth`: a percentage that may be more than all. */
type Kind = 'percentage' | 'growth' | 'duration' | 'size' | 'number'

/** The built-in limits in the unit of the kind; no critical one where it is infinite, or below what there can be. */
export type UsualLimits = Pick<Threshold, 'warning' | 'critical'>

type LimitOptions = {
  readonly kind: Kind
  readonly worse: Threshold['worse']
  readonly usual?: UsualLimits | undefined
  /** Offered where a duration has no unit, when there is no built-in limit that shows one. */
  readonly unit?: DurationUnit
}

/** A limit with the words in which a mistake tells it. */
type Told = { readonly value: number; readonly text: string }
type Limits<Limit> = { readonly warning: Limit; readonly critical: Limit; readonly clear?: Limit | undefined }

const mostGrowth = 1_000

const unitOf = (written: string): string => /[a-z]+$/i.exec(written)?.[0] ?? ''

const kinds: Readonly<
  Record<Exclude<Kind, 'number'>, { readonly write: (value: number) => string; readonly text: (usual: string) => TextKind<number> }>
> = {
  percentage: { write: writePercentage, text: () => percentageText() },
  growth: { write: writePercentage, text: () => percentageText({ max: mostGrowth }) },
  duration: { write: writeDuration, text: (usual) => durationText({ usual: usual === '' ? undefined : (unitOf(usual) as DurationUnit) }) },
  size: { write: writeSize, text: (usual) => sizeText({ usual: usual === '' ? undefined : (unitOf(usual) as SizeUnit) }) },
}

const writtenLimit = (kind: Kind, value: number): string => (kind === 'number' ? String(value) : kinds[kind].write(value))

/** Percentages as people read them, anything else as it was written. */
const toldAs = (kind: Kind, value: number, written: string): string =>
  kind === 'percentage' || kind === 'growth' ? formatPercent(value, 3) : written

const withText = (kind: Kind, text: string, reading: ParsedText<number>): ParsedText<Told> =>
  'mistake' in reading ? reading : { value: { value: reading.value, text: toldAs(kind, reading.value, text) } }

const limitSchema = ({ kind, usual, unit }: LimitOptions): z.ZodType<Told> => {
  if (kind === 'number') return z.number().transform((value) => ({ value, text: String(value) }))
  const written = kinds[kind].text(usual === undefined ? (unit ?? '') : kinds[kind].write(usual.warning))
  return parsedText({ ...written, read: (text) => withText(kind, text, written.read(text)) })
}

const isReachable = (value: number): boolean => Number.isFinite(value) && value >= 0

/** As it would be written: `[80%, 90%]`, or `{ warning: 40% }` where nothing is critical. */
export const writeLimits = ({ kind, usual }: LimitOptions): string => {
  if (usual === undefined) return ''
  const [warning, critical] = [usual.warning, usual.critical].map((one) => writtenLimit(kind, one))
  return isReachable(usual.critical) ? `[${warning}, ${critical}]` : `{ warning: ${warning} }`
}

const order = ({ warning, critical, clear }: Limits<Told>, worse: Threshold['worse']): string | undefined => {
  const beyond = (a: Told, b: Told) => (worse === 'above' ? a.value > b.value : a.value < b.value)
  if (beyond(warning, critical)) return `warning ${warning.text} is ${worse} critical ${critical.text}`
  if (clear !== undefined && beyond(clear, warning)) return `clear ${clear.text} is ${worse} warning ${warning.text}`
  return undefined
}

/** What is not written keeps its built-in limit. */
const builtIn = ({ kind, usual }: LimitOptions, name: keyof UsualLimits): Told | undefined =>
  usual && { value: usual[name], text: `${toldAs(kind, usual[name], writtenLimit(kind, usual[name]))} (built in)` }

/** Where nothing is built in, one that is left out is never reached. */
const criticalOf = (options: LimitOptions): Told =>
  builtIn(options, 'critical') ?? { value: options.worse === 'above' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY, text: 'none' }

const mappingOf = (limit: z.ZodType<Told>, options: LimitOptions) => {
  const named = (otherwise: Told | undefined): z.ZodType<Told> =>
    otherwise === undefined ? limit : limit.optional().transform((given) => given ?? otherwise)
  return z.strictObject({ warning: named(builtIn(options, 'warning')), critical: named(criticalOf(options)), clear: limit.optional() })
}

const values = 'expected one or two values: [warning, critical]'

/**
 * `[warning, critical]` or `{ warning, critical, clear }`; `warning` and `[warning]` stand for a warning alone. In the units of its kind; gives
 * a `Threshold` in ms, bytes or a fraction of 1. What is left out is built in. Write a default of the option itself with `.prefault(['80%', '95%'])`.
 */
export const threshold = (options: LimitOptions) => {
  const limit = limitSchema(options)
  const warns = (warning: Told): Limits<Told> => ({ warning, critical: criticalOf(options) })
  const forms = [
    limit.transform(warns),
    z.tuple([limit], { error: values }).transform(([warning]) => warns(warning)),
    z.tuple([limit, limit], { error: values }).transform(([warning, critical]): Limits<Told> => ({ warning, critical })),
    mappingOf(limit, options),
  ] as const
  return z
    .union(forms, { error: 'expected a limit, [warning, critical] or { warning, critical, clear }' })
    .transform((given: Limits<Told>, context): Threshold => {
      const mistake = order(given, options.worse)
      if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake })
      const { warning, critical, clear = warning } = given
      return { warning: warning.value, critical: critical.value, clear: clear.value, worse: options.worse }
    })
}

/** A limit that may be set: its kind, which side is worse, what it limits, and what holds when it is not set. */
export type Limit = LimitOptions & { readonly description: string }

/** Limits that `thresholds:` of a section may set, by their names. */
export type Thresholds = Readonly<Record<string, Limit>>

/** A limit whose built-in value has its `worse` itself. */
export const limit = (kind: Kind, usual: Threshold, description: string): Limit => ({ kind, worse: usual.worse, usual, description })

/** A limit that is not used yet, and has no built-in value. */
export const laterLimit = (kind: Kind, worse: Threshold['worse'], description: string): Limit => ({ kind, worse, description })

type Limited = Readonly<Record<string, Threshold | undefined>>

const told = ({ description, ...options }: Limit): string => {
  const written = writeLimits(options)
  return written === '' ? description : `${description} Default: \`${written}\`.`
}

const limitsObject = (limits: Thresholds): z.ZodType<Limited> =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(limits).map(([name, one]) => [
        name,
        threshold(one)
          .optional()
          .register(texts, { description: told(one) }),
      ]),
    ),
  )

/** The option `thresholds` of an action. Most runs set none: twenty schemas a limit are made only for one that does. */
export const thresholdsOption = (limits: Thresholds): z.ZodType<Limited> =>
  z
    .lazy(once(() => limitsObject(limits)))
    .default({})
    .register(texts, {
      description: 'Limits as `[warning, critical]`, `{ warning, critical, clear }` or a warning alone; what is left out is built in.',
    })
