import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { UserError } from '../../contract/user-error.ts'
import { counted } from '../../core/render/headline.ts'
import { applicationName, type PostgresSession, type SessionResult } from '../../tools/connect/session.ts'
import { targetIn } from './locate.ts'
import { dropLeftovers, type ReindexStep, readStep } from './parts/reindex/leftovers.ts'
import { inOwnSession } from './session.ts'

const limitMs = 60_000

const limitsOf = ({ signal }: Context) => ({
  signal,
  connectTimeoutMs: 10_000,
  timeoutMs: limitMs,
  application: applicationName('db-maintain recovery'),
})

/** Its sessions, by the name that nobody else could guess, of our own role: cancelled, then ended, and waited for. */
const endSessions = async (session: PostgresSession, application: string): Promise<number> => {
  const ours = `FROM pg_catalog.pg_stat_activity WHERE usename OPERATOR(pg_catalog.=) session_user AND application_name OPERATOR(pg_catalog.=) $1
    AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()`
  const cancelled = await session.ask(`SELECT pg_catalog.pg_cancel_backend(pid) ${ours} AND state OPERATOR(pg_catalog.=) 'active'`, [
    application,
  ])
  const ended = await session.ask(`SELECT pg_catalog.pg_terminate_backend(pid, 5000) ${ours}`, [application])
  return Math.max(cancelled.length, ended.length)
}

const valueOf = <T>(result: SessionResult<T>, { subject }: PostgresTarget): T => {
  if (!result.ok) throw new UserError(`what an earlier run left on ${subject} could not be looked for: ${result.failure.detail}`)
  return result.value
}

const sweep = async (target: PostgresTarget, applications: readonly string[], context: Context): Promise<void> => {
  const swept = await inOwnSession(target, limitsOf(context), async (session) => {
    let ended = 0
    for (const one of applications) ended += await endSessions(session, one)
    return ended
  })
  const ended = valueOf(swept, target)
  if (ended > 0) context.progress.say(`ended on ${target.subject}: ${counted(ended, 'session')} of an earlier run`)
}

const dropCopies = async (target: PostgresTarget, step: ReindexStep, context: Context): Promise<void> => {
  const dropped = await inOwnSession(target, limitsOf(context), async (session) => {
    await session.query('SET lock_timeout = 5000')
    return dropLeftovers(session, step)
  })
  if (!valueOf(dropped, target))
    throw new UserError(`an index that an earlier REINDEX left in ${target.subject} cannot be dropped yet: others use its table`)
}

/**
 * What a dead run may have left: sessions that still work, and copies of indexes. The ledger stays until they are known to be gone; a server
 * that does not run has no session, but it may have a copy.
 */
export const recover = async (context: Context): Promise<void> => {
  const steps = context.ledger.pending()
  const copies = steps.flatMap((one) => readStep(one) ?? [])
  const location = await context.connect.postgres()
  if (!location.seen) throw new UserError(`what an earlier run left in the database could not be looked for: ${location.cause}`)
  if (location.value.kind !== 'target') return copies.length > 0 ? undefined : context.ledger.close()
  const { target } = location.value
  const applications = steps.flatMap(({ application }) => (typeof application === 'string' ? [application] : []))
  await sweep(target, applications, context)
  for (const step of copies) await dropCopies(targetIn(target, step.database), step, context)
  context.ledger.close()
}
