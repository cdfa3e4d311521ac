import type { Bloat, Filling, Withheld } from '../../domain/postgres/bloat.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, textCell } from './cells.ts'
import { functionsOf } from './extension.ts'
import { isStatementError, readOnly } from './read-only.ts'

/** Smaller ones are not worth a word. */
const worthBytes = 10e6

/** What a value takes on its page: fixed lengths and long texts are aligned, short texts are not. */
const alignedWidth = (width: string, type: string): string =>
  `CASE WHEN ${type}.typalign OPERATOR(pg_catalog.=) 'd' THEN pg_catalog.ceil(${width} OPERATOR(pg_catalog./) 8.0) OPERATOR(pg_catalog.*) 8 WHEN ${type}.typalign OPERATOR(pg_catalog.=) 'i' THEN CASE WHEN ${type}.typlen OPERATOR(pg_catalog.<) 0 AND ${width} OPERATOR(pg_catalog.<) 127 THEN ${width}
    ELSE pg_catalog.ceil(${width} OPERATOR(pg_catalog./) 4.0) OPERATOR(pg_catalog.*) 4 END WHEN ${type}.typalign OPERATOR(pg_catalog.=) 's' THEN pg_catalog.ceil(${width} OPERATOR(pg_catalog./) 2.0) OPERATOR(pg_catalog.*) 2 ELSE ${width} END`

const pageHeader = 24
const itemPointer = 4
const aligned = (bytes: string): string => `(pg_catalog.ceil((${bytes}) OPERATOR(pg_catalog./) 8.0) OPERATOR(pg_catalog.*) 8)`

/** Statistics that are older than a fifth of the rows say little; one that was never analyzed has none. */
const stale = `(s.n_mod_since_analyze OPERATOR(pg_catalog.>) (1000 OPERATOR(pg_catalog.+) (0.2 OPERATOR(pg_catalog.*) greatest(c.reltuples, 0))) OR coalesce(s.last_analyze, s.last_autoanalyze) IS NULL OR c.reltuples OPERATOR(pg_catalog.<) 0)`

const fillfactor = `(SELECT option_value::pg_catalog.float8 FROM pg_catalog.pg_options_to_table(reloptions) WHERE option_name OPERATOR(pg_catalog.=) 'fillfactor')`

/** A row has a header of 24 bytes, more for the bitmap of its nulls when it has many columns. */
const tablesSql = `WITH big AS (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, pg_catalog.pg_relation_size(c.oid)::pg_catalog.float8 AS bytes, ${stale} AS stale, c.reloptions
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid OPERATOR(pg_catalog.=) c.oid
    WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']::pg_catalog."char"[]) AND pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.>=) ${worthBytes}
  ), columns AS (
    SELECT big.oid, pg_catalog.count(*) AS columns, pg_catalog.count(st.avg_width) AS known, pg_catalog.max(coalesce(st.null_frac, 0)) AS nulls,
      pg_catalog.sum((1 OPERATOR(pg_catalog.-) coalesce(st.null_frac, 0)) OPERATOR(pg_catalog.*) (${alignedWidth('st.avg_width', 't')})) AS width
    FROM big JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) big.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
      LEFT JOIN pg_catalog.pg_stats st ON st.schemaname OPERATOR(pg_catalog.=) big.nspname AND st.tablename OPERATOR(pg_catalog.=) big.relname AND st.attname OPERATOR(pg_catalog.=) a.attname AND NOT st.inherited
    GROUP BY big.oid
  )
  SELECT big.oid::pg_catalog.int8 AS oid, nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, bytes, stale, coalesce(known OPERATOR(pg_catalog.<) columns, true) AS unreadable,
    8192.0 OPERATOR(pg_catalog.*) pg_catalog.ceil((greatest(reltuples, 0) OPERATOR(pg_catalog.*) (${itemPointer} OPERATOR(pg_catalog.+) ${aligned(`24 OPERATOR(pg_catalog.+) CASE WHEN nulls OPERATOR(pg_catalog.>) 0 AND columns OPERATOR(pg_catalog.>) 8 THEN columns OPERATOR(pg_catalog./) 8 ELSE 0 END OPERATOR(pg_catalog.+) width`)}))
      OPERATOR(pg_catalog./) ((8192 OPERATOR(pg_catalog.-) ${pageHeader}) OPERATOR(pg_catalog.*) (coalesce(${fillfactor}, 100) OPERATOR(pg_catalog./) 100.0))) AS full_bytes
  FROM big LEFT JOIN columns ON columns.oid OPERATOR(pg_catalog.=) big.oid`

/** A key has a header of 8 bytes; a page is filled to 90 % and has 16 bytes of its own at its end. Equal keys may be stored once, which only hides bloat. */
const indexesSql = `WITH big AS (
    SELECT i.indexrelid AS oid, n.nspname, ic.relname, tn.nspname AS table_schema, c.relname AS table_name, i.indkey::pg_catalog.int2[] AS keys, ic.reltuples,
      pg_catalog.pg_relation_size(ic.oid)::pg_catalog.float8 AS bytes, ${stale} AS stale, ic.reloptions
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) ic.relnamespace JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) ic.relam
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid OPERATOR(pg_catalog.=) c.oid
    WHERE i.indrelid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND ic.relkind OPERATOR(pg_catalog.=) 'i' AND am.amname OPERATOR(pg_catalog.=) 'btree' AND i.indisvalid AND pg_catalog.pg_relation_size(ic.oid) OPERATOR(pg_catalog.>=) ${worthBytes}
  ), columns AS (
    SELECT big.oid, pg_catalog.count(*) AS columns, pg_catalog.count(st.avg_width) AS known, pg_catalog.sum((1 OPERATOR(pg_catalog.-) coalesce(st.null_frac, 0)) OPERATOR(pg_catalog.*) (${alignedWidth('st.avg_width', 't')})) AS width
    FROM big JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) big.oid JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
      LEFT JOIN pg_catalog.pg_attribute ta ON big.keys[a.attnum OPERATOR(pg_catalog.-) 1] OPERATOR(pg_catalog.>) 0 AND ta.attrelid OPERATOR(pg_catalog.=) (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid OPERATOR(pg_catalog.=) big.oid)
        AND ta.attnum OPERATOR(pg_catalog.=) big.keys[a.attnum OPERATOR(pg_catalog.-) 1]
      LEFT JOIN pg_catalog.pg_stats st ON NOT st.inherited AND CASE WHEN ta.attname IS NULL
        THEN st.schemaname OPERATOR(pg_catalog.=) big.nspname AND st.tablename OPERATOR(pg_catalog.=) big.relname AND st.attname OPERATOR(pg_catalog.=) a.attname
        ELSE st.schemaname OPERATOR(pg_catalog.=) big.table_schema AND st.tablename OPERATOR(pg_catalog.=) big.table_name AND st.attname OPERATOR(pg_catalog.=) ta.attname END
    GROUP BY big.oid
  )
  SELECT big.oid::pg_catalog.int8 AS oid, nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, bytes, stale, coalesce(known OPERATOR(pg_catalog.<) columns, true) AS unreadable,
    8192.0 OPERATOR(pg_catalog.*) (1 OPERATOR(pg_catalog.+) pg_catalog.ceil((greatest(reltuples, 0) OPERATOR(pg_catalog.*) (${itemPointer} OPERATOR(pg_catalog.+) ${aligned('8 OPERATOR(pg_catalog.+) width')}))
      OPERATOR(pg_catalog./) ((8192 OPERATOR(pg_catalog.-) ${pageHeader} OPERATOR(pg_catalog.-) 16) OPERATOR(pg_catalog.*) (coalesce(${fillfactor}, 90) OPERATOR(pg_catalog./) 100.0)))) AS full_bytes
  FROM big LEFT JOIN columns ON columns.oid OPERATOR(pg_catalog.=) big.oid`

type Seen = { readonly filling: Filling; readonly withheld: Withheld['why'] | undefined }

const seenOf = (kind: Filling['kind'], row: SqlRow): Seen => {
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
    withheld: booleanCell(row['stale']) ? 'stale' : booleanCell(row['unreadable']) ? 'unreadable' : undefined,
  }
}

/** By their exact signatures, in the schema of the extension's own functions: a neighbour of that name is not it. */
const extensionSql = `SELECT n.nspname::pg_catalog.text AS schema, pg_catalog.bool_and(pg_catalog.has_function_privilege(p.oid, 'EXECUTE')) AS may
  FROM ${functionsOf('pgstattuple')} WHERE p.proname OPERATOR(pg_catalog.=) ANY (ARRAY['pgstattuple_approx', 'pgstatindex']::pg_catalog.name[])
    AND p.pronargs OPERATOR(pg_catalog.=) 1 AND p.proargtypes[0] OPERATOR(pg_catalog.=) 'pg_catalog.regclass'::pg_catalog.regtype
  GROUP BY n.nspname HAVING pg_catalog.count(*) OPERATOR(pg_catalog.=) 2`

/** The schema of pgstattuple, when it is installed and our role may call it. */
const measuring = async (session: PostgresSession): Promise<string | undefined> => {
  const [row] = await readOnly(session, extensionSql)
  return booleanCell(row?.['may']) ? textCell(row?.['schema']) : undefined
}

/** Reads pages, so only of those that matter: at most these. */
const mostMeasured = 20

const measureSql: Record<Filling['kind'], (schema: string) => string> = {
  table: (schema) => `SELECT (approx_free_space OPERATOR(pg_catalog.+) dead_tuple_len)::pg_catalog.float8 AS empty
    FROM ${schema}.pgstattuple_approx($1::pg_catalog.oid::pg_catalog.regclass)`,
  index: (
    schema,
  ) => `SELECT (8192 OPERATOR(pg_catalog.*) ((leaf_pages OPERATOR(pg_catalog.*) greatest(0, 1 OPERATOR(pg_catalog.-) (avg_leaf_density OPERATOR(pg_catalog./) 90.0)))
      OPERATOR(pg_catalog.+) empty_pages OPERATOR(pg_catalog.+) deleted_pages))::pg_catalog.float8 AS empty
    FROM ${schema}.pgstatindex($1::pg_catalog.oid::pg_catalog.regclass)`,
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
