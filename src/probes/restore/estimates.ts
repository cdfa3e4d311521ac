import type { PostgresSession } from '../../tools/connect/session.ts'
import { numberCell, wholeCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

/** Rows of a table as the server's statistics have them. */
export type EstimatedRows = { readonly schema: string; readonly name: string; readonly rows: number }

const estimatesSql = `SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name,
    greatest(pg_catalog.pg_stat_get_live_tuples(c.oid), c.reltuples::pg_catalog.int8, 0)::pg_catalog.int8 AS rows
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
    AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'`

export const seeEstimates = async (session: PostgresSession): Promise<readonly EstimatedRows[]> =>
  (await readOnly(session, estimatesSql)).map((row) => ({
    schema: wholeCell(row['schema']),
    name: wholeCell(row['name']),
    rows: numberCell(row['rows']),
  }))
