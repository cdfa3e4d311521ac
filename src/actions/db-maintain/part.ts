import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Instant } from '../../contract/seen.ts'
import { type PartOutcome, partsOf } from '../../core/parts.ts'
import type { FactTable } from '../../core/render/view.ts'
import type { Threshold } from '../../core/threshold.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'

/** What every task may read besides its own options. */
export type TaskOptions = {
  readonly tasks: readonly string[]
  /** Empty: the one of the configuration. */
  readonly databases: readonly string[]
  readonly thresholds: Readonly<Record<string, Threshold | undefined>>
}

/** A table of the database that is looked after: one that holds rows, or a partitioned parent (`p`). System and temporary ones are none. */
export type Table = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `r` a table, `m` a materialized view, `p` a partitioned parent. */
  readonly kind: 'r' | 'm' | 'p'
  /** The partitioned tables above it, the nearest first; empty when it is no partition. */
  readonly ancestors: readonly number[]
}

export type Server = {
  readonly major: number
  /** Its own word, such as `18.4`. */
  readonly version: string
  /** Our role. */
  readonly user: string
  readonly superuser: boolean
  /** It takes no changes: a task that makes some says so. */
  readonly standby: boolean
  /** How far its clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number
}

/** Where a task works: one database of the server, in the one session that all tasks of this database share, one after the other. */
export type MaintainedDatabase = {
  /** No transaction is open in it when a task begins, and none may be when it ends. */
  readonly session: PostgresSession
  /** For a second session beside it; its `database` is this one. */
  readonly target: PostgresTarget
  readonly server: Server
  /** `database/quiz`, the subject of findings about the database; below it `table/quiz.public.game` and the like, by `subjectIn`. */
  readonly subject: string
  /** The `application_name` of all sessions of this run: by it they are found again. */
  readonly application: string
  /** Those that `tables` names, with their partitions; all of them when it names none. */
  readonly tables: readonly Table[]
  /** `tables` names some: then what is not of them is left out of findings too. */
  readonly named: boolean
  /** When its session was opened, by our clock. */
  readonly openedAt: Instant
  /** Clock, state (the past), progress, ledger, signal; `dryRun` says to change nothing. */
  readonly context: Context
}

/** The counts that become outputs of the action, added up over tasks and databases. */
export type MaintenanceCounts = { readonly [Name in 'vacuumed' | 'reclaimed-bytes' | 'drift' | 'cancelled']?: number }

type Told = {
  /** Something stays on the server that must not: the ledger is kept, and the step's end or the next run removes it. */
  readonly leftBehind?: true
  readonly facts?: JsonObject
  /** A table of the job summary: what each part gained. */
  readonly gains?: FactTable
  readonly counts?: MaintenanceCounts
  /** A part of the log's one line: `12 tables vacuumed`. */
  readonly line?: string
}

/** What a task brings back. */
export type TaskOutcome<Id extends string = string> = PartOutcome<Id> & Told

/** A task: one folder in `parts/`, one test beside it in `__tests__/`, a runbook for each of its ids. Throws for a bug, an error of the server, or a lost connection; then it alone is `unknown`, with the right it lacks. */
export const definePart = partsOf<{
  readonly options: TaskOptions
  readonly world: MaintainedDatabase
  readonly told: Told
  readonly marks: {
    /** A run of it that dies may leave something at work on the server, unless `dryRun`: then the ledger knows of it. */
    readonly changes?: true
    /** Left out unless `tasks` names it. */
    readonly onlyNamed?: true
  }
}>()

/** `table/quiz.public.game`: the subject of something in this database. */
export const subjectIn = (
  { target }: Pick<MaintainedDatabase, 'target'>,
  kind: 'table' | 'index' | 'sequence' | 'constraint',
  name: string,
): string => `${kind}/${target.database}.${name}`
