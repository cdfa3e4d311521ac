import { normaliseQuery } from '../../core/postgres/query-text.ts'
import type { StatementCounter, StatementCounters } from '../../core/postgres/statements.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { isStatementError, readOnly } from './read-only.ts'

/** Why there are no counters. `not loaded`: the extension is there, and the server was started without its library. */
export type StatementsSeen =
  | { readonly kind: 'counters'; readonly counters: StatementCounters; readonly place: StatementsPlace }
  | { readonly kind: 'no extension' | 'not loaded' }
  | { readonly kind: 'not allowed'; readonly what: string }

/** Where the extension is in this database, and which columns its version has. */
export type StatementsPlace = { readonly schema: string; readonly columns: ReadonlySet<string>; readonly hasInfo: boolean }

const placeSql = `SELECT quote_ident(nspname) AS schema, to_regclass(quote_ident(nspname) || '.pg_stat_statements_info') IS NOT NULL AS info,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(nspname) || '.pg_stat_statements') AND attnum > 0) AS columns
  FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_stat_statements'`

const placeOf = (row: Row): StatementsPlace => ({
  schema: String(row['schema']),
  hasInfo: row['info'] === true,
  columns: new Set(Array.isArray(row['columns']) ? row['columns'].map(String) : []),
})

/** More than PostgreSQL keeps by default. */
const mostEntries = 5_000

/** `total_exec_time` was `total_time` before version 1.8 of the extension, `toplevel` is new in 1.9, `stats_since` in 1.11. Without the texts it is cheap. */
const countersSql = ({ schema, columns, hasInfo }: StatementsPlace): string => {
  const total = columns.has('total_exec_time') ? 'total_exec_time' : 'total_time'
  const level = columns.has('toplevel') ? 'toplevel' : 'true'
  const since = columns.has('stats_since') ? 'stats_since::text' : "''"
  const reset = hasInfo ? `(SELECT coalesce(stats_reset::text, '') FROM ${schema}.pg_stat_statements_info)` : "''"
  return `SELECT queryid::text AS query_id, userid::int8 AS user_id, coalesce(rolname, '')::text AS "user", ${level} AS toplevel, calls::float8 AS calls,
      ${total}::float8 AS total_ms, ${since} AS since, ${reset} AS reset
    FROM ${schema}.pg_stat_statements(false) LEFT JOIN pg_roles ON pg_roles.oid = userid
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY ${total} DESC LIMIT ${mostEntries}`
}

const counterOf = (row: Row): StatementCounter => ({
  key: `${String(row['user_id'])} ${textCell(row['query_id'])} ${row['toplevel'] === true ? 'top' : 'nested'}`,
  queryId: textCell(row['query_id']),
  user: textCell(row['user'], 64),
  calls: numberCell(row['calls']),
  totalMs: numberCell(row['total_ms']),
  since: textCell(row['since'], 64),
})

const notLoaded = '55000'
const insufficientPrivilege = '42501'

/** The counters of the queries of this database, PostgreSQL 12 to 18; nothing is reset. */
export const seeStatements = async (session: PostgresSession): Promise<StatementsSeen> => {
  const [row] = await readOnly(session, placeSql)
  if (row === undefined) return { kind: 'no extension' }
  const place = placeOf(row)
  try {
    const rows = await readOnly(session, countersSql(place))
    const visible = rows.filter((one) => one['query_id'] !== null)
    const counters = { list: visible.map(counterOf), reset: textCell(rows[0]?.['reset'], 64), hidden: rows.length - visible.length }
    return { kind: 'counters', counters, place }
  } catch (error) {
    if (isStatementError(error) && error.code === notLoaded) return { kind: 'not loaded' }
    if (isStatementError(error) && error.code === insufficientPrivilege) return { kind: 'not allowed', what: error.message }
    throw error
  }
}

/** The texts of a few queries by their id, bounded and without literals. */
export const seeQueryTexts = async (
  session: PostgresSession,
  { schema }: StatementsPlace,
  queryIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (queryIds.length === 0) return new Map()
  const sql = `SELECT queryid::text AS query_id, min(left(query, 4000)) AS query FROM ${schema}.pg_stat_statements(true)
    WHERE queryid::text = ANY ($1::text[]) AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY queryid`
  const rows = await readOnly(session, sql, [queryIds])
  return new Map(rows.map((row) => [textCell(row['query_id']), normaliseQuery(textCell(row['query'], 4_000))]))
}
