import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import type { TableStats } from '../../../../domain/postgres/table-stats.ts'
import { numberCell, wholeCell } from '../../../../probes/postgres/cells.ts'
import type { FoundOwnerCode } from '../../../../probes/postgres/owner-code.ts'
import { isStatementError } from '../../../../probes/postgres/read-only.ts'
import { type Locker, seeLockers, seeTableStats } from '../../../../probes/postgres/table-stats.ts'
import type { SqlRow } from '../../../../tools/connect/session.ts'
import { seeLeftAlone } from '../../owner-code.ts'
import type { MaintainedDatabase } from '../../part.ts'
import { type Followed, longStatement } from '../../progress.ts'
import { statementOf, type VacuumStep } from './plan.ts'

/** What became of one table. */
export type VacuumOutcome = { readonly step: VacuumStep; readonly before: TableStats } & (
  | { readonly kind: 'done'; readonly after: TableStats; readonly tookMs: number }
  /** Somebody holds it: it was left alone. */
  | { readonly kind: 'locked'; readonly by: readonly Locker[] }
  | { readonly kind: 'failed'; readonly cause: string }
  | { readonly kind: 'no-right' }
  /** Code of others is in it, which would run where our role works. */
  | { readonly kind: 'own-code'; readonly found: FoundOwnerCode }
  /** The run ended first, or it is a dry run. */
  | { readonly kind: 'not-begun' }
  | { readonly kind: 'stopped' }
)

const blockBytes = 8192
const progressSql = `SELECT phase, heap_blks_total::pg_catalog.float8 AS total, heap_blks_scanned::pg_catalog.float8 AS scanned, heap_blks_vacuumed::pg_catalog.float8 AS vacuumed
  FROM pg_catalog.pg_stat_progress_vacuum WHERE pid OPERATOR(pg_catalog.=) $1`

/** `vacuum public.game: scanning heap, 612 MB of 2.1 GB, 84 MB/s, about 18 s left`. */
export const tellVacuum = (name: string, row: SqlRow, elapsedMs: number): string => {
  const [phase, total] = [wholeCell(row['phase']), numberCell(row['total']) * blockBytes]
  const done = Number(phase === 'vacuuming heap' ? row['vacuumed'] : row['scanned']) * blockBytes
  const head = `vacuum ${name}: ${phase}, ${formatBytes(done)} of ${formatBytes(total)}`
  const perMs = done / Math.max(elapsedMs, 1)
  if (phase !== 'scanning heap' || perMs <= 0) return `${head}, ${formatDuration(elapsedMs)} so far`
  return `${head}, ${formatBytes(Math.round(perMs * 1000))}/s, about ${formatDuration((total - done) / perMs)} left`
}

const nameOf = ({ table }: VacuumStep): string => `${table.schema}.${table.name}`

const followed = (step: VacuumStep): Followed => ({ sql: progressSql, tell: (row, elapsedMs) => tellVacuum(nameOf(step), row, elapsedMs) })

const counted = ({ does }: VacuumStep, { vacuumCount, analyzeCount }: TableStats): number =>
  does === 'analyze' ? analyzeCount : vacuumCount

/** SKIP_LOCKED succeeds with a mere warning: only the counters tell that it was done. Before PostgreSQL 15 they are up to half a second late. */
const sawDone = async (maintained: MaintainedDatabase, step: VacuumStep, before: TableStats): Promise<TableStats | undefined> => {
  const { session, server } = maintained
  const { oid } = step.table
  for (const lateMs of server.major >= 15 ? [0] : [200, 500, 1_000]) {
    if (lateMs > 0) await new Promise((resolve) => setTimeout(resolve, lateMs))
    const after = (await seeTableStats(session, [oid], server.major)).get(oid)
    if (after === undefined || counted(step, after) !== counted(step, before)) return after
  }
  return undefined
}

/** Of one of its indexes or partitions, for which SKIP_LOCKED does not stand. */
const lockNotAvailable = '55P03'

const attempt = async (maintained: MaintainedDatabase, step: VacuumStep, before: TableStats): Promise<VacuumOutcome> => {
  const { session, server, context } = maintained
  const startedAt = performance.now()
  const sql = statementOf(step, session.quoted(step.table.schema, step.table.name), server.major)
  try {
    await longStatement(maintained, sql, followed(step))
  } catch (error) {
    // One table that cannot be vacuumed must not keep the others from it.
    if (!isStatementError(error)) throw error
    if (context.signal.aborted) return { kind: 'stopped', step, before }
    if (error.code === lockNotAvailable) return { kind: 'locked', step, before, by: await seeLockers(session, step.table.oid) }
    return { kind: 'failed', step, before, cause: `${error.message} (${error.code})` }
  }
  const tookMs = performance.now() - startedAt
  const after = await sawDone(maintained, step, before)
  return after === undefined
    ? { kind: 'locked', step, before, by: await seeLockers(session, step.table.oid) }
    : { kind: 'done', step, before, after, tookMs }
}

const one = async (
  maintained: MaintainedDatabase,
  step: VacuumStep,
  found: FoundOwnerCode | undefined,
): Promise<VacuumOutcome | undefined> => {
  const { session, server, context } = maintained
  const before = (await seeTableStats(session, [step.table.oid], server.major)).get(step.table.oid)
  // Dropped since the tables were listed.
  if (before === undefined) return undefined
  if (found !== undefined) return { kind: 'own-code', step, before, found }
  if (!before.mayMaintain) return { kind: 'no-right', step, before }
  if (context.dryRun || context.signal.aborted) return { kind: 'not-begun', step, before }
  return attempt(maintained, step, before)
}

/** Long enough for a look not to count, and far shorter than a VACUUM that an owner could wait for. */
const freshMs = 1_000

/** Which of the tables must be left alone, looked at anew when the last look is no longer fresh: their owners go on working meanwhile. */
const lookAgain = (maintained: MaintainedDatabase, steps: readonly VacuumStep[]) => {
  const tables = [...new Set(steps.map(({ table }) => table.oid))]
  let lookedAt = Number.NEGATIVE_INFINITY
  let left: ReadonlyMap<number, FoundOwnerCode> = new Map()
  return async ({ table }: VacuumStep): Promise<FoundOwnerCode | undefined> => {
    if (performance.now() - lookedAt > freshMs) {
      left = await seeLeftAlone(maintained, tables)
      lookedAt = performance.now()
    }
    return left.get(table.oid)
  }
}

/** All steps, one after the other; what was locked is tried once more when the rest is done. A dry run only looks. */
export const doSteps = async (maintained: MaintainedDatabase, steps: readonly VacuumStep[]): Promise<readonly VacuumOutcome[]> => {
  const look = lookAgain(maintained, steps)
  const outcomes: VacuumOutcome[] = []
  for (const step of steps) {
    const outcome = await one(maintained, step, await look(step))
    if (outcome !== undefined) outcomes.push(outcome)
  }
  const settled: VacuumOutcome[] = []
  for (const outcome of outcomes)
    settled.push(outcome.kind === 'locked' ? ((await one(maintained, outcome.step, await look(outcome.step))) ?? outcome) : outcome)
  return settled
}
