import type { Client } from 'pg'
import type { PostgresTarget, Spoken, SslMode } from '../../core/database.ts'
import { Ended, isEnded } from '../../core/ended.ts'
import type { PostgresFailure, PostgresFailureKind } from '../../core/postgres/failure.ts'
import { type BackendKey, requestCancel } from './cancel.ts'
import { createClient } from './client.ts'
import { type SessionLimits, watchLine } from './line.ts'
import { endedBy, openSecured } from './secured.ts'

export type { SessionLimits }

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
  const line = watchLine(limits)
  let secured: Spoken | undefined
  try {
    secured = tls && target.speakTls !== undefined ? await openSecured(target, target.speakTls, line) : undefined
    const client = await createClient(target, { tls, application: limits.application ?? applicationName, plain: secured?.plain, line })
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
    const by = secured === undefined ? undefined : await endedBy(secured)
    if (by !== undefined) throw new Ended(target.subject, by)
    const failure = line.explain(error)
    if (failure === undefined || (isEnded(error) && !line.signal.aborted)) throw error
    return { ok: false, failure }
  } finally {
    line.release()
  }
}

const send = async (client: Client, sql: string): Promise<readonly (readonly Row[])[]> => {
  const results: unknown = await client.query(sql)
  return (Array.isArray(results) ? results : [results]).map((one: { rows: Row[] }) => one.rows)
}
