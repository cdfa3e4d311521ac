import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { rootFiles } from '../domain/backup/layout.ts'
import { syncPath } from './backup-folder.ts'

const isTrash = (root: string, path: string): boolean => dirname(path) === root && basename(path).startsWith(rootFiles.trash)

/** Where a backup goes on its way out. */
export const trashOf = (root: string, id: string): string => join(root, `${rootFiles.trash}${id}`)

/** Moves a backup aside: one system call, which needs no free space; from then on it is no backup any more. */
export const moveToTrash = async (root: string, path: string): Promise<void> => {
  await rename(path, trashOf(root, basename(path)))
  await syncPath(dirname(path))
}

/** Empties what was moved aside, by this run or by one that died; only folders of that name directly below the root. */
export const emptyTrash = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) {
    const path = join(root, name)
    if (isTrash(root, path) && (await lstat(path)).isDirectory()) await rm(path, { recursive: true, force: true })
  }
}
