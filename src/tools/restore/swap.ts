import { setTimeout as delay } from 'node:timers/promises'
import { markText, type RestoreMark, readMark } from '../../domain/restore/mark.ts'
import type { PostgresSession } from '../connect/session.ts'
import { literal } from '../scratch/load.ts'
import { endSessionsOf } from './copy-database.ts'

/**
 * One database takes the place of another. Which is which says its oid, whatever it is called at the moment. `liveOid` is empty where there was
 * none. `liveComment`: the comment that goes with the name.
 */
export type SwapRecord = {
  readonly id: string
  readonly database: string
  readonly liveOid: string
  /** What the replaced one is called from then on. */
  readonly before: string
  readonly beforeMark: string
  readonly liveComment: string | null
  readonly copyOid: string
  readonly copy: string
  /** The mark of the copy before the swap, and again if it is taken back. */
  readonly copyMark: string
}

const seenSql = `SELECT oid::pg_catalog.text AS oid, datname::pg_catalog.text AS name FROM pg_catalog.pg_database WHERE oid::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1)`

/** What the databases with these oids are called now. */
const namesOf = async (session: PostgresSession, oids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await session.ask(seenSql, [oids.filter((one) => one !== '')])
  return new Map(rows.map((row) => [String(row['oid']), String(row['name'])]))
}

export const commentStatement = (session: PostgresSession, name: string, text: string | null): string =>
  `COMMENT ON DATABASE ${session.quoted(name)} IS ${text === null ? 'NULL' : literal(text)}`

const rename = (session: PostgresSession, from: string, to: string): string =>
  `ALTER DATABASE ${session.quoted(from)} RENAME TO ${session.quoted(to)}`

const closed = (session: PostgresSession, name: string, isClosed: boolean): string =>
  `ALTER DATABASE ${session.quoted(name)} ALLOW_CONNECTIONS ${isClosed ? 'false' : 'true'}`

const attempts = 5
const againMs = 200
/** Somebody was still in it. */
const inUse = '55006'

const isInUse = (error: unknown): boolean => Error.isError(error) && 'code' in error && error.code === inUse

/** All of it, or nothing: PostgreSQL renames in a transaction like any other statement. */
const inOneTransaction = async (session: PostgresSession, names: readonly string[], statements: readonly string[]): Promise<void> => {
  for (let nth = 1; ; nth += 1) {
    for (const name of names) await endSessionsOf(session, name)
    try {
      await session.query(['BEGIN', ...statements, 'COMMIT'].join(';\n'))
      return
    } catch (error) {
      await session.query('ROLLBACK')
      if (!isInUse(error) || nth >= attempts) throw error
      await delay(againMs)
    }
  }
}

/** Nobody new comes in from here on. */
export const closeDatabase = (session: PostgresSession, name: string): Promise<unknown> => session.query(closed(session, name, true))

/** Puts the copy in its place; does nothing when it is there already. */
export const swapDatabases = async (session: PostgresSession, record: SwapRecord): Promise<void> => {
  const { database, liveOid, before, beforeMark, copyOid, copy, liveComment } = record
  const names = await namesOf(session, [liveOid, copyOid])
  if (names.get(copyOid) === database) return
  if (names.get(copyOid) !== copy) throw new Error(`the copy ${copy} is not there any more`)
  if (liveOid !== '' && names.get(liveOid) !== database) throw new Error(`the database ${database} is another one than in the plan`)
  if (liveOid === '') {
    await inOneTransaction(
      session,
      [copy],
      [rename(session, copy, database), commentStatement(session, database, liveComment), closed(session, database, false)],
    )
    return
  }
  await closeDatabase(session, database)
  await inOneTransaction(
    session,
    [database, copy],
    [
      rename(session, database, before),
      commentStatement(session, before, beforeMark),
      rename(session, copy, database),
      commentStatement(session, database, liveComment),
      // What an `undo` brings back was closed meanwhile.
      closed(session, database, false),
    ],
  )
}

/** Puts everything back as it was; whatever of it was done. Nothing is dropped. */
export const swapBack = async (session: PostgresSession, record: SwapRecord): Promise<void> => {
  const { database, liveOid, copyOid, copy, copyMark, liveComment } = record
  const names = await namesOf(session, [liveOid, copyOid])
  const [liveName, copyName] = [names.get(liveOid), names.get(copyOid)]
  if (liveOid !== '' && liveName === undefined) throw new Error(`the database that ${database} was before is gone`)
  const moved = copyName === database
  if (moved) await closeDatabase(session, database)
  const statements = [
    ...(moved ? [rename(session, database, copy), commentStatement(session, copy, copyMark)] : []),
    ...(liveName !== undefined && liveName !== database
      ? [rename(session, liveName, database), commentStatement(session, database, liveComment)]
      : []),
  ]
  if (statements.length > 0)
    await inOneTransaction(session, [...(moved ? [database] : []), ...(liveName === undefined ? [] : [liveName])], statements)
  if (liveOid !== '') await session.query(closed(session, database, false))
  if (moved) await session.query(closed(session, copy, false))
}

const oidSql = 'SELECT oid::pg_catalog.text AS oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) $1'

/** Throws when there is no such database. */
export const oidOf = async (session: PostgresSession, name: string): Promise<string> => {
  const [row] = await session.ask(oidSql, [name])
  if (row === undefined) throw new Error(`there is no database ${name}`)
  return String(row['oid'])
}

/** A mark with another meaning, as text. */
export const changedMark = (text: string, change: Partial<RestoreMark>): string => {
  const mark = readMark(text)
  if (mark === undefined) throw new Error('it is no mark of a restore')
  return markText({ ...mark, ...change })
}
