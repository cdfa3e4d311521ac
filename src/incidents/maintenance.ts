import type { Instant } from '../contract/seen.ts'
import type { Common } from '../core/options/common.ts'
import { matchesAny } from '../core/text/pattern.ts'
import { localParts } from '../core/time/local-time.ts'
import { isExplainedByWork } from './work.ts'

/** Something that is known and explains findings, so that they open nothing until it is over. `why` is for the log. */
export type Quiet =
  /** By dispatch. A list that is absent means all. It explains nothing that is worse than `upTo`. */
  | {
      readonly kind: 'silence'
      readonly until: Instant
      readonly servers?: readonly string[]
      readonly ids?: readonly string[]
      readonly subjects?: readonly string[]
      readonly upTo?: 'warning' | 'critical'
      readonly why: string
    }
  /** Ronde's own work on this compose project: a live ledger, up to its deadline. */
  | { readonly kind: 'work'; readonly until: Instant; readonly why: string }

/** What is to be explained. */
export type Unquiet = {
  readonly server: string
  readonly action: string
  readonly id: string
  readonly subject: string
  readonly status: 'warning' | 'critical'
}

type Windows = Common['maintenance']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** A window that ends before it starts runs past midnight, and its day is the one it starts on. */
export const inMaintenance = (windows: Windows, at: Instant, timeZone: string): boolean => {
  if (windows.length === 0) return false
  const { weekday, minute } = localParts(at, timeZone)
  const isDay = (window: Windows[number], index: number): boolean =>
    window.days === undefined || window.days.includes(days[(index + 7) % 7] ?? 'sun')
  return windows.some((window) => {
    const from = minuteOf(window.from)
    const to = minuteOf(window.to)
    if (from < to) return isDay(window, weekday) && minute >= from && minute < to
    return (isDay(window, weekday) && minute >= from) || (isDay(window, weekday - 1) && minute < to)
  })
}

const covers: { readonly [Kind in Quiet['kind']]: (quiet: Extract<Quiet, { kind: Kind }>, what: Unquiet) => boolean } = {
  silence: ({ servers = ['*'], ids = ['*'], subjects = ['*'], upTo = 'critical' }, { server, id, subject, status }) =>
    (upTo === 'critical' || status === 'warning') && matchesAny(servers, server) && matchesAny(ids, id) && matchesAny(subjects, subject),
  work: (_, what) => isExplainedByWork(what),
}

/** What is known and explains a finding now, if anything does. */
export const explainedBy = (quiet: readonly Quiet[], what: Unquiet, now: Instant): Quiet | undefined =>
  quiet.find((one) => one.until > now && covers[one.kind](one as never, what))
