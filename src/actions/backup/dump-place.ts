import { statfs } from 'node:fs/promises'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import type { DiskRoom } from '../../domain/backup/room.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { findClient } from '../../tools/postgres-programs/find-client.ts'
import { findPrograms } from '../../tools/postgres-programs/installed.ts'
import { containerPlace } from '../../tools/scratch/container-place.ts'
import { hostPlace, type ScratchOwner, type ScratchPlace, scratchFolder } from '../../tools/scratch/place.ts'
import type { UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'

export type WantedPrograms = {
  readonly site: BackupSite
  readonly target: PostgresTarget
  readonly unfinished: UnfinishedBackup
  readonly serverMajor: number
}

/** PostgreSQL's client programs for a server of this major: of its own image, else of this host; or what to install. */
export const clientFor = ({ site, target, unfinished, serverMajor }: WantedPrograms): Promise<PostgresClient | Obstacle> => {
  const { compose, runProgram: run, signal } = site.context
  const { random: token, folder, work } = unfinished
  const begin = () => site.steps.step('containers', { token })
  return findClient({ compose, run, signal, target, serverMajor, token, folders: [folder, work], begin })
}

export type FoundPlace = { readonly place: ScratchPlace; readonly owner: ScratchOwner }

/** An account that owns nothing, on every system. */
const nobody: ScratchOwner = { uid: 65_534, gid: 65_534 }

const onHost = async ({ site, serverMajor }: WantedPrograms, directory: string): Promise<ScratchPlace | { readonly why: string }> => {
  const { runProgram: run, signal } = site.context
  const installed = await findPrograms('postgres', { run, signal })
  const chosen = installed.find(({ major }) => major === serverMajor)
  return chosen === undefined
    ? { why: `no PostgreSQL ${serverMajor} server is installed here to restore a copy in: install postgresql-${serverMajor}` }
    : hostPlace({ directory, folder: chosen.folder, major: serverMajor, owner: nobody })
}

/** Where a copy can be restored without any right that its code could use, or why nowhere. */
export const scratchFor = async (wanted: WantedPrograms, { image }: PostgresClient): Promise<FoundPlace | { readonly why: string }> => {
  const { site, unfinished, serverMajor: major } = wanted
  if (process.getuid?.() !== 0)
    return { why: 'a scratch server needs an account of its own, which only root can give it: run the runner as root for this action' }
  const { runProgram: run, signal } = site.context
  const { random: token } = unfinished
  const directory = scratchFolder(token)
  const place =
    image === '' ? await onHost(wanted, directory) : await containerPlace({ image, token, directory, major, owner: nobody, run, signal })
  return 'why' in place ? place : { owner: nobody, place }
}

/** Of the file system that holds a folder. */
export const roomOf = async (folder: string): Promise<DiskRoom> => {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
