import type { Instant } from '../../contract/seen.ts'
import { zoneClock } from './zone-clock.ts'

type LocalParts = {
  /** `2026-12-05` */
  readonly date: string
  /** `00:16` */
  readonly time: string
  /** 0 is Sunday. */
  readonly weekday: number
  /** Of the day. */
  readonly minute: number
  /** `UTC`, `UTC+4`, `UTC+5:30` */
  readonly zone: string
}

export const localParts = (at: Instant, timeZone: string): LocalParts => {
  const clock = zoneClock(timeZone)
  const offset = Math.round(clock.offsetMs(at) / 60_000)
  const local = new Date(at + offset * 60_000)
  const size = Math.abs(offset)
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`
  return {
    date: clock.date(at),
    time: local.toISOString().slice(11, 16),
    weekday: local.getUTCDay(),
    minute: local.getUTCHours() * 60 + local.getUTCMinutes(),
    zone: offset === 0 ? 'UTC' : `UTC${offset < 0 ? '-' : '+'}${Math.floor(size / 60)}${rest}`,
  }
}

/** `00:16 (UTC+4)` on the same day as `now`, else `2026-12-05 00:16 (UTC+4)`. */
export const localTime = (at: Instant, timeZone: string, now: Instant): string => {
  const { date, time, zone } = localParts(at, timeZone)
  return `${localParts(now, timeZone).date === date ? '' : `${date} `}${time} (${zone})`
}

/** `2026-12-05 00:16 (UTC+4)`, whatever day it is read. */
export const wholeTime = (at: Instant, timeZone: string): string => {
  const { date, time, zone } = localParts(at, timeZone)
  return `${date} ${time} (${zone})`
}
