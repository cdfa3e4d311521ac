import type { Context } from '../../../../contract/context.ts'
import type { DatabaseOptions, PostgresTarget } from '../../../../contract/database.ts'
import type { JsonObject } from '../../../../contract/json.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { limit } from '../../../../core/options/threshold.ts'
import { isFull, noConnectionLeft } from '../../../../domain/postgres/connections.ts'
import { readDeadlockNote, writeDeadlockNote } from '../../../../domain/postgres/counters.ts'
import type { PostgresFailure } from '../../../../domain/postgres/failure.ts'
import { judgePostgres, postgresLine, serverIds } from '../../../../domain/postgres/judge.ts'
import type { PostgresObservation } from '../../../../domain/postgres/observation.ts'
import { containerDown, judgeUnreachable } from '../../../../domain/postgres/reachable.ts'
import { type PostgresSubject, postgresThresholds } from '../../../../domain/postgres/thresholds.ts'
import { seePostgres } from '../../../../probes/postgres.ts'
import { type CheckOutcome, definePart, notSeen } from '../../part.ts'

export const part = definePart({
  name: 'postgres',
  description:
    'The database answers, has connections left, blocks nobody, and keeps up: locks, open transactions, deadlocks, cache, wraparound, replication, size.',
  order: 60,
  options: {},
  thresholds: {
    connections: limit('percentage', postgresThresholds.connections, 'Share of the connections of PostgreSQL that are in use.'),
    blocked: limit('duration', postgresThresholds.blocked, 'How long a session of PostgreSQL waits for a lock.'),
    'idle-in-transaction': limit(
      'duration',
      postgresThresholds['idle-in-transaction'],
      'How long a session sits idle inside a transaction.',
    ),
    'longest-transaction': limit('duration', postgresThresholds['longest-transaction'], 'Age of the oldest transaction.'),
    deadlocks: limit('number', postgresThresholds.deadlocks, 'Deadlocks since the last run.'),
    'cache-hit': limit('percentage', postgresThresholds['cache-hit'], 'Share of blocks that PostgreSQL found in its cache.'),
    wraparound: limit('number', postgresThresholds.wraparound, 'Transactions since the oldest row was frozen.'),
    'replication-lag': limit('duration', postgresThresholds['replication-lag'], 'How far a standby is behind.'),
    'replication-backlog': limit('size', postgresThresholds['replication-backlog'], 'Changes that wait for a standby or a slot.'),
    'database-growth': limit('growth', postgresThresholds['database-growth'], 'Growth of the database in a day.'),
  },
  ids: [...serverIds, 'postgres.pooler'],
  // Transactions are counted up to a limit that no work of ours brings nearer.
  disturbedByWork: [...serverIds.filter((id) => id !== 'postgres.wraparound'), 'postgres.pooler'],
  configured: ({ database }) => database.service !== undefined || database.url !== undefined,
  run: async ({ database, thresholds }, context, asked): Promise<Looked> => {
    const location = await context.connect.postgres()
    const where = { id: 'postgres.reachable', subject: subjectOf(database), audience: 'technical' } as const
    if (!location.seen) return notSeen(where, location, asked)
    const { value } = location
    // Silent unless the check was named: then no database at all is something that could not be looked at.
    if (value.kind === 'none') return asked ? notSeen(where, value.why ?? noDatabase, asked) : { findings: [], completed: false }
    if (value.kind === 'down') return { findings: [containerDown(value.subject, value.cause)], completed: true }
    return look(value.target, thresholds, { context, asked })
  },
})

const subjectOf = ({ service }: DatabaseOptions): string => (service === undefined ? 'database' : `service/${service}`)

const noDatabase: Obstacle = { cause: 'no container of the project is PostgreSQL', advice: 'set database.service or database.url' }

type Looked = CheckOutcome<(typeof serverIds)[number] | 'postgres.pooler'>

type Run = { readonly context: Context; readonly asked: boolean }

const look = async (target: PostgresTarget, thresholds: PostgresSubject['thresholds'], { context, asked }: Run): Promise<Looked> => {
  const seen = await seePostgres(target, { signal: context.signal, now: () => context.now(), own: context.ownSessions?.() ?? [] })
  if (!seen.answered) return unanswered(seen.failure, target, asked)
  const { observation } = seen
  const { subject } = target
  const noteKey = `postgres.deadlocks ${subject}`
  const past = {
    deadlocks: readDeadlockNote(context.state.note(noteKey)),
    sizes: context.state.measurements(subject, 'database-size', sizesKept),
  }
  if (observation.counters.seen) context.state.setNote(noteKey, writeDeadlockNote(observation.counters.value))
  return {
    findings: judgePostgres(observation, target, { past, now: context.now(), about: { subject, thresholds } }),
    facts: factsOf(observation),
    completed: true,
  }
}

/** Three days of a round every five minutes. */
const sizesKept = 900

const unanswered = (failure: PostgresFailure, target: PostgresTarget, asked: boolean): Looked => {
  const judged = judgeUnreachable(failure, target)
  if (judged.status !== 'unknown') {
    const full = isFull(failure) ? [noConnectionLeft(target.subject, failure, target.database)] : []
    return { findings: [judged, ...full], completed: true }
  }
  return asked
    ? { findings: [{ ...judged, cleared: false }], completed: false }
    : notSeen(judged, { cause: judged.title, advice: judged.advice }, asked)
}

const factsOf = (seen: PostgresObservation): JsonObject => ({
  lines: { postgres: postgresLine(seen) },
  postgres: {
    version: seen.server.version,
    standby: seen.server.standby,
    ...(seen.sizeBytes.seen ? { sizeBytes: seen.sizeBytes.value } : {}),
  },
})
