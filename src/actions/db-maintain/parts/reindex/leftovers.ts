import type { JsonObject } from '../../../../contract/json.ts'
import type { Index } from '../../../../domain/postgres/indexes.ts'
import { seeIndexes } from '../../../../probes/postgres/indexes.ts'
import { isStatementError } from '../../../../probes/postgres/read-only.ts'
import { allowingChanges } from '../../../../tools/connect/direct.ts'
import type { PostgresSession } from '../../../../tools/connect/session.ts'
import { isLeftover } from '../indexes/policy.ts'

/** What is written down before a REINDEX: where it works, and which invalid indexes were there before it. */
export type ReindexStep = { readonly database: string; readonly table: number; readonly before: readonly number[] }

export const stepOf = (database: string, { tableOid }: Index, all: readonly Index[]): ReindexStep => ({
  database,
  table: tableOid,
  before: all.filter((one) => one.tableOid === tableOid && !one.valid).map((one) => one.oid),
})

/** Reads a step of the ledger; anything else is none. */
export const readStep = ({ reindex }: JsonObject): ReindexStep | undefined => {
  if (typeof reindex !== 'object' || reindex === null || !('database' in reindex)) return undefined
  const { database, table, before } = reindex as { readonly database?: unknown; readonly table?: unknown; readonly before?: unknown }
  return typeof database === 'string' && typeof table === 'number' && Array.isArray(before)
    ? { database, table, before: before.map(Number) }
    : undefined
}

/** What that REINDEX left, and nobody else: invalid copies on its table that were not there before. */
const leftBy = (step: ReindexStep, indexes: readonly Index[]): readonly Index[] =>
  indexes.filter((one) => one.tableOid === step.table && isLeftover(one) && !step.before.includes(one.oid))

/** Drops what a REINDEX left. True when nothing is left: an old transaction may hold it longer than we wait. */
export const dropLeftovers = async (session: PostgresSession, step: ReindexStep): Promise<boolean> => {
  for (const { schema, name } of leftBy(step, await seeIndexes(session, [step.table]))) {
    try {
      await allowingChanges(session, () => session.query(`DROP INDEX CONCURRENTLY IF EXISTS ${session.quoted(schema, name)}`))
    } catch (error) {
      // A lock that others hold, or a right that we lack: the ledger keeps the step, and the next run tries again.
      if (!isStatementError(error)) throw error
      return false
    }
  }
  return true
}
