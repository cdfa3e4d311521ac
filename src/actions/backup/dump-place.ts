import { statfs } from 'node:fs/promises'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { chooseClient, noClientWords } from '../../domain/backup/client.ts'
import type { DiskRoom } from '../../domain/backup/room.ts'
import { hostClient, type PostgresClient } from '../../tools/postgres-programs/client.ts'
import { findPrograms } from '../../tools/postgres-programs/installed.ts'
import { hostPlace, type ScratchOwner, type ScratchPlace, scratchFolder } from '../../tools/scratch/place.ts'
import type { BackupSite } from './part.ts'

export type WantedPrograms = { readonly site: BackupSite; readonly target: PostgresTarget; readonly serverMajor: number }

/** PostgreSQL's client programs for a server of this major, or what to install. */
export const clientFor = async ({ site, serverMajor }: WantedPrograms): Promise<PostgresClient | Obstacle> => {
  const { runProgram: run, signal } = site.context
  const installed = await findPrograms('pg_dump', { run, signal })
  const chosen = chooseClient(installed, serverMajor)
  return chosen === undefined ? noClientWords(installed, serverMajor) : hostClient(chosen)
}

export type FoundPlace = { readonly place: ScratchPlace; readonly owner: ScratchOwner }

/** An account that owns nothing, on every system. */
const nobody: ScratchOwner = { uid: 65_534, gid: 65_534 }

/** Where a copy can be restored without any right that its code could use, or why nowhere. */
export const scratchFor = async ({ site, serverMajor }: WantedPrograms, random: string): Promise<FoundPlace | { readonly why: string }> => {
  const { runProgram: run, signal } = site.context
  if (process.getuid?.() !== 0)
    return { why: 'a scratch server needs an account of its own, which only root can give it: run the runner as root for this action' }
  const installed = await findPrograms('postgres', { run, signal })
  const chosen = installed.find(({ major }) => major === serverMajor)
  if (chosen === undefined)
    return { why: `no PostgreSQL ${serverMajor} server is installed here to restore a copy in: install postgresql-${serverMajor}` }
  return { owner: nobody, place: hostPlace({ directory: scratchFolder(random), folder: chosen.folder, major: serverMajor, owner: nobody }) }
}

/** Of the file system that holds a folder. */
export const roomOf = async (folder: string): Promise<DiskRoom> => {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
