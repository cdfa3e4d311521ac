import type { Client } from 'pg'
import type { PostgresTarget, Spoken, SslMode } from '../../contract/database.ts'
import { Ended, isEnded } from '../../contract/ended.ts'
import type { PostgresFailure, PostgresFailureKind } from '../../domain/postgres/failure.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import { createClient, type GuardedClient, type Login } from './client.ts'
import { makeOwn } from './direct.ts'
import { type Line, type LineLimits, watchLine } from './line.ts'
import type { PostgresSession, SqlRow } from './postgres-session.ts'
import { demandAuth } from './require-auth.ts'
import { endedBy, openSecured } from './secured.ts'
import { lookTimeouts, opening, optionsTaken, ownSettings, type ServerTimeouts, startupOptions } from './startup.ts'

export type { AnswerLimits, PostgresSession, SqlRow, SqlValue } from './postgres-session.ts'

export type SessionLimits = LineLimits & {
  /** Its `application_name`, which begins with `ronde`; by default just that. */
  readonly application?: string
  /** The session must be ours alone, from its first statement to its end: a pooler is refused, in whatever mode. */
  readonly direct?: true
  /** What the server itself ends; by default what suits a look. */
  readonly serverTimeouts?: ServerTimeouts
}

export type SessionResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: PostgresFailure }

type Work<T> = (session: PostgresSession) => Promise<T>
type Tried<T> = SessionResult<T> & { readonly loggedIn: boolean }

/** What a look calls itself, as anybody may; its own session it knows by the pid. */
const usualName = 'ronde'

/** A name that nobody can guess: one that is written down is known as Ronde's from any other run of this host. */
export const applicationName = (what: string): string => `${usualName} ${what} ${crypto.randomUUID()}`

/**
 * The one door to PostgreSQL: works in one session, which is always ended. What the server or the way to it does wrong comes back as a
 * failure; only a mistake in `work` is thrown.
 */
export const withPostgresSession = async <T>(target: PostgresTarget, limits: SessionLimits, work: Work<T>): Promise<SessionResult<T>> => {
  const local = target.host.startsWith('/')
  const [first, second] = ways[local ? 'disable' : target.ssl.mode]
  const result = await withOrWithoutOptions(target, first === 'tls', limits, work)
  const again = !result.ok && !result.loggedIn && second !== undefined && worthAnotherWay.has(result.failure.kind)
  return again ? withOrWithoutOptions(target, second === 'tls', limits, work) : result
}

type Way = 'plain' | 'tls'
const ways: Record<SslMode, readonly [Way, Way?]> = {
  disable: ['plain'],
  allow: ['plain', 'tls'],
  prefer: ['tls', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
}
/** What may be otherwise with TLS, or without it. */
const worthAnotherWay: ReadonlySet<PostgresFailureKind> = new Set(['tls-not-offered', 'no-access', 'reset', 'other'])
/** What a pooler, a server before PostgreSQL 14 or a trigger on login may have against our options. */
const againstOptions: ReadonlySet<PostgresFailureKind> = new Set(['server-error', 'pooler'])

const withOrWithoutOptions = async <T>(target: PostgresTarget, tls: boolean, limits: SessionLimits, work: Work<T>): Promise<Tried<T>> => {
  const { application = usualName, serverTimeouts = lookTimeouts } = limits
  const tried = await attempt({ target, login: { tls, application, options: startupOptions(serverTimeouts) }, limits, work })
  return tried.ok || tried.loggedIn || !againstOptions.has(tried.failure.kind)
    ? tried
    : attempt({ target, login: { tls, application, options: undefined }, limits, work })
}

/** One session from its login to our goodbye. */
const inSession = async <T>(made: GuardedClient, line: Line, { target, login, limits, work }: Attempt<T>): Promise<SessionResult<T>> => {
  demandAuth(made.client, target.requireAuth, line.loginRefused)
  await made.client.connect()
  line.loggedIn()
  const taken = login.options !== undefined && optionsTaken(made.reported)
  const session = sessionOf(target, { ...made, line, opening: opening(made.reported, taken) })
  const { direct, serverTimeouts = lookTimeouts } = limits
  const refused = direct === true ? await makeOwn(session, ownSettings(made.reported, taken, serverTimeouts)) : undefined
  const result: SessionResult<T> =
    refused === undefined ? { ok: true, value: await work(session) } : { ok: false, failure: { kind: 'pooler', detail: refused } }
  await line.goodbye(made.client.end())
  return result
}

type Attempt<T> = { readonly target: PostgresTarget; readonly login: Login; readonly limits: SessionLimits; readonly work: Work<T> }

const attempt = async <T>(one: Attempt<T>): Promise<Tried<T>> => {
  const { target, login } = one
  const line = watchLine(one.limits)
  let secured: Spoken | undefined
  try {
    secured = login.tls && target.speakTls !== undefined ? await openSecured(target, target.speakTls, line) : undefined
    const result = await inSession(await createClient(target, login, { plain: secured?.plain, line }), line, one)
    return { ...result, loggedIn: true }
  } catch (error) {
    const by = secured === undefined ? undefined : await endedBy(secured)
    if (by !== undefined) throw new Ended(target.subject, by)
    const failure = line.explain(error)
    if (failure === undefined || (isEnded(error) && !line.signal.aborted)) throw error
    return { ok: false, failure, loggedIn: line.isLoggedIn() }
  } finally {
    line.release()
  }
}

type Made = GuardedClient & Pick<PostgresSession, 'opening'> & { readonly line: Line }

const sessionOf = (target: PostgresTarget, { client, guard, line, opening: settings }: Made): PostgresSession => {
  const key = client as unknown as BackendKey
  return {
    query: (sql, { rowBytes, timeoutMs } = {}) => {
      guard.begin(rowBytes)
      return line.answer(send(client, sql), timeoutMs)
    },
    ask: async (sql, values, { rowBytes, timeoutMs } = {}) => {
      guard.begin(rowBytes)
      return (await line.answer(client.query<SqlRow>(sql, [...values]), timeoutMs)).rows
    },
    quoted: (...names) => names.map((name) => client.escapeIdentifier(name)).join('.'),
    cancel: () => requestCancel(target, key),
    opening: settings,
    pid: key.processID ?? 0,
  }
}

const send = async (client: Client, sql: string): Promise<readonly (readonly SqlRow[])[]> => {
  const results: unknown = await client.query(sql)
  return (Array.isArray(results) ? results : [results]).map((one: { rows: SqlRow[] }) => one.rows)
}
