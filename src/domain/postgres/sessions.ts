import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatDuration } from '../../core/quantity.ts'
import { judge, type Threshold } from '../../core/threshold.ts'
import { blockingTree, describeSession, rootBlockers } from './blocking-tree.ts'
import type { Session, Sessions } from './observation.ts'
import { type PostgresSubject, type PostgresThreshold, thresholdOf } from './thresholds.ts'

type Judged = { readonly worst: Session | undefined; readonly worstMs: number; readonly reached: number; readonly threshold: Threshold }

const judgeAges = (sessions: readonly Session[], age: (one: Session) => number | undefined, threshold: Threshold): Judged => {
  const sorted = sessions.toSorted((a, b) => (age(b) ?? 0) - (age(a) ?? 0))
  const worst = sorted[0]
  return {
    worst,
    worstMs: worst === undefined ? 0 : (age(worst) ?? 0),
    reached: sorted.filter((one) => (age(one) ?? 0) >= threshold.warning).length,
    threshold,
  }
}

type Telling<Id extends string> = Pick<JudgedFinding<Id>, 'id' | 'title' | 'observed' | 'expected'> & {
  readonly advice: string
  readonly evidence: readonly string[]
}

const sessionFinding = <const Id extends string>(
  name: PostgresThreshold,
  about: PostgresSubject,
  judged: Judged,
  telling: Telling<Id>,
): JudgedFinding<Id> => {
  const { status, cleared } = judge(judged.worstMs, judged.threshold)
  return finding({
    ...telling,
    subject: about.subject,
    status,
    cleared,
    advice: status === 'ok' ? '' : telling.advice,
    audience: 'technical',
    measurements: [{ name, value: judged.worstMs, unit: 'ms' }],
  })
}

export const isIdleInTransaction = (one: Session): boolean => one.state.startsWith('idle in transaction')
/** How to end sessions. Their work is lost then, so looking stands first. */
export const terminate = (pids: readonly number[]): string =>
  `look at what it is doing, then end it: ${pids.map((pid) => `SELECT pg_terminate_backend(${pid});`).join(' ')}`

const unblock = (list: readonly Session[]): string => {
  const roots = rootBlockers(list)
  const pids = roots.filter((pid) => pid > 0)
  if (pids.length > 0) return terminate(pids.slice(0, 3))
  return roots.length > 0
    ? 'a prepared transaction holds the lock: find it in pg_prepared_xacts, then COMMIT PREPARED or ROLLBACK PREPARED'
    : 'they wait in a circle: the server ends one of them after deadlock_timeout'
}

/** Sessions that wait for a lock, with who blocks whom. */
export const judgeBlocked = ({ list }: Sessions, about: PostgresSubject): JudgedFinding<'postgres.blocked'> => {
  const waiting = list.filter((one) => one.waitingMs !== undefined && one.blockedBy.length > 0)
  const judged = judgeAges(waiting, (one) => one.waitingMs, thresholdOf(about, 'blocked'))
  const longest = `the longest for ${formatDuration(judged.worstMs)}`
  return sessionFinding('blocked', about, judged, {
    id: 'postgres.blocked',
    title:
      waiting.length === 0 ? `${about.subject}: no blocked session` : `${about.subject}: ${sessions(waiting.length)} blocked, ${longest}`,
    observed: waiting.length === 0 ? 'no session waits for a lock' : `${sessions(waiting.length)} waiting for a lock, ${longest}`,
    expected: `nobody waits for a lock for ${formatDuration(judged.threshold.warning)}`,
    advice: unblock(list),
    evidence: blockingTree(list),
  })
}

/** What may stand in a statement between quotes. */
const plainGid = /^[\w .:@/-]{1,200}$/

const ofPrepared = (
  [oldest, ...more]: Sessions['prepared'],
  about: PostgresSubject,
): JudgedFinding<'postgres.idle-in-transaction'> | undefined => {
  if (oldest === undefined) return undefined
  const threshold = thresholdOf(about, 'idle-in-transaction')
  const age = formatDuration(oldest.ageMs)
  const gid = plainGid.test(oldest.gid) ? `'${oldest.gid}'` : 'its gid'
  return sessionFinding(
    'idle-in-transaction',
    about,
    { worst: undefined, worstMs: oldest.ageMs, reached: 1, threshold },
    {
      id: 'postgres.idle-in-transaction',
      title: `${about.subject}: the prepared transaction ${oldest.gid} has been open for ${age}`,
      observed: `${more.length + 1} prepared, the oldest for ${age}, by ${oldest.user} in ${oldest.database}`,
      expected: `none prepared for ${formatDuration(threshold.warning)}`,
      advice: `it keeps its locks, and dead rows from VACUUM, and nothing ends it but a word: ask its transaction manager which, then, in the database ${oldest.database}: COMMIT PREPARED ${gid}; or ROLLBACK PREPARED ${gid};`,
      evidence: [oldest, ...more].map(
        (one) => `prepared transaction ${one.gid} of ${one.user} in ${one.database}, for ${formatDuration(one.ageMs)}`,
      ),
    },
  )
}

/** Sessions that hold a transaction open and do nothing, and transactions that were prepared and left: whichever is older. */
export const judgeIdleInTransaction = (seen: Sessions, about: PostgresSubject): JudgedFinding<'postgres.idle-in-transaction'> => {
  const idle = judgeIdleSessions(seen, about)
  const prepared = ofPrepared(seen.prepared, about)
  if (prepared === undefined || (prepared.measurements[0]?.value ?? 0) < (idle.measurements[0]?.value ?? 0)) return idle
  return prepared.status === 'ok'
    ? { ...idle, cleared: idle.cleared && prepared.cleared }
    : { ...prepared, evidence: [...prepared.evidence, ...idle.evidence] }
}

const judgeIdleSessions = ({ list }: Sessions, about: PostgresSubject): JudgedFinding<'postgres.idle-in-transaction'> => {
  const idle = list.filter(isIdleInTransaction)
  const judged = judgeAges(idle, (one) => one.stateMs, thresholdOf(about, 'idle-in-transaction'))
  const pid = judged.worst?.pid
  return sessionFinding('idle-in-transaction', about, judged, {
    id: 'postgres.idle-in-transaction',
    title:
      judged.reached === 0
        ? `${about.subject}: no session left idle in a transaction`
        : `${about.subject}: idle in a transaction for ${formatDuration(judged.worstMs)}`,
    observed:
      idle.length === 0
        ? 'no session idle in a transaction'
        : `${sessions(idle.length)}, the longest idle for ${formatDuration(judged.worstMs)}`,
    expected: `none idle in a transaction for ${formatDuration(judged.threshold.warning)}`,
    advice: `pg_cancel_backend does nothing to an idle session; ${terminate(pid === undefined ? [] : [pid])} In the application, end every transaction, or set idle_in_transaction_session_timeout`,
    evidence: describeAll(idle),
  })
}

/** Programs whose transactions are long by their nature. */
export const longByNature = /^pg_(?:dump|dumpall|restore|basebackup)/

/** Anybody may call a session so: the name buys a day, and no more. */
const longestByNatureMs = 24 * 3_600_000

const isLongByNature = (one: Session): boolean =>
  longByNature.test(one.application) && Math.max(one.transactionMs ?? 0, one.queryMs ?? 0) < longestByNatureMs

/** The oldest transaction that the two findings above do not name already. */
export const judgeLongestTransaction = ({ list }: Sessions, about: PostgresSubject): JudgedFinding<'postgres.longest-transaction'> => {
  const waitLimitMs = thresholdOf(about, 'blocked').warning
  const idleLimitMs = thresholdOf(about, 'idle-in-transaction').warning
  const named = (one: Session) => (one.waitingMs ?? 0) >= waitLimitMs || (isIdleInTransaction(one) && (one.stateMs ?? 0) >= idleLimitMs)
  const candidates = list.filter(
    (one) => one.transactionMs !== undefined && one.backendType === 'client backend' && !isLongByNature(one) && !named(one),
  )
  const judged = judgeAges(candidates, (one) => one.transactionMs, thresholdOf(about, 'longest-transaction'))
  const age = formatDuration(judged.worstMs)
  return sessionFinding('longest-transaction', about, judged, {
    id: 'postgres.longest-transaction',
    title: judged.reached === 0 ? `${about.subject}: no long transaction` : `${about.subject}: a transaction has been open for ${age}`,
    observed: judged.worst === undefined ? 'no transaction open' : `the longest open for ${age}`,
    expected: `less than ${formatDuration(judged.threshold.warning)}`,
    advice: `VACUUM cannot remove what it may still see; ${terminate(judged.worst === undefined ? [] : [judged.worst.pid])}`,
    evidence: describeAll(candidates.filter((one) => (one.transactionMs ?? 0) >= judged.threshold.warning)),
  })
}

/** Commands whose time goes with the size of a table; to cut them short gains nothing. */
const maintenance = /^(?:VACUUM|ANALYZE|REINDEX|CLUSTER|CREATE (?:UNIQUE )?INDEX|REFRESH MATERIALIZED VIEW)\b/i

/** A query of an application that has been running for this long; one that waits for a lock is told as blocked, and one that queues to become the leader waits on purpose. */
export const isLongQuery = (one: Session, limitMs: number): boolean =>
  (one.queryMs ?? 0) >= limitMs &&
  one.blockedBy.length === 0 &&
  one.queuedBehind.length === 0 &&
  one.backendType === 'client backend' &&
  !isLongByNature(one) &&
  !maintenance.test(one.query)

/** Queries that run for long. */
export const judgeLongQueries = ({ list }: Sessions, about: PostgresSubject): JudgedFinding<'postgres.long-query'> => {
  const running = list.filter((one) => isLongQuery(one, 0) && one.queryMs !== undefined)
  const judged = judgeAges(running, (one) => one.queryMs, thresholdOf(about, 'long-query'))
  const age = formatDuration(judged.worstMs)
  const pid = judged.worst?.pid
  return sessionFinding('long-query', about, judged, {
    id: 'postgres.long-query',
    title: judged.reached === 0 ? `${about.subject}: no long query` : `${about.subject}: a query has been running for ${age}`,
    observed: running.length === 0 ? 'no query runs' : `${sessions(running.length)} with a running query, the longest for ${age}`,
    expected: `less than ${formatDuration(judged.threshold.warning)}`,
    advice: `look at what it waits for and at its plan (EXPLAIN); to stop the query and keep the session: SELECT pg_cancel_backend(${pid ?? 0});`,
    evidence: describeAll(running.filter((one) => (one.queryMs ?? 0) >= judged.threshold.warning)),
  })
}

const sessions = (count: number): string => (count === 1 ? '1 session' : `${count} sessions`)
const describeAll = (list: readonly Session[]): readonly string[] => list.slice(0, 10).map((one) => describeSession(one.pid, one))
