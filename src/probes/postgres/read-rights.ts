import type { ReadRights } from '../../domain/postgres/grants.ts'
import { booleanCell, textCell } from './cells.ts'
import type { Ask } from './read-only.ts'

const sql = `SELECT nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage,
    pg_catalog.has_table_privilege(c.oid, 'SELECT') AS "select", pg_catalog.row_security_active(c.oid) AS hidden
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) relnamespace
  WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) ORDER BY nspname, relname`

/** What our role may do with these tables. */
export const seeReadRights = async (ask: Ask, tables: readonly number[]): Promise<readonly ReadRights[]> =>
  (await ask(sql, [tables])).map((row) => ({
    schema: textCell(row['schema'], 64),
    name: textCell(row['name'], 64),
    usage: booleanCell(row['usage']),
    select: booleanCell(row['select']),
    hidden: booleanCell(row['hidden']),
  }))
