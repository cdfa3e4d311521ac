import type { Finding } from './finding.ts'
import type { JsonObject } from './json.ts'
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

/** A file that an action leaves beside its report, such as SARIF. */
export type Attachment = { readonly name: string; readonly path: string }

/** What an action's `run` returns; its status is derived, never set. */
export type Result<Out> = {
  readonly scope: readonly string[]
  readonly findings: readonly Finding[]
  readonly outputs: Out
  readonly facts: JsonObject
  readonly attachments: readonly Attachment[]
}

/** The verdict of findings: the worst of them; none at all is `unknown`. */
export const verdict = (findings: readonly Finding[]): Status => worstStatus(findings.map((one) => one.status))
