import type { Instant } from '../../contract/seen.ts'
import { localParts } from '../../core/time/local-time.ts'
import type { BusinessDay } from './business-day.ts'

/** What every policy needs besides what was seen. */
export type PurgeSubject = {
  /** `table/public.game` */
  readonly subject: string
  /** `public.game` */
  readonly shown: string
  readonly column: string
  readonly day: BusinessDay
  readonly now: Instant
}

/** `00:15`, on the wall of the business zone. */
export const clockTime = (at: Instant, { day }: Pick<PurgeSubject, 'day'>): string => localParts(at, day.timeZone).time

export const formatCount = (count: number): string => count.toLocaleString('en-US')

/** `1 row`, `412 rows`, `at least 10,000 rows` */
export const countRows = (rows: number, atLeast = false): string =>
  `${atLeast ? 'at least ' : ''}${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`
