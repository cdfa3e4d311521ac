import { join } from 'node:path'
import type { JudgedFinding } from '../../contract/finding.ts'
import { UserError } from '../../contract/user-error.ts'
import { backupFiles } from '../../domain/backup/layout.ts'
import type { BackupManifest } from '../../domain/backup/manifest.ts'
import { asMeasured, bytesOf, nameOf, type StoredBackup, sizeOf, sourceKeyOf, startOf } from '../../domain/backup/stored.ts'
import { shrinkageOf } from '../../domain/backup/suspect.ts'
import { writeSynced } from '../../tools/backup-folder.ts'
import { judgeShrinkage } from './retention-findings.ts'

const sameSource = (stored: readonly StoredBackup[], manifest: BackupManifest): readonly StoredBackup[] =>
  stored.filter((one) => one.manifest.kind === manifest.kind && sourceKeyOf(one.manifest) === sourceKeyOf(manifest))

const newestOf = (before: readonly StoredBackup[]): StoredBackup | undefined => before.toSorted((a, b) => startOf(b) - startOf(a))[0]

/** The latest that is there was taken by a restore, before it replaced something: then what comes next is as it was restored. */
const isFirstAfterRestore = (before: readonly StoredBackup[]): boolean => newestOf(before)?.marks.has('pre-restore') === true

/** Judges a backup by those before it, and leaves a mark in its folder, which is not in its place yet. */
export const markSize = async (
  folder: string,
  manifest: BackupManifest,
  stored: readonly StoredBackup[],
): Promise<{ readonly size: JudgedFinding<'backup.suspect'>; readonly lastBytes: number | undefined }> => {
  const subject = `${manifest.kind}/${nameOf(manifest)}`
  const before = sameSource(stored, manifest)
  const accepted = isFirstAfterRestore(before)
  const shrinkage = accepted ? ({ suspect: false } as const) : shrinkageOf(sizeOf(manifest), before.map(asMeasured))
  if (accepted) await writeSynced(join(folder, backupFiles.accepted), 'the first after a restore\n')
  if (shrinkage.suspect)
    await writeSynced(join(folder, backupFiles.suspect), `${shrinkage.what}: ${shrinkage.now}, usual: ${shrinkage.median}\n`)
  const last = newestOf(before)
  return { size: judgeShrinkage(subject, manifest.id, shrinkage), lastBytes: last === undefined ? undefined : bytesOf(last.manifest) }
}

/** Marks backups that a person accepts, once and for all. An id that is none is a mistake: nothing else is done then. */
export const accept = async (ids: readonly string[], stored: readonly StoredBackup[]): Promise<boolean> => {
  const found = ids.map((id) => ({ id, backup: stored.find(({ manifest }) => manifest.id === id) }))
  const missing = found.filter(({ backup }) => backup === undefined).map(({ id }) => id)
  if (missing.length > 0) throw new UserError(`accept: there is no backup ${missing.join(', ')}`)
  const open = found.flatMap(({ backup }) => (backup === undefined || backup.marks.has('accepted') ? [] : [backup]))
  for (const { path } of open) await writeSynced(join(path, backupFiles.accepted), 'accepted by a person\n')
  return open.length > 0
}
