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
