import { statfs } from 'node:fs/promises'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { chooseClient, noClientWords } from '../../domain/backup/client.ts'
import type { DiskRoom } from '../../domain/backup/room.ts'
import { hostClient, type PostgresClient } from '../../tools/postgres-programs/client.ts'
import { isMountable } from '../../tools/postgres-programs/helper-container.ts'
import { imageClient } from '../../tools/postgres-programs/image-client.ts'
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

/** The container and image of a compose service; undefined for a database elsewhere, or where docker does not answer. */
const serverImage = async ({
  site,
  target,
  unfinished,
}: WantedPrograms): Promise<{ readonly container: string; readonly image: string } | undefined> => {
  const { compose } = site.context
  if (target.service === undefined || !isMountable(unfinished.folder)) return undefined
  const containers = await compose.containers()
  const own = containers.seen ? containers.value.find(({ service, state }) => service === target.service && state === 'running') : undefined
  if (own === undefined) return undefined
  const inspected = await compose.docker(['inspect', '--format', '{{.Image}}', own.id])
  const image = inspected.stdout.trim()
  return /^sha256:[0-9a-f]{64}$/.test(image) ? { container: own.id, image } : undefined
}

const fromImage = async (wanted: WantedPrograms): Promise<PostgresClient | undefined> => {
  const { site, unfinished, serverMajor } = wanted
  const server = await serverImage(wanted)
  if (server === undefined) return undefined
  const { runProgram: run, signal } = site.context
  const { random: token, folder, work } = unfinished
  await site.steps.step('containers', { token })
  return imageClient({ ...server, token, folders: [folder, work], serverMajor, run, signal })
}

/** PostgreSQL's client programs for a server of this major: of its own image, else of this host; or what to install. */
export const clientFor = async (wanted: WantedPrograms): Promise<PostgresClient | Obstacle> => {
  const { site, serverMajor } = wanted
  const { runProgram: run, signal } = site.context
  const own = await fromImage(wanted)
  if (own !== undefined && own.major >= serverMajor) return own
  const installed = await findPrograms('pg_dump', { run, signal })
  const chosen = chooseClient(installed, serverMajor)
  return chosen === undefined ? noClientWords(installed, serverMajor) : hostClient(chosen)
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
