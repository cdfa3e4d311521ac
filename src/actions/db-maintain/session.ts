import type { PostgresTarget } from '../../contract/database.ts'
import type { PostgresSession } from '../../tools/connect/postgres-session.ts'
import { type SessionLimits, type SessionResult, withPostgresSession } from '../../tools/connect/session.ts'

/** The run's own deadline comes first. */
export const longestMs = 2 ** 31 - 1

/** A role's or a database's own settings must not end a long VACUUM; and a server whose client died stops by itself within a second. */
const serverTimeouts = { statement: 0, lock: 2_000, idleInTransaction: 60_000, clientCheck: 1_000 } as const

/** Beyond the longest that a look may take by the server's own clock: a function there can outlive that. */
const answerMs = 45_000

type Given = Pick<SessionLimits, 'signal' | 'connectTimeoutMs'> & { readonly application: string; readonly timeoutMs?: number }

/**
 * `VACUUM` and `REINDEX CONCURRENTLY` allow no transaction, so what they need is set for the whole session: it must be ours alone, or the
 * settings would stay with the application behind a pooler.
 */
export const inOwnSession = <T>(
  target: PostgresTarget,
  { timeoutMs = longestMs, ...given }: Given,
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> => withPostgresSession(target, { ...given, timeoutMs, answerMs, direct: true, serverTimeouts }, work)
