import type { PostgresSession } from '../../tools/connect/session.ts'
import { wholeCell } from '../postgres/cells.ts'
import { isStatementError } from '../postgres/read-only.ts'
import { type DumpedRelation, seeRelations } from './relations.ts'

/** A snapshot that others may use for as long as the session's transaction is open, and what it sees. */
export type HeldSnapshot = {
  readonly snapshot: string
  readonly relations: readonly DumpedRelation[]
}

/** Why no snapshot is held: somebody holds a table, or tables come and go faster than they can be locked. */
export type SnapshotRefusal = { readonly kind: 'locked' | 'moving'; readonly cause: string }

const attempts = 5
/** As many names as one statement may hold. */
const tablesAtOnce = 500

/** Equal on both sides of a comparison; and what a role may not see is an error, never left out in silence. */
const settings = [
  `SET LOCAL lc_monetary = 'C'`,
  `SET LOCAL client_encoding = 'UTF8'`,
  'SET LOCAL row_security = off',
  'SET LOCAL extra_float_digits = 1',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
]

/** Begins the transaction in which contents are looked at; it sees nothing yet. */
export const beginContents = (session: PostgresSession): Promise<unknown> =>
  session.query(['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', ...settings].join(';\n'))

const chunksOf = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, nth) => all.slice(nth * size, (nth + 1) * size))

const isLockable = ({ kind }: DumpedRelation): boolean => kind === 'r' || kind === 'p'

/** Locks before anything is seen: a table that is rewritten or emptied after the snapshot would look empty in it. */
const lockAll = async (session: PostgresSession, relations: readonly DumpedRelation[], lockMs: number): Promise<void> => {
  await session.query(`SET LOCAL lock_timeout = ${Math.round(lockMs)}`)
  for (const chunk of chunksOf(relations.filter(isLockable), tablesAtOnce)) {
    const names = chunk.map(({ schema, name }) => `ONLY ${session.quoted(schema, name)}`)
    await session.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
  }
  await session.query('SET LOCAL lock_timeout = 0')
}

const namesOf = (relations: readonly DumpedRelation[]): string =>
  JSON.stringify(relations.map(({ oid, schema, name, kind }) => [oid, schema, name, kind]))

const lockNotAvailable = '55P03'
/** A table that was dropped or renamed after it was listed. */
const undefinedTable = new Set(['42P01', '3F000'])

const tryOnce = async (session: PostgresSession, lockMs: number): Promise<HeldSnapshot | SnapshotRefusal> => {
  await beginContents(session)
  const before = await seeRelations(session)
  await session.query('ROLLBACK')
  await beginContents(session)
  await lockAll(session, before, lockMs)
  const [row] = await session.ask('SELECT pg_catalog.pg_export_snapshot() AS snapshot', [])
  const relations = await seeRelations(session)
  if (namesOf(before) === namesOf(relations)) return { snapshot: wholeCell(row?.['snapshot']), relations }
  await session.query('ROLLBACK')
  return { kind: 'moving', cause: 'tables come, go or are renamed while they are locked' }
}

/** Locks every table, exports a snapshot and leaves its transaction open; or no transaction is open. */
export const holdSnapshot = async (session: PostgresSession, lockMs: number): Promise<HeldSnapshot | SnapshotRefusal> => {
  let refusal: SnapshotRefusal = { kind: 'moving', cause: 'not tried' }
  for (let nth = 0; nth < attempts; nth += 1) {
    try {
      const tried = await tryOnce(session, lockMs)
      if ('snapshot' in tried) return tried
      refusal = tried
    } catch (error) {
      if (!isStatementError(error)) throw error
      await session.query('ROLLBACK')
      if (error.code === lockNotAvailable) return { kind: 'locked', cause: error.message }
      if (!undefinedTable.has(error.code)) throw error
      refusal = { kind: 'moving', cause: error.message }
    }
  }
  return refusal
}
