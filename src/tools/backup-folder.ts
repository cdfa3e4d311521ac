import { createHash } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { rootFiles } from '../domain/backup/layout.ts'
import { folderFault } from './folder-trust.ts'

/** Why a folder cannot hold backups, and what to do. */
export type RootFault = { readonly cause: string; readonly advice: string }

const isInsideData = async (root: string): Promise<string | undefined> => {
  for (let at = root; at !== dirname(at); at = dirname(at))
    if ((await lstat(join(at, 'PG_VERSION')).catch(() => undefined)) !== undefined) return at
  return undefined
}

const chooseElsewhere = 'set `root` to a folder of its own, best on another disk: sudo install -d -m 700 /var/backups/…'

const inspect = async (root: string): Promise<RootFault | undefined> => {
  const data = await isInsideData(root)
  if (data !== undefined) return { cause: `${root} is inside ${data}, the data of a PostgreSQL server`, advice: chooseElsewhere }
  const fault = folderFault(root)
  if (fault !== undefined && fault !== 'absent') return { cause: `${fault.path}: ${fault.reason}`, advice: chooseElsewhere }
  const found = await lstat(root).catch(() => undefined)
  if (found === undefined) return undefined
  if (!found.isDirectory()) return { cause: `${root} is no folder, or a link to one`, advice: chooseElsewhere }
  return process.getuid !== undefined && found.uid !== process.getuid()
    ? { cause: `${root} belongs to uid ${found.uid}`, advice: `sudo chown ${process.getuid()} ${root}` }
    : undefined
}

/** Makes the root, 0700, or says why it cannot hold what is as secret as the database itself. */
export const prepareRoot = async (root: string): Promise<RootFault | undefined> => {
  try {
    const fault = await inspect(root)
    if (fault !== undefined) return fault
    await mkdir(root, { recursive: true, mode: 0o700 })
    const { mode } = await lstat(root)
    return (mode & 0o077) === 0
      ? undefined
      : { cause: `${root}: others can look into it (mode ${(mode & 0o777).toString(8)})`, advice: `chmod 700 ${root}` }
  } catch (error) {
    // Not to be made, or not to be looked at.
    return { cause: `${root}: ${Error.isError(error) ? error.message : String(error)}`, advice: chooseElsewhere }
  }
}

/** What a folder says is on the disk, for a name in it to survive a power cut. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Syncs a file that a program wrote. */
export const syncFile = syncFolder

/** Writes a file that must not be there, 0600, and syncs it. */
export const writeSynced = async (path: string, content: string | Uint8Array): Promise<void> => {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a file: at no moment is half of it there. */
export const replaceSynced = async (path: string, content: string | Uint8Array): Promise<void> => {
  const beside = `${path}.new-${crypto.randomUUID()}`
  try {
    await writeSynced(beside, content)
    await rename(beside, path)
    await syncFolder(dirname(path))
  } finally {
    await rm(beside, { force: true })
  }
}

/** Its size and sha256. */
export const digestOf = async (path: string, signal: AbortSignal): Promise<{ readonly bytes: number; readonly sha256: string }> => {
  const handle = await open(path, 'r')
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(
      handle.createReadStream({ highWaterMark: 1_048_576, autoClose: false }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          bytes += chunk.length
          hash.update(chunk)
        }
      },
      { signal },
    )
  } finally {
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Puts a whole backup where it belongs: everything in it is synced by now, and it appears in one system call. */
export const publishFolder = async (partial: string, place: string): Promise<void> => {
  await syncFolder(partial)
  await mkdir(dirname(place), { recursive: true, mode: 0o700 })
  await syncFolder(dirname(dirname(place)))
  await rename(partial, place)
  await syncFolder(dirname(place))
}

/** Whether a path is a folder of an unfinished backup, directly below this root; nothing else is ever swept. */
const isPartial = (root: string, path: string): boolean => dirname(path) === root && basename(path).startsWith(rootFiles.partial)

/** Removes an unfinished backup; what is no such thing stays. */
export const removePartial = async (root: string, path: string): Promise<void> => {
  if (!isPartial(root, path)) throw new Error(`${path} is no unfinished backup below ${root}`)
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isDirectory()) throw new Error(`${path} is no folder: it is not ours`)
  await rm(path, { recursive: true, force: true })
}

/** Unfinished backups that a run whose ledger is gone left: of an engine or a disk that failed. */
export const partialsIn = async (root: string): Promise<readonly string[]> => {
  const names = await readdir(root).catch(() => [])
  return names.filter((name) => name.startsWith(rootFiles.partial)).map((name) => join(root, name))
}
