import type { Bloat, Filling, Withheld } from '../../domain/postgres/bloat.ts'
import { freshIndexBytes, freshTableBytes, type StoredColumn } from '../../domain/postgres/stored-size.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, jsonCell, numberCell, textCell } from './cells.ts'
import { functionsOf } from './extension.ts'
import { bytesOf, heldTables, isHeld, readAround } from './held.ts'
import { isStatementError, readOnly } from './read-only.ts'

/** Smaller ones are not worth a word. */
const worthBytes = 10e6

/** Statistics that are older than a fifth of the rows say little; one that was never analyzed has none. */
const stale = `(s.n_mod_since_analyze OPERATOR(pg_catalog.>) (1000 OPERATOR(pg_catalog.+) (0.2 OPERATOR(pg_catalog.*) greatest(c.reltuples, 0))) OR coalesce(s.last_analyze, s.last_autoanalyze) IS NULL OR c.reltuples OPERATOR(pg_catalog.<) 0)`

const fillfactor = `(SELECT option_value::pg_catalog.float8 FROM pg_catalog.pg_options_to_table(reloptions) WHERE option_name OPERATOR(pg_catalog.=) 'fillfactor')`

/**
 * What is known of a column: the length and alignment of its type; whether it is stored at all; mean width and share of nulls, where it has
 * statistics; and why it has none: `s.may`, not switched off by `SET STATISTICS 0`. `a` is how it is stored, `of` the column that was analyzed.
 */
const columnJson = (a: string, of: string): string =>
  `pg_catalog.json_agg(pg_catalog.json_build_array(${a}.attlen, ${a}.attalign, ${a}.attisdropped OR coalesce(pg_catalog.to_jsonb(${a}) OPERATOR(pg_catalog.->>) 'attgenerated', '') OPERATOR(pg_catalog.=) 'v',
    st.avg_width, st.null_frac, pg_catalog.has_column_privilege(${of}.attrelid, ${of}.attnum, 'SELECT'), coalesce(${of}.attstattarget, -1) OPERATOR(pg_catalog.=) 0) ORDER BY ${a}.attnum)`

const tablesSql = `WITH ${heldTables}, big AS (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, pg_catalog.pg_relation_size(c.oid)::pg_catalog.float8 AS bytes, ${stale} AS stale, c.reloptions
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid OPERATOR(pg_catalog.=) c.oid
    WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']::pg_catalog."char"[])
      AND CASE WHEN ${isHeld('c.oid')} THEN false ELSE pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog.>=) ${worthBytes} END
  )
  SELECT big.oid::pg_catalog.int8 AS oid, nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, bytes, stale, reltuples::pg_catalog.float8 AS rows, coalesce(${fillfactor}, 100) AS fillfactor,
    pg_catalog.row_security_active(big.oid) AS secured,
    (SELECT ${columnJson('a', 'a')} FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_stats st
       ON st.schemaname OPERATOR(pg_catalog.=) big.nspname AND st.tablename OPERATOR(pg_catalog.=) big.relname AND st.attname OPERATOR(pg_catalog.=) a.attname AND NOT st.inherited
     WHERE a.attrelid OPERATOR(pg_catalog.=) big.oid AND a.attnum OPERATOR(pg_catalog.>) 0) AS columns
  FROM big`

/** A key is analyzed as the column of its table, or by itself when it is an expression. */
const indexesSql = `WITH ${heldTables}, big AS (
    SELECT i.indexrelid AS oid, n.nspname, ic.relname, i.indrelid, tn.nspname AS table_schema, c.relname AS table_name, i.indkey::pg_catalog.int2[] AS keys, ic.reltuples,
      pg_catalog.pg_relation_size(ic.oid)::pg_catalog.float8 AS bytes, ${stale} AS stale, ic.reloptions
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) ic.relnamespace JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) ic.relam
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) c.relnamespace LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid OPERATOR(pg_catalog.=) c.oid
    WHERE i.indrelid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND ic.relkind OPERATOR(pg_catalog.=) 'i' AND am.amname OPERATOR(pg_catalog.=) 'btree' AND i.indisvalid
      AND CASE WHEN ${isHeld('i.indrelid')} THEN false ELSE pg_catalog.pg_relation_size(ic.oid) OPERATOR(pg_catalog.>=) ${worthBytes} END
  )
  SELECT big.oid::pg_catalog.int8 AS oid, nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, bytes, stale, reltuples::pg_catalog.float8 AS rows, coalesce(${fillfactor}, 90) AS fillfactor,
    pg_catalog.row_security_active(big.indrelid) AS secured,
    (SELECT ${columnJson('a', 'own')} FROM pg_catalog.pg_attribute a
       LEFT JOIN pg_catalog.pg_attribute ta ON big.keys[a.attnum OPERATOR(pg_catalog.-) 1] OPERATOR(pg_catalog.>) 0 AND ta.attrelid OPERATOR(pg_catalog.=) big.indrelid AND ta.attnum OPERATOR(pg_catalog.=) big.keys[a.attnum OPERATOR(pg_catalog.-) 1]
       JOIN pg_catalog.pg_attribute own ON own.attrelid OPERATOR(pg_catalog.=) coalesce(ta.attrelid, a.attrelid) AND own.attnum OPERATOR(pg_catalog.=) coalesce(ta.attnum, a.attnum)
       LEFT JOIN pg_catalog.pg_stats st ON NOT st.inherited AND st.attname OPERATOR(pg_catalog.=) own.attname AND st.schemaname OPERATOR(pg_catalog.=) CASE WHEN ta.attname IS NULL THEN big.nspname ELSE big.table_schema END
         AND st.tablename OPERATOR(pg_catalog.=) CASE WHEN ta.attname IS NULL THEN big.relname ELSE big.table_name END
     WHERE a.attrelid OPERATOR(pg_catalog.=) big.oid) AS columns
  FROM big`

type Seen = { readonly filling: Filling; readonly withheld: Withheld['why'] | undefined }

const alignments: Readonly<Record<string, StoredColumn['align']>> = { c: 1, s: 2, i: 4, d: 8 }

/** `why`: what is missing to know how wide it is. */
type SeenColumn = StoredColumn & { readonly why: Withheld['why'] | undefined }

const columnOf = (written: unknown, secured: boolean): SeenColumn => {
  const [length, align, notStored, width, nulls, may, off] = Array.isArray(written) ? written : []
  const shape = { length: Number(length), align: alignments[String(align)] ?? 1 }
  if (notStored === true) return { ...shape, width: 0, nullShare: 1, why: undefined }
  if (typeof width === 'number') return { ...shape, width, nullShare: Number(nulls), why: undefined }
  // Of a fixed length nothing else needs to be known.
  if (shape.length > 0) return { ...shape, width: shape.length, nullShare: 0, why: undefined }
  const why = may === false ? 'unreadable' : secured ? 'row-security' : off === true ? 'switched-off' : 'not-analyzed'
  return { ...shape, width: 0, nullShare: 0, why }
}

const fresh: Record<Filling['kind'], typeof freshTableBytes> = { table: freshTableBytes, index: freshIndexBytes }

const seenOf = (kind: Filling['kind'], row: SqlRow): Seen => {
  const [sizeBytes, rows] = [numberCell(row['bytes']), numberCell(row['rows'])]
  const written = jsonCell(row['columns'])
  const columns = (Array.isArray(written) ? written : []).map((one) => columnOf(one, booleanCell(row['secured'])))
  const freshBytes = fresh[kind](columns, { rows, fillfactor: numberCell(row['fillfactor']) })
  return {
    filling: {
      kind,
      oid: numberCell(row['oid']),
      schema: textCell(row['schema']),
      name: textCell(row['name']),
      sizeBytes,
      emptyBytes: Math.max(0, sizeBytes - freshBytes),
      how: 'estimated',
    },
    // No rows need no widths.
    withheld: booleanCell(row['stale']) ? 'stale' : rows === 0 ? undefined : columns.find((one) => one.why !== undefined)?.why,
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

/**
 * What a fresh build would leave is not empty: a table is filled to its fillfactor, a leaf of a B-tree to 90 % or to its own. So what is full now is
 * what would be full then.
 */
const measureSql: Record<Filling['kind'], (schema: string) => string> = {
  table: (
    schema,
  ) => `SELECT greatest(0, table_len OPERATOR(pg_catalog.-) ((table_len OPERATOR(pg_catalog.-) approx_free_space OPERATOR(pg_catalog.-) dead_tuple_len)::pg_catalog.float8 OPERATOR(pg_catalog.*) (100.0::pg_catalog.float8 OPERATOR(pg_catalog./) coalesce(${fillfactor}, 100.0::pg_catalog.float8))))::pg_catalog.float8 AS empty
    FROM ${schema}.pgstattuple_approx($1::pg_catalog.oid::pg_catalog.regclass), pg_catalog.pg_class WHERE pg_class.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid`,
  index: (
    schema,
  ) => `SELECT (8192 OPERATOR(pg_catalog.*) ((leaf_pages OPERATOR(pg_catalog.*) greatest(0, 1 OPERATOR(pg_catalog.-) (avg_leaf_density OPERATOR(pg_catalog./) coalesce(${fillfactor}, 90.0::pg_catalog.float8))))
      OPERATOR(pg_catalog.+) empty_pages OPERATOR(pg_catalog.+) deleted_pages))::pg_catalog.float8 AS empty
    FROM ${schema}.pgstatindex($1::pg_catalog.oid::pg_catalog.regclass), pg_catalog.pg_class WHERE pg_class.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid`,
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

const heldSql = `WITH ${heldTables} SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name, ${bytesOf('c', '0', 'true')}::pg_catalog.float8 AS bytes
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[]) AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm']::pg_catalog."char"[]) AND ${isHeld('c.oid')}`

/** Large tables that somebody holds. */
const seeHeld = async (session: PostgresSession, tables: readonly number[]): Promise<Bloat['withheld']> =>
  (await readOnly(session, heldSql, [tables])).flatMap((row) => {
    const [schema, sizeBytes] = [textCell(row['schema']), numberCell(row['bytes'])]
    return sizeBytes < worthBytes
      ? []
      : [{ kind: 'table' as const, name: `${schema}.${textCell(row['name'])}`, schema, sizeBytes, why: 'held' as const }]
  })

/** Room that holds nothing, of tables and B-tree indexes of 10 MB or more: estimated, and measured where pgstattuple is installed. */
export const seeBloat = async (session: PostgresSession, tables: readonly number[]): Promise<Bloat> => {
  const estimated = [
    ...(await readAround(session, tablesSql, [tables])).map((row) => seenOf('table', row)),
    ...(await readAround(session, indexesSql, [tables])).map((row) => seenOf('index', row)),
  ].toSorted((a, b) => b.filling.sizeBytes - a.filling.sizeBytes)
  const schema = await measuring(session)
  const seen: Seen[] = []
  for (const [index, one] of estimated.entries())
    seen.push(schema === undefined || index >= mostMeasured ? one : await measured(session, schema, one))
  return {
    fillings: seen.filter((one) => one.withheld === undefined).map((one) => one.filling),
    withheld: [
      ...(await seeHeld(session, tables)),
      ...seen.flatMap(({ filling: { kind, schema, name, sizeBytes }, withheld: why }) =>
        why === undefined ? [] : [{ kind, name: `${schema}.${name}`, schema, sizeBytes, why }],
      ),
    ],
  }
}
