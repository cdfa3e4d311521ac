import type { ActionFinding, Finding } from './finding.ts'
import type { JsonObject } from './json.ts'
import type { Past } from './past.ts'
import type { Instant } from './seen.ts'
import { type Status, worstStatus } from './status.ts'

/** All findings of one action run; `schema/report.schema.json` publishes its shape. */
export type Report = {
  readonly schemaVersion: 1
  readonly action: string
  readonly server: string
  readonly status: Status
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
  /** The checks that were completed: only a completed check can close its incidents. */
  readonly scope: readonly string[]
  readonly findings: readonly Finding[]
  readonly facts: JsonObject
  /** What a merge job needs to judge it as its own server would. */
  readonly origin?: Origin
}

/** Where a report was made, and what went before and on meanwhile. */
export type Origin = {
  readonly repository: string
  readonly project: string
  /** Other words for the same project, by which open incidents may know it. */
  readonly formerly?: readonly string[]
  /** Absent where there is no usable state. */
  readonly past?: Past
  /** What of Ronde worked on this project while it looked, and when that ends at the latest. */
  readonly work?: readonly { readonly action: string; readonly until: Instant }[]
}

/** Reports of one server and compose project, whose incidents are reconciled in another job. */
export type ServerReports = {
  readonly server: string
  readonly project: string
  readonly formerly?: readonly string[]
  readonly round: string
  readonly reports: readonly Report[]
}

/** The reports of the actions of one round, in the order of the round. */
export type RoundReport = {
  readonly schemaVersion: 1
  readonly round: string
  readonly server: string
  readonly status: Status
  readonly startedAt: string
  readonly durationMs: number
  readonly reports: readonly Report[]
}

/** A file that an action leaves beside its report, such as SARIF; the log says where it is. */
export type Attachment = { readonly name: string; readonly path: string }

/** What an action's `run` returns; its status is derived, never set. */
export type Result<Out, Id extends string = string> = {
  readonly scope: readonly string[]
  readonly findings: readonly ActionFinding<Id>[]
  readonly outputs: Out
  readonly facts: JsonObject
  readonly attachments?: readonly Attachment[]
  /** Of a change: something stays that must not. Its ledger is kept, and the step's end or the next run takes it back. */
  readonly leftBehind?: true
  /** Of other servers: their incidents are reconciled, and not those of this report. */
  readonly merged?: readonly ServerReports[]
}

/** The verdict of findings: the worst of them; none at all is `unknown`. */
export const verdict = (findings: readonly Pick<Finding, 'status'>[]): Status => worstStatus(findings.map((one) => one.status))
