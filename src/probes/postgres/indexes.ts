import type { Index, TableScans } from '../../domain/postgres/indexes.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, sinceMs, textCell, wholeCell } from './cells.ts'
import { bytesOf, heldTables, isHeld, readAround } from './held.ts'
import { readOnly } from './read-only.ts'

/** Options of the operator classes, column by column, and those of the storage that are not merely how full its pages are. */
const ofClasses = `(SELECT pg_catalog.string_agg(coalesce(pg_catalog.array_to_string(attoptions, ','), ''), ';' ORDER BY attnum) FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) i.indexrelid)`
const ofStorage = `(SELECT pg_catalog.string_agg(option_name OPERATOR(pg_catalog.||) '=' OPERATOR(pg_catalog.||) option_value, ',' ORDER BY option_name) FROM pg_catalog.pg_options_to_table(ic.reloptions) WHERE option_name OPERATOR(pg_catalog.<>) ALL (ARRAY['fillfactor', 'deduplicate_items']))`

/** All indexes but those of the system and of temporary tables; `last_idx_scan` exists since PostgreSQL 16, so it is taken out of the row as JSON. */
const indexesSql = `WITH ${heldTables} SELECT i.indexrelid::pg_catalog.int8 AS oid, n.nspname::pg_catalog.text AS schema, ic.relname::pg_catalog.text AS name, i.indrelid::pg_catalog.int8 AS table_oid,
    tn.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) tc.relname AS "table", CASE WHEN NOT o.rolsuper THEN o.rolname END::pg_catalog.text AS owner, i.indisvalid AS valid, i.indisready AS ready, i.indisunique AS "unique",
    i.indexrelid OPERATOR(pg_catalog.=) ANY (SELECT index_relid FROM pg_catalog.pg_stat_progress_create_index WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
      OR EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND index_relid OPERATOR(pg_catalog.=) 0 AND relid OPERATOR(pg_catalog.=) i.indrelid) AS building,
    EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conindid OPERATOR(pg_catalog.=) i.indexrelid) AS of_constraint,
    i.indisreplident OR i.indisclustered AS of_table, ic.relkind OPERATOR(pg_catalog.=) 'I' AS partitioned,
    EXISTS (SELECT 1 FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) i.indexrelid) AS attached,
    CASE WHEN ic.relkind OPERATOR(pg_catalog.=) 'I' THEN 0 ELSE ${bytesOf('ic', 'pg_catalog.pg_relation_size(i.indexrelid)', isHeld('i.indrelid'))} END::pg_catalog.float8 AS bytes, ${isHeld('i.indrelid')} AS held,
    coalesce(s.idx_scan, 0)::pg_catalog.float8 AS scans,
    i.indimmediate AS immediate, coalesce(pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->>) 'indnullsnotdistinct', 'false') OPERATOR(pg_catalog.=) 'true' AS nulls_equal,
    CASE WHEN ${isHeld('i.indrelid')} THEN 'held ' OPERATOR(pg_catalog.||) i.indexrelid::pg_catalog.text ELSE pg_catalog.concat_ws(' ', am.amname, i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts,
      pg_catalog.pg_get_expr(i.indexprs, i.indrelid), '|', pg_catalog.pg_get_expr(i.indpred, i.indrelid), '|', ${ofClasses}, '|', ${ofStorage}) END AS definition
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) ic.relnamespace
    JOIN pg_catalog.pg_class tc ON tc.oid OPERATOR(pg_catalog.=) i.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) tc.relnamespace JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) ic.relam
    JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) tc.relowner LEFT JOIN pg_catalog.pg_stat_all_indexes s ON s.indexrelid OPERATOR(pg_catalog.=) i.indexrelid
  WHERE tc.relpersistence OPERATOR(pg_catalog.<>) 't' AND tn.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND tn.nspname OPERATOR(pg_catalog.!~) '^pg_'
    AND ($1::pg_catalog.oid[] IS NULL OR i.indrelid OPERATOR(pg_catalog.=) ANY ($1)) ORDER BY 2, 3 LIMIT 20000`

const indexOf = (row: SqlRow): Index => ({
  oid: numberCell(row['oid']),
  schema: wholeCell(row['schema']),
  name: wholeCell(row['name']),
  table: wholeCell(row['table']),
  tableOid: numberCell(row['table_oid']),
  owner: row['owner'] === null ? undefined : textCell(row['owner']),
  valid: booleanCell(row['valid']),
  ready: booleanCell(row['ready']),
  building: booleanCell(row['building']),
  unique: booleanCell(row['unique']),
  immediate: booleanCell(row['immediate']),
  nullsEqual: booleanCell(row['nulls_equal']),
  held: booleanCell(row['held']),
  ofConstraint: booleanCell(row['of_constraint']),
  ofTable: booleanCell(row['of_table']),
  partitioned: booleanCell(row['partitioned']),
  attached: booleanCell(row['attached']),
  sizeBytes: numberCell(row['bytes']),
  scans: numberCell(row['scans']),
  definition: textCell(row['definition'], 4_000),
})

/** The indexes of these tables, or of all. */
export const seeIndexes = async (session: PostgresSession, tables: readonly number[] | null = null): Promise<readonly Index[]> =>
  (await readAround(session, indexesSql, [tables])).map(indexOf)

const scansSql = `SELECT relid::pg_catalog.int8 AS oid, schemaname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, n_live_tup::pg_catalog.float8 AS live, seq_scan::pg_catalog.float8 AS seq,
    seq_tup_read::pg_catalog.float8 AS seq_rows, coalesce(idx_scan, 0)::pg_catalog.float8 AS idx
  FROM pg_catalog.pg_stat_all_tables WHERE relid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])`

export const seeTableScans = async (session: PostgresSession, tables: readonly number[]): Promise<readonly TableScans[]> =>
  (await readOnly(session, scansSql, [tables])).map((row) => ({
    oid: numberCell(row['oid']),
    schema: wholeCell(row['schema']),
    name: wholeCell(row['name']),
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
  'greatest((SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()), (SELECT stats_reset FROM pg_catalog.pg_stat_bgwriter))',
)} AS ms`

/** How long the counters of this database have counted. */
export const seeCountersAge = async (session: PostgresSession): Promise<number> =>
  numberCell((await readOnly(session, countersSql))[0]?.['ms'])
