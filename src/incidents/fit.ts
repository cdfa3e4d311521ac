import type { Write } from '../contract/issues.ts'
import { type ClosedIncident, type IncidentNotification, type PlannedWrites, ranks } from './model.ts'

/** What a run does, and what it leaves to the next one. */
type FittingWrites = {
  readonly writes: readonly Write[]
  readonly deferred: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  readonly later: readonly IncidentNotification[]
  readonly closed: readonly ClosedIncident[]
}

/** The writes of one run at most, so that no run holds up the others. */
export const mostWrites = 10

const byRank = (a: PlannedWrites, b: PlannedWrites): number => ranks.indexOf(a.rank) - ranks.indexOf(b.rank)

/**
 * What opens as critical first, then each server's most important, then each one's next: a server that tells ever new things, as one in wrong hands
 * may, must not keep the others from being heard.
 */
const inTurn = (servers: readonly (readonly PlannedWrites[])[]): readonly PlannedWrites[] =>
  servers
    .flatMap((planned) => {
      const sorted = planned.toSorted(byRank)
      const urgent = sorted.filter(({ rank }) => rank === 'open-critical').length
      return sorted.map((one, index) => ({ one, later: index >= urgent, turn: index < urgent ? index : index - urgent }))
    })
    .toSorted((a, b) => Number(a.later) - Number(b.later) || a.turn - b.turn || byRank(a.one, b.one))
    .map(({ one }) => one)

/** As many as a run may write, of each server what it wants to; what does not fit is judged anew by the next run, and told only then. */
export const fittingWrites = (servers: readonly (readonly PlannedWrites[])[]): FittingWrites => {
  const taken: PlannedWrites[] = []
  const left: PlannedWrites[] = []
  let count = 0
  for (const one of inTurn(servers)) {
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
