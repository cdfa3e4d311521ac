import type { Instant } from '../seen.ts'

/** Minutes east of UTC; the time zone database is asked only for a name. */
const offsetMinutes = (at: Instant, timeZone: string): number => {
  if (timeZone === 'UTC') return 0
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(timeZone) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(at).find((one) => one.type === 'timeZoneName')?.value ?? 'GMT'
  return name === 'GMT' ? 0 : offsetMinutes(at, name.slice('GMT'.length))
}

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
  const offset = offsetMinutes(at, timeZone)
  const local = new Date(at + offset * 60_000)
  const iso = local.toISOString()
  const size = Math.abs(offset)
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`
  return {
    date: iso.slice(0, 10),
    time: iso.slice(11, 16),
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
