import type { Instant } from '../../contract/seen.ts'

/** The periods of which one backup each is kept. */
export type SlotPeriod = 'daily' | 'weekly' | 'monthly' | 'yearly'

const dayMs = 86_400_000

const dayOf = (at: Instant): number => Math.floor(at / dayMs)

/** The number of the period in which a moment is, in UTC as the names of backups are; a week begins on Monday. 1970 began on a Thursday. */
export const periodOf = (period: SlotPeriod, at: Instant): number => {
  if (period === 'daily') return dayOf(at)
  if (period === 'weekly') return Math.floor((dayOf(at) + 3) / 7)
  const date = new Date(at)
  return period === 'monthly' ? date.getUTCFullYear() * 12 + date.getUTCMonth() : date.getUTCFullYear()
}
