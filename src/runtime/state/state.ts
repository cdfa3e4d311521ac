import type { DatabaseSync } from 'node:sqlite'
import type { State } from '../../contract/context.ts'
import type { Finding } from '../../contract/finding.ts'
import type { PastMeasurement, PastStatus } from '../../contract/history.ts'
import type { Instant } from '../../contract/seen.ts'
import { statuses } from '../../contract/status.ts'
import { closeDatabase, databaseInode, databaseTrouble, type OpenDatabase, openDatabase } from './database.ts'
import { keyWord, type RunRecord, recordRun, type StateKey, scopeOf } from './record.ts'
import type { StateTrouble } from './trouble.ts'
import { isDamaged } from './trouble.ts'

export type { StateKey } from './record.ts'

export type Recorded = { readonly usable: true; readonly warnings: readonly string[] } | ({ readonly usable: false } & StateTrouble)

/** Reads answer with nothing when the file cannot be read; `record` then tells why. */
export type StateStore = State & {
  /** A note that runs under another key left: the file is open already. */
  noteUnder(key: StateKey, noteKey: string): string | undefined
  /** Keeps the run's statuses, measurements and notes, all or none. Never throws. */
  record(findings: readonly Finding[], at: Instant): Promise<Recorded>
  close(): Promise<void>
}

export type OpenedState =
  | { readonly usable: true; readonly state: StateStore; readonly warnings: readonly string[] }
  /** The run goes on without: the caller makes `state.unwritable` of it. */
  | ({ readonly usable: false } & StateTrouble)

/** A longer note is none: no run leaves one. */
const maxNoteBytes = 4 * 1024 * 1024
/** More than any run needs; an endless one would not be a number for SQLite. */
const maxLimit = 100_000

const readStatuses = (database: DatabaseSync, scope: number, [id, subject, limit]: [string, string, number]): PastStatus[] =>
  database
    .prepare(
      `SELECT run.at, status.status FROM track JOIN status ON status.track = track.id JOIN run ON run.id = status.run
       WHERE track.scope = ? AND track.finding = ? AND track.subject = ? ORDER BY status.run DESC LIMIT ?`,
    )
    .all(scope, keyWord(id), keyWord(subject), Math.min(limit, maxLimit))
    .flatMap((row) => {
      const status = statuses.find((one) => one === row['status'])
      return status === undefined ? [] : [{ at: Number(row['at']), status }]
    })

const readMeasurements = (database: DatabaseSync, scope: number, [subject, name, limit]: [string, string, number]): PastMeasurement[] =>
  database
    .prepare(
      `SELECT run.at, measurement.value FROM series JOIN measurement ON measurement.series = series.id JOIN run ON run.id = measurement.run
       WHERE series.scope = ? AND series.subject = ? AND series.name = ? ORDER BY measurement.run DESC LIMIT ?`,
    )
    .all(scope, keyWord(subject), keyWord(name), Math.min(limit, maxLimit))
    .map((row) => ({ at: Number(row['at']), value: Number(row['value']) }))

const readNote = (database: DatabaseSync, scope: number, key: string): string | undefined => {
  const sql = 'SELECT value FROM note WHERE scope = ? AND key = ? AND octet_length(value) <= ?'
  const value = database.prepare(sql).get(scope, keyWord(key), maxNoteBytes)?.['value']
  return typeof value === 'string' ? value : undefined
}

/** The open file of one store, which may be replaced while it is used. */
const createHandle = (directory: string, key: StateKey, first: OpenDatabase) => {
  let open: OpenDatabase | undefined = first
  let scope = 0
  let failure: unknown
  const close = async () => {
    const closing = open
    open = undefined
    if (closing !== undefined) await closeDatabase(directory, closing.database)
  }
  return {
    close,
    read: <T>(reading: (database: DatabaseSync, scope: number) => T, none: T): T => {
      if (open === undefined) return none
      try {
        scope ||= scopeOf(open.database, key)
        return reading(open.database, scope)
      } catch (error) {
        // One unreadable page must not hide a probe: it is told when the run is recorded.
        failure ??= error
        return none
      }
    },
    /** What went wrong, if anything did. */
    write: (run: Omit<RunRecord, 'key'>): 'moved' | { readonly error: unknown } | undefined => {
      if (open === undefined || failure !== undefined) return { error: failure ?? new Error('the state is closed') }
      if (databaseInode(directory) !== open.inode) return 'moved'
      try {
        recordRun(open.database, { ...run, key })
        return undefined
      } catch (error) {
        // Told to the caller, who makes a finding of it.
        return { error }
      }
    },
    replace: async (): Promise<Recorded> => {
      const damagedInode = open?.inode
      await close()
      const opened = await openDatabase(directory, damagedInode)
      if (!opened.usable) return opened
      open = opened
      scope = 0
      failure = undefined
      return { usable: true, warnings: opened.warnings }
    },
  }
}

const createStore = (directory: string, key: StateKey, first: OpenDatabase): StateStore => {
  const { read, write, replace, close } = createHandle(directory, key, first)
  const notes = new Map<string, string>()
  return {
    statuses: (id, subject, limit) => read((database, scope) => readStatuses(database, scope, [id, subject, limit]), []),
    measurements: (subject, name, limit) => read((database, scope) => readMeasurements(database, scope, [subject, name, limit]), []),
    note: (noteKey) => read((database, scope) => readNote(database, scope, noteKey), undefined),
    noteUnder: (other, noteKey) => read((database) => readNote(database, scopeOf(database, other), noteKey), undefined),
    setNote: (noteKey, value) => {
      notes.set(keyWord(noteKey), value)
    },
    record: async (findings, at) => {
      const first = write({ findings, at, notes })
      if (first === undefined) return { usable: true, warnings: [] }
      if (first !== 'moved' && !isDamaged(first.error)) return { usable: false, ...databaseTrouble(directory, first.error) }
      const replaced = await replace()
      const again = replaced.usable ? write({ findings, at, notes }) : undefined
      return again === undefined ? replaced : { usable: false, ...databaseTrouble(directory, again === 'moved' ? again : again.error) }
    },
    close,
  }
}

/** Opens the state of one action on one server and compose project. Never throws. */
export const openState = async (options: { readonly directory: string; readonly key: StateKey }): Promise<OpenedState> => {
  const opened = await openDatabase(options.directory)
  if (!opened.usable) return opened
  return { usable: true, state: createStore(options.directory, options.key, opened), warnings: opened.warnings }
}
