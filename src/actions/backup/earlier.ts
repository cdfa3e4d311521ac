import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFiles, type SourceFolder, sourceFolderName, timeOfBackupId } from '../../domain/backup/layout.ts'
import { readManifest } from '../../domain/backup/manifest.ts'
import type { BackupSite } from './part.ts'

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

/** Bytes of the newest whole backup of a source; undefined when there is none. */
export const lastBytesOf = async (
  { root, context }: Pick<BackupSite, 'root' | 'context'>,
  source: Omit<SourceFolder, 'server'>,
): Promise<number | undefined> => {
  const folder = join(root, sourceFolderName({ server: context.server, ...source }))
  const ids = (await readdir(folder).catch(() => [])).filter((name) => timeOfBackupId(name) !== undefined).toSorted()
  const newest = ids.at(-1)
  const text = newest === undefined ? undefined : await readText(join(folder, newest, backupFiles.manifest))
  const read = text === undefined ? undefined : readManifest(text)
  return read !== undefined && 'value' in read ? read.value.artifacts.reduce((sum, { bytes }) => sum + bytes, 0) : undefined
}
