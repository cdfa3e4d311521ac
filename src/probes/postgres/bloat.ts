import type { Bloat, Filling, Withheld } from '../../core/postgres/bloat.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { isStatementError, readOnly } from './read-only.ts'

/** Smaller ones are not worth a word. */
const worthBytes = 10e6

/** What a value takes on its page: fixed lengths and long texts are aligned, short texts are not. */
const alignedWidth = (width: string, type: string): string =>
  `CASE ${type}.typalign WHEN 'd' THEN ceil(${width} / 8.0) * 8 WHEN 'i' THEN CASE WHEN ${type}.typlen < 0 AND ${width} < 127 THEN ${width}
    ELSE ceil(${width} / 4.0) * 4 END WHEN 's' THEN ceil(${width} / 2.0) * 2 ELSE ${width} END`

const pageHeader = 24
const itemPointer = 4
const aligned = (bytes: string): string => `(ceil((${bytes}) / 8.0) * 8)`

/** Statistics that are older than a fifth of the rows say little; one that was never analyzed has none. */
const stale = `(s.n_mod_since_analyze > 1000 + 0.2 * greatest(c.reltuples, 0) OR coalesce(s.last_analyze, s.last_autoanalyze) IS NULL OR c.reltuples < 0)`

/** A row has a header of 24 bytes, more for the bitmap of its nulls when it has many columns. */
const tablesSql = `WITH big AS (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, pg_relation_size(c.oid)::float8 AS bytes, ${stale} AS stale, c.reloptions
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'm') AND pg_relation_size(c.oid) >= ${worthBytes}
  ), columns AS (
    SELECT big.oid, count(*) AS columns, count(st.avg_width) AS known, max(coalesce(st.null_frac, 0)) AS nulls,
      sum((1 - coalesce(st.null_frac, 0)) * (${alignedWidth('st.avg_width', 't')})) AS width
    FROM big JOIN pg_attribute a ON a.attrelid = big.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_stats st ON st.schemaname = big.nspname AND st.tablename = big.relname AND st.attname = a.attname AND NOT st.inherited
    GROUP BY big.oid
  )
  SELECT big.oid::int8 AS oid, nspname::text AS schema, relname::text AS name, bytes, stale, coalesce(known < columns, true) AS unreadable,
    8192.0 * ceil(greatest(reltuples, 0) * (${itemPointer} + ${aligned(`24 + CASE WHEN nulls > 0 AND columns > 8 THEN columns / 8 ELSE 0 END + width`)})
      / ((8192 - ${pageHeader}) * coalesce((SELECT option_value::float8 FROM pg_options_to_table(reloptions) WHERE option_name = 'fillfactor'), 100) / 100.0)) AS full_bytes
  FROM big LEFT JOIN columns USING (oid)`

/** A key has a header of 8 bytes; a page is filled to 90 % and has 16 bytes of its own at its end. Equal keys may be stored once, which only hides bloat. */
const indexesSql = `WITH big AS (
    SELECT i.indexrelid AS oid, n.nspname, ic.relname, tn.nspname AS table_schema, c.relname AS table_name, i.indkey::int2[] AS keys, ic.reltuples,
      pg_relation_size(ic.oid)::float8 AS bytes, ${stale} AS stale, ic.reloptions
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_namespace n ON n.oid = ic.relnamespace JOIN pg_am am ON am.oid = ic.relam
      JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE i.indrelid = ANY ($1::oid[]) AND ic.relkind = 'i' AND am.amname = 'btree' AND i.indisvalid AND pg_relation_size(ic.oid) >= ${worthBytes}
  ), columns AS (
    SELECT big.oid, count(*) AS columns, count(st.avg_width) AS known, sum((1 - coalesce(st.null_frac, 0)) * (${alignedWidth('st.avg_width', 't')})) AS width
    FROM big JOIN pg_attribute a ON a.attrelid = big.oid JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attribute ta ON big.keys[a.attnum - 1] > 0 AND ta.attrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = big.oid)
        AND ta.attnum = big.keys[a.attnum - 1]
      LEFT JOIN pg_stats st ON NOT st.inherited AND CASE WHEN ta.attname IS NULL
        THEN st.schemaname = big.nspname AND st.tablename = big.relname AND st.attname = a.attname
        ELSE st.schemaname = big.table_schema AND st.tablename = big.table_name AND st.attname = ta.attname END
    GROUP BY big.oid
  )
  SELECT big.oid::int8 AS oid, nspname::text AS schema, relname::text AS name, bytes, stale, coalesce(known < columns, true) AS unreadable,
    8192.0 * (1 + ceil(greatest(reltuples, 0) * (${itemPointer} + ${aligned('8 + width')})
      / ((8192 - ${pageHeader} - 16) * coalesce((SELECT option_value::float8 FROM pg_options_to_table(reloptions) WHERE option_name = 'fillfactor'), 90) / 100.0))) AS full_bytes
  FROM big LEFT JOIN columns USING (oid)`

type Seen = { readonly filling: Filling; readonly withheld: Withheld['why'] | undefined }

const seenOf = (kind: Filling['kind'], row: Row): Seen => {
  const sizeBytes = numberCell(row['bytes'])
  return {
    filling: {
      kind,
      oid: numberCell(row['oid']),
      schema: textCell(row['schema']),
      name: textCell(row['name']),
      sizeBytes,
      emptyBytes: Math.max(0, sizeBytes - numberCell(row['full_bytes'])),
      how: 'estimated',
    },
    withheld: row['stale'] === true ? 'stale' : row['unreadable'] === true ? 'unreadable' : undefined,
  }
}

const extensionSql = `SELECT n.nspname::text AS schema, has_function_privilege(p.oid, 'EXECUTE') AS may
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = 'pgstattuple_approx'
  WHERE e.extname = 'pgstattuple'`

/** The schema of pgstattuple, when it is installed and our role may call it. */
const measuring = async (session: PostgresSession): Promise<string | undefined> => {
  const [row] = await readOnly(session, extensionSql)
  return row?.['may'] === true ? textCell(row['schema']) : undefined
}

/** Reads pages, so only of those that matter: at most these. */
const mostMeasured = 20

const measureSql: Record<Filling['kind'], (schema: string) => string> = {
  table: (schema) => `SELECT (approx_free_space + dead_tuple_len)::float8 AS empty FROM ${schema}.pgstattuple_approx($1::oid)`,
  index: (schema) => `SELECT (8192 * (leaf_pages * greatest(0, 1 - avg_leaf_density / 90.0) + empty_pages + deleted_pages))::float8 AS empty
    FROM ${schema}.pgstatindex($1::oid::regclass)`,
}

/** By pgstattuple; one that cannot be read keeps its estimate. */
const measured = async (session: PostgresSession, schema: string, seen: Seen): Promise<Seen> => {
  try {
    const [row] = await readOnly(session, measureSql[seen.filling.kind](session.quoted(schema)), [seen.filling.oid])
    return row === undefined
      ? seen
      : { filling: { ...seen.filling, emptyBytes: numberCell(row['empty']), how: 'measured' }, withheld: undefined }
  } catch (error) {
    // A lock, a time-out or an access method that it does not know.
    if (!isStatementError(error)) throw error
    return seen
  }
}

/** Room that holds nothing, of tables and B-tree indexes of 10 MB or more: estimated, and measured where pgstattuple is installed. */
export const seeBloat = async (session: PostgresSession, tables: readonly number[]): Promise<Bloat> => {
  const estimated = [
    ...(await readOnly(session, tablesSql, [tables])).map((row) => seenOf('table', row)),
    ...(await readOnly(session, indexesSql, [tables])).map((row) => seenOf('index', row)),
  ].toSorted((a, b) => b.filling.sizeBytes - a.filling.sizeBytes)
  const schema = await measuring(session)
  const seen: Seen[] = []
  for (const [index, one] of estimated.entries())
    seen.push(schema === undefined || index >= mostMeasured ? one : await measured(session, schema, one))
  return {
    fillings: seen.filter((one) => one.withheld === undefined).map((one) => one.filling),
    withheld: seen.flatMap(({ filling: { kind, schema, name, sizeBytes }, withheld: why }) =>
      why === undefined ? [] : [{ kind, name: `${schema}.${name}`, schema, sizeBytes, why }],
    ),
  }
}
