/** Retention: a plan over 10,000 backups of four sources, as a folder of nearly seven years of daily backups holds them. Wall time, in this process. */
import { planRetention, type RetainedBackup } from '../src/domain/backup/retention.ts'
import { claim, median } from './measure.ts'

const dayMs = 86_400_000
const start = Date.UTC(2020, 0, 1, 2, 17)
const count = 10_000
const backups = Array.from(
  { length: count },
  (_, index): RetainedBackup => ({
    id: `b${index}`,
    source: `700${index % 4}/quiz`,
    kind: 'database',
    at: start + Math.floor(index / 4) * dayMs,
    verified: index % 9 !== 0,
    suspect: false,
    pinned: index % 1_000 === 7,
    preRestore: false,
  }),
)
const setting = {
  keep: { days: 30, daily: 7, weekly: 4, monthly: 12, yearly: 3, minVerified: 2 },
  now: start + (count / 4) * dayMs,
  verifiedRun: true,
  clockWentBack: false,
  pruneLimit: count,
}
const wall = () => {
  const before = performance.now()
  planRetention(backups, setting)
  return performance.now() - before
}
const first = wall()
console.log(`  the first plan of a process: ${first.toFixed(1)} ms`)
claim('a retention plan over 10,000 backups', Math.max(first, median(Array.from({ length: 11 }, wall))), 50, 'ms')
