import type { Compose, ComposeOptions } from '../contract/compose.ts'
import type { Context, Secrets } from '../contract/context.ts'
import type { DatabaseOptions } from '../contract/database.ts'
import type { Isolate } from '../contract/isolation.ts'
import type { Programs, RunProgram } from '../contract/process.ts'
import type { AskWeb } from '../contract/web.ts'
import { createCompose, type Listing } from '../tools/compose.ts'
import { createConnect } from '../tools/connect/connect.ts'
import type { LookerProgram } from '../tools/isolation/looker.ts'
import { createSpeakTls } from '../tools/isolation/tunnel.ts'
import { recallClock } from './clock.ts'
import type { Printer } from './print.ts'
import type { RepositoryWanted } from './repository.ts'
import { keptSecret } from './state/kept-secret.ts'
import { recordedSessions } from './state/ledger-file.ts'
import type { StateStore } from './state/state.ts'

/** What the runtime decides for one action, and hands over as it is. */
type Given = Pick<
  Context,
  | 'pullRequest'
  | 'temporary'
  | 'openKept'
  | 'ledger'
  | 'exclusively'
  | 'uninterrupted'
  | 'recoveries'
  | 'invoke'
  | 'byProxy'
  | 'dryRun'
  | 'runId'
  | 'server'
  | 'servers'
  | 'configuration'
  | 'workspace'
>

export type ContextParts = Given & {
  readonly action: string
  readonly repository: string
  readonly common: { readonly compose?: ComposeOptions | undefined; readonly database?: DatabaseOptions | undefined }
  readonly signal: AbortSignal
  readonly deadline: number
  readonly secrets: Secrets
  readonly printer: Printer
  readonly runProgram: RunProgram
  readonly programs: Programs
  readonly listing: Listing
  readonly isolate: Isolate
  readonly looker: LookerProgram
  readonly stateDirectory: string | undefined
  readonly store: StateStore
  readonly openWeb: (signal: AbortSignal) => AskWeb
  readonly openRepository: (wanted: RepositoryWanted) => ReturnType<Context['repository']>
}

const composeOf = ({ common, runProgram, signal, listing }: ContextParts): Compose =>
  createCompose({ options: common.compose ?? {}, run: runProgram, signal, listing })

/** The services of one action run. Docker and the database are looked for when something first asks. */
export const createContext = (parts: ContextParts): Context => {
  const { common, signal, secrets, runProgram, stateDirectory } = parts
  const compose = composeOf(parts)
  return {
    signal,
    now: () => Date.now(),
    clock: async () => recallClock(parts, Date.now()),
    server: parts.server,
    workspace: parts.workspace,
    servers: parts.servers,
    configuration: parts.configuration,
    pullRequest: parts.pullRequest,
    temporary: parts.temporary,
    openKept: parts.openKept,
    dryRun: parts.dryRun,
    runId: parts.runId,
    secrets,
    state: parts.store,
    compose,
    runProgram,
    programs: parts.programs,
    keptSecret: (file, make) => keptSecret(stateDirectory, file, make),
    isolate: parts.isolate,
    askWeb: parts.openWeb(signal),
    ...(parts.byProxy === undefined ? {} : { byProxy: parts.byProxy }),
    connect: createConnect({
      options: common.database ?? {},
      compose,
      secrets,
      speakTls: createSpeakTls({ program: parts.looker, run: runProgram }),
    }),
    progress: { say: (line) => parts.printer.progress(line) },
    ledger: parts.ledger,
    exclusively: parts.exclusively,
    uninterrupted: parts.uninterrupted,
    repository: (needs) => parts.openRepository({ needs, signal, deadline: parts.deadline }),
    ...(stateDirectory === undefined ? {} : { ownSessions: () => recordedSessions(stateDirectory) }),
    recoveries: parts.recoveries,
    invoke: parts.invoke,
  }
}
