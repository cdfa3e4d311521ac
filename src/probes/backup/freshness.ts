import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { couldNotLook, type Seen, saw } from '../../contract/seen.ts'
import { type BackupFreshness, freshnessOf } from '../../domain/backup/freshness.ts'
import type { StoredBackup } from '../../domain/backup/stored.ts'
import { seeBackupIds, seeSourceFolders, seeStoredBackup } from './stored.ts'

/** As many before the newest proven one as it is measured by. */
const measuredBy = 5
/** Of a long row of failures no more are read. */
const mostRead = 60

/** Reads from the newest down to a few before the newest proven one. */
const readNewest = async (folder: string, ids: readonly string[], keys: readonly string[]): Promise<readonly StoredBackup[]> => {
  const read: StoredBackup[] = []
  let left = measuredBy + 1
  for (const id of ids.slice(0, mostRead)) {
    const stored = await seeStoredBackup(join(folder, id), id, keys)
    if (stored === undefined) continue
    read.push(stored)
    if (read.some(({ proof }) => proof?.verified === true)) left -= 1
    if (left === 0) break
  }
  return read
}

/** The newest backups of every source below a root; few files are read however many lie there. */
export const seeFreshness = async (root: string, keys: readonly string[], now: number): Promise<Seen<readonly BackupFreshness[]>> => {
  try {
    await access(root, constants.R_OK | constants.X_OK)
  } catch (error) {
    const code = Error.isError(error) && 'code' in error ? String(error.code) : 'unknown error'
    if (code === 'ENOENT') return saw([], now)
    return couldNotLook(`${root} cannot be read (${code})`, 'run the checks as the user who makes the backups: the folder is 0700')
  }
  const found: BackupFreshness[] = []
  for (const source of await seeSourceFolders(root)) {
    const ids = await seeBackupIds(join(root, source))
    found.push(freshnessOf(source, ids, await readNewest(join(root, source), ids, keys)))
  }
  return saw(found, now)
}
