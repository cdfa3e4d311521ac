import { join } from 'node:path'
import type { Obstacle } from '../../contract/seen.ts'
import type { BackupArtifact } from '../../domain/backup/manifest.ts'
import type { TocEntry } from '../../domain/restore/dump-toc.ts'
import { decryptStage } from '../../tools/age.ts'
import { pipelineTrouble } from '../../tools/artifact.ts'
import { digestOf } from '../../tools/backup-folder.ts'
import { readToc } from '../../tools/restore/read-toc.ts'
import type { PlannedDatabase } from './plan-database.ts'
import type { RestoreSite } from './site.ts'
import type { WorkPlace } from './work-place.ts'

/** A backup whose dump can be read. */
export type OpenedBackup = { readonly dump: string; readonly work: string; readonly toc: readonly TocEntry[] }

const longestMs = 6 * 3_600_000

const decrypt = async (site: RestoreSite, { work }: WorkPlace, stored: string, artifact: BackupArtifact): Promise<string | Obstacle> => {
  const identity = site.given['backup-section']?.encrypt?.['identity-file']
  if (identity === undefined)
    return {
      cause: `${artifact.name} is encrypted, and no key is configured`,
      advice: 'set backup.encrypt.identity-file to a file of this host that holds one',
    }
  const plain = join(work, 'database.dump')
  const limits = { signal: site.context.signal, timeoutMs: longestMs }
  const ending = await site.context.programs.pipe([decryptStage(identity)], { ...limits, stdin: { file: stored }, stdout: { file: plain } })
  const trouble = pipelineTrouble(ending)
  if (trouble !== undefined)
    return {
      cause: `${artifact.name} cannot be decrypted: ${trouble}`,
      advice: `see that ${identity} holds one of the keys that it was encrypted to`,
    }
  return plain
}

/** Gives the dump in plain, and what is in it; read again to the last byte. */
export const openBackup = async (
  site: RestoreSite,
  place: WorkPlace,
  { backup, manifest }: PlannedDatabase,
): Promise<OpenedBackup | Obstacle> => {
  const artifact = manifest.artifacts.find(({ codec }) => codec === 'custom')
  if (artifact === undefined) return { cause: `the backup ${manifest.id} holds no dump`, advice: 'take another one' }
  const stored = join(backup.path, artifact.name)
  const dump = artifact.recipients.length === 0 ? stored : await decrypt(site, place, stored, artifact)
  if (typeof dump !== 'string') return dump
  const { sha256 } = await digestOf(dump, site.context.signal)
  if (sha256 !== artifact.sha256Plain) return { cause: `${artifact.name} is not what was backed up`, advice: 'take another backup' }
  const toc = await readToc(dump)
  if ('trouble' in toc) return { cause: `${artifact.name} ${toc.trouble}`, advice: 'restore it by hand: docs/restore-by-hand.md' }
  return { dump, work: place.work, toc: toc.entries }
}
