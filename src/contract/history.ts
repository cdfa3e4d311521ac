import type { Instant } from './seen.ts'
import type { Status } from './status.ts'

/** One earlier run's word on a finding id and subject. */
export type PastStatus = { readonly at: Instant; readonly status: Status }
export type PastMeasurement = { readonly at: Instant; readonly value: number }

/** What earlier runs of this action on this server and compose project left in the state; newest first. Empty on a first run. */
export interface History {
  statuses(id: string, subject: string, limit: number): readonly PastStatus[]
  measurements(subject: string, name: string, limit: number): readonly PastMeasurement[]
  /** A counter or offset that a probe kept for itself (restart counts, log offsets), as JSON text; `undefined` when there is none. */
  note(key: string): string | undefined
}

/** A first sight: nothing is "new" against it. */
export const noHistory: History = { statuses: () => [], measurements: () => [], note: () => undefined }
