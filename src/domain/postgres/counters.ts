import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatPercent } from '../../core/quantity.ts'
import { judge } from '../../core/threshold.ts'
import type { DatabaseCounters } from './observation.ts'
import { type PostgresSubject, thresholdOf } from './thresholds.ts'

/** The deadlock counter as the last run left it in the state; `undefined` is a first sight. */
export type DeadlockNote = { readonly deadlocks: number; readonly statsReset: string }

/** Reads the note; one that cannot be read counts as a first sight. */
export const readDeadlockNote = (text: string | undefined): DeadlockNote | undefined => {
  if (text === undefined) return undefined
  const [count, statsReset] = text.split(' ')
  const deadlocks = Number(count)
  return count === undefined || count === '' || !Number.isSafeInteger(deadlocks) ? undefined : { deadlocks, statsReset: statsReset ?? '' }
}

export const writeDeadlockNote = ({ deadlocks, statsReset }: DeadlockNote): string => `${deadlocks} ${statsReset}`

/** Deadlocks since the last run. A first sight, and counters that were reset in between, are a baseline. */
export const judgeDeadlocks = (
  seen: DatabaseCounters,
  last: DeadlockNote | undefined,
  about: PostgresSubject,
): JudgedFinding<'postgres.deadlocks'> => {
  const comparable = last !== undefined && last.statsReset === seen.statsReset && last.deadlocks <= seen.deadlocks
  const fresh = comparable ? seen.deadlocks - last.deadlocks : 0
  const threshold = thresholdOf(about, 'deadlocks')
  const { status, cleared } = judge(fresh, threshold)
  const since = comparable ? 'since the last run' : 'counted so far; compared from the next run on'
  return finding({
    id: 'postgres.deadlocks',
    subject: about.subject,
    status,
    cleared,
    title:
      status === 'ok'
        ? `${about.subject}: no new deadlock`
        : `${about.subject}: ${fresh} deadlock${fresh === 1 ? '' : 's'} since the last run`,
    observed: `${comparable ? fresh : seen.deadlocks} ${since}`,
    expected: `fewer than ${threshold.warning} since the last run`,
    advice:
      status === 'ok'
        ? ''
        : 'the server log names both queries (search it for "deadlock detected"); let all transactions take their locks in the same order',
    audience: 'technical',
    measurements: [{ name: 'deadlocks', value: fresh, unit: 'deadlocks' }],
  })
}

/** Below this a ratio says nothing: the first pages of every table come from disk. */
const enoughBlocks = 100_000

/** The cache hit ratio of the database since its counters were reset; `undefined` while there is not enough to judge. */
export const cacheHitRatio = ({ blocksHit, blocksRead }: DatabaseCounters): number | undefined =>
  blocksHit + blocksRead < enoughBlocks ? undefined : blocksHit / (blocksHit + blocksRead)

/** How many blocks came from PostgreSQL's own cache. */
export const judgeCacheHit = (seen: DatabaseCounters, about: PostgresSubject): JudgedFinding<'postgres.cache-hit'> => {
  const threshold = thresholdOf(about, 'cache-hit')
  const ratio = cacheHitRatio(seen)
  const blocks = seen.blocksHit + seen.blocksRead
  const { status, cleared } = ratio === undefined ? ({ status: 'ok', cleared: true } as const) : judge(ratio, threshold)
  return finding({
    id: 'postgres.cache-hit',
    subject: about.subject,
    status,
    cleared,
    title:
      ratio === undefined ? `${about.subject}: too little read to judge the cache` : `${about.subject}: cache hits ${formatPercent(ratio)}`,
    observed:
      ratio === undefined ? `${blocks} blocks read so far, judged from ${enoughBlocks} on` : `${formatPercent(ratio)} of ${blocks} blocks`,
    expected: `more than ${formatPercent(threshold.warning)}, once ${enoughBlocks} blocks were read`,
    advice:
      status === 'ok'
        ? ''
        : 'raise shared_buffers (a quarter of the memory is usual), or find the queries that read whole tables; after a change start counting anew with SELECT pg_stat_reset(); (it also clears what autovacuum counts)',
    audience: 'technical',
    measurements: ratio === undefined ? [] : [{ name: 'cache-hit', value: ratio * 100, unit: '%' }],
  })
}
