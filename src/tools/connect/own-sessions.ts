import type { PostgresSession } from './postgres-session.ts'

const ours = `FROM pg_catalog.pg_stat_activity WHERE usename OPERATOR(pg_catalog.=) session_user AND application_name OPERATOR(pg_catalog.=) $1
    AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()`

/** Ends sessions of our own role by the name that nobody else could guess: cancelled, then ended, and waited for. Gives how many there were. */
export const endOwnSessions = async (session: PostgresSession, application: string): Promise<number> => {
  const cancelled = await session.ask(`SELECT pg_catalog.pg_cancel_backend(pid) ${ours} AND state OPERATOR(pg_catalog.=) 'active'`, [
    application,
  ])
  const ended = await session.ask(`SELECT pg_catalog.pg_terminate_backend(pid, 5000) ${ours}`, [application])
  return Math.max(cancelled.length, ended.length)
}
