import { randomUUID } from 'node:crypto'
import type { Compose, ComposeOptions } from '../contract/compose.ts'
import type { Context, Secrets } from '../contract/context.ts'
import type { DatabaseOptions } from '../contract/database.ts'
import type { Isolate } from '../contract/isolation.ts'
import type { JsonObject } from '../contract/json.ts'
import type { RunProgram } from '../contract/process.ts'
import type { Report } from '../contract/report.ts'
import type { Repository } from '../contract/repository.ts'
import { createCompose } from '../tools/compose.ts'
import { createConnect } from '../tools/connect/connect.ts'
import type { LookerProgram } from '../tools/isolation/looker.ts'
import { createSpeakTls } from '../tools/isolation/tunnel.ts'
import { recallClock } from './clock.ts'
import type { Printer } from './print.ts'
import type { RepositoryWanted } from './repository.ts'
import { createLedger, pendingRecoveries } from './state/ledger.ts'
import { recordedSessions } from './state/ledger-file.ts'
import type { StateStore } from './state/state.ts'

export type ContextParts = {
  readonly action: string
  readonly server: string
  readonly workspace: string
  readonly servers: readonly string[]
  readonly repository: string
  readonly dryRun: boolean
  /** This process has the lock of the compose project already. */
  readonly holdsLock: boolean
  readonly project: string
  readonly common: { readonly compose?: ComposeOptions | undefined; readonly database?: DatabaseOptions | undefined }
  readonly signal: AbortSignal
  readonly deadline: number
  readonly secrets: Secrets
  readonly printer: Printer
  readonly runProgram: RunProgram
  readonly isolate: Isolate
  readonly looker: LookerProgram
  readonly stateDirectory: string | undefined
  readonly store: StateStore
  readonly openRepository: (wanted: RepositoryWanted) => Promise<Repository>
  readonly invoke: (name: string, overrides: JsonObject) => Promise<Report>
}

/** A ledger that has nowhere to be: an action that must write one cannot run there. */
const noLedger: Context['ledger'] = {
  write: () => {
    throw new Error('a change needs a state folder for its ledger, and a hosted runner has none')
  },
  pending: () => [],
  close: () => {},
}

type Lock = Pick<ContextParts, 'action' | 'common' | 'deadline' | 'holdsLock' | 'stateDirectory'> & { readonly compose: Compose }

const exclusivelyWith =
  ({ action, common, deadline, holdsLock, stateDirectory, compose }: Lock): Context['exclusively'] =>
  async (work) => {
    // A hosted runner has no server of its own that anybody else could be at work on.
    if (holdsLock || stateDirectory === undefined) return { kind: 'done', value: await work() }
    const { underLock } = await import('./project-lock.ts')
    return underLock({ directory: stateDirectory, project: common.compose?.project, compose, what: action, deadline }, work)
  }

/** The services of one action run. Docker and the database are looked for when something first asks. */
export const createContext = (parts: ContextParts): Context => {
  const { common, signal, secrets, runProgram, stateDirectory } = parts
  const compose = createCompose({ options: common.compose ?? {}, run: runProgram, signal })
  const ledger =
    stateDirectory === undefined
      ? noLedger
      : createLedger({
          directory: stateDirectory,
          action: parts.action,
          project: parts.project,
          run: randomUUID(),
          now: Date.now(),
          deadline: parts.deadline,
        })
  return {
    signal,
    now: () => Date.now(),
    clock: () => recallClock(parts, Date.now()),
    server: parts.server,
    workspace: parts.workspace,
    servers: parts.servers,
    dryRun: parts.dryRun,
    secrets,
    state: parts.store,
    compose,
    runProgram,
    isolate: parts.isolate,
    connect: createConnect({
      options: common.database ?? {},
      compose,
      secrets,
      speakTls: createSpeakTls({ program: parts.looker, run: runProgram }),
    }),
    progress: { say: (line) => parts.printer.line(line) },
    ledger,
    exclusively: exclusivelyWith({ ...parts, compose }),
    repository: (needs) => parts.openRepository({ needs, signal, deadline: parts.deadline }),
    ...(stateDirectory === undefined ? {} : { ownSessions: () => recordedSessions(stateDirectory) }),
    recoveries: () => {
      if (stateDirectory === undefined) return { recoveries: [], troubles: [] }
      const { recoveries, troubles } = pendingRecoveries(stateDirectory, Date.now())
      return { recoveries, troubles: troubles.map(({ cause, advice }) => `${cause}; ${advice}`) }
    },
    invoke: parts.invoke,
  }
}
