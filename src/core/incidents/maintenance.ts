import { localParts } from '../local-time.ts'
import type { Common } from '../options/common.ts'
import type { Instant } from '../seen.ts'

/** Something that is known and explains findings: a silence by dispatch, or Ronde's own work up to its deadline. Without an id it explains all. */
export type Quiet = {
  readonly until: Instant
  readonly id?: string | undefined
  readonly subject?: string | undefined
  readonly why: string
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

/** Why a finding opens nothing now, if something known explains it. */
export const explains = (quiet: readonly Quiet[], what: { readonly id: string; readonly subject: string }, now: Instant): boolean =>
  quiet.some(
    ({ until, id, subject }) => until > now && (id === undefined || id === what.id) && (subject === undefined || subject === what.subject),
  )
