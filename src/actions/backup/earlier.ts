import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFiles, type SourceFolder, sourceFolderName, timeOfBackupId } from '../../domain/backup/layout.ts'
import { readManifest } from '../../domain/backup/manifest.ts'
import { bytesOf } from '../../domain/backup/stored.ts'
import type { BackupSite } from './part.ts'

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

/** The newest backup of a source by its name; undefined when there is none. */
const lastOf = async ({ root, context }: Pick<BackupSite, 'root' | 'context'>, source: Omit<SourceFolder, 'server'>) => {
  const folder = join(root, sourceFolderName({ server: context.server, ...source }))
  const ids = (await readdir(folder).catch(() => [])).filter((name) => timeOfBackupId(name) !== undefined).toSorted()
  const newest = ids.at(-1)
  const text = newest === undefined ? undefined : await readText(join(folder, newest, backupFiles.manifest))
  const read = text === undefined ? undefined : readManifest(text)
  return read !== undefined && 'value' in read ? read.value : undefined
}

/** Bytes of the newest whole backup of a source; undefined when there is none. */
export const lastBytesOf = async (
  site: Pick<BackupSite, 'root' | 'context'>,
  source: Omit<SourceFolder, 'server'>,
): Promise<number | undefined> => {
  const last = await lastOf(site, source)
  return last === undefined ? undefined : bytesOf(last)
}

/** The newest backup of the configuration, which a database is brought back with: that of the same run, when it makes both. */
export const configLink = async (site: Pick<BackupSite, 'root' | 'context'>): Promise<{ readonly config?: string }> => {
  const last = await lastOf(site, { kind: 'config', name: 'config' })
  return last === undefined ? {} : { config: last.id }
}
