import { type Constraint, type Reference, violations } from '../../core/postgres/constraint.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { inReadOnlyTransaction, isStatementError, readOnly, statementsBefore } from './read-only.ts'

/** More than are tested; those that nobody vouches for come first, then those of small tables. */
const mostConstraints = 2_000

const attributes = (relation: string, numbers: string): string =>
  `ARRAY(SELECT quote_ident(attname) FROM unnest(${numbers}) WITH ORDINALITY AS key(number, nth)
    JOIN pg_attribute ON attrelid = ${relation} AND attnum = key.number ORDER BY nth)`

/** What PostgreSQL brings itself is not in pg_depend; an enum is nothing but its labels. */
const callsOwnCode = (catalogue: string, oid: string): string =>
  `EXISTS (SELECT FROM pg_depend WHERE classid = '${catalogue}'::regclass AND objid = ${oid} AND deptype = 'n'
    AND (refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
      OR refclassid = 'pg_type'::regclass AND (SELECT typtype FROM pg_type WHERE pg_type.oid = refobjid) <> 'e'))`

const tables = `tables AS MATERIALIZED (
    SELECT c.oid, c.relkind = 'p' AS partitioned, quote_ident(nspname) || '.' || quote_ident(relname) AS name, greatest(relpages, 0) AS pages
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND nspname !~ '^pg_' AND nspname <> 'information_schema')`

const pages = (table: string): string => `CASE WHEN ${table}.partitioned
    THEN (SELECT sum(greatest(relpages, 0)) FROM pg_partition_tree(${table}.oid) JOIN pg_class ON pg_class.oid = relid) ELSE ${table}.pages END`

/** Of a partition its parent's are looked at. One that is NOT ENFORCED (PostgreSQL 18) is meant to be broken. */
const declared = `SELECT CASE contype WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null' ELSE 'foreign key' END AS kind,
    t.name AS "table", t.oid::int8 AS table_oid, quote_ident(conname) AS name, pg_get_constraintdef(con.oid) AS definition, convalidated AS validated,
    CASE contype WHEN 'f' THEN t.partitioned ELSE NOT connoinherit END AS with_heirs,
    contype <> 'f' AND ${callsOwnCode('pg_constraint', 'con.oid')} AS calls_own_code,
    coalesce(pg_get_expr(conbin, conrelid), '') AS condition, ${attributes('conrelid', 'conkey')} AS keys, false AS nulls_equal,
    r.name AS reference, coalesce(r.partitioned, false) AS reference_with_heirs, ${attributes('confrelid', 'confkey')} AS reference_keys,
    ARRAY(SELECT 'OPERATOR(' || quote_ident(nspname) || '.' || oprname || ')' FROM unnest(conpfeqop) WITH ORDINALITY AS key(operator, nth)
      JOIN pg_operator ON pg_operator.oid = operator JOIN pg_namespace ON pg_namespace.oid = oprnamespace ORDER BY nth) AS operators,
    confmatchtype = 'f' AS "full", ${pages('t')} + CASE WHEN r.oid IS NULL THEN 0 ELSE ${pages('r')} END AS pages
  FROM pg_constraint AS con JOIN tables AS t ON t.oid = conrelid LEFT JOIN tables AS r ON r.oid = confrelid
  WHERE conparentid = 0 AND coninhcount = 0 AND (contype = 'c' OR contype = 'f' AND r.oid IS NOT NULL OR contype = 'n' AND NOT convalidated)
    AND (convalidated OR coalesce(to_jsonb(con) ->> 'conenforced', 'true') = 'true')`

/** `indnullsnotdistinct` exists since PostgreSQL 15. */
const uniqueIndexes = `SELECT 'unique', t.name, t.oid::int8, quote_ident(own.relname), pg_get_indexdef(indexrelid), indisvalid, t.partitioned,
    ${callsOwnCode('pg_class', 'indexrelid')}, coalesce(pg_get_expr(indpred, indrelid), ''),
    ARRAY(SELECT pg_get_indexdef(indexrelid, nth, false) FROM generate_series(1, indnkeyatts::int) AS nth ORDER BY nth),
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), NULL, false, ARRAY[]::text[], ARRAY[]::text[], false, ${pages('t')}
  FROM pg_index AS i JOIN tables AS t ON t.oid = indrelid JOIN pg_class AS own ON own.oid = indexrelid
  WHERE indisunique AND NOT own.relispartition`

const constraintsSql = `WITH ${tables}
  SELECT *, (pages * current_setting('block_size')::int8)::float8 AS bytes FROM (${declared} UNION ALL ${uniqueIndexes}) AS every
  WHERE cardinality($1::int8[]) = 0 OR table_oid = ANY ($1)
  ORDER BY validated, pages LIMIT ${mostConstraints + 1}`

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])
const kinds = ['check', 'not null', 'foreign key', 'unique'] as const

const referenceOf = (row: Row): Reference | undefined =>
  typeof row['reference'] !== 'string'
    ? undefined
    : {
        table: row['reference'],
        withHeirs: row['reference_with_heirs'] === true,
        keys: texts(row['reference_keys']),
        operators: texts(row['operators']),
        full: row['full'] === true,
      }

const constraintOf = (row: Row): Constraint => ({
  kind: kinds.find((one) => one === row['kind']) ?? 'check',
  table: String(row['table']),
  tableOid: Number(row['table_oid']),
  name: String(row['name']),
  definition: String(row['definition']),
  validated: row['validated'] === true,
  withHeirs: row['with_heirs'] === true,
  callsOwnCode: row['calls_own_code'] === true,
  condition: String(row['condition']),
  keys: texts(row['keys']),
  nullsEqual: row['nulls_equal'] === true,
  reference: referenceOf(row),
  estimatedBytes: Number(row['bytes']),
})

/** Checks, foreign keys and unique indexes of these tables (none named: of all), those that were never validated first. `cut`: not all of them. */
export const seeConstraints = async (
  session: PostgresSession,
  tableOids: readonly number[],
): Promise<{ readonly constraints: readonly Constraint[]; readonly cut: boolean }> => {
  const rows = await readOnly(session, constraintsSql, [tableOids])
  return { constraints: rows.slice(0, mostConstraints).map(constraintOf), cut: rows.length > mostConstraints }
}

/** Whether rows break a constraint, or why that could not be seen. */
export type Tested = 'holds' | 'violated' | 'not allowed' | 'takes too long' | 'own code' | 'cannot be asked'

/** An index that is itself the mistake must not be asked; and a policy that hides rows makes an error rather than a wrong answer. */
const settings = [
  'SET LOCAL enable_indexscan = off',
  'SET LOCAL enable_indexonlyscan = off',
  'SET LOCAL enable_bitmapscan = off',
  'SET LOCAL row_security = off',
]

const byCode: Readonly<Record<string, Tested>> = { '42501': 'not allowed', '57014': 'takes too long', '55P03': 'takes too long' }

/** Reads rows until the first that breaks it, at most `timeoutMs`. What they hold never leaves the server. */
export const testConstraint = async (session: PostgresSession, constraint: Constraint, timeoutMs: number): Promise<Tested> => {
  if (constraint.callsOwnCode) return 'own code'
  const rows = violations(constraint)
  if (rows === undefined) return 'cannot be asked'
  try {
    const sql = inReadOnlyTransaction([...settings, `SELECT 1 ${rows} LIMIT 1`], { statementMs: timeoutMs, lockMs: 500 })
    const results = await session.query(sql)
    return (results[statementsBefore + settings.length] ?? []).length > 0 ? 'violated' : 'holds'
  } catch (error) {
    if (!isStatementError(error)) throw error
    await session.query('ROLLBACK')
    return byCode[error.code] ?? 'cannot be asked'
  }
}
