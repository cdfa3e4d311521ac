import type { Index, TableScans } from '../../core/postgres/indexes.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { numberCell, optionalCell, sinceMs, textCell } from './cells.ts'
import { readOnly } from './read-only.ts'

/** All indexes but those of the system and of temporary tables; `last_idx_scan` exists since PostgreSQL 16, so it is taken out of the row as JSON. */
const indexesSql = `SELECT i.indexrelid::int8 AS oid, n.nspname::text AS schema, ic.relname::text AS name, i.indrelid::int8 AS table_oid,
    tn.nspname || '.' || tc.relname AS "table", CASE WHEN NOT o.rolsuper THEN o.rolname END::text AS owner, i.indisvalid AS valid, i.indisready AS ready, i.indisunique AS "unique",
    i.indexrelid IN (SELECT index_relid FROM pg_stat_progress_create_index WHERE datname = current_database())
      OR EXISTS (SELECT 1 FROM pg_stat_progress_create_index WHERE datname = current_database() AND index_relid = 0 AND relid = i.indrelid) AS building,
    EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid) AS of_constraint,
    i.indisreplident OR i.indisclustered AS of_table, ic.relkind = 'I' AS partitioned,
    EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = i.indexrelid) AS attached,
    CASE WHEN ic.relkind = 'I' THEN 0 ELSE pg_relation_size(i.indexrelid) END::float8 AS bytes,
    coalesce(s.idx_scan, 0)::float8 AS scans,
    ${sinceMs("(to_jsonb(s) ->> 'last_idx_scan')::timestamptz")} AS last_scan_ms,
    concat_ws(' ', am.amname, i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts,
      pg_get_expr(i.indexprs, i.indrelid), '|', pg_get_expr(i.indpred, i.indrelid)) AS definition
  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace
    JOIN pg_class tc ON tc.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace JOIN pg_am am ON am.oid = ic.relam
    JOIN pg_roles o ON o.oid = tc.relowner LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = i.indexrelid
  WHERE tc.relpersistence <> 't' AND tn.nspname <> 'information_schema' AND tn.nspname !~ '^pg_'
    AND ($1::oid[] IS NULL OR i.indrelid = ANY ($1)) ORDER BY 2, 3 LIMIT 20000`

const indexOf = (row: Row): Index => ({
  oid: Number(row['oid']),
  schema: String(row['schema']),
  name: String(row['name']),
  table: String(row['table']),
  tableOid: Number(row['table_oid']),
  owner: row['owner'] === null ? undefined : textCell(row['owner']),
  valid: row['valid'] === true,
  ready: row['ready'] === true,
  building: row['building'] === true,
  unique: row['unique'] === true,
  ofConstraint: row['of_constraint'] === true,
  ofTable: row['of_table'] === true,
  partitioned: row['partitioned'] === true,
  attached: row['attached'] === true,
  sizeBytes: numberCell(row['bytes']),
  scans: numberCell(row['scans']),
  lastScanMs: optionalCell(row['last_scan_ms']),
  definition: textCell(row['definition'], 4_000),
})

/** The indexes of these tables, or of all. */
export const seeIndexes = async (session: PostgresSession, tables: readonly number[] | null = null): Promise<readonly Index[]> =>
  (await readOnly(session, indexesSql, [tables])).map(indexOf)

const scansSql = `SELECT relid::int8 AS oid, schemaname::text AS schema, relname::text AS name, n_live_tup::float8 AS live, seq_scan::float8 AS seq,
    seq_tup_read::float8 AS seq_rows, coalesce(idx_scan, 0)::float8 AS idx
  FROM pg_stat_all_tables WHERE relid = ANY ($1::oid[])`

export const seeTableScans = async (session: PostgresSession, tables: readonly number[]): Promise<readonly TableScans[]> =>
  (await readOnly(session, scansSql, [tables])).map((row) => ({
    oid: Number(row['oid']),
    schema: String(row['schema']),
    name: String(row['name']),
    liveRows: numberCell(row['live']),
    sequentialScans: numberCell(row['seq']),
    sequentialRows: numberCell(row['seq_rows']),
    indexScans: numberCell(row['idx']),
  }))

/**
 * The counters of a database whose reset is not known began with the cluster, or with its last crash, which the counters of the background
 * writer remember.
 */
const countersSql = `SELECT ${sinceMs(
  'greatest((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()), (SELECT stats_reset FROM pg_stat_bgwriter))',
)} AS ms`

/** How long the counters of this database have counted. */
export const seeCountersAge = async (session: PostgresSession): Promise<number> =>
  numberCell((await readOnly(session, countersSql))[0]?.['ms'])
