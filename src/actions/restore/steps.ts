import type { PostgresTarget } from '../../contract/database.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { RunProgram } from '../../contract/process.ts'
import { UserError } from '../../contract/user-error.ts'
import type { Steps } from '../../core/steps.ts'
import { readMark } from '../../domain/restore/mark.ts'
import { restoreRoles } from '../../domain/restore/names.ts'
import { removePartial } from '../../tools/backup-folder.ts'
import { endOwnSessions } from '../../tools/connect/own-sessions.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { removeHelpers } from '../../tools/postgres-programs/helper-container.ts'
import { administer, besideDatabase } from '../../tools/restore/administrator.ts'
import { dropMarked } from '../../tools/restore/copy-database.ts'
import { dropRestoreRoles } from '../../tools/restore/roles.ts'
import { type SwapRecord, swapBack } from '../../tools/restore/swap.ts'
import { type ContainerWorld, type RunningContainer, startContainers, stopContainers } from '../../tools/service-containers.ts'

/** What a restore of a database writes down before it does it. */
export type RestoreRecords = {
  /** A folder for lists, passwords and the dump in plain. */
  readonly work: { readonly root: string; readonly path: string }
  readonly containers: { readonly token: string }
  readonly sessions: { readonly application: string; readonly database: string }
  /** Roles of the server that live as long as the copy is loaded. */
  readonly roles: { readonly id: string; readonly database: string }
  /** A copy that is not whole goes; one that is stays for the next run. */
  readonly copy: { readonly id: string; readonly name: string; readonly database: string }
  /** Containers of the project that ran. */
  readonly stopped: { readonly containers: readonly RunningContainer[] }
  readonly swap: SwapRecord
  /** What took the place was looked at and stays: from here on nothing is swapped back. */
  readonly kept: { readonly id: string }
}

export type RestoreWorld = ContainerWorld & {
  readonly runProgram: RunProgram
  /** Throws where the server cannot be found. */
  readonly target: () => Promise<PostgresTarget>
  readonly make: (path: string) => Promise<void>
}

const sweepMs = 90_000

/** Under a deadline of its own: what ended the run has ended its signal. */
const sweep = async <T>({ target }: RestoreWorld, database: string, work: (session: PostgresSession) => Promise<T>): Promise<T> => {
  const server = besideDatabase(await target(), database)
  const limits = { signal: AbortSignal.timeout(sweepMs), application: 'ronde', timeoutMs: sweepMs }
  const result = await administer(server, limits, work)
  if (!result.ok) throw new UserError(`what a restore left on ${server.subject} could not be looked for: ${result.failure.detail}`)
  return result.value
}

/** By its mark; one that was made a moment ago has none yet, and a name that nobody else could have given it. */
const isLoading =
  (id: string) =>
  (comment: string): boolean => {
    if (comment === '') return true
    const mark = readMark(comment)
    return mark?.id === id && mark.is === 'loading'
  }

export const restoreSteps: Steps<RestoreWorld, RestoreRecords> = {
  work: {
    do: async ({ path }, { make }) => make(path),
    undo: ({ root, path }) => removePartial(root, path),
  },
  containers: {
    do: async () => {},
    undo: async ({ token }, { runProgram }) => {
      await removeHelpers(token, { run: runProgram, signal: AbortSignal.timeout(sweepMs) })
    },
  },
  sessions: {
    do: async () => {},
    undo: async ({ application, database }, world) => {
      const ended = await sweep(world, database, (session) => endOwnSessions(session, application))
      if (ended > 0) world.progress.say(`ended ${ended} sessions of a restore that did not end`)
    },
  },
  roles: {
    do: async () => {},
    undo: ({ id, database }, world) => sweep(world, database, (session) => dropRestoreRoles(session, restoreRoles(id))),
  },
  copy: {
    do: async () => {},
    undo: async ({ id, name, database }, world) => {
      if (await sweep(world, database, (session) => dropMarked(session, name, isLoading(id))))
        world.progress.say(`dropped ${name}, which was not whole`)
    },
  },
  stopped: {
    do: ({ containers }, world) => stopContainers(containers, world),
    undo: ({ containers }, world) => startContainers(containers, world),
  },
  swap: {
    do: async () => {},
    undo: async (record, world) => {
      await sweep(world, record.database, (session) => swapBack(session, record))
      world.progress.say(`${record.database} is what it was before the restore ${record.id}`)
    },
  },
  kept: { do: async () => {}, undo: async () => {} },
}

/** What a dead run's ledger says is to be taken back: a swap that was found good is none of it. */
export const leftToUndo = (entries: readonly JsonObject[]): readonly JsonObject[] =>
  entries.some(({ step }) => step === 'kept') ? entries.filter(({ step }) => step !== 'swap') : entries
