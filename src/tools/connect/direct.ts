import type { PostgresSession } from './postgres-session.ts'

/**
 * Sees that a session is the server's own, and ours alone, before anything is set in it; gives the reason when it is not. A pooler has keys of
 * its own for its clients, so the process that a login names is another one than that which answers.
 */
export const makeOwn = async (session: PostgresSession, settings: readonly string[]): Promise<string | undefined> => {
  const asked = await session.query([...session.opening, 'SELECT pg_catalog.pg_backend_pid() AS pid', 'COMMIT'].join(';\n'))
  const [row] = asked.at(-2) ?? []
  if (Number(row?.['pid']) !== session.pid)
    return 'the process that answers is not the one of the login: a connection pooler stands between'
  if (settings.length > 0) await session.query(settings.join(';\n'))
  return undefined
}

/** The one way in which a session leaves read-only, for as long as the work takes; VACUUM, ANALYZE and REINDEX need none of it. */
export const allowingChanges = async <T>(session: PostgresSession, work: () => Promise<T>): Promise<T> => {
  await session.query('SET default_transaction_read_only = off')
  try {
    return await work()
  } finally {
    await session.query('SET default_transaction_read_only = on')
  }
}
