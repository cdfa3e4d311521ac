import { type Constraint, type Reference, violations } from '../../domain/postgres/constraint.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, numbersCell, textsCell, wholeCell } from './cells.ts'
import { heldTables, isHeld, readAround } from './held.ts'
import { ownerCodeState, type PlannedTable, refuseOwnerCode, seeOwnerCode } from './owner-code.ts'
import { callsOwnCode } from './plain-expression.ts'
import { isStatementError, readOnly, readOnlyTogether } from './read-only.ts'

/** At one time; of the valid ones only those of small tables. */
const mostDoubtful = 200
const mostTrusted = 60
const mostBytes = 32 * 1024 * 1024

const attributes = (relation: string, numbers: string): string =>
  `ARRAY(SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS key(number, nth)
    JOIN pg_catalog.pg_attribute ON attrelid OPERATOR(pg_catalog.=) ${relation} AND attnum OPERATOR(pg_catalog.=) key.number ORDER BY nth)`

const tables = `tables AS MATERIALIZED (
    SELECT c.oid, c.relkind OPERATOR(pg_catalog.=) 'p' AS partitioned, pg_catalog.quote_ident(nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(relname) AS name,
      CASE WHEN relkind OPERATOR(pg_catalog.=) 'p' THEN (SELECT coalesce(pg_catalog.sum(greatest(relpages, 0)), 0) FROM pg_catalog.pg_partition_tree(c.oid) JOIN pg_catalog.pg_class ON pg_class.oid OPERATOR(pg_catalog.=) relid)
        ELSE greatest(relpages, 0) END OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::pg_catalog.int8 AS bytes
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) relnamespace
    WHERE relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[]) AND relpersistence OPERATOR(pg_catalog.<>) 't' AND nspname OPERATOR(pg_catalog.!~) '^pg_' AND nspname OPERATOR(pg_catalog.<>) 'information_schema' AND NOT ${isHeld('c.oid')}
      AND (pg_catalog.cardinality($1::pg_catalog.int8[]) OPERATOR(pg_catalog.=) 0 OR c.oid::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ($1)))`

/**
 * What a partition has from its parent is looked at there. One that is NOT ENFORCED (PostgreSQL 18) is meant to be broken. Those that nobody
 * vouches for come all; of the others those that are asked for, then the next ones after the last of the run before, round and round.
 */
const chosen = `candidates AS MATERIALIZED (
    SELECT con.oid, true AS declared, convalidated AS valid, t.bytes OPERATOR(pg_catalog.+) coalesce(r.bytes, 0) AS bytes
    FROM pg_catalog.pg_constraint AS con JOIN tables AS t ON t.oid OPERATOR(pg_catalog.=) conrelid LEFT JOIN tables AS r ON r.oid OPERATOR(pg_catalog.=) confrelid
    WHERE conparentid OPERATOR(pg_catalog.=) 0 AND coninhcount OPERATOR(pg_catalog.=) 0 AND (contype OPERATOR(pg_catalog.=) ANY (ARRAY['c', 'f']::pg_catalog."char"[]) OR contype OPERATOR(pg_catalog.=) 'n' AND NOT convalidated)
      AND (convalidated OR coalesce(pg_catalog.to_jsonb(con) OPERATOR(pg_catalog.->>) 'conenforced', 'true') OPERATOR(pg_catalog.=) 'true')
    UNION ALL SELECT indexrelid, false, indisvalid, t.bytes FROM pg_catalog.pg_index JOIN tables AS t ON t.oid OPERATOR(pg_catalog.=) indrelid
      JOIN pg_catalog.pg_class AS own ON own.oid OPERATOR(pg_catalog.=) indexrelid WHERE indisunique AND NOT own.relispartition),
  chosen AS MATERIALIZED (
    (SELECT oid, declared, 1 AS rank FROM candidates WHERE NOT valid ORDER BY oid LIMIT ${mostDoubtful})
    UNION ALL (SELECT oid, declared, 2 FROM candidates WHERE valid AND oid::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.int8[]))
    UNION ALL (SELECT oid, declared, 3 FROM candidates WHERE valid AND bytes OPERATOR(pg_catalog.<=) ${mostBytes} AND NOT oid::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.int8[])
      ORDER BY oid::pg_catalog.int8 OPERATOR(pg_catalog.<=) $3::pg_catalog.int8, oid LIMIT ${mostTrusted}))`

/** 1 or 0 for each of these tables. */
const readsWhole = (...tables: readonly string[]): string =>
  `ARRAY[${tables.map((one) => `coalesce(pg_catalog.has_table_privilege(${one}, 'SELECT'), false)::int`).join(', ')}]::pg_catalog.int8[]`

const declared = `SELECT con.oid::pg_catalog.int8 AS oid, rank, CASE WHEN contype OPERATOR(pg_catalog.=) 'c' THEN 'check' WHEN contype OPERATOR(pg_catalog.=) 'n' THEN 'not null' ELSE 'foreign key' END AS kind,
    t.name AS "table", pg_catalog.quote_ident(conname) AS name, pg_catalog.pg_get_constraintdef(con.oid) AS definition, convalidated AS validated,
    CASE WHEN contype OPERATOR(pg_catalog.=) 'f' THEN t.partitioned ELSE NOT connoinherit END AS with_heirs,
    ${callsOwnCode('conbin')} AS calls_own_code, ARRAY[conrelid, confrelid]::pg_catalog.int8[] AS relations, ${readsWhole('conrelid', 'confrelid')} AS may_lock,
    coalesce(pg_catalog.pg_get_expr(conbin, conrelid), '') AS condition, ${attributes('conrelid', 'conkey')} AS keys, false AS nulls_equal,
    pg_catalog.quote_ident(refspace.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(r.relname) AS reference, coalesce(r.relkind OPERATOR(pg_catalog.=) 'p', false) AS reference_with_heirs,
    ${attributes('confrelid', 'confkey')} AS reference_keys,
    ARRAY(SELECT 'OPERATOR(' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) oprname OPERATOR(pg_catalog.||) ')' FROM pg_catalog.unnest(conpfeqop) WITH ORDINALITY AS key(operator, nth)
      JOIN pg_catalog.pg_operator ON pg_operator.oid OPERATOR(pg_catalog.=) operator JOIN pg_catalog.pg_namespace ON pg_namespace.oid OPERATOR(pg_catalog.=) oprnamespace ORDER BY nth) AS operators,
    confmatchtype OPERATOR(pg_catalog.=) 'f' AS "full"
  FROM chosen JOIN pg_catalog.pg_constraint AS con ON con.oid OPERATOR(pg_catalog.=) chosen.oid JOIN tables AS t ON t.oid OPERATOR(pg_catalog.=) conrelid
    LEFT JOIN pg_catalog.pg_class AS r ON r.oid OPERATOR(pg_catalog.=) confrelid LEFT JOIN pg_catalog.pg_namespace AS refspace ON refspace.oid OPERATOR(pg_catalog.=) r.relnamespace WHERE chosen.declared`

/** `indnullsnotdistinct` exists since PostgreSQL 15. */
const uniqueIndexes = `SELECT indexrelid::pg_catalog.int8, rank, 'unique', t.name, pg_catalog.quote_ident(own.relname), pg_catalog.pg_get_indexdef(indexrelid), indisvalid, t.partitioned,
    ${callsOwnCode('indexprs')} OR ${callsOwnCode('indpred')}, ARRAY[indrelid]::pg_catalog.int8[], ${readsWhole('indrelid')}, coalesce(pg_catalog.pg_get_expr(indpred, indrelid), ''),
    ARRAY(SELECT pg_catalog.pg_get_indexdef(indexrelid, nth, false) FROM pg_catalog.generate_series(1, indnkeyatts::int) AS nth ORDER BY nth),
    coalesce((pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->>) 'indnullsnotdistinct')::boolean, false), NULL, false, ARRAY[]::pg_catalog.text[], ARRAY[]::pg_catalog.text[], false
  FROM chosen JOIN pg_catalog.pg_index AS i ON indexrelid OPERATOR(pg_catalog.=) chosen.oid JOIN tables AS t ON t.oid OPERATOR(pg_catalog.=) indrelid JOIN pg_catalog.pg_class AS own ON own.oid OPERATOR(pg_catalog.=) indexrelid
  WHERE NOT chosen.declared`

const constraintsSql = `WITH ${heldTables}, ${tables}, ${chosen}
  SELECT every.*, (SELECT pg_catalog.count(*)::int FROM candidates) AS all, (SELECT pg_catalog.count(*)::int FROM candidates WHERE NOT valid) AS doubtful
  FROM (SELECT 1) AS one LEFT JOIN (${declared} UNION ALL ${uniqueIndexes}) AS every ON true ORDER BY rank, every.oid::pg_catalog.int8 OPERATOR(pg_catalog.<=) $3::pg_catalog.int8, every.oid`

const kinds = ['check', 'not null', 'foreign key', 'unique'] as const

const referenceOf = (row: SqlRow): Reference | undefined =>
  typeof row['reference'] !== 'string'
    ? undefined
    : {
        table: row['reference'],
        withHeirs: booleanCell(row['reference_with_heirs']),
        keys: textsCell(row['reference_keys']),
        operators: textsCell(row['operators']),
        full: booleanCell(row['full']),
      }

const constraintOf = (row: SqlRow): Constraint => ({
  oid: numberCell(row['oid']),
  relations: numbersCell(row['relations']).filter((one) => one > 0),
  mayLock: numbersCell(row['may_lock']).map((one) => one === 1),
  kind: kinds.find((one) => one === row['kind']) ?? 'check',
  table: wholeCell(row['table']),
  name: wholeCell(row['name']),
  definition: wholeCell(row['definition']),
  validated: booleanCell(row['validated']),
  withHeirs: booleanCell(row['with_heirs']),
  callsOwnCode: booleanCell(row['calls_own_code']),
  ownerCode: undefined,
  condition: wholeCell(row['condition']),
  keys: textsCell(row['keys']),
  nullsEqual: booleanCell(row['nulls_equal']),
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
  const rows = await readAround(session, constraintsSql, [tables, again, after])
  return {
    constraints: await withOwnerCode(session, rows.filter((row) => row['oid'] !== null).map(constraintOf)),
    all: numberCell(rows[0]?.['all']),
    doubtful: numberCell(rows[0]?.['doubtful']),
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

/** The tables that its question names, each by the name that stands there. */
const plannedFor = ({ relations, table, reference, mayLock }: Constraint): readonly PlannedTable[] =>
  relations.map((oid, index) => ({ oid, sql: index === 0 ? table : (reference?.table ?? table), mayLock: mayLock[index] === true }))

/** All in one round trip; an error of one is the answer of all. */
const testAll = async (session: PostgresSession, constraints: readonly Constraint[], timeoutMs: number): Promise<readonly Tested[]> => {
  try {
    const limits = [`SET LOCAL statement_timeout = ${timeoutMs}`, 'SET LOCAL lock_timeout = 500']
    const guard = refuseOwnerCode(constraints.flatMap(plannedFor))
    const results = await readOnlyTogether(session, [...limits, ...settings, ...guard], constraints.map(questionOf))
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
