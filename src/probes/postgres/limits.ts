import type { CollationMismatch, Sequence } from '../../domain/postgres/bloat.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, optionalCell, textCell } from './cells.ts'
import { readAround } from './held.ts'
import { readOnly } from './read-only.ts'

/** The columns that take their numbers from a sequence: those that own it, and those whose default asks for one. */
const users = `SELECT d.refobjid AS relation, d.refobjsubid AS number FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) c.oid
        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid OPERATOR(pg_catalog.>) 0 AND d.deptype OPERATOR(pg_catalog.=) ANY (ARRAY['a', 'i']::pg_catalog."char"[])
      UNION SELECT adrelid, adnum::pg_catalog.int4 FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attrdef ON pg_attrdef.oid OPERATOR(pg_catalog.=) d.objid
        WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid OPERATOR(pg_catalog.=) c.oid`

/** The type below any domains. */
const baseType = `WITH RECURSIVE base(type, modifier, next) AS (
        SELECT pg_type.oid, CASE WHEN typbasetype OPERATOR(pg_catalog.=) 0 THEN a.atttypmod ELSE typtypmod END, typbasetype FROM pg_catalog.pg_type WHERE pg_type.oid OPERATOR(pg_catalog.=) a.atttypid
        UNION ALL SELECT pg_type.oid, CASE WHEN typbasetype OPERATOR(pg_catalog.=) 0 THEN modifier ELSE typtypmod END, typbasetype FROM base JOIN pg_catalog.pg_type ON pg_type.oid OPERATOR(pg_catalog.=) next)
      SELECT type, modifier FROM base WHERE next OPERATOR(pg_catalog.=) 0`

/** What a type can hold; of a numeric what stands before its point. */
const mostOf = `CASE WHEN base.type OPERATOR(pg_catalog.=) 'pg_catalog.int2'::pg_catalog.regtype THEN 32767 WHEN base.type OPERATOR(pg_catalog.=) 'pg_catalog.int4'::pg_catalog.regtype THEN 2147483647
      WHEN base.type OPERATOR(pg_catalog.=) 'pg_catalog.numeric'::pg_catalog.regtype THEN CASE WHEN base.modifier OPERATOR(pg_catalog.<) 4 THEN 9223372036854775807
        ELSE least(9223372036854775807, pg_catalog.power(10::pg_catalog.numeric, greatest(0, ((((base.modifier OPERATOR(pg_catalog.-) 4) OPERATOR(pg_catalog.>>) 16) OPERATOR(pg_catalog.&) 65535)
          OPERATOR(pg_catalog.-) (((((base.modifier OPERATOR(pg_catalog.-) 4) OPERATOR(pg_catalog.&) 2047) OPERATOR(pg_catalog.#) 1024) OPERATOR(pg_catalog.-) 1024))))::pg_catalog.numeric) OPERATOR(pg_catalog.-) 1) END
      ELSE 9223372036854775807 END`

/** To read one asks for this lock, which ALTER SEQUENCE and others do not let it have. */
const heldSequence = `EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.relation OPERATOR(pg_catalog.=) c.oid AND coalesce(l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true)
      AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
      AND l.mode OPERATOR(pg_catalog.=) ANY (ARRAY['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']))`

/** A sequence may count further than a column that it fills: the narrowest one's type is then the limit. */
const sequencesSql = `SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name, coalesce(owner.name, '') AS "column",
    CASE WHEN readable AND NOT held THEN pg_catalog.pg_sequence_last_value(c.oid) END::pg_catalog.float8 AS last, readable, held,
    CASE WHEN s.seqincrement OPERATOR(pg_catalog.>) 0 THEN s.seqmin ELSE s.seqmax END::pg_catalog.float8 AS first,
    CASE WHEN s.seqincrement OPERATOR(pg_catalog.>) 0 THEN least(s.seqmax, owner.most) ELSE greatest(s.seqmin, (-1 OPERATOR(pg_catalog.-) owner.most)) END::pg_catalog.float8 AS "limit", s.seqcycle AS cycles
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    CROSS JOIN LATERAL (SELECT pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable, ${heldSequence} AS held) AS rights
    LEFT JOIN LATERAL (
      SELECT tn.nspname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) t.relname OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) a.attname AS name, ${mostOf} AS most
      FROM (${users}) AS takes JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) takes.relation JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) t.oid AND a.attnum OPERATOR(pg_catalog.=) takes.number CROSS JOIN LATERAL (${baseType}) AS base
      ORDER BY 2, 1 LIMIT 1
    ) AS owner ON true
  WHERE c.relpersistence OPERATOR(pg_catalog.<>) 't' AND ($1::pg_catalog.oid[] IS NULL OR EXISTS (SELECT FROM (${users}) AS takes WHERE takes.relation OPERATOR(pg_catalog.=) ANY ($1))) ORDER BY 1, 2 LIMIT 5000`

const sequenceOf = (row: SqlRow): Sequence => ({
  schema: textCell(row['schema']),
  name: textCell(row['name']),
  column: textCell(row['column']),
  last: optionalCell(row['last']),
  readable: booleanCell(row['readable']),
  held: booleanCell(row['held']),
  first: numberCell(row['first']),
  limit: numberCell(row['limit']),
  cycles: booleanCell(row['cycles']),
})

/** The sequences of these tables, or all of them. */
export const seeSequences = async (session: PostgresSession, tables: readonly number[] | null): Promise<readonly Sequence[]> =>
  (await readAround(session, sequencesSql, [tables])).map(sequenceOf)

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
