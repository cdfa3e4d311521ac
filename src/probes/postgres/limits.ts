import type { CollationMismatch, Sequence } from '../../core/postgres/bloat.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { numberCell, optionalCell, textCell } from './cells.ts'
import { readOnly } from './read-only.ts'

/** A sequence may count further than the column that it fills: that one's type is then the limit. */
const sequencesSql = `SELECT n.nspname::text AS schema, c.relname::text AS name, coalesce(owner.name, '') AS "column",
    CASE WHEN readable THEN pg_sequence_last_value(c.oid) END::float8 AS last, readable,
    CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END::float8 AS first,
    CASE WHEN s.seqincrement > 0 THEN least(s.seqmax, owner.most) ELSE greatest(s.seqmin, -owner.most - 1) END::float8 AS "limit", s.seqcycle AS cycles
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (SELECT has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable) AS rights
    LEFT JOIN LATERAL (
      SELECT tn.nspname || '.' || t.relname || '.' || a.attname AS name, t.oid AS table_oid,
        CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END AS most
      FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LIMIT 1
    ) AS owner ON true
  WHERE c.relpersistence <> 't' AND ($1::oid[] IS NULL OR owner.table_oid = ANY ($1)) ORDER BY 1, 2 LIMIT 5000`

const sequenceOf = (row: Row): Sequence => ({
  schema: textCell(row['schema']),
  name: textCell(row['name']),
  column: textCell(row['column']),
  last: optionalCell(row['last']),
  readable: row['readable'] === true,
  first: numberCell(row['first']),
  limit: numberCell(row['limit']),
  cycles: row['cycles'] === true,
})

/** The sequences of these tables, or all of them. */
export const seeSequences = async (session: PostgresSession, tables: readonly number[] | null): Promise<readonly Sequence[]> =>
  (await readOnly(session, sequencesSql, [tables])).map(sequenceOf)

/** The database keeps the version of its own collation since PostgreSQL 15. */
const collationsSql = (major: number): string => `${
  major >= 15
    ? `SELECT 'database ' || datname AS name, datcollversion AS recorded, coalesce(pg_database_collation_actual_version(oid), '') AS actual, true AS used
  FROM pg_database WHERE datname = current_database() AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid) AND datcollversion IS NOT NULL
  UNION ALL `
    : ''
}SELECT 'collation "' || collname || '"', collversion, coalesce(pg_collation_actual_version(oid), ''),
    EXISTS (SELECT 1 FROM pg_depend WHERE refclassid = 'pg_collation'::regclass AND refobjid = pg_collation.oid)
  FROM pg_collation WHERE collversion IS NOT NULL AND collversion IS DISTINCT FROM pg_collation_actual_version(oid)
  ORDER BY used DESC, name LIMIT 100`

/** Collations whose library is another one than when the indexes were built, those in use first; at most 100. */
export const seeCollationMismatches = async (session: PostgresSession, major: number): Promise<readonly CollationMismatch[]> =>
  (await readOnly(session, collationsSql(major))).map((row) => ({
    name: textCell(row['name'], 100),
    recorded: textCell(row['recorded'], 100),
    actual: textCell(row['actual'], 100),
    used: row['used'] === true,
  }))
