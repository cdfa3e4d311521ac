import { rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Compose } from '../../contract/compose.ts'
import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Finished } from '../../contract/process.ts'
import { UserError } from '../../contract/user-error.ts'
import type { beginSteps, Steps } from '../../core/steps.ts'
import { removePartial } from '../../tools/backup-folder.ts'
import { endOwnSessions } from '../../tools/connect/own-sessions.ts'
import { withPostgresSession } from '../../tools/connect/session.ts'
import { isScratchFolder } from '../../tools/scratch/place.ts'

/** What a backup writes down before it does it. */
export type BackupRecords = {
  /** A folder of an unfinished backup. */
  readonly partial: { readonly root: string; readonly path: string }
  /** By this name its sessions are found on the server. */
  readonly sessions: { readonly application: string }
  /** The folder of a scratch server, which ends with the process that started it. */
  readonly scratch: { readonly directory: string }
  /** Containers of the project that ran and are stopped meanwhile, by their ids. */
  readonly stopped: { readonly containers: readonly string[] }
  /** A container of ours that reads a volume. */
  readonly helper: { readonly name: string }
}

/** `target`: undefined where the database does not run. */
export type BackupWorld = {
  readonly progress: Context['progress']
  readonly target: PostgresTarget | undefined
  readonly make: (path: string) => Promise<void>
  readonly compose: Pick<Compose, 'containers' | 'docker'>
}

export type BackupSteps = ReturnType<typeof beginSteps<BackupWorld, BackupRecords>>

const sweepMs = 15_000

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
  if (!result.ok)
    throw new UserError(`sessions that an earlier backup left on ${target.subject} could not be looked for: ${result.failure.detail}`)
  return result.value
}

/** The label of containers of ours that live for one volume. */
export const helperLabel = 'ronde.archive'

const engineMs = 120_000
const helperName = /^ronde-archive-[0-9a-f-]{36}$/

const isDone = (finished: Finished): boolean => finished.ended === 'exit' && finished.exitCode === 0

const saidBy = ({ stderr, ended }: Finished): string => stderr.trim().split('\n').at(-1) || ended

/** Those of the project alone: an id that is another project's was put there by somebody else. One that is gone needs no start. */
const startAgain = async (containers: readonly string[], { compose, progress }: BackupWorld): Promise<void> => {
  const seen = await compose.containers()
  if (!seen.seen) throw new UserError(`containers that a backup stopped could not be started again: ${seen.cause}`)
  const own = new Map(seen.value.map((one) => [one.id, one]))
  for (const id of containers) {
    const container = own.get(id)
    if (container === undefined) {
      if (isDone(await compose.docker(['container', 'inspect', '--', id], { timeoutMs: engineMs })))
        throw new UserError(`the ledger names the container ${id}, which is of another project: it is left as it is`)
      continue
    }
    if (container.state === 'running') continue
    const finished = await compose.docker(['start', '--', id], { timeoutMs: engineMs })
    if (!isDone(finished)) throw new UserError(`${container.service} was stopped for a backup and does not start: ${saidBy(finished)}`)
    progress.say(`started again: ${container.service}`)
  }
}

const stop = async (containers: readonly string[], { compose }: BackupWorld): Promise<void> => {
  const finished = await compose.docker(['stop', '--time=60', '--', ...containers], { timeoutMs: engineMs })
  if (!isDone(finished)) throw new UserError(`services could not be stopped: ${saidBy(finished)}`)
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
      const ended = target === undefined ? 0 : await endSessions(target, application)
      if (ended > 0) progress.say(`ended ${ended} sessions of a backup that did not end`)
    },
  },
  scratch: {
    do: async () => {},
    undo: async ({ directory }) => {
      if (!isScratchFolder(directory))
        throw new UserError(`${basename(directory)} in ${dirname(directory)} is no folder of a scratch server`)
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  },
  stopped: {
    do: ({ containers }, world) => stop(containers, world),
    undo: ({ containers }, world) => startAgain(containers, world),
  },
  helper: {
    do: async () => {},
    undo: async ({ name }, { compose }) => {
      if (!helperName.test(name)) throw new UserError(`${name} is no container of a backup`)
      for (const one of [name, `${name}-look`]) {
        const finished = await compose.docker(['rm', '--force', '--', one], { timeoutMs: engineMs })
        if (!isDone(finished) && !/no such container/i.test(finished.stderr))
          throw new UserError(`${one} could not be removed: ${saidBy(finished)}`)
      }
    },
  },
}
