import type { Instant } from '../../contract/seen.ts'

/** The calendar of one time zone. A date is `2026-12-05`. */
export type ZoneClock = {
  /** East of UTC is positive. */
  offsetMs(at: Instant): number
  /** The date on the wall at that moment. */
  date(at: Instant): string
  /** The first moment of that date: midnight, or the end of the gap where clocks go forward over it. */
  dayStart(date: string): Instant
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const offsetPattern = /^(?:GMT)?([+-])(\d\d):(\d\d)(?::(\d\d))?$/

/** `+04:00`, as people write it and as `Intl` names it (`GMT+04:00`), is east of UTC; `undefined` for a name. */
const fixedOffsetMs = (text: string): number | undefined => {
  if (text === 'UTC' || text === 'GMT') return 0
  const [, sign, hours, minutes, seconds = '0'] = offsetPattern.exec(text) ?? []
  if (sign === undefined) return undefined
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
}

const isoDate = (localMs: number): string => new Date(localMs).toISOString().slice(0, 10)

/** A date some days later, or earlier. */
export const addDays = (date: string, days: number): string => isoDate(Date.parse(`${date}T00:00:00Z`) + days * dayMs)

/** No zone was ever further from UTC. */
const furthestMs = 16 * hourMs

/** The earliest second at which the wall shows this date or a later one; the date never goes back, so halving finds it. */
const firstMoment = (date: string, dateAt: (at: Instant) => string): Instant => {
  const middleMs = Date.parse(`${date}T00:00:00Z`)
  let [before, from] = [(middleMs - furthestMs) / 1_000, (middleMs + furthestMs) / 1_000]
  while (from - before > 1) {
    const half = Math.floor((before + from) / 2)
    if (dateAt(half * 1_000) >= date) from = half
    else before = half
  }
  return from * 1_000
}

/**
 * The one place where a moment becomes a date. An IANA name or an offset, which is always *east* of UTC; of the names, only those of
 * `Etc/` count the other way round (`Etc/GMT+4` is four hours west), as they do everywhere.
 */
export const zoneClock = (timeZone: string): ZoneClock => {
  const fixed = fixedOffsetMs(timeZone)
  const format = fixed === undefined ? new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }) : undefined
  const offsetMs = (at: Instant): number => fixed ?? fixedOffsetMs(format?.format(at).split(', ').at(-1) ?? '') ?? Number.NaN
  const date = (at: Instant): string => isoDate(at + offsetMs(at))
  return { offsetMs, date, dayStart: (wanted) => firstMoment(wanted, date) }
}

/** The date by another way, from the calendar fields that `Intl` gives: for the self-test, which must not ask the same question twice. */
export const dateByCalendar = (at: Instant, timeZone: string): string => {
  const fields = new Intl.DateTimeFormat('en', { timeZone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit' })
  const parts = new Map(fields.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}`
}
