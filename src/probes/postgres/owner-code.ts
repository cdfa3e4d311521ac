import type { LeastRoleNames, OwnerCode } from '../../domain/postgres/owner-code.ts'
import type { SqlRow } from '../../tools/connect/session.ts'
import { numberCell, textCell } from './cells.ts'
import { ownerCodeSql } from './owner-code-sql.ts'
import type { Ask } from './read-only.ts'

/** Why a table must not be planned, and its names for the advice. */
export type FoundOwnerCode = OwnerCode & { readonly names: LeastRoleNames }

const text = (value: unknown): string => textCell(value, 200)

const foundOf = (row: SqlRow): FoundOwnerCode => ({
  object: text(row['object']),
  code: text(row['code']),
  owner: text(row['owner']),
  power: text(row['power']),
  names: { database: text(row['database']), schema: text(row['schema']), table: `${text(row['schema'])}.${text(row['name'])}` },
})

/** Tables that our role must not plan, by their oid; none under the least role. Ask in the transaction that plans, just before. */
export const seeOwnerCode = async (ask: Ask, tables: readonly number[]): Promise<ReadonlyMap<number, FoundOwnerCode>> =>
  new Map((await ask(ownerCodeSql, [tables])).map((row) => [numberCell(row['root']), foundOf(row)]))

/** The SQLSTATE of the statement below: a mistake that no condition of a table makes. */
export const ownerCodeState = '2201G'

/**
 * A statement that fails where one of these tables must not be planned: what stands behind it in the same message is then not even planned,
 * and nobody has the time to make an index in between.
 */
export const refuseOwnerCode = (tables: readonly number[]): string =>
  `SELECT pg_catalog.width_bucket(1.0::pg_catalog.float8, 1.0::pg_catalog.float8, 2.0::pg_catalog.float8,
    CASE WHEN EXISTS (${ownerCodeSql.replaceAll('$1', `'{${tables.map(Number).join(',')}}'`)}) THEN 0 ELSE 1 END)`
