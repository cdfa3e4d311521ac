import { z } from 'zod'
import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { JsonObject } from '../../contract/json.ts'
import { UserError } from '../../contract/user-error.ts'
import { counted } from '../../core/render/headline.ts'
import type { Steps } from '../../core/steps.ts'
import { endOwnSessions } from '../../tools/connect/own-sessions.ts'
import { applicationName, type SessionResult } from '../../tools/connect/session.ts'
import { targetIn } from './locate.ts'
import { dropLeftovers, type ReindexStep } from './parts/reindex/leftovers.ts'
import { inOwnSession } from './session.ts'

/** What db-maintain writes down before it does it. */
export type MaintainRecords = {
  /** By this name its sessions are found on the server, whatever became of the run. */
  readonly sessions: { readonly application: string }
  readonly reindex: ReindexStep & { readonly application: string }
}

/** `work`: what a step does, in the session that is open; none in a recovery. `target`: absent where the database is not running. */
export type MaintainWorld = {
  readonly context: Pick<Context, 'signal' | 'progress'>
  readonly target: PostgresTarget | undefined
  readonly work?: () => Promise<void>
}

const limitMs = 60_000

const limitsOf = ({ signal }: MaintainWorld['context']) => ({
  signal,
  connectTimeoutMs: 10_000,
  timeoutMs: limitMs,
  application: applicationName('db-maintain recovery'),
})

const valueOf = <T>(result: SessionResult<T>, { subject }: PostgresTarget): T => {
  if (!result.ok) throw new UserError(`what an earlier run left on ${subject} could not be looked for: ${result.failure.detail}`)
  return result.value
}

const sweep = async (target: PostgresTarget, application: string, context: MaintainWorld['context']): Promise<void> => {
  const swept = await inOwnSession(target, limitsOf(context), (session) => endOwnSessions(session, application))
  const ended = valueOf(swept, target)
  if (ended > 0) context.progress.say(`ended on ${target.subject}: ${counted(ended, 'session')} of an earlier run`)
}

const dropCopies = async (target: PostgresTarget, step: ReindexStep, context: MaintainWorld['context']): Promise<void> => {
  const dropped = await inOwnSession(target, limitsOf(context), async (session) => {
    await session.query('SET lock_timeout = 5000')
    return dropLeftovers(session, step)
  })
  if (!valueOf(dropped, target))
    throw new UserError(`an index that an earlier REINDEX left in ${target.subject} cannot be dropped yet: others use its table`)
}

/** What a dead run may have left: sessions that still work, and copies of indexes. A server that does not run has no session, but it may have a copy. */
export const maintainSteps: Steps<MaintainWorld, MaintainRecords> = {
  sessions: {
    do: async (_, { work }) => work?.(),
    undo: async ({ application }, { target, context }) => {
      if (target !== undefined) await sweep(target, application, context)
    },
  },
  reindex: {
    do: async (_, { work }) => work?.(),
    undo: async (step, { target, context }) => {
      if (target === undefined) throw new UserError('the database does not run, and an index that an earlier REINDEX left may be in it')
      // The session that still builds it would hold what is dropped here.
      if (step.application !== '') await sweep(target, step.application, context)
      await dropCopies(targetIn(target, step.database), step, context)
    },
  },
}

const reindexShape = z.object({ database: z.string(), table: z.number(), before: z.array(z.number()) })

/** Entries of the release before, as steps of this one; those that are steps already stay. */
export const asSteps = (entries: readonly JsonObject[]): readonly JsonObject[] => {
  const application = entries.map((one) => one['application']).find((one) => typeof one === 'string')
  return entries.map((entry) => {
    if (typeof entry['application'] === 'string') return { step: 'sessions', record: { application: entry['application'] } }
    const reindex = reindexShape.safeParse(entry['reindex']).data
    return reindex === undefined ? entry : { step: 'reindex', record: { ...reindex, application: application ?? '' } }
  })
}
