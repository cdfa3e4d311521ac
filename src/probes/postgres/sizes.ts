import type { Sizes } from '../../core/postgres/sizes.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { readOnly } from './read-only.ts'

const databaseSql = `SELECT pg_database_size(current_database())::float8 AS bytes,
  (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS directory`

const tablesSql = `SELECT n.nspname || '.' || c.relname AS name, pg_total_relation_size(c.oid)::float8 AS total, pg_indexes_size(c.oid)::float8 AS indexes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 50`

/** The size of the database and of its largest tables, of those that are looked after. */
export const seeSizes = async (session: PostgresSession, tables: readonly number[]): Promise<Sizes> => {
  const [database] = await readOnly(session, databaseSql)
  const rows = await readOnly(session, tablesSql, [tables])
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
