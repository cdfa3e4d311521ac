import type { Action } from '../contract/action.ts'
import type { Context, Secrets } from '../contract/context.ts'
import type { JudgedFinding } from '../contract/finding.ts'
import type { JsonObject } from '../contract/json.ts'
import type { Programs, RunProgram } from '../contract/process.ts'
import type { PullRequestOfRun } from '../contract/pull-request.ts'
import type { Report, Result, ServerReports } from '../contract/report.ts'
import type { Repository } from '../contract/repository.ts'
import type { AskWeb } from '../contract/web.ts'
import type { Listing } from '../tools/compose.ts'
import type { LookerProgram } from '../tools/isolation/looker.ts'
import type { GitHubCache } from './github-cache.ts'
import type { LastLook } from './last-look.ts'
import type { WrittenUrl } from './parse/options.ts'
import type { Printer } from './print.ts'
import type { Recoverer } from './recover.ts'
import type { RepositoryWanted } from './repository.ts'
import type { Configured, SiteOfRun } from './site.ts'

/** What all actions of one process share. */
export type Run = {
  readonly server: string
  readonly repository: string
  /** The names under `servers:` of the configuration. */
  readonly servers: readonly string[]
  /** The file of the configuration, as it was named. */
  readonly configuration: string
  /** Whom the run is about: all actions of a server keep their state and their incidents under the same site. */
  readonly of: SiteOfRun
  readonly workspace: string
  readonly temporary: string
  readonly pullRequest: PullRequestOfRun | undefined
  readonly printer: Printer
  readonly secrets: Secrets
  readonly redact: (text: string) => string
  /** A look at what is kept or written once more: for what was told. */
  readonly lastLook: LastLook
  readonly runProgram: RunProgram
  readonly programs: Programs
  readonly listing: Listing
  readonly looker: LookerProgram
  readonly dryRun: boolean
  /** What is said of the run as a whole, whatever the action finds. */
  readonly remarks: readonly JudgedFinding[]
  readonly runId: string
  /** This process has the lock of the site already. */
  readonly holdsLock: boolean
  /** Undefined on a hosted runner. */
  readonly stateDirectory: string | undefined
  /** Aborted with the reason `cancelled`. */
  readonly cancelled: AbortSignal
  readonly recoverer: Recoverer
  /** The site of an action whose own section names another project or database than the common part. */
  siteFor(configured: Configured): Promise<SiteOfRun>
  /** Whether the environment leads to a place through a proxy. */
  readonly byProxy?: NonNullable<Context['byProxy']>
  /** The way out to services that the configuration names, under the signal of each action. */
  openWeb(signal: AbortSignal): AskWeb
  /** GitHub's cache, where the runner offers it. */
  openCache(signal: AbortSignal): GitHubCache | undefined
  /** The repository on GitHub, connected anew for each action under its own deadline. */
  openRepository(wanted: RepositoryWanted): Promise<Repository>
  /** Another action with its configured options and these laid over them. */
  prepare(name: string, overrides: JsonObject): Promise<Prepared>
}

/** An action with its parsed options. */
export type Prepared = {
  readonly action: Action
  readonly options: Readonly<Record<string, unknown>> & Configured
  readonly timeoutMs: number | undefined
  readonly databaseUrl?: WrittenUrl | undefined
}

/** The first measurement of a finding over the last runs, oldest first, this one included. */
export type Trend = { readonly id: string; readonly subject: string; readonly values: readonly number[] }

export type RanAction = {
  readonly report: Report
  readonly outputs: Readonly<Record<string, string | number>>
  readonly trends: readonly Trend[]
  /** Of other servers: their incidents are reconciled instead of this report's. */
  readonly merged: readonly ServerReports[] | undefined
  /** A `change` action failed at its work: the step fails whatever `fail-on` says. */
  readonly failedAtWork: boolean
  /** When the action itself has ended, which may be after its turn: the next entry waits for it for a while. */
  readonly settled: Promise<unknown>
}

export type ActionOutcome = Result<Readonly<Record<string, string | number>>> & { readonly failed?: true }

/** What became of an action's turn, and when the action itself has ended. */
export type TurnOf = { readonly outcome: ActionOutcome; readonly settled: Promise<unknown> }
