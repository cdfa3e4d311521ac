import { type Constraint, type Reference, violations } from '../../core/postgres/constraint.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { ownerCodeState, refuseOwnerCode, seeOwnerCode } from './owner-code.ts'
import { callsOwnCode } from './plain-expression.ts'
import { isStatementError, readOnly, readOnlyTogether } from './read-only.ts'

/** At one time; of the valid ones only those of small tables. */
const mostDoubtful = 200
const mostTrusted = 60
const mostBytes = 32 * 1024 * 1024

const attributes = (relation: string, numbers: string): string =>
  `ARRAY(SELECT quote_ident(attname) FROM unnest(${numbers}) WITH ORDINALITY AS key(number, nth)
    JOIN pg_attribute ON attrelid = ${relation} AND attnum = key.number ORDER BY nth)`

const tables = `tables AS MATERIALIZED (
    SELECT c.oid, c.relkind = 'p' AS partitioned, quote_ident(nspname) || '.' || quote_ident(relname) AS name,
      CASE relkind WHEN 'p' THEN (SELECT coalesce(sum(greatest(relpages, 0)), 0) FROM pg_partition_tree(c.oid) JOIN pg_class ON pg_class.oid = relid)
        ELSE greatest(relpages, 0) END * current_setting('block_size')::int8 AS bytes
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND (cardinality($1::int8[]) = 0 OR c.oid::int8 = ANY ($1)))`

/**
 * What a partition has from its parent is looked at there. One that is NOT ENFORCED (PostgreSQL 18) is meant to be broken. Those that nobody
 * vouches for come all; of the others those that are asked for, then the next ones after the last of the run before, round and round.
 */
const chosen = `candidates AS MATERIALIZED (
    SELECT con.oid, true AS declared, convalidated AS valid, t.bytes + coalesce(r.bytes, 0) AS bytes
    FROM pg_constraint AS con JOIN tables AS t ON t.oid = conrelid LEFT JOIN tables AS r ON r.oid = confrelid
    WHERE conparentid = 0 AND coninhcount = 0 AND (contype IN ('c', 'f') OR contype = 'n' AND NOT convalidated)
      AND (convalidated OR coalesce(to_jsonb(con) ->> 'conenforced', 'true') = 'true')
    UNION ALL SELECT indexrelid, false, indisvalid, t.bytes FROM pg_index JOIN tables AS t ON t.oid = indrelid
      JOIN pg_class AS own ON own.oid = indexrelid WHERE indisunique AND NOT own.relispartition),
  chosen AS MATERIALIZED (
    (SELECT oid, declared, 1 AS rank FROM candidates WHERE NOT valid ORDER BY oid LIMIT ${mostDoubtful})
    UNION ALL (SELECT oid, declared, 2 FROM candidates WHERE valid AND oid::int8 = ANY ($2::int8[]))
    UNION ALL (SELECT oid, declared, 3 FROM candidates WHERE valid AND bytes <= ${mostBytes} AND NOT oid::int8 = ANY ($2::int8[])
      ORDER BY oid::int8 <= $3::int8, oid LIMIT ${mostTrusted}))`

const declared = `SELECT con.oid::int8 AS oid, rank, CASE contype WHEN 'c' THEN 'check' WHEN 'n' THEN 'not null' ELSE 'foreign key' END AS kind,
    t.name AS "table", quote_ident(conname) AS name, pg_get_constraintdef(con.oid) AS definition, convalidated AS validated,
    CASE contype WHEN 'f' THEN t.partitioned ELSE NOT connoinherit END AS with_heirs,
    ${callsOwnCode('conbin')} AS calls_own_code, ARRAY[conrelid, confrelid]::int8[] AS relations,
    coalesce(pg_get_expr(conbin, conrelid), '') AS condition, ${attributes('conrelid', 'conkey')} AS keys, false AS nulls_equal,
    quote_ident(refspace.nspname) || '.' || quote_ident(r.relname) AS reference, coalesce(r.relkind = 'p', false) AS reference_with_heirs,
    ${attributes('confrelid', 'confkey')} AS reference_keys,
    ARRAY(SELECT 'OPERATOR(' || quote_ident(nspname) || '.' || oprname || ')' FROM unnest(conpfeqop) WITH ORDINALITY AS key(operator, nth)
      JOIN pg_operator ON pg_operator.oid = operator JOIN pg_namespace ON pg_namespace.oid = oprnamespace ORDER BY nth) AS operators,
    confmatchtype = 'f' AS "full"
  FROM chosen JOIN pg_constraint AS con ON con.oid = chosen.oid JOIN tables AS t ON t.oid = conrelid
    LEFT JOIN pg_class AS r ON r.oid = confrelid LEFT JOIN pg_namespace AS refspace ON refspace.oid = r.relnamespace WHERE chosen.declared`

/** `indnullsnotdistinct` exists since PostgreSQL 15. */
const uniqueIndexes = `SELECT indexrelid::int8, rank, 'unique', t.name, quote_ident(own.relname), pg_get_indexdef(indexrelid), indisvalid, t.partitioned,
    ${callsOwnCode('indexprs')} OR ${callsOwnCode('indpred')}, ARRAY[indrelid]::int8[], coalesce(pg_get_expr(indpred, indrelid), ''),
    ARRAY(SELECT pg_get_indexdef(indexrelid, nth, false) FROM generate_series(1, indnkeyatts::int) AS nth ORDER BY nth),
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false), NULL, false, ARRAY[]::text[], ARRAY[]::text[], false
  FROM chosen JOIN pg_index AS i ON indexrelid = chosen.oid JOIN tables AS t ON t.oid = indrelid JOIN pg_class AS own ON own.oid = indexrelid
  WHERE NOT chosen.declared`

const constraintsSql = `WITH ${tables}, ${chosen}
  SELECT every.*, (SELECT count(*)::int FROM candidates) AS all, (SELECT count(*)::int FROM candidates WHERE NOT valid) AS doubtful
  FROM (SELECT 1) AS one LEFT JOIN (${declared} UNION ALL ${uniqueIndexes}) AS every ON true ORDER BY rank, every.oid::int8 <= $3::int8, every.oid`

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
  oid: Number(row['oid']),
  relations: (Array.isArray(row['relations']) ? row['relations'].map(Number) : []).filter((one) => one > 0),
  kind: kinds.find((one) => one === row['kind']) ?? 'check',
  table: String(row['table']),
  name: String(row['name']),
  definition: String(row['definition']),
  validated: row['validated'] === true,
  withHeirs: row['with_heirs'] === true,
  callsOwnCode: row['calls_own_code'] === true,
  ownerCode: undefined,
  condition: String(row['condition']),
  keys: texts(row['keys']),
  nullsEqual: row['nulls_equal'] === true,
  reference: referenceOf(row),
})

export type ConstraintsSeen = { readonly constraints: readonly Constraint[]; readonly all: number; readonly doubtful: number }

type Wanted = {
  /** Of these tables only; empty: of all. */
  readonly tables: readonly number[]
  /** By their oid, whatever else. */
  readonly again: readonly number[]
  /** The oid after which to go on. */
  readonly after: number
}

/** With what forbids us to read the tables of a constraint. */
const withOwnerCode = async (session: PostgresSession, constraints: readonly Constraint[]): Promise<readonly Constraint[]> => {
  const tables = [...new Set(constraints.flatMap((one) => one.relations))]
  const found = tables.length === 0 ? new Map() : await seeOwnerCode((sql, values) => readOnly(session, sql, values), tables)
  return constraints.map((one) => ({
    ...one,
    ownerCode: one.relations.map((table) => found.get(table)).find((code) => code !== undefined),
  }))
}

/** Checks, foreign keys and unique indexes to be tested now: those that were never validated, then some of the others. `all`, `doubtful`: how many there are. */
export const seeConstraints = async (session: PostgresSession, { tables, again, after }: Wanted): Promise<ConstraintsSeen> => {
  const rows = await readOnly(session, constraintsSql, [tables, again, after])
  return {
    constraints: await withOwnerCode(session, rows.filter((row) => row['oid'] !== null).map(constraintOf)),
    all: Number(rows[0]?.['all']),
    doubtful: Number(rows[0]?.['doubtful']),
  }
}

/** Whether rows break a constraint, or why that could not be seen. */
export type Tested = 'holds' | 'violated' | 'not allowed' | 'takes too long' | 'own code' | 'code of others' | 'cannot be asked'

/** An index that is itself the mistake must not be asked; and a policy that hides rows makes an error rather than a wrong answer. */
const settings = [
  'SET LOCAL jit = off',
  'SET LOCAL enable_indexscan = off',
  'SET LOCAL enable_indexonlyscan = off',
  'SET LOCAL enable_bitmapscan = off',
  'SET LOCAL row_security = off',
]

const byCode: Readonly<Record<string, Tested>> = {
  '42501': 'not allowed',
  '57014': 'takes too long',
  '55P03': 'takes too long',
  [ownerCodeState]: 'code of others',
}

/** What is known before the rows are asked. */
const untested = ({ ownerCode, callsOwnCode: calls }: Constraint): Tested | undefined =>
  ownerCode !== undefined ? 'code of others' : calls ? 'own code' : undefined

/** Reads rows until the first that breaks it, at most `timeoutMs`. What they hold never leaves the server. */
export const testConstraint = async (session: PostgresSession, constraint: Constraint, timeoutMs: number): Promise<Tested> => {
  const known = untested(constraint)
  const [tested] = known !== undefined ? [known] : await testAll(session, [constraint], timeoutMs)
  return tested ?? 'cannot be asked'
}

const questionOf = (constraint: Constraint): string => {
  const rows = violations(constraint)
  return rows === undefined ? 'SELECT 0' : `SELECT 1 ${rows} LIMIT 1`
}

/** All in one round trip; an error of one is the answer of all. */
const testAll = async (session: PostgresSession, constraints: readonly Constraint[], timeoutMs: number): Promise<readonly Tested[]> => {
  try {
    const limits = [`SET LOCAL statement_timeout = ${timeoutMs}`, 'SET LOCAL lock_timeout = 500']
    const guard = refuseOwnerCode([...new Set(constraints.flatMap((one) => one.relations))])
    const results = await readOnlyTogether(session, [...limits, ...settings, guard], constraints.map(questionOf))
    return constraints.map((constraint, index) => {
      if (violations(constraint) === undefined) return 'cannot be asked'
      return (results[index] ?? []).length > 0 ? 'violated' : 'holds'
    })
  } catch (error) {
    if (!isStatementError(error)) throw error
    return constraints.map(() => byCode[error.code] ?? 'cannot be asked')
  }
}

/** The same for several of small tables; only when one of them cannot be answered, each by itself. */
export const testConstraints = async (
  session: PostgresSession,
  constraints: readonly Constraint[],
  timeoutMs: number,
): Promise<readonly Tested[]> => {
  if (constraints.every((one) => untested(one) === undefined)) {
    const together = await testAll(session, constraints, timeoutMs)
    if (together.every((one) => one === 'holds' || one === 'violated')) return together
  }
  const tested: Tested[] = []
  for (const one of constraints) tested.push(await testConstraint(session, one, timeoutMs))
  return tested
}
