import type { PostgresTarget } from '../../contract/database.ts'
import type { RunProgram } from '../../contract/process.ts'
import { UserError } from '../../contract/user-error.ts'
import type { beginSteps, Steps } from '../../core/steps.ts'
import type { PostgresFailureKind } from '../../domain/postgres/failure.ts'
import { removePartial } from '../../tools/backup-folder.ts'
import { endOwnSessions } from '../../tools/connect/own-sessions.ts'
import { withPostgresSession } from '../../tools/connect/session.ts'
import { removeHelpers } from '../../tools/postgres-programs/helper-container.ts'
import { removeScratch } from '../../tools/scratch/place.ts'
import {
  type ContainerWorld,
  type RunningContainer,
  removeHelper,
  startContainers,
  stopContainers,
} from '../../tools/service-containers.ts'

/** Steps of archives. */
export type ArchiveRecords = {
  /** Containers of the project that ran and are stopped meanwhile. */
  readonly stopped: { readonly containers: readonly RunningContainer[] }
  /** A container of ours that reads a volume. */
  readonly helper: { readonly name: string }
}

/** What a backup writes down before it does it. */
export type BackupRecords = ArchiveRecords & {
  /** A folder of an unfinished backup. */
  readonly partial: { readonly root: string; readonly path: string }
  /** By this name its sessions are found on the server. */
  readonly sessions: { readonly application: string }
  /** Containers that carry this label. */
  readonly containers: { readonly token: string }
  /** The folder of a scratch server, which ends with the process that started it. */
  readonly scratch: { readonly directory: string }
}

/** `target`: undefined where the database does not run; throws where it cannot be found. */
export type BackupWorld = ContainerWorld & {
  readonly target: () => Promise<PostgresTarget | undefined>
  readonly make: (path: string) => Promise<void>
  readonly runProgram: RunProgram
}

export type BackupSteps = ReturnType<typeof beginSteps<BackupWorld, BackupRecords>>

const sweepMs = 15_000

/** A server that does not run, or begins anew, has no session of before. */
const ofStopped: ReadonlySet<PostgresFailureKind> = new Set(['refused', 'starting-up', 'no-socket'])

/** Under a deadline of its own: what ended the run has ended its signal. */
const endSessions = async (target: PostgresTarget, application: string): Promise<number> => {
  const limits = {
    signal: AbortSignal.timeout(sweepMs),
    connectTimeoutMs: 5_000,
    timeoutMs: sweepMs,
    application: 'ronde',
    direct: true as const,
  }
  const result = await withPostgresSession(target, limits, (session) => endOwnSessions(session, application))
  if (!result.ok && ofStopped.has(result.failure.kind)) return 0
  if (!result.ok)
    throw new UserError(`sessions that an earlier backup left on ${target.subject} could not be looked for: ${result.failure.detail}`)
  return result.value
}

/** What a dead run may have left: a folder that is not whole, sessions that hold a snapshot, and a scratch server's data. */
export const backupSteps: Steps<BackupWorld, BackupRecords> = {
  partial: {
    do: async ({ path }, { make }) => make(path),
    undo: ({ root, path }) => removePartial(root, path),
  },
  sessions: {
    do: async () => {},
    undo: async ({ application }, { target, progress }) => {
      const found = await target()
      const ended = found === undefined ? 0 : await endSessions(found, application)
      if (ended > 0) progress.say(`ended ${ended} sessions of a backup that did not end`)
    },
  },
  containers: {
    do: async () => {},
    undo: async ({ token }, { runProgram, progress }) => {
      const removed = await removeHelpers(token, { run: runProgram, signal: AbortSignal.timeout(sweepMs) })
      if (removed > 0) progress.say(`removed ${removed} containers of a backup that did not end`)
    },
  },
  scratch: {
    do: async () => {},
    undo: ({ directory }) => removeScratch(directory),
  },
  stopped: {
    do: ({ containers }, world) => stopContainers(containers, world),
    undo: ({ containers }, world) => startContainers(containers, world),
  },
  helper: {
    do: async () => {},
    undo: ({ name }, world) => removeHelper(name, world),
  },
}
