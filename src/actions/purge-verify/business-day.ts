import type { Instant } from '../../contract/seen.ts'
import { localParts } from '../../core/time/local-time.ts'
import { addDays, dateByCalendar, zoneClock } from '../../core/time/zone-clock.ts'

/** A date with the moment at which it begins. */
export type Day = { readonly date: string; readonly start: Instant }

/** What the clock says of the day that is played now. */
export type BusinessDay = {
  /** The moment whose day it is. */
  readonly now: Instant
  readonly timeZone: string
  readonly today: Day
  readonly tomorrow: Day
  readonly yesterday: Day
  /** Rows of this day may be there: today's, and until the grace is over yesterday's. */
  readonly oldest: Day
  /** When the purge must have done its work. */
  readonly due: Instant
  /** Before `due`: what is not there yet is not missing. */
  readonly pending: boolean
  /** `2026-12-05 (+04:00)`, or `2026-12-05 (Indian/Reunion, UTC+4)`. */
  readonly label: string
}

/** The expected date comes from the clock, never from a schedule: a run may come hours late. */
export const businessDay = (now: Instant, timeZone: string, graceMs: number): BusinessDay => {
  const clock = zoneClock(timeZone)
  const date = clock.date(now)
  const day = (days: number): Day => ({ date: addDays(date, days), start: clock.dayStart(addDays(date, days)) })
  const [yesterday, today, tomorrow] = [day(-1), day(0), day(1)]
  const due = today.start + graceMs
  const pending = now < due
  const zone = /^(?:UTC$|[+-])/.test(timeZone) ? timeZone : `${timeZone}, ${localParts(now, timeZone).zone}`
  return { now, timeZone, today, tomorrow, yesterday, oldest: pending ? yesterday : today, due, pending, label: `${date} (${zone})` }
}

/** Asks for the date by another way; a difference means that no date of ours can be trusted. */
export const selfTest = ({ now, timeZone, today, tomorrow }: BusinessDay): string | undefined => {
  const other = dateByCalendar(now, timeZone)
  if (other !== today.date) return `the date in ${timeZone} is ${today.date} by its offset and ${other} by its calendar`
  return today.start <= now && now < tomorrow.start ? undefined : `${today.date} in ${timeZone} does not hold this moment`
}
