import type { Instant } from '../../contract/seen.ts'

/** Further apart, and times, dates and deadlines are not to be trusted. */
export const mostOffsetMs = 60_000

/**
 * How far our clock is at least from the one that wrote an HTTP `Date` while we waited; 0 when they may agree. A slow answer and the second
 * that a `Date` leaves open never count against a clock. Undefined without a date.
 */
export const leastOffsetMs = (
  date: string | undefined,
  { sentAt, receivedAt }: { sentAt: Instant; receivedAt: Instant },
): number | undefined => {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return undefined
  const [least, most] = [sentAt - (theirs + 999), receivedAt - theirs]
  if (least > 0) return least
  return most < 0 ? most : 0
}
