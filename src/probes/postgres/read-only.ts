import type { PostgresSession, Row } from '../../tools/connect/session.ts'

/**
 * Every look is a transaction of its own whose settings end with it: behind a connection pooler they would otherwise stay with a session of
 * the application. A server of PostgreSQL 14 or newer also looks every half second whether we are still there.
 */
export const readOnlySettings: readonly string[] = [
  'BEGIN TRANSACTION READ ONLY',
  'SET LOCAL search_path = pg_catalog',
  'SET LOCAL statement_timeout = 3000',
  'SET LOCAL lock_timeout = 2000',
  'SET LOCAL idle_in_transaction_session_timeout = 5000',
  `SELECT set_config(name, '500', true) FROM pg_settings WHERE name = 'client_connection_check_interval'`,
]

/** After an error of the server the session goes on; any other error ends the look. */
export const rollBack = async (session: PostgresSession, error: unknown): Promise<{ readonly message: string; readonly code: string }> => {
  if (!Error.isError(error) || !('severity' in error) || error.severity === 'FATAL' || !('code' in error)) throw error
  await session.query('ROLLBACK')
  return { message: error.message, code: String(error.code) }
}

export type Ask = (sql: string, values?: Parameters<PostgresSession['ask']>[1]) => Promise<readonly Row[]>

/** What the server answered, or its own word and SQLSTATE for why not. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string; readonly code: string }

/** Asks with parameters in one read-only transaction with the settings above and these. */
export const inReadOnly = async <T>(
  session: PostgresSession,
  settings: readonly string[],
  work: (ask: Ask) => Promise<T>,
): Promise<Asked<T>> => {
  try {
    await session.query([...readOnlySettings, ...settings].join(';\n'))
    const value = await work((sql, values = []) => session.ask(sql, values))
    await session.query('COMMIT')
    return { ok: true, value }
  } catch (error) {
    return { ok: false, ...(await rollBack(session, error)) }
  }
}
