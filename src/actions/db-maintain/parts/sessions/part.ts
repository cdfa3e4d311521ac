import { z } from 'zod'
import { list } from '../../../../core/options/list.ts'
import { grants, grantsFor } from '../../../../domain/postgres/grants.ts'
import { amongVisible } from '../../../../domain/postgres/judge.ts'
import type { Sessions } from '../../../../domain/postgres/observation.ts'
import { judgeBlocked, judgeIdleInTransaction, judgeLongQueries } from '../../../../domain/postgres/sessions.ts'
import { sessionsPart } from '../../../../probes/postgres/parts.ts'
import { readOnly } from '../../../../probes/postgres/read-only.ts'
import { lacksRights, taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions, type TaskOutcome } from '../../part.ts'
import { count, gainsOf, judgePolicy } from './policy.ts'
import { type Deed, end, wouldEnd } from './signal.ts'
import { chooseTargets, policies, type SessionPolicy, states } from './targets.ts'

const words = (what: string) => list(z.string().min(1, 'is empty')).default([]).meta({ description: what })

const sessions = z
  .strictObject({
    policy: z.enum(policies).default('report').meta({
      description: 'What is done to a session beyond a critical limit: told, its query cancelled, or, if that is not enough, ended.',
    }),
    roles: words('Only sessions of these roles are cancelled or ended. Default: of all roles.'),
    applications: words('Only sessions with one of these `application_name`s. Default: all but dumps.'),
    states: list(z.enum(states)).default([]).meta({ description: 'Only sessions in one of these states. Default: in any.' }),
  })
  .prefault({})
  .meta({ description: 'What is done about sessions that block others, sit idle in a transaction, or run a query for long.' })

const look = async ({ session, application, context }: MaintainedDatabase): Promise<Sessions> => {
  const part = sessionsPart([application, ...(context.ownSessions?.() ?? [])])
  return part.read(await readOnly(session, part.sql))
}

/** Those of this database, and whoever they wait for. */
const ofDatabase = ({ list: all, prepared, hidden }: Sessions, database: string): Sessions => {
  const own = all.filter((one) => one.database === database)
  const blockers = new Set(own.flatMap((one) => one.blockedBy))
  return {
    list: all.filter((one) => one.database === database || blockers.has(one.pid)),
    prepared: prepared.filter((one) => one.database === database),
    hidden,
  }
}

const act = async (
  maintained: MaintainedDatabase,
  seen: Sessions,
  policy: SessionPolicy,
  thresholds: TaskOptions['thresholds'],
): Promise<readonly Deed[]> => {
  const targets = chooseTargets({ list: seen.list, database: maintained.target.database }, policy, thresholds)
  const deeds: Deed[] = []
  for (const target of targets) deeds.push({ target, fate: maintained.context.dryRun ? wouldEnd(target) : await end(maintained, target) })
  return deeds
}

const rightsOf = ({ target, server }: MaintainedDatabase, deeds: readonly Deed[]) => {
  const refused = deeds.filter(({ fate }) => fate === 'not allowed')
  const what = `the server does not let it end ${refused.length} of the sessions of other roles; those of superusers only a superuser may end`
  return refused.length === 0 ? [] : [lacksRights(target.database, 'sessions', { what, grants: grantsFor(server.user, grants.signal) })]
}

const judge = ({ subject, target, server }: MaintainedDatabase, seen: Sessions, thresholds: TaskOptions['thresholds']) => {
  const own = ofDatabase(seen, target.database)
  return [judgeBlocked, judgeIdleInTransaction, judgeLongQueries].map((policy) =>
    amongVisible(policy(own, { subject, thresholds }), seen.hidden, server.user),
  )
}

const pauseMs = 250
const mostLooks = 4

/** After sessions were ended: whoever waited for them needs a moment to finish, and is not told for it. */
const lookAfter = async (maintained: MaintainedDatabase, thresholds: TaskOptions['thresholds']): Promise<Sessions> => {
  const { setTimeout: after } = await import('node:timers/promises')
  let seen = await look(maintained)
  for (let looks = 1; looks < mostLooks && judge(maintained, seen, thresholds).some(({ status }) => status !== 'ok'); looks += 1) {
    await after(pauseMs, undefined, { signal: maintained.context.signal }).catch(() => 'only an abort rejects it')
    seen = await look(maintained)
  }
  return seen
}

const lineOf = (deeds: readonly Deed[], findings: TaskOutcome['findings']): string => {
  const ended = count(deeds, 'done')
  if (ended > 0) return `${ended} session${ended === 1 ? '' : 's'} ended`
  return findings.every((one) => one.status === 'ok') ? 'no session in the way' : 'sessions in the way'
}

export const part = definePart({
  name: 'sessions',
  description: 'Sessions idle in a transaction, long queries, and who blocks whom; told, cancelled or ended.',
  order: 10,
  ids: ['db.session-policy', 'postgres.blocked', 'postgres.idle-in-transaction', 'postgres.long-query', ...taskIds],
  options: { sessions },
  run: async ({ sessions: policy, thresholds }, maintained) => {
    const seen = await look(maintained)
    const deeds = await act(maintained, seen, policy, thresholds)
    const done = count(deeds, 'done')
    const findings = judge(maintained, done > 0 ? await lookAfter(maintained, thresholds) : seen, thresholds)
    return {
      completed: deeds.every(({ fate }) => fate !== 'not allowed' && fate !== 'not reached'),
      findings: [...findings, ...judgePolicy(deeds, policy, maintained.subject), ...rightsOf(maintained, deeds)],
      ...(deeds.length === 0 ? {} : { gains: gainsOf(deeds) }),
      counts: { cancelled: done },
      line: lineOf(deeds, findings),
    }
  },
})
