import type { PostgresTarget } from '../contract/database.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../contract/seen.ts'
import { type PostgresFailure, passingFailures } from '../domain/postgres/failure.ts'
import type { PostgresObservation } from '../domain/postgres/observation.ts'
import { type PostgresSession, type SessionResult, type SqlRow, withPostgresSession } from '../tools/connect/session.ts'
import {
  connectionsPart,
  countersPart,
  freezeAgePart,
  type PostgresQuestion,
  replicationPart,
  serverPart,
  sessionsPart,
  sizePart,
} from './postgres/parts.ts'
import { lookSql, rollBack } from './postgres/read-only.ts'

export type PostgresProbe = {
  readonly signal: AbortSignal
  readonly now: () => Instant
  /** Until the login is done; default 5 s. */
  readonly connectTimeoutMs?: number
  /** For one attempt in all; default 15 s. */
  readonly timeoutMs?: number
  /** Pauses before further attempts at a server that is refusing or starting; default 1 s and 2 s. */
  readonly pausesMs?: readonly number[]
  /** The `application_name`s of other sessions of Ronde's on this host; by default none is known. */
  readonly own?: readonly string[]
}

/** Either everything that one look brought, or why the server could not be asked. */
export type PostgresLook =
  | { readonly answered: true; readonly observation: PostgresObservation; readonly at: Instant }
  | { readonly answered: false; readonly failure: PostgresFailure }

/**
 * Works in one session of a server, which is ended; tries again what may pass by itself within seconds. It never throws for what the server
 * does.
 */
export const askPostgres = async <T>(
  target: PostgresTarget,
  probe: PostgresProbe,
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> => {
  const limits = { signal: probe.signal, connectTimeoutMs: probe.connectTimeoutMs ?? 5_000, timeoutMs: probe.timeoutMs ?? 15_000 }
  let result: SessionResult<T> = await withPostgresSession(target, limits, work)
  for (const pauseMs of probe.pausesMs ?? [1_000, 2_000]) {
    if (result.ok || !passingFailures.has(result.failure.kind)) break
    if ((await pause(pauseMs, probe.signal)) === 'aborted') break
    result = await withPostgresSession(target, limits, work)
  }
  return result
}

/** Looks at a PostgreSQL server (12 to 18) in one read-only session; it writes nothing. */
export const seePostgres = async (target: PostgresTarget, probe: PostgresProbe): Promise<PostgresLook> => {
  const result = await askPostgres(target, probe, (session) => observe(session, probe))
  return result.ok ? { answered: true, observation: result.value, at: probe.now() } : { answered: false, failure: result.failure }
}

const pause = async (ms: number, signal: AbortSignal): Promise<'over' | 'aborted'> => {
  const { setTimeout: after } = await import('node:timers/promises')
  return after(ms, 'over' as const, { signal }).catch(() => 'aborted' as const) // only an abort rejects it
}

type Ask = <T>(part: PostgresQuestion<T>) => Promise<Seen<T>>

const observe = async (session: PostgresSession, { now, own = [] }: PostgresProbe): Promise<PostgresObservation> => {
  const sessions = sessionsPart(own)
  const together = [serverPart, connectionsPart, sessions, countersPart, freezeAgePart, replicationPart]
  const answers = await askTogether(session, together)
  const ask: Ask = (part) => askAlone(session, part, now)
  const read = async <T>(part: PostgresQuestion<T>): Promise<Seen<T>> => {
    const rows = answers?.get(part)
    return rows === undefined ? ask(part) : saw(part.read(rows), now())
  }
  const server = await read(serverPart)
  return {
    server: server.seen ? server.value : { version: '(version unknown)', major: 0, standby: false, user: '' },
    connections: await read(connectionsPart),
    sessions: await read(sessions),
    counters: await read(countersPart),
    freezeAge: await read(freezeAgePart),
    replication: await read(replicationPart),
    sizeBytes: await ask(sizePart),
  }
}

/** All in one round trip; `undefined` when one of them failed, which fails all: then each is asked by itself. */
const askTogether = async (
  session: PostgresSession,
  parts: readonly PostgresQuestion<unknown>[],
): Promise<ReadonlyMap<PostgresQuestion<unknown>, readonly SqlRow[]> | undefined> => {
  try {
    const results = await session.query(
      lookSql(
        session,
        parts.map((part) => part.sql),
      ),
    )
    return new Map(parts.map((part, index) => [part, results[session.opening.length + index] ?? []]))
  } catch (error) {
    await rollBack(session, error)
    return undefined
  }
}

const askAlone = async <T>(session: PostgresSession, part: PostgresQuestion<T>, now: () => Instant): Promise<Seen<T>> => {
  try {
    const results = await session.query(lookSql(session, [part.sql]))
    return saw(part.read(results[session.opening.length] ?? []), now())
  } catch (error) {
    const { message, code } = await rollBack(session, error)
    return couldNotLook(`${message} (${code})`, 'give the role that looks the right to read the statistics views: membership in pg_monitor')
  }
}
