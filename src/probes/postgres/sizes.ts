import type { Sizes } from '../../domain/postgres/sizes.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { heldTables, isHeld, readAround, totalBytesOf } from './held.ts'
import { readOnly } from './read-only.ts'

const databaseSql = `SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::pg_catalog.float8 AS bytes,
  (SELECT setting FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'data_directory') AS directory`

const tablesSql = `WITH ${heldTables} SELECT n.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) c.relname AS name, (${totalBytesOf('c', isHeld('c.oid'))})::pg_catalog.float8 AS total,
    CASE WHEN ${isHeld('c.oid')} THEN 0 ELSE pg_catalog.pg_indexes_size(c.oid) END::pg_catalog.float8 AS indexes
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']::pg_catalog."char"[]) ORDER BY 2 DESC LIMIT 50`

/** The size of the database and of its largest tables, of those that are looked after. */
export const seeSizes = async (session: PostgresSession, tables: readonly number[]): Promise<Sizes> => {
  const [database] = await readOnly(session, databaseSql)
  const rows = await readAround(session, tablesSql, [tables])
  const directory = textCell(database?.['directory'])
  return {
    databaseBytes: numberCell(database?.['bytes']),
    tables: rows.map((row) => ({
      name: textCell(row['name'], 200),
      totalBytes: numberCell(row['total']),
      indexBytes: numberCell(row['indexes']),
    })),
    dataDirectory: directory === '' ? undefined : directory,
  }
}
