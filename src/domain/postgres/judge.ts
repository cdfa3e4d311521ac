import type { PostgresTarget } from '../../contract/database.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import type { PastMeasurement } from '../../contract/history.ts'
import type { Instant, Seen } from '../../contract/seen.ts'
import { formatPercent } from '../../core/quantity.ts'
import { judgeConnections } from './connections.ts'
import { cacheHitRatio, type DeadlockNote, judgeCacheHit, judgeDeadlocks } from './counters.ts'
import { grantMonitor } from './grants.ts'
import type { PostgresObservation, Session } from './observation.ts'
import { reachable } from './reachable.ts'
import { judgeReplication } from './replication.ts'
import { judgeBlocked, judgeIdleInTransaction, judgeLongestTransaction } from './sessions.ts'
import { judgeSize } from './size.ts'
import type { About } from './thresholds.ts'
import { judgeWraparound } from './wraparound.ts'

export type PostgresPast = { readonly deadlocks: DeadlockNote | undefined; readonly sizes: readonly PastMeasurement[] }
type Look = { readonly past: PostgresPast; readonly now: Instant; readonly about: About }

/** All findings about a server that let us in. A part that was not seen is `ok` with the advice "not checked: …" and clears nothing. */
export const judgePostgres = (seen: PostgresObservation, target: PostgresTarget, look: Look): readonly Finding[] => {
  const { about, past, now } = look
  const part = <T>(observed: Seen<T>, id: string, policy: (value: T) => Finding | readonly Finding[]): readonly Finding[] =>
    observed.seen ? [policy(observed.value)].flat() : [notSeen(id, about.subject, observed)]
  const partial = (judged: Finding): Finding => amongVisible(judged, seen.sessions.seen ? seen.sessions.value.hidden : 0, seen.server.user)
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

const notSeen = (id: string, subject: string, why: { readonly cause: string; readonly advice: string }): Finding =>
  finding({
    id,
    subject,
    status: 'ok',
    cleared: false,
    title: `${subject}: not checked`,
    observed: why.cause,
    expected: '',
    advice: `not checked: ${why.cause}; ${why.advice}`,
    audience: 'technical',
  })

/** A good word on sessions says how many of them this role could not look into. */
export const amongVisible = (judged: Finding, hidden: number, user: string): Finding =>
  hidden === 0 || judged.status !== 'ok'
    ? judged
    : {
        ...judged,
        cleared: false,
        title: `${judged.title} among those that may be seen`,
        advice: `not checked: ${hidden} session${hidden === 1 ? '' : 's'} of other roles; ${grantMonitor(user)}`,
      }

const hiddenReplication = (subject: string, hidden: number, user: string): Finding =>
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
