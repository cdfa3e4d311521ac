import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatPercent } from '../../core/quantity.ts'
import { judge, type Threshold } from '../../core/threshold.ts'
import type { FreezeAge } from './observation.ts'
import { type PostgresSubject, thresholdOf } from './thresholds.ts'

/** Where the server stops to take writes, about 3 million before 2^31. */
const limitTransactions = 2 ** 31

/** Autovacuum freezes at `freezeMaxAge`; a server told to wait longer than our warning is not late before that age. */
const laterThanAutovacuum = (threshold: Threshold, freezeMaxAge: number): Threshold => {
  const warning = Math.max(threshold.warning, freezeMaxAge * 1.1)
  return {
    ...threshold,
    warning,
    clear: warning,
    critical: Math.max(threshold.critical, Math.min(warning * 1.2, limitTransactions * 0.95)),
  }
}

/** How near the oldest rows are to the end of the transaction counter. */
export const judgeWraparound = (seen: FreezeAge, about: PostgresSubject): JudgedFinding<'postgres.wraparound'> => {
  const threshold = laterThanAutovacuum(thresholdOf(about, 'wraparound'), seen.freezeMaxAge)
  const { status, cleared } = judge(seen.ageTransactions, threshold)
  const used = formatPercent(seen.ageTransactions / limitTransactions)
  return finding({
    id: 'postgres.wraparound',
    subject: about.subject,
    status,
    cleared,
    title: `${about.subject}: ${used} of the ${seen.kind} counter used`,
    observed: `database ${seen.database}: oldest ${seen.kind} is ${millions(seen.ageTransactions)} old, ${used} of 2^31`,
    expected: `less than ${millions(threshold.warning)}; autovacuum freezes at ${millions(seen.freezeMaxAge)}`,
    advice:
      status === 'ok'
        ? ''
        : 'find what keeps old rows alive (long transactions, prepared transactions, replication slots), then run VACUUM (FREEZE) in that database: SELECT relname, age(relfrozenxid) FROM pg_class WHERE relfrozenxid <> 0 ORDER BY 2 DESC LIMIT 10;',
    audience: 'technical',
    measurements: [{ name: 'freeze-age', value: seen.ageTransactions, unit: 'transactions' }],
  })
}

const millions = (count: number): string => `${Math.round(count / 1e5) / 10} million`
