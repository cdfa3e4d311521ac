import { normaliseQuery } from '../../domain/postgres/query-text.ts'
import type { StatementCounter, StatementCounters } from '../../domain/postgres/statements.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, textCell, textsCell, wholeCell } from './cells.ts'
import { functionsOf } from './extension.ts'
import { isStatementError, readOnly } from './read-only.ts'

/** Why there are no counters. `not loaded`: the extension is there, and the server was started without its library. */
export type StatementsSeen =
  | { readonly kind: 'counters'; readonly counters: StatementCounters; readonly place: StatementsPlace }
  | { readonly kind: 'no extension' | 'not loaded' }
  | { readonly kind: 'not allowed'; readonly what: string }

/** Where the extension is in this database, and which columns its version has. */
export type StatementsPlace = { readonly schema: string; readonly columns: ReadonlySet<string>; readonly hasInfo: boolean }

const placeSql = `SELECT pg_catalog.quote_ident(n.nspname) AS schema, p.proargnames AS columns,
    EXISTS (SELECT FROM pg_catalog.pg_depend AS member JOIN pg_catalog.pg_proc AS info ON info.oid OPERATOR(pg_catalog.=) member.objid
      WHERE member.refobjid OPERATOR(pg_catalog.=) e.oid AND member.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND member.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND member.deptype OPERATOR(pg_catalog.=) 'e'
        AND info.proname OPERATOR(pg_catalog.=) 'pg_stat_statements_info' AND info.pronargs OPERATOR(pg_catalog.=) 0
        AND info.pronamespace OPERATOR(pg_catalog.=) n.oid AND info.proowner OPERATOR(pg_catalog.=) p.proowner) AS info
  FROM ${functionsOf('pg_stat_statements')} WHERE p.proname OPERATOR(pg_catalog.=) 'pg_stat_statements'
    AND p.pronargs OPERATOR(pg_catalog.=) 1 AND p.proargtypes[0] OPERATOR(pg_catalog.=) 'pg_catalog.bool'::pg_catalog.regtype`

const placeOf = (row: SqlRow): StatementsPlace => ({
  schema: wholeCell(row['schema']),
  hasInfo: booleanCell(row['info']),
  columns: new Set(textsCell(row['columns'])),
})

/** More than PostgreSQL keeps by default. */
const mostEntries = 5_000

/** `total_exec_time` was `total_time` before version 1.8 of the extension, `toplevel` is new in 1.9, `stats_since` in 1.11. Without the texts it is cheap. */
const countersSql = ({ schema, columns, hasInfo }: StatementsPlace): string => {
  const total = columns.has('total_exec_time') ? 'total_exec_time' : 'total_time'
  const level = columns.has('toplevel') ? 'toplevel' : 'true'
  const since = columns.has('stats_since') ? 'stats_since::pg_catalog.text' : "''"
  const reset = hasInfo ? `(SELECT coalesce(stats_reset::pg_catalog.text, '') FROM ${schema}.pg_stat_statements_info())` : "''"
  return `SELECT queryid::pg_catalog.text AS query_id, userid::pg_catalog.int8 AS user_id, coalesce(rolname, '')::pg_catalog.text AS "user", ${level} AS toplevel, calls::pg_catalog.float8 AS calls,
      ${total}::pg_catalog.float8 AS total_ms, ${since} AS since, ${reset} AS reset
    FROM ${schema}.pg_stat_statements(false) LEFT JOIN pg_catalog.pg_roles ON pg_roles.oid OPERATOR(pg_catalog.=) userid
    WHERE dbid OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) ORDER BY ${total} DESC LIMIT ${mostEntries}`
}

const counterOf = (row: SqlRow): StatementCounter => ({
  key: `${wholeCell(row['user_id'])} ${textCell(row['query_id'])} ${booleanCell(row['toplevel']) ? 'top' : 'nested'}`,
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
  const sql = `SELECT queryid::pg_catalog.text AS query_id, pg_catalog.min(pg_catalog.left(query, 4000)) AS query FROM ${schema}.pg_stat_statements(true)
    WHERE queryid::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[]) AND dbid OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) GROUP BY queryid`
  const rows = await readOnly(session, sql, [queryIds])
  return new Map(rows.map((row) => [textCell(row['query_id']), normaliseQuery(textCell(row['query'], 4_000))]))
}
