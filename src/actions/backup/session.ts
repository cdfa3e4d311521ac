import type { PostgresTarget } from '../../contract/database.ts'
import { type PostgresSession, type SessionResult, withPostgresSession } from '../../tools/connect/session.ts'

const longestMs = 2 ** 31 - 1

/** Holds a snapshot for as long as the dump takes: the server's own time-outs would end it; one whose client died notices within a second. */
const serverTimeouts = { statement: 0, lock: 0, idleInTransaction: 0, clientCheck: 1_000 }

/** A name that nobody can guess, with 128 random bits: by it the session is known as Ronde's, and found again. */
export const backupApplication = (): string => `ronde/${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex')}`

export const inBackupSession = <T>(
  target: PostgresTarget,
  { application, signal }: { readonly application: string; readonly signal: AbortSignal },
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> =>
  withPostgresSession(target, { application, signal, connectTimeoutMs: 10_000, timeoutMs: longestMs, direct: true, serverTimeouts }, work)
