import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatPercent } from '../../core/quantity.ts'
import { judge } from '../../core/threshold.ts'
import type { PostgresFailure } from './failure.ts'
import { sqlIdentifier } from './names.ts'
import type { Connections } from './observation.ts'
import { type PostgresSubject, thresholdOf } from './thresholds.ts'

/** How many of the connections that ordinary roles may have are taken. */
export const judgeConnections = (seen: Connections, about: PostgresSubject): JudgedFinding<'postgres.connections'> => {
  const threshold = thresholdOf(about, 'connections')
  const { status, cleared } = judge(seen.used / Math.max(seen.available, 1), threshold)
  const states = Object.entries(seen.byState).toSorted(([, a], [, b]) => b - a)
  return finding({
    id: 'postgres.connections',
    subject: about.subject,
    status,
    cleared,
    title: `${about.subject}: ${seen.used} of ${seen.available} connections taken`,
    observed: `${seen.used} of ${seen.available} (${formatPercent(seen.used / Math.max(seen.available, 1))}); max_connections ${seen.max}`,
    expected: `less than ${formatPercent(threshold.warning)} of the connections that are not reserved`,
    advice: status === 'ok' ? '' : connectionAdvice,
    evidence: states.map(([state, count]) => `${state}: ${count}`),
    audience: 'technical',
    measurements: [{ name: 'connections', value: seen.used, unit: 'connections' }],
  })
}

/** What everybody else meets as well. */
export const isFull = ({ kind }: PostgresFailure): boolean => kind === 'too-many-connections' || kind === 'database-limit'

/** The server refused us because every slot is taken, or every one that the database may have: it is up, and this is the one thing wrong with it. */
export const noConnectionLeft = (
  subject: string,
  { kind, detail }: PostgresFailure,
  database: string,
): JudgedFinding<'postgres.connections'> => {
  const ofDatabase = kind === 'database-limit'
  return finding({
    id: 'postgres.connections',
    subject,
    status: 'critical',
    title: ofDatabase ? `${subject}: the database has no connection left` : `${subject}: no connection slot left`,
    observed: detail,
    expected: ofDatabase ? 'a connection that the limit of the database leaves free' : 'a free connection slot',
    advice: ofDatabase ? databaseAdvice(database) : connectionAdvice,
    certainty: 'hard',
    audience: 'technical',
  })
}

const whoHolds =
  'find who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC; then bound the pool of that application'
const connectionAdvice = `${whoHolds}, or raise max_connections`

const databaseAdvice = (database: string): string => {
  const name = sqlIdentifier(database)
  return `${whoHolds}, or raise the limit of the database${name === undefined ? ' with ALTER DATABASE … CONNECTION LIMIT' : `: ALTER DATABASE ${name} CONNECTION LIMIT 100;`}`
}
