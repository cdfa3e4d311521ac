import type { Context } from '../../core/context.ts'
import type { PostgresTarget } from '../../core/database.ts'
import { counted } from '../../core/render/headline.ts'
import { UserError } from '../../core/user-error.ts'
import { type PostgresSession, withPostgresSession } from '../../tools/connect/session.ts'

const limitMs = 15_000

/** Its sessions, by the name they gave themselves; the server's word on each is asked for until none is left. */
const endSessions = async (session: PostgresSession, application: string): Promise<number> => {
  const ours = 'FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()'
  const cancelled = await session.ask(`SELECT pg_cancel_backend(pid) ${ours} AND state = 'active'`, [application])
  const ended = await session.ask(`SELECT pg_terminate_backend(pid, 5000) ${ours}`, [application])
  return Math.max(cancelled.length, ended.length)
}

const sweep = async (target: PostgresTarget, applications: readonly string[], context: Context): Promise<void> => {
  const limits = { signal: context.signal, connectTimeoutMs: limitMs, timeoutMs: limitMs, application: 'ronde db-maintain recovery' }
  const result = await withPostgresSession(target, limits, async (session) => {
    let ended = 0
    for (const one of applications) ended += await endSessions(session, one)
    return ended
  })
  if (!result.ok) throw new UserError(`what an earlier run left on ${target.subject} could not be looked for: ${result.failure.detail}`)
  if (result.value > 0) context.progress.say(`ended on ${target.subject}: ${counted(result.value, 'session')} of an earlier run`)
}

/** What a dead run may have left: sessions on the server that still work. The journal stays until they are known to be gone. */
export const recover = async (context: Context): Promise<void> => {
  const applications = context.journal.pending().flatMap(({ application }) => (typeof application === 'string' ? [application] : []))
  const location = await context.connect.postgres()
  if (!location.seen) throw new UserError(`what an earlier run left in the database could not be looked for: ${location.cause}`)
  // A server that does not run has no session either.
  if (location.value.kind === 'target') await sweep(location.value.target, applications, context)
  context.journal.close()
}
