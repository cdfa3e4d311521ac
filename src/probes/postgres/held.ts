import type { PostgresSession, SqlRow, SqlValue } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { isStatementError, readOnly } from './read-only.ts'

/**
 * The functions that give a size, a definition or an expression lock their relation, so that one table that somebody holds would stop the look at
 * all others. Behind WITH: `held_tables`, the tables that somebody holds against all others, or waits to, by themselves or by an index or their TOAST
 * table. `relpages` needs no lock.
 */
export const heldTables = `held_relations AS MATERIALIZED (
    SELECT DISTINCT relation AS oid FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'relation' AND mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' AND coalesce(pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true)
      AND database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  ), held_parts AS MATERIALIZED (
    SELECT oid FROM held_relations UNION SELECT indrelid FROM pg_catalog.pg_index JOIN held_relations ON held_relations.oid OPERATOR(pg_catalog.=) indexrelid
  ), held_tables AS MATERIALIZED (
    SELECT oid FROM held_parts UNION SELECT pg_class.oid FROM pg_catalog.pg_class JOIN held_parts ON reltoastrelid OPERATOR(pg_catalog.=) held_parts.oid)`

/** Whether a table is one of them. */
export const isHeld = (oid: string): string => `${oid} OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT oid FROM held_tables))`

/** The bytes of a relation, or as many as its last VACUUM or ANALYZE found. `own`: its row of `pg_class`. */
export const bytesOf = (own: string, measured: string, held: string): string =>
  `CASE WHEN ${held} THEN greatest(${own}.relpages, 0)::pg_catalog.int8 OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::pg_catalog.int8 ELSE ${measured} END`

/** The same of a table with its indexes and its TOAST table. */
export const totalBytesOf = (own: string, held: string): string =>
  `CASE WHEN ${held} THEN (SELECT coalesce(pg_catalog.sum(greatest(part.relpages, 0)), 0) FROM pg_catalog.pg_class AS part
      WHERE part.oid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid OPERATOR(pg_catalog.=) ${own}.oid UNION ALL SELECT ${own}.oid UNION ALL SELECT ${own}.reltoastrelid)))::pg_catalog.int8
      OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::pg_catalog.int8 ELSE pg_catalog.pg_total_relation_size(${own}.oid) END`

const lockNotAvailable = '55P03'
const attempts = 3

/** For statements that go round held tables: a lock that came in between is seen the next time. */
export const goingRound = async <T>(read: () => Promise<T>): Promise<T> => {
  for (let left = attempts; ; left -= 1) {
    try {
      return await read()
    } catch (error) {
      if (left <= 1 || !isStatementError(error) || error.code !== lockNotAvailable) throw error
    }
  }
}

export const readAround = (session: PostgresSession, sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> =>
  goingRound(() => readOnly(session, sql, values))

/** Who holds a relation against all others, or waits to. */
export type Holder = { readonly relation: string; readonly words: string }

const holdersSql = `SELECT n.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) c.relname AS relation, coalesce(l.pid, 0)::int AS pid, coalesce(a.usename, '')::pg_catalog.text AS "user", coalesce(a.application_name, '') AS application, l.granted::pg_catalog.text AS granted
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
  WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' AND coalesce(l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true) AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
    AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
  ORDER BY l.granted DESC, 1 LIMIT 20`

const holderOf = (row: SqlRow): Holder => {
  const who = [textCell(row['user'], 64), textCell(row['application'], 64)].filter((word) => word !== '').join(' ')
  const pid = numberCell(row['pid'])
  const holder = pid === 0 ? 'a prepared transaction' : `pid ${pid} ${who}`.trimEnd()
  return {
    relation: textCell(row['relation'], 200),
    words: `${holder} ${row['granted'] === 'true' ? 'holds' : 'waits for'} AccessExclusiveLock`,
  }
}

/** At most 20 of them, those that hold first. */
export const seeHolders = async (session: PostgresSession): Promise<readonly Holder[]> =>
  (await readOnly(session, holdersSql)).map(holderOf)
