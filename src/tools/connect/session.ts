import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Client } from 'pg'
import type { PostgresSsl, PostgresTarget, SslMode } from '../../core/database.ts'
import { loadTls } from '../../core/net/tls.ts'
import { classifyPostgresError, type PostgresFailure, type PostgresFailureKind, type Reached } from '../../core/postgres/failure.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import { guardFrames } from './frames.ts'

export type Row = Readonly<Record<string, unknown>>

export type SqlValue = string | number | boolean | null | readonly (string | number)[]

export type PostgresSession = {
  /** Sends one or several statements in one round trip and gives the rows of each; rejects with the server's error. */
  query(sql: string): Promise<readonly (readonly Row[])[]>
  /** Sends one statement whose `$1`, `$2`, … are these values and gives its rows; rejects with the server's error. */
  ask(sql: string, values: readonly SqlValue[]): Promise<readonly Row[]>
  /** Names as an SQL identifier, dots between them: `"public"."game"`. */
  quoted(...names: readonly string[]): string
  /** Asks the server to stop the statement that runs in it, which then rejects with 57014; needs no connection slot. Never throws. */
  cancel(): Promise<void>
}

export type SessionLimits = {
  readonly signal: AbortSignal
  /** Until the login is done. */
  readonly connectTimeoutMs: number
  /** For everything. */
  readonly timeoutMs: number
  /** Its `application_name`, which begins with `ronde`; by default just that. */
  readonly application?: string
}

export type SessionResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: PostgresFailure }

/** By this name Ronde's sessions are told from the application's. */
export const applicationName = 'ronde'

/**
 * Works in one session, which is always ended. What the server or the way to it does wrong comes back as a failure; only a mistake in `work`
 * is thrown.
 */
export const withPostgresSession = async <T>(
  target: PostgresTarget,
  limits: SessionLimits,
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> => {
  const local = target.host.startsWith('/')
  const [first, second] = attempts[local ? 'disable' : target.ssl.mode]
  const result = await attempt(target, first === 'tls', limits, work)
  const again = !result.ok && second !== undefined && worthAnotherWay.has(result.failure.kind)
  return again ? attempt(target, second === 'tls', limits, work) : result
}

type Way = 'plain' | 'tls'
const attempts: Record<SslMode, readonly [Way, Way?]> = {
  disable: ['plain'],
  allow: ['plain', 'tls'],
  prefer: ['tls', 'plain'],
  require: ['tls'],
  'verify-ca': ['tls'],
  'verify-full': ['tls'],
}
/** What may be otherwise with TLS, or without it. */
const worthAnotherWay: ReadonlySet<PostgresFailureKind> = new Set(['tls-not-offered', 'no-access', 'reset', 'other'])

const attempt = async <T>(
  target: PostgresTarget,
  tls: boolean,
  limits: SessionLimits,
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> => {
  const [{ Client }, net] = await Promise.all([import('pg'), import('node:net')])
  const socket = new net.Socket()
  const client = new Client({
    ...(await clientOptions(target, tls)),
    application_name: limits.application ?? applicationName,
    stream: () => socket,
  })
  // The same error rejects the login or the query that is under way.
  client.on('error', () => {})
  const line = watch(socket, limits)
  guardFrames(client, line.broken)
  try {
    await client.connect()
    line.loggedIn()
    const value = await work({
      query: (sql) => line.asking(send(client, sql)),
      ask: async (sql, values) => (await line.asking(client.query<Row>(sql, [...values]))).rows,
      quoted: (...names) => names.map((name) => client.escapeIdentifier(name)).join('.'),
      cancel: () => requestCancel(target, client as unknown as BackendKey),
    })
    await client.end()
    return { ok: true, value }
  } catch (error) {
    const failure = line.explain(error)
    if (failure === undefined) throw error
    return { ok: false, failure }
  } finally {
    line.release()
    socket.destroy()
  }
}

const send = async (client: Client, sql: string): Promise<readonly (readonly Row[])[]> => {
  const results: unknown = await client.query(sql)
  return (Array.isArray(results) ? results : [results]).map((one: { rows: Row[] }) => one.rows)
}

/** Cuts the line at a time-out or an abort, and knows afterwards why it was cut and how far we came. */
const watch = (socket: Socket, { signal, connectTimeoutMs, timeoutMs }: SessionLimits) => {
  let reached: Reached = 'nothing'
  let cut: PostgresFailure | undefined
  let serverError: unknown
  const cutWith = (failure: PostgresFailure) => {
    cut ??= failure
    socket.destroy()
  }
  const tooLong = (ms: number) => () => cutWith({ kind: reached === 'nothing' ? 'timeout' : 'hung', detail: `no answer within ${ms} ms` })
  const abort = () => cutWith({ kind: 'cancelled', detail: 'the run ended before it answered' })
  const login = setTimeout(tooLong(connectTimeoutMs), connectTimeoutMs)
  const all = setTimeout(tooLong(timeoutMs), timeoutMs)
  socket.once('connect', () => {
    reached = 'port'
  })
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return {
    broken: () => cutWith({ kind: 'other', detail: 'what it answers is not the protocol of PostgreSQL' }),
    loggedIn: () => {
      reached = 'login'
      clearTimeout(login)
    },
    asking: async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer
      } catch (error) {
        serverError = error
        throw error
      }
    },
    /** `undefined`: it was neither the server nor the way to it, so it is a mistake of ours. */
    explain: (error: unknown): PostgresFailure | undefined =>
      cut ?? (reached !== 'login' || error === serverError ? classifyPostgresError(error, reached) : undefined),
    release: () => {
      clearTimeout(login)
      clearTimeout(all)
      signal.removeEventListener('abort', abort)
    },
  }
}

/** Everything is given, so that the driver takes nothing from PG… variables or a .pgpass file of the runner. */
const clientOptions = async (target: PostgresTarget, tls: boolean) => ({
  host: target.host,
  port: target.port,
  database: target.database,
  user: target.user,
  password: () => target.password ?? '',
  sslnegotiation: 'postgres' as const,
  // A line that died in silence during a long statement is noticed before the run's deadline.
  keepAlive: true,
  keepAliveInitialDelayMillis: 30_000,
  ssl: tls ? await tlsOptions(target.ssl) : false,
})

/** libpq's rules: only the `verify-…` modes look at the certificate, and only `verify-full` at the name in it. */
const tlsOptions = async (ssl: PostgresSsl): Promise<ConnectionOptions> => {
  const { checkServerIdentity } = loadTls()
  const { servername } = ssl
  const checkName: ConnectionOptions['checkServerIdentity'] =
    ssl.mode === 'verify-full' ? (host, certificate) => checkServerIdentity(servername ?? host, certificate) : () => undefined
  return {
    rejectUnauthorized: ssl.mode === 'verify-ca' || ssl.mode === 'verify-full',
    checkServerIdentity: checkName,
    ...(ssl.ca === undefined ? {} : { ca: ssl.ca }),
    ...(ssl.cert === undefined ? {} : { cert: ssl.cert }),
    ...(ssl.key === undefined ? {} : { key: ssl.key }),
    ...(servername === undefined ? {} : { servername }),
  }
}
