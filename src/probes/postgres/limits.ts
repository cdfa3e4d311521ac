import type { CollationMismatch, Sequence } from '../../domain/postgres/bloat.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, optionalCell, textCell } from './cells.ts'
import { readOnly } from './read-only.ts'

/** A sequence may count further than the column that it fills: that one's type is then the limit. */
const sequencesSql = `SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name, coalesce(owner.name, '') AS "column",
    CASE WHEN readable THEN pg_catalog.pg_sequence_last_value(c.oid) END::pg_catalog.float8 AS last, readable,
    CASE WHEN s.seqincrement OPERATOR(pg_catalog.>) 0 THEN s.seqmin ELSE s.seqmax END::pg_catalog.float8 AS first,
    CASE WHEN s.seqincrement OPERATOR(pg_catalog.>) 0 THEN least(s.seqmax, owner.most) ELSE greatest(s.seqmin, (-1 OPERATOR(pg_catalog.-) owner.most)) END::pg_catalog.float8 AS "limit", s.seqcycle AS cycles
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    CROSS JOIN LATERAL (SELECT pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable) AS rights
    LEFT JOIN LATERAL (
      SELECT tn.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) t.relname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) a.attname AS name, t.oid AS table_oid,
        CASE WHEN a.atttypid OPERATOR(pg_catalog.=) 'pg_catalog.int2'::pg_catalog.regtype THEN 32767 WHEN a.atttypid OPERATOR(pg_catalog.=) 'pg_catalog.int4'::pg_catalog.regtype THEN 2147483647 ELSE 9223372036854775807 END AS most
      FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) d.refobjid JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) t.oid AND a.attnum OPERATOR(pg_catalog.=) d.refobjsubid
      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) c.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) ANY (ARRAY['a', 'i']::pg_catalog."char"[]) LIMIT 1
    ) AS owner ON true
  WHERE c.relpersistence OPERATOR(pg_catalog.<>) 't' AND ($1::pg_catalog.oid[] IS NULL OR owner.table_oid OPERATOR(pg_catalog.=) ANY ($1)) ORDER BY 1, 2 LIMIT 5000`

const sequenceOf = (row: SqlRow): Sequence => ({
  schema: textCell(row['schema']),
  name: textCell(row['name']),
  column: textCell(row['column']),
  last: optionalCell(row['last']),
  readable: booleanCell(row['readable']),
  first: numberCell(row['first']),
  limit: numberCell(row['limit']),
  cycles: booleanCell(row['cycles']),
})

/** The sequences of these tables, or all of them. */
export const seeSequences = async (session: PostgresSession, tables: readonly number[] | null): Promise<readonly Sequence[]> =>
  (await readOnly(session, sequencesSql, [tables])).map(sequenceOf)

/** The database keeps the version of its own collation since PostgreSQL 15. */
const collationsSql = (major: number): string => `${
  major >= 15
    ? `SELECT 'database ' OPERATOR(pg_catalog.||) datname AS name, datcollversion AS recorded, coalesce(pg_catalog.pg_database_collation_actual_version(oid), '') AS actual, true AS used
  FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND datcollversion IS NOT NULL AND coalesce(datcollversion OPERATOR(pg_catalog.<>) pg_catalog.pg_database_collation_actual_version(oid), true)
  UNION ALL `
    : ''
}SELECT 'collation "' OPERATOR(pg_catalog.||) collname OPERATOR(pg_catalog.||) '"' AS name, collversion AS recorded, coalesce(pg_catalog.pg_collation_actual_version(oid), '') AS actual,
    EXISTS (SELECT 1 FROM pg_catalog.pg_depend WHERE refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_collation'::pg_catalog.regclass AND refobjid OPERATOR(pg_catalog.=) pg_collation.oid) AS used
  FROM pg_catalog.pg_collation WHERE collversion IS NOT NULL AND coalesce(collversion OPERATOR(pg_catalog.<>) pg_catalog.pg_collation_actual_version(oid), true)
  ORDER BY used DESC, name LIMIT 100`

/** Collations whose library is another one than when the indexes were built, those in use first; at most 100. */
export const seeCollationMismatches = async (session: PostgresSession, major: number): Promise<readonly CollationMismatch[]> =>
  (await readOnly(session, collationsSql(major))).map((row) => ({
    name: textCell(row['name'], 100),
    recorded: textCell(row['recorded'], 100),
    actual: textCell(row['actual'], 100),
    used: booleanCell(row['used']),
  }))
