import { join } from 'node:path'
import type { Instant, Obstacle } from '../../contract/seen.ts'
import { incompleteUploads } from '../../domain/backup/incomplete.ts'
import { backupFiles } from '../../domain/backup/layout.ts'
import { hashFile } from '../artifact.ts'
import { isObstacle, type OffSiteTarget } from './target.ts'

export type SentBackup = {
  /** The folder of its source below the root, the same name at the target. */
  readonly source: string
  readonly id: string
  /** Absolute. */
  readonly folder: string
  /** Names of its artifacts. */
  readonly artifacts: readonly string[]
}

export type SendSetting = {
  readonly signal: AbortSignal
  readonly now: Instant
  /** Ids of backups of this source that are here. */
  readonly known: ReadonlySet<string>
  readonly progress?: (line: string) => void
}

/** The manifest is last: what has none is no backup. */
const lastFiles = [backupFiles.proof, backupFiles.proofSignature, backupFiles.manifestSignature, backupFiles.manifest]

const removeIncomplete = async (target: OffSiteTarget, source: string, { known, now }: SendSetting): Promise<Obstacle | undefined> => {
  const listed = await target.list(source)
  if (isObstacle(listed)) return listed
  for (const path of incompleteUploads(listed, known, now)) {
    const trouble = await target.remove(`${source}/${path}`)
    if (trouble !== undefined) return trouble
  }
  return target.clean(source)
}

/** What is there must be what is here, read back to its last byte. */
const compare = async (target: OffSiteTarget, path: string, file: string, signal: AbortSignal): Promise<Obstacle | undefined> => {
  const there = await target.read(path)
  if (isObstacle(there)) return { ...there, cause: `${path} cannot be read back: ${there.cause}` }
  const here = await hashFile(file, signal)
  return there.sha256 === here.sha256 && there.bytes === here.bytes
    ? undefined
    : {
        cause: `${path} is not what was sent (${there.bytes} of ${here.bytes} bytes)`,
        advice: `look at the storage of ${target.name}; the next run sends the next backup`,
      }
}

/**
 * Sends a complete backup to one target: first what a dead upload left is taken away, then the artifacts go, each read back and compared, and
 * the manifest last of all. Undefined when all of it is there.
 */
export const sendBackup = async (target: OffSiteTarget, backup: SentBackup, setting: SendSetting): Promise<Obstacle | undefined> => {
  const trouble = await removeIncomplete(target, backup.source, setting)
  if (trouble !== undefined) return trouble
  for (const name of [...backup.artifacts, ...lastFiles]) {
    if (setting.signal.aborted) return { cause: 'the run was ended', advice: 'the next run takes away what was sent of it' }
    const file = join(backup.folder, name)
    const path = `${backup.source}/${backup.id}/${name}`
    setting.progress?.(`${target.name}: ${name}`)
    const failed = (await target.put(file, path)) ?? (await compare(target, path, file, setting.signal))
    if (failed !== undefined) return failed
  }
  return undefined
}
