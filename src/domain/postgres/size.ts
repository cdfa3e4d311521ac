import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { PastMeasurement } from '../../contract/history.ts'
import type { Instant } from '../../contract/seen.ts'
import { formatBytes, formatPercent } from '../../core/quantity.ts'
import { judge } from '../../core/threshold.ts'
import { type PostgresSubject, thresholdOf } from './thresholds.ts'

const dayMs = 86_400_000
/** Growth of a small database is news of the application, not of the server. */
const worthBytes = 1e9

/** The past size that is nearest to a day old, and not much younger. */
const aDayAgo = (past: readonly PastMeasurement[], now: Instant): PastMeasurement | undefined =>
  past.filter((one) => now - one.at >= 0.9 * dayMs && now - one.at <= 3 * dayMs).toSorted((a, b) => b.at - a.at)[0]

/** The size of the database and what it gained in a day. `past` holds earlier `database-size` measurements. */
export const judgeSize = (
  sizeBytes: number,
  seen: { readonly past: readonly PastMeasurement[]; readonly now: Instant },
  about: PostgresSubject,
): JudgedFinding<'postgres.size'> => {
  const base = aDayAgo(seen.past, seen.now)
  const gainedBytes = base === undefined ? 0 : ((sizeBytes - base.value) * dayMs) / (seen.now - base.at)
  const growth = base === undefined || base.value <= 0 || gainedBytes < worthBytes ? 0 : gainedBytes / base.value
  const threshold = thresholdOf(about, 'database-growth')
  const { status, cleared } = judge(growth, threshold)
  const change = base === undefined ? '' : `, ${gainedBytes < 0 ? '' : '+'}${formatBytes(Math.round(gainedBytes))} a day`
  return finding({
    id: 'postgres.size',
    subject: about.subject,
    status,
    cleared,
    title: status === 'ok' ? `${about.subject}: ${formatBytes(sizeBytes)}` : `${about.subject}: grew by ${formatPercent(growth)} in a day`,
    observed: `${formatBytes(sizeBytes)}${change}`,
    expected: `less than ${formatPercent(threshold.warning)} and ${formatBytes(worthBytes)} more in a day`,
    advice:
      status === 'ok'
        ? ''
        : "find what grew: SELECT oid::regclass, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 10;",
    audience: 'technical',
    measurements: [{ name: 'database-size', value: sizeBytes, unit: 'bytes' }],
  })
}
