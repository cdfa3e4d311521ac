import type { SeenClock } from './clock.ts'
import type { Compose } from './compose.ts'
import type { Connect } from './database.ts'
import type { History } from './history.ts'
import type { Isolate } from './isolation.ts'
import type { JsonObject } from './json.ts'
import type { OpenKept } from './kept.ts'
import type { Programs, RunProgram } from './process.ts'
import type { PullRequestOfRun } from './pull-request.ts'
import type { Report } from './report.ts'
import type { Permissions, Repository } from './repository.ts'
import type { Instant, Obstacle } from './seen.ts'
import type { AskWeb } from './web.ts'

export interface Secrets {
  /** Masks a secret in the log and redacts it everywhere from now on, with its URL-encoded and base64 forms. */
  add(secret: string): void
}

/** The state of this action on this server and compose project. */
export interface State extends History {
  /** Kept with the run's findings in one transaction when the run ends. */
  setNote(key: string, value: string): void
}

export interface Progress {
  /** A line for the person who watches the log; untrusted text is made inert. */
  say(line: string): void
}

/** What a `change` action is about to do, written and synced before it is done, so that a dead run can be recovered. */
export interface Ledger {
  write(step: JsonObject): void
  /** In a recovery the steps of the run that died, in the order in which they were written; else empty. The runtime closes the ledger. */
  pending(): readonly JsonObject[]
}

/** Work that was done alone on its site, or that somebody else's work kept from being done. */
export type Exclusive<T> = { readonly kind: 'done'; readonly value: T } | ({ readonly kind: 'refused' } & Obstacle)

/** A run of a `change` action that ended and left work behind; `cause`: why it could not be taken back yet, where this run tried. */
export type Recovery = {
  readonly action: string
  readonly project: string
  readonly startedAt: Instant
  readonly steps: number
  readonly cause?: string
}

/** Everything of the world outside its options that an action may use. */
export interface Context {
  readonly signal: AbortSignal
  now(): Instant
  /** How far this clock was from GitHub's when an earlier run last heard from it; undefined when none did. */
  clock(): Promise<SeenClock | undefined>
  /** The name of the server; where none is named, of an action of the repository, its `owner/name`, which no server can have. */
  readonly server: string
  /** The folder of the checkout, absolute: what is kept in the repository is named from here. */
  readonly workspace: string
  /** The names under `servers:` of the configuration; empty where it has one server. */
  readonly servers: readonly string[]
  /** The file of the configuration as it was named, whether it is there or not: relative to the workspace, or absolute. */
  readonly configuration: string
  /** Where files for later steps of the job go: `RUNNER_TEMP`, else the system's folder for what is temporary. */
  readonly temporary: string
  /** Absent where the run is about none. */
  readonly pullRequest?: PullRequestOfRun | undefined
  /** Of this workflow run on GitHub, whatever its attempt; elsewhere of this process: a change that is planned in one run is applied in another. */
  readonly runId: string
  /** Show what would be done and change nothing; only an action that may change something can be asked for it. */
  readonly dryRun: boolean
  readonly secrets: Secrets
  readonly state: State
  readonly compose: Compose
  readonly connect: Connect
  /** Starts a program; see `core/process.ts`. */
  readonly runProgram: RunProgram
  /** Pipelines and long-lived children besides. */
  readonly programs: Programs
  /** A secret of this server that outlives runs, a file below the state folder that nobody else can read; `make` gives it at first use. Throws a UserError where there is no state folder, or where the file is not ours. */
  keptSecret(file: string, make: () => string): string
  /** Looks in another process at what may end the process that looks: any foreign server's TLS. */
  readonly isolate: Isolate
  /** Whether the environment leads others to this place through a proxy. Looks at endpoints never go that way. */
  readonly byProxy?: (place: { readonly hostname: string; readonly protocol: string }) => boolean
  /** Asks a service on the network that the configuration names. */
  readonly askWeb: AskWeb
  readonly openKept: OpenKept
  readonly progress: Progress
  readonly ledger: Ledger
  /** Does work under the lock of the site, while nothing else of Ronde changes it; a `change` action holds it already. Waits for nobody. */
  exclusively<T>(work: () => Promise<T>): Promise<Exclusive<T>>
  /** The repository of this run on GitHub. Throws a UserError when there is no token, or none outside of GitHub Actions. */
  repository(needs: Permissions): Promise<Repository>
  /** The `application_name`s of database sessions of runs on this host, as their ledgers record them: nobody else can guess one. Absent where no ledger is kept. */
  ownSessions?(): readonly string[]
  /**
   * Does a swap: renames only, under 2 s, which the ledger can resume. Neither deadline nor cancel ends the turn of the action inside it, and
   * its own signal never aborts. Rejects before it begins when the run is being ended already.
   */
  uninterrupted<T>(swap: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** What dead runs of this repository left on this server, of any action; `troubles` are ledgers that could not be read. */
  recoveries(): { readonly recoveries: readonly Recovery[]; readonly troubles: readonly string[] }
  /** Runs another action with these options laid over its configured ones and gives its report. */
  invoke(name: string, overrides: JsonObject): Promise<Report>
}
