import type { LeastRoleNames, OwnerCode } from '../../domain/postgres/owner-code.ts'
import type { SqlRow } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { ownerCodeSql } from './owner-code-sql.ts'
import type { Ask } from './read-only.ts'

/** Why a table must not be planned, and its names for the advice. */
export type FoundOwnerCode = OwnerCode & { readonly names: LeastRoleNames }

const cell = (value: unknown): string => textCell(value, 200)

const foundOf = (row: SqlRow): FoundOwnerCode => ({
  object: cell(row['object']),
  code: cell(row['code']),
  owner: cell(row['owner']),
  power: cell(row['power']),
  names: { database: cell(row['database']), schema: cell(row['schema']), table: `${cell(row['schema'])}.${cell(row['name'])}` },
})

/** Tables that our role must not plan, by their oid; none under the least role. Ask in the transaction that plans, just before. */
export const seeOwnerCode = async (ask: Ask, tables: readonly number[]): Promise<ReadonlyMap<number, FoundOwnerCode>> =>
  new Map((await ask(ownerCodeSql, [tables])).map((row) => [numberCell(row['root']), foundOf(row)]))

/** The SQLSTATE of the last statement below: a mistake that no condition of a table makes. */
export const ownerCodeState = '2201G'

/** A table that is about to be planned. */
export type PlannedTable = {
  readonly oid: number
  /** Its name, quoted, as the statement behind writes it. */
  readonly sql: string
  /** Who may read some columns alone may not lock: the name is looked at all the same. */
  readonly mayLock: boolean
}

/** An escaped text reads alike whatever `standard_conforming_strings` says. */
const text = (value: string): string => `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** Whoever owns the table, or its schema, may have given its name to something else since it was looked up: a view, say, that calls a function. */
const leadsElsewhere = ({ oid, sql }: PlannedTable): string =>
  `coalesce(pg_catalog.to_regclass(${text(sql)})::pg_catalog.oid, 0::pg_catalog.oid) OPERATOR(pg_catalog.<>) ${oid}::pg_catalog.oid`

/**
 * Statements of which the last fails where one of these tables must not be planned, or its name leads elsewhere by now: what stands behind it in
 * the same message is then not even planned, and nobody has the time to make an index in between. The lock keeps the name where it is.
 */
export const refuseOwnerCode = (tables: readonly PlannedTable[]): readonly string[] => [
  ...new Set(tables.filter(({ mayLock }) => mayLock).map(({ sql }) => `LOCK TABLE ONLY ${sql} IN ACCESS SHARE MODE`)),
  `SELECT pg_catalog.width_bucket(1.0::pg_catalog.float8, 1.0::pg_catalog.float8, 2.0::pg_catalog.float8,
    CASE WHEN ${[...new Set(tables.map(leadsElsewhere)), `EXISTS (${ownerCodeSql.replaceAll('$1', `'{${tables.map(({ oid }) => oid).join(',')}}'`)})`].join(' OR ')} THEN 0 ELSE 1 END)`,
]
