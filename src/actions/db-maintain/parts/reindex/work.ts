import { formatBytes, formatDuration, formatPercent } from '../../../../core/quantity.ts'
import { beginSteps } from '../../../../core/steps.ts'
import type { Index } from '../../../../domain/postgres/indexes.ts'
import { numberCell, wholeCell } from '../../../../probes/postgres/cells.ts'
import { seeIndexes } from '../../../../probes/postgres/indexes.ts'
import type { FoundOwnerCode } from '../../../../probes/postgres/owner-code.ts'
import { isStatementError } from '../../../../probes/postgres/read-only.ts'
import { seeLeftAlone } from '../../owner-code.ts'
import type { MaintainedDatabase } from '../../part.ts'
import { type Followed, longStatement } from '../../progress.ts'
import { maintainSteps } from '../../steps.ts'
import { dropLeftovers, stepOf } from './leftovers.ts'
import type { Rebuild } from './plan.ts'

/** What became of one index. */
export type Rebuilt = { readonly rebuild: Rebuild } & (
  | { readonly kind: 'done'; readonly afterBytes: number; readonly tookMs: number }
  | { readonly kind: 'no-right' }
  /** Code of others is in its table, which would run where our role works. */
  | { readonly kind: 'own-code'; readonly found: FoundOwnerCode }
  /** `leftBehind`: its copy could not be dropped. */
  | { readonly kind: 'failed'; readonly cause: string; readonly leftBehind: boolean }
  | { readonly kind: 'not-begun' }
)

const insufficientPrivilege = '42501'

/** It waits for transactions that are older than itself; a VACUUM does not, so the session's own limit is shorter. */
const patienceMs = 60_000
const usualMs = 2_000

const progressSql = `SELECT phase, blocks_total::pg_catalog.float8 AS total, blocks_done::pg_catalog.float8 AS done, lockers_total::int AS lockers, lockers_done::int AS gone
  FROM pg_catalog.pg_stat_progress_create_index WHERE pid OPERATOR(pg_catalog.=) $1`

const followed = (name: string): Followed => ({
  sql: progressSql,
  tell: (row, elapsedMs) => {
    const total = numberCell(row['total'])
    const how =
      numberCell(row['lockers']) > 0
        ? `waiting for ${numberCell(row['lockers']) - numberCell(row['gone'])} transactions`
        : wholeCell(row['phase'])
    return `reindex ${name}: ${how}${total > 0 ? `, ${formatPercent(numberCell(row['done']) / total, 0)} of ${formatBytes(total * 8192)}` : ''}, ${formatDuration(elapsedMs)} so far`
  },
})

export const statementOf = ({ session }: Pick<MaintainedDatabase, 'session'>, { schema, name }: Index): string =>
  `REINDEX INDEX CONCURRENTLY ${session.quoted(schema, name)}`

const failed = async (
  maintained: MaintainedDatabase,
  rebuild: Rebuild,
  error: Error & { readonly code: string },
  all: readonly Index[],
): Promise<Rebuilt> => {
  const { session, target } = maintained
  if (error.code === insufficientPrivilege) return { kind: 'no-right', rebuild }
  await session.query(`SET lock_timeout = ${usualMs}`)
  const gone = await dropLeftovers(session, stepOf(target.database, rebuild.index, all))
  return { kind: 'failed', rebuild, cause: `${error.message} (${error.code})`, leftBehind: !gone }
}

const sizeOf = async ({ session }: MaintainedDatabase, { schema, name, tableOid }: Index): Promise<number> =>
  (await seeIndexes(session, [tableOid])).find((one) => one.schema === schema && one.name === name)?.sizeBytes ?? 0

/** Builds one index anew while everybody reads and writes; written down before, since a REINDEX that is cut short leaves a copy. */
export const rebuildIndex = async (maintained: MaintainedDatabase, rebuild: Rebuild): Promise<Rebuilt> => {
  const { session, target, context } = maintained
  const { index } = rebuild
  const found = (await seeLeftAlone(maintained, [index.tableOid])).get(index.tableOid)
  if (found !== undefined) return { kind: 'own-code', rebuild, found }
  if (context.dryRun || context.signal.aborted) return { kind: 'not-begun', rebuild }
  const all = await seeIndexes(session, [index.tableOid])
  const startedAt = performance.now()
  const work = async () => {
    await session.query(`SET lock_timeout = ${patienceMs}`)
    await longStatement(maintained, statementOf(maintained, index), followed(`${index.schema}.${index.name}`))
    await session.query(`SET lock_timeout = ${usualMs}`)
  }
  try {
    const record = { ...stepOf(target.database, index, all), application: maintained.application }
    await beginSteps(maintainSteps, { context, target, work }, context.ledger).step('reindex', record)
  } catch (error) {
    // One index that cannot be rebuilt must not keep the others from it.
    if (!isStatementError(error)) throw error
    return failed(maintained, rebuild, error, all)
  }
  const tookMs = performance.now() - startedAt
  return { kind: 'done', rebuild, afterBytes: await sizeOf(maintained, index), tookMs }
}
