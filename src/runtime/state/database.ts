import { chmodSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { prepareFolder } from './folder.ts'
import { createEmpty, type Sqlite, withGuard } from './guard.ts'
import { ownFileFault } from './own-file.ts'
import { prepareSchema } from './schema.ts'
import { folderAdvice, foreignOwner, isDamaged, type StateTrouble, sqliteCode, systemTrouble } from './trouble.ts'

const busyTimeoutMs = 5_000
/** Damaged or newer files that are kept for a person to look at. */
const keptAside = 3
/** Pages after which the write-ahead log is copied into the database: small, since each run that opens it reads the log once. */
const checkpointPages = 256

export type OpenDatabase = {
  readonly database: DatabaseSync
  /** Tells this file from one that took its place. */
  readonly inode: number
  /** What was set aside; a sentence each. */
  readonly warnings: readonly string[]
}
type Opened = ({ readonly usable: true } & OpenDatabase) | ({ readonly usable: false } & StateTrouble)

const databasePath = (directory: string) => join(directory, 'state.db')
/** The journal of the old kind is none of ours, and SQLite would obey it. */
const companions = ['-journal', '-wal', '-shm', ''] as const

const sqliteTroubles: Readonly<Record<number, (path: string) => StateTrouble>> = {
  3: (path) => ({ cause: `${path}: not permitted`, advice: folderAdvice(path.slice(0, path.lastIndexOf('/'))) }),
  5: (path) => ({ cause: `${path}: locked for more than ${busyTimeoutMs} ms`, advice: 'look at which process holds this file' }),
  8: (path) => ({ cause: `${path}: is read-only`, advice: folderAdvice(path.slice(0, path.lastIndexOf('/'))) }),
  10: (path) => ({ cause: `${path}: the disk refuses to read or write`, advice: 'look at this disk: free space, quota, kernel log' }),
  13: (path) => ({ cause: `${path}: the disk is full`, advice: 'make room on this disk, or set state-dir to another one' }),
  14: (path) => ({ cause: `${path}: cannot be opened`, advice: folderAdvice(path.slice(0, path.lastIndexOf('/'))) }),
}

/** What an error of the state database means for the person who runs the server. */
export const databaseTrouble = (directory: string, error: unknown): StateTrouble => {
  const ofGuard = Error.isError(error) && 'errcode' in error && 'path' in error && typeof error.path === 'string'
  const path = ofGuard ? String(error.path) : databasePath(directory)
  const told = sqliteTroubles[sqliteCode(error) ?? 0]?.(path)
  return told ?? systemTrouble(path, error)
}

/** The files are input too: plain files of ours, closed to others. */
const inspectFiles = (directory: string): StateTrouble | undefined => {
  const names = ['state.db', 'guard.db'].flatMap((name) => companions.map((suffix) => name + suffix))
  for (const path of names.map((name) => join(directory, name))) {
    const fault = ownFileFault(path)
    if (fault?.uid !== undefined) return foreignOwner(path, fault.uid)
    if (fault !== undefined) return { cause: fault.cause, advice: 'remove it, or set state-dir to another folder' }
    const mode = lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0o600
    if ((mode & 0o777) !== 0o600) chmodSync(path, 0o600)
  }
  return undefined
}

const dropOldest = (directory: string) => {
  const aside = /^state\.db\.(?:corrupt|newer)-(\d+)(?:-journal|-wal|-shm)?$/
  const times = readdirSync(directory).flatMap((name) => aside.exec(name)?.[1] ?? [])
  const kept = new Set([...new Set(times)].toSorted((a, b) => Number(b) - Number(a)).slice(0, keptAside))
  for (const name of readdirSync(directory)) {
    const time = aside.exec(name)?.[1]
    if (time !== undefined && !kept.has(time)) rmSync(join(directory, name), { force: true })
  }
}

/** Tells whether `state.db` is still the file that was opened. */
export const databaseInode = (directory: string): number | undefined => lstatSync(databasePath(directory), { throwIfNoEntry: false })?.ino

const reasons = { corrupt: 'was damaged', newer: 'was written by a newer version of Ronde' } as const

/** Only under the guard, where nobody opens it. The log goes first, so that a kill in between leaves no log beside a fresh database. */
const setAside = (directory: string, as: keyof typeof reasons): string => {
  const name = `${databasePath(directory)}.${as}-${Date.now()}`
  for (const suffix of companions) {
    const path = databasePath(directory) + suffix
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, name + suffix)
  }
  dropOldest(directory)
  return `the state database ${reasons[as]} and was set aside as ${basename(name)}; confirmation and trends start anew`
}

const settings = `
  PRAGMA trusted_schema = OFF;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = ${checkpointPages};
  PRAGMA journal_size_limit = 1048576;`

/** A usable database, or what it is instead. */
const connect = ({ DatabaseSync }: Sqlite, directory: string): DatabaseSync | keyof typeof reasons => {
  createEmpty(databasePath(directory))
  const database = new DatabaseSync(databasePath(directory), { timeout: busyTimeoutMs })
  try {
    database.exec(settings)
    const schema = prepareSchema(database)
    if (schema === 'current') return database
    database.close()
    return schema === 'newer' ? 'newer' : 'corrupt'
  } catch (error) {
    database.close()
    if (isDamaged(error)) return 'corrupt'
    throw error
  }
}

const connectOrReplace = (sqlite: Sqlite, directory: string, damagedInode: number | undefined): Opened => {
  const warnings = damagedInode !== undefined && databaseInode(directory) === damagedInode ? [setAside(directory, 'corrupt')] : []
  const first = connect(sqlite, directory)
  if (typeof first === 'string') warnings.push(setAside(directory, first))
  const database = typeof first === 'string' ? connect(sqlite, directory) : first
  if (typeof database !== 'string') return { usable: true, database, inode: databaseInode(directory) ?? 0, warnings }
  return { usable: false, cause: `${databasePath(directory)}: a fresh database is damaged at once`, advice: 'look at this disk' }
}

/** Opens the state database, makes it when it is absent, and sets a damaged or newer one aside (`damagedInode`: found damaged in use). Never throws. */
export const openDatabase = async (directory: string, damagedInode?: number): Promise<Opened> => {
  try {
    const trouble = prepareFolder(directory) ?? inspectFiles(directory)
    if (trouble !== undefined) return { usable: false, ...trouble }
    return await withGuard(directory, (sqlite) => connectOrReplace(sqlite, directory, damagedInode))
  } catch (error) {
    // Whatever the disk or SQLite says: the run goes on without state, and says so.
    return { usable: false, ...databaseTrouble(directory, error) }
  }
}

const openLast = async (directory: string): Promise<DatabaseSync | undefined> => {
  const { DatabaseSync } = await import('node:sqlite')
  let last: DatabaseSync | undefined
  try {
    last = new DatabaseSync(databasePath(directory), { readOnly: true })
    last.exec('SELECT 1 FROM sqlite_schema')
    return last
  } catch {
    // The file is damaged or has gone: then the ordinary way out, without it.
    last?.close()
    return undefined
  }
}

/**
 * Closes without the checkpoint that SQLite makes when the last connection goes: it costs two to three disk flushes in every run.
 * A read-only connection that goes last cannot make it; the log stays, is read at the next opening, and is copied every 256 pages.
 */
export const closeDatabase = async (directory: string, database: DatabaseSync): Promise<void> => {
  const last = await openLast(directory)
  database.close()
  last?.close()
}
