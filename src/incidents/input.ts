import type { Write } from '../contract/issues.ts'
import type { ClosedIncident, IncidentNotification } from './model.ts'
import type { Held } from './openings.ts'

export type ReconcileFacts = {
  /** Open incidents of these actions when the run began. */
  readonly open: number
  /** Issues of our authors whose marker cannot be read any more: left alone. */
  readonly unreadable: readonly number[]
  /** Issues that look like silences, and silence nothing. */
  readonly brokenSilences: readonly number[]
  /** Issues with our label of other people: never touched. */
  readonly foreign: readonly number[]
  /** Findings that opened nothing, and why. */
  readonly held: readonly Held[]
  /** What each closed incident of this run leaves for the journal. */
  readonly closed: readonly ClosedIncident[]
}

export type Reconciled = {
  /** In this order; at most ten. */
  readonly writes: readonly Write[]
  /** Left for the next run, which judges anew. */
  readonly deferred: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  /** What the deferred writes would have told: of the next run, and until then a fact of the outbox. */
  readonly later: readonly IncidentNotification[]
  /** Read these and reconcile again before anything is written; nothing is wanted twice. */
  readonly wants: { readonly closed: boolean; readonly comments: readonly number[] }
  readonly facts: ReconcileFacts
}
