import type { State } from '../../contract/context.ts'
import type { Issues, IssuesFailure, Write } from '../../contract/issues.ts'
import type { Instant } from '../../contract/seen.ts'
import type { IncidentLine } from '../../core/render/incident-lines.ts'
import type { Notification, ReconcileInput } from '../../incidents/model.ts'
import type { OutboxFact } from '../../incidents/outbox.ts'
import type { ReconcileResult } from '../../incidents/reconcile.ts'

/** What a reconcile works with besides the report and its options. */
export type ReconcileAccess = {
  readonly issues: Issues
  /** What earlier runs could not write. */
  readonly facts: readonly OutboxFact[]
  /** Of the incidents of this server, whatever the action. */
  readonly state: State
  /** By our clock. */
  readonly now: Instant
  /** How far our clock is ahead of GitHub's, once it has answered. */
  readonly clockAheadMs?: () => number | undefined
}

/** What the run knows of one server; GitHub's part is asked for. `isOurs`: its reports and its past are timed by our own clock. */
export type ServerInput = Omit<ReconcileInput, 'issues' | 'comments' | 'publicRepository' | 'now'> & { readonly isOurs?: boolean }

/** Where a reconcile says what it did. */
export type IncidentLog = {
  /** A line for each issue that was written, and for what people should know. */
  readonly say: (line: string) => void
  /** `https://github.com/owner/name/issues/` */
  readonly issuesUrl: string
}

/** What GitHub told, and what is to be written. */
export type IssuesRead = {
  readonly ok: true
  readonly inputs: readonly ReconcileInput[]
  readonly plan: ReconcileResult
  /** Undefined when there was no need to ask. */
  readonly isPublic: boolean | undefined
}

/** What a run did with an issue, or found it to be. */
export type IssueDeed = IncidentLine['deed']

/** What became of the writes of a run. */
export type WritingOutcome = {
  /** What ended the writing; an issue that is gone or refuses ends nothing. */
  readonly failure: IssuesFailure | undefined
  /** Numbers of new issues by the fingerprint of their creation. */
  readonly created: ReadonlyMap<string, number>
  /** Who wrote, as GitHub says. */
  readonly author: string | undefined
  readonly deeds: ReadonlyMap<number, IssueDeed>
  /** Issues that another run wrote first: that one tells, and this one says nothing. */
  readonly overtaken: ReadonlySet<number>
  /** What was one too many for this run. */
  readonly left: readonly Write[]
}

/** What a run told of its incidents, and what it could not tell. */
export type IncidentsTold = {
  /** Each is sent now, and only now. */
  readonly notifications: readonly Notification[]
  /** What GitHub could not be told, of this run or of earlier ones. */
  readonly facts: readonly OutboxFact[]
  readonly failure: IssuesFailure | undefined
  /** Those that are open or were written. */
  readonly incidents: readonly IncidentLine[]
}
