import type { Reconciled } from './input.ts'
import { type ClosedIncident, type Planned, ranks } from './model.ts'

export const mostWrites = 10

/** The most important first, as many as a run may write; what does not fit is judged anew by the next run, and told only then. */
export const planned = (
  all: readonly Planned[],
): Pick<Reconciled, 'writes' | 'deferred' | 'notifications' | 'later'> & { readonly closed: readonly ClosedIncident[] } => {
  const taken: Planned[] = []
  const left: Planned[] = []
  let count = 0
  for (const one of all.toSorted((a, b) => ranks.indexOf(a.rank) - ranks.indexOf(b.rank))) {
    const fits = count + one.writes.length <= mostWrites
    if (fits) count += one.writes.length
    ;(fits ? taken : left).push(one)
  }
  return {
    writes: taken.flatMap((one) => one.writes),
    deferred: left.flatMap((one) => one.writes),
    notifications: taken.flatMap((one) => one.notifications),
    later: left.flatMap((one) => one.notifications),
    closed: taken.flatMap((one) => (one.closed === undefined ? [] : [one.closed])),
  }
}
