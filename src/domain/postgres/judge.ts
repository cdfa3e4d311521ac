import type { PostgresTarget } from '../../contract/database.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { PastMeasurement } from '../../contract/history.ts'
import type { Instant, Obstacle, Seen } from '../../contract/seen.ts'
import { formatPercent } from '../../core/quantity.ts'
import { judgeConnections } from './connections.ts'
import { cacheHitRatio, type DeadlockNote, judgeCacheHit, judgeDeadlocks } from './counters.ts'
import { grantMonitor } from './grants.ts'
import type { PostgresObservation, Session } from './observation.ts'
import { reachable } from './reachable.ts'
import { judgeReplication } from './replication.ts'
import { judgeBlocked, judgeIdleInTransaction, judgeLongestTransaction } from './sessions.ts'
import { judgeSize } from './size.ts'
import type { PostgresSubject } from './thresholds.ts'
import { judgeWraparound } from './wraparound.ts'

export type PostgresPast = { readonly deadlocks: DeadlockNote | undefined; readonly sizes: readonly PastMeasurement[] }

/** What is judged of a server that let us in. */
export const serverIds = [
  'postgres.reachable',
  'postgres.connections',
  'postgres.blocked',
  'postgres.idle-in-transaction',
  'postgres.longest-transaction',
  'postgres.deadlocks',
  'postgres.cache-hit',
  'postgres.wraparound',
  'postgres.replication-lag',
  'postgres.size',
] as const
type ServerId = (typeof serverIds)[number]
type OneOrMore = JudgedFinding<ServerId> | readonly JudgedFinding<ServerId>[]

type Look = { readonly past: PostgresPast; readonly now: Instant; readonly about: PostgresSubject }

/** All findings about a server that let us in. What was not seen is `ok`, not checked, and clears nothing. */
export const judgePostgres = (seen: PostgresObservation, target: PostgresTarget, look: Look): readonly JudgedFinding<ServerId>[] => {
  const { about, past, now } = look
  const part = <T>(observed: Seen<T>, id: ServerId, policy: (value: T) => OneOrMore): readonly JudgedFinding<ServerId>[] =>
    observed.seen ? [policy(observed.value)].flat() : [notSeen(id, about.subject, observed)]
  const partial = (judged: JudgedFinding<ServerId>) =>
    amongVisible(judged, seen.sessions.seen ? seen.sessions.value.hidden : 0, seen.server.user)
  return [
    reachable(seen.server.version, target),
    ...part(seen.connections, 'postgres.connections', (value) => judgeConnections(value, about)),
    ...part(seen.sessions, 'postgres.blocked', (value) => partial(judgeBlocked(value, about))),
    ...part(seen.sessions, 'postgres.idle-in-transaction', (value) => partial(judgeIdleInTransaction(value, about))),
    ...part(seen.sessions, 'postgres.longest-transaction', (value) => partial(judgeLongestTransaction(value, about))),
    ...part(seen.counters, 'postgres.deadlocks', (value) => judgeDeadlocks(value, past.deadlocks, about)),
    ...part(seen.counters, 'postgres.cache-hit', (value) => judgeCacheHit(value, about)),
    ...part(seen.freezeAge, 'postgres.wraparound', (value) => judgeWraparound(value, about)),
    ...part(seen.replication, 'postgres.replication-lag', (value) =>
      value.hidden > 0 ? hiddenReplication(about.subject, value.hidden, seen.server.user) : judgeReplication(value, about),
    ),
    ...part(seen.sizeBytes, 'postgres.size', (value) => judgeSize(value, { past: past.sizes, now }, about)),
  ]
}

const notSeen = (id: ServerId, subject: string, { cause, advice }: Obstacle): JudgedFinding<ServerId> =>
  finding({
    id,
    subject,
    status: 'ok',
    notChecked: cause,
    cleared: false,
    title: `${subject}: not checked`,
    observed: cause,
    expected: '',
    advice,
    audience: 'technical',
  })

/** A good word on sessions says how many of them this role could not look into. */
export const amongVisible = <Id extends string>(judged: JudgedFinding<Id>, hidden: number, user: string): JudgedFinding<Id> =>
  hidden === 0 || judged.status !== 'ok'
    ? judged
    : {
        ...judged,
        cleared: false,
        title: `${judged.title} among those that may be seen`,
        notChecked: `${hidden} session${hidden === 1 ? '' : 's'} of other roles`,
        advice: grantMonitor(user),
      }

const hiddenReplication = (subject: string, hidden: number, user: string): JudgedFinding<ServerId> =>
  notSeen('postgres.replication-lag', subject, {
    cause: `${hidden} standby connection${hidden === 1 ? '' : 's'} may not be seen`,
    advice: grantMonitor(user),
  })

/** The one line of the log: `12 of 97 connections, no blocked session, cache hits 99.4 %`. */
export const postgresLine = (seen: PostgresObservation): string => {
  const ratio = seen.counters.seen ? cacheHitRatio(seen.counters.value) : undefined
  return [
    ...(seen.connections.seen ? [`${seen.connections.value.used} of ${seen.connections.value.available} connections`] : []),
    ...(seen.sessions.seen ? [blockedWords(seen.sessions.value.list)] : []),
    ...(ratio === undefined ? [] : [`cache hits ${formatPercent(ratio)}`]),
  ].join(', ')
}

const blockedWords = (list: readonly Session[]): string => {
  const blocked = list.filter((one) => one.waitingMs !== undefined && one.blockedBy.length > 0).length
  return blocked === 0 ? 'no blocked session' : `${blocked} blocked session${blocked === 1 ? '' : 's'}`
}
