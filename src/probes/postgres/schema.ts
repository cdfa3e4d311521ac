import type { PostgresSession } from '../../tools/connect/session.ts'
import { booleanCell, wholeCell } from './cells.ts'
import { goingRound } from './held.ts'
import { readOnlyTogether } from './read-only.ts'
import { rareSql, schemaSql } from './schema-sql.ts'

/** Lines in no order, each one thing of the schema; they may hold line breaks of quoted names. `cut`: there were more than are looked at. `held`: what somebody held, as its lines begin. */
export type SchemaSeen = { readonly lines: readonly string[]; readonly cut: boolean; readonly held: readonly string[] }

/** About what 10,000 tables have; one session takes 32 MB in all. */
const mostLines = 150_000

/** What the text of a default, a bound or a view depends on besides the schema. */
const settings = [
  'SET LOCAL statement_timeout = 30000',
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL bytea_output = 'hex'",
  'SET LOCAL extra_float_digits = 1',
  'SET LOCAL quote_all_identifiers = off',
  // A question of this size is answered before it would be compiled.
  'SET LOCAL jit = off',
]

/** The schema of the database of this session, PostgreSQL 14 to 18; any role may read it. Rejects with the server's error. */
export const seeSchema = async (session: PostgresSession, major: number): Promise<SchemaSeen> => {
  const rows = await goingRound(async () => {
    const [[rare = {}] = []] = await readOnlyTogether(session, settings, [rareSql])
    const sql = schemaSql(major, (column) => booleanCell(rare[column]))
    const [answer = []] = await readOnlyTogether(session, settings, [`${sql} LIMIT ${mostLines + 1}`])
    return answer
  })
  const textsOf = (held: boolean) => rows.filter((row) => booleanCell(row['held']) === held).map((row) => wholeCell(row['line']))
  const lines = textsOf(false)
  return { lines: lines.slice(0, mostLines), cut: lines.length > mostLines, held: textsOf(true) }
}
