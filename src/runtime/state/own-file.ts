import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { dirname, join } from 'node:path'

/** Names by which this folder knows the file: two for a moment while it is made, and after a kill at that moment. */
const namesHere = (path: string, { ino, dev }: Stats): number => {
  const folder = dirname(path)
  const all = readdirSync(folder).map((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }))
  return all.filter((one) => one?.ino === ino && one.dev === dev).length
}

/** A hard link that somebody planted makes two files one: what is written here would be written there. */
const isKnownElsewhere = (path: string, stats: Stats): boolean => {
  if (stats.nlink <= 1 || namesHere(path, stats) === stats.nlink) return false
  // The second name of a file that was just made may have gone while we counted.
  const again = lstatSync(path, { throwIfNoEntry: false })
  return again !== undefined && again.nlink > 1 && namesHere(path, again) < again.nlink
}

/** Why a file below the state folder is not one that this user alone made; nothing when it is, or when it is not there. */
export const ownFileFault = (path: string): { readonly cause: string; readonly uid?: number } | undefined => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  if (!stats.isFile()) return { cause: `${path}: is not a plain file` }
  if (process.getuid !== undefined && stats.uid !== process.getuid())
    return { cause: `${path}: belongs to uid ${stats.uid}`, uid: stats.uid }
  if ((stats.mode & 0o022) !== 0) return { cause: `${path}: others can write it (mode ${(stats.mode & 0o777).toString(8)})` }
  return isKnownElsewhere(path, stats) ? { cause: `${path}: has another name elsewhere (a hard link)` } : undefined
}
