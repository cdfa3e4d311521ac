import { closeSync, openSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { ownFileFault } from './own-file.ts'
import { errorCode, isDamaged } from './trouble.ts'

/** `node:sqlite`, loaded when it is first needed. */
export type Sqlite = typeof import('node:sqlite')

const guardTimeoutMs = 5_000

/** An empty file of ours; nothing when the name is taken. A database that may be open in this process is never opened and closed here: that would drop its locks. */
export const createEmpty = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

const refuseForeign = (path: string): void => {
  const fault = ownFileFault(path)
  if (fault !== undefined) throw new Error(fault.cause)
}

const take = (sqlite: Sqlite, path: string) => {
  const guard = new sqlite.DatabaseSync(path, { timeout: guardTimeoutMs })
  try {
    guard.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return guard
  } catch (error) {
    guard.close()
    // It is about this file, not about the database that it guards.
    throw Error.isError(error) ? Object.assign(error, { path }) : error
  }
}

/** The guard holds nothing: what somebody wrote into it goes, in place, so that whoever holds it meanwhile goes on holding this very file. */
const takeEmptied = (sqlite: Sqlite, path: string) => {
  try {
    return take(sqlite, path)
  } catch (error) {
    if (!isDamaged(error)) throw error
    for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
    truncateSync(path)
    return take(sqlite, path)
  }
}

/**
 * Runs `work` while no other process runs its own under the same folder. The operating system frees the guard when its holder
 * dies, which no lock made of files can promise; so what files alone cannot decide is decided under it. Throws after 5 s of waiting.
 */
export const withGuard = async <T>(directory: string, work: (sqlite: Sqlite) => T): Promise<T> => {
  const sqlite = await import('node:sqlite')
  const path = join(directory, 'guard.db')
  createEmpty(path)
  refuseForeign(path)
  refuseForeign(`${path}-journal`)
  const guard = takeEmptied(sqlite, path)
  try {
    return work(sqlite)
  } finally {
    guard.close()
  }
}
