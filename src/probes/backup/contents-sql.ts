/** What a backup asks of a database. Every name is written in full: nothing that the database's owners made is found by a name of ours. */

const is = 'OPERATOR(pg_catalog.=)'
const isNot = 'OPERATOR(pg_catalog.<>)'

const ofUsers = `n.nspname ${isNot} 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'`

const ownedByExtension = (relation: string): string =>
  `EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid ${is} 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid ${is} ${relation}
    AND d.refclassid ${is} 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype ${is} 'e')`

/** Tables and sequences that a dump holds; of an extension's own only those whose rows it says are the user's, with its condition. */
export const relationsSql = `SELECT c.oid::pg_catalog.int8 AS oid, n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name, c.relkind::pg_catalog.text AS kind,
    ${ownedByExtension('c.oid')} AS member, configuration.condition,
    s.seqincrement::pg_catalog.text AS increment, s.seqcycle AS cycles
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid ${is} c.relnamespace
    LEFT JOIN pg_catalog.pg_sequence AS s ON s.seqrelid ${is} c.oid
    LEFT JOIN (SELECT u.relation, u.condition FROM pg_catalog.pg_extension AS e
      CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(e.extconfig), pg_catalog.unnest(e.extcondition)) AS u(relation, condition)) AS configuration
      ON configuration.relation ${is} c.oid
  WHERE c.relkind ${is} ANY (ARRAY['r', 'p', 'f', 'S']::pg_catalog."char"[]) AND c.relpersistence ${isNot} 't' AND ${ofUsers}
    AND (configuration.condition IS NOT NULL OR NOT ${ownedByExtension('c.oid')})
  ORDER BY n.nspname COLLATE pg_catalog."C", c.relname COLLATE pg_catalog."C"`

export const extensionsSql = `SELECT e.extname::pg_catalog.text AS name, e.extversion::pg_catalog.text AS version, n.nspname::pg_catalog.text AS schema
  FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid ${is} e.extnamespace ORDER BY e.extname COLLATE pg_catalog."C"`

/**
 * Rows and hash of one table. `record_out` on the whole row goes round casts that its owner may have made, and `r.*` is the row also where a column is
 * called `r`. The sum does not cancel out doubles; seed 0 finds damage, not forgery.
 */
export const hashSql = (table: string, condition = ''): string =>
  `SELECT pg_catalog.count(*)::pg_catalog.text AS rows,
    coalesce(pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.textin(pg_catalog.record_out(r.*)), 0)::pg_catalog.numeric), 0)::pg_catalog.text AS hash
  FROM ONLY ${table} AS r ${condition}`

export const sequenceSql = (sequence: string, place: number): string =>
  `SELECT ${place} AS place, last_value::pg_catalog.text AS value, is_called AS called FROM ${sequence}`

const withoutZeros = `pg_catalog.rtrim(data, '\\x00'::pg_catalog.bytea)`

/** Zeros at the end of a page are left out: a hole in a large object is read as zeros, and a copy of it holds them. */
export const largeObjectsSql = `SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata)::pg_catalog.text AS count, pg_catalog.count(*)::pg_catalog.text AS pages,
    coalesce(pg_catalog.sum(pg_catalog.hashtextextended(pg_catalog.concat_ws('/', loid, pageno, pg_catalog.encode(${withoutZeros}, 'hex')), 0)::pg_catalog.numeric), 0)::pg_catalog.text AS hash
  FROM pg_catalog.pg_largeobject WHERE pg_catalog.length(${withoutZeros}) OPERATOR(pg_catalog.>) 0`

/** Whether there are any, which everybody may ask. */
export const anyLargeObjectSql = 'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS any'
