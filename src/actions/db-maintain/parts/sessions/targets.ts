import type { Threshold } from '../../../../core/threshold.ts'
import { rootBlockers } from '../../../../domain/postgres/blocking-tree.ts'
import type { Session } from '../../../../domain/postgres/observation.ts'
import { isIdleInTransaction, isLongQuery, longByNature } from '../../../../domain/postgres/sessions.ts'
import { limitOf } from '../../thresholds.ts'

export const policies = ['report', 'cancel', 'terminate'] as const
/** States in which a session can be in the way, in PostgreSQL's words. */
export const states = ['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)'] as const

/** The option `sessions`. An empty list is no condition; with several, a session must meet each. */
export type SessionPolicy = {
  readonly policy: (typeof policies)[number]
  readonly roles: readonly string[]
  readonly applications: readonly string[]
  readonly states: readonly (typeof states)[number][]
}

export type Reason = 'blocks others' | 'idle in transaction' | 'long query'
/** `needs terminate`: there is no query to cancel, and the policy allows nothing more. */
export type Way = 'cancel' | 'cancel, then terminate' | 'terminate' | 'needs terminate'
export type SessionTarget = { readonly session: Session; readonly reason: Reason; readonly way: Way }

type Limits = Readonly<Record<string, Threshold | undefined>>

const mostTargets = 50

/** Nobody ends these: the server's own processes, replication, dumps, and sessions of which nothing can be seen. Ronde's own are not listed; by whatever name, another one is. */
const mayBeEnded = (one: Session): boolean =>
  one.backendType === 'client backend' && !longByNature.test(one.application) && one.backendStart !== '' && one.stateChange !== ''

const matches = (one: Session, { roles, applications, states: chosen }: SessionPolicy): boolean =>
  (roles.length === 0 || roles.includes(one.user)) &&
  (applications.length === 0 || applications.includes(one.application)) &&
  (chosen.length === 0 || chosen.some((state) => state === one.state))

/** A session that runs nothing has nothing to cancel. */
const wayOf = (one: Session, policy: 'cancel' | 'terminate'): Way => {
  if (one.state === 'active') return policy === 'cancel' ? 'cancel' : 'cancel, then terminate'
  return policy === 'cancel' ? 'needs terminate' : 'terminate'
}

/** What of these sessions of one database is beyond a critical limit and may be ended: those that block others first, each once. */
export const chooseTargets = (
  { list, database }: { readonly list: readonly Session[]; readonly database: string },
  given: SessionPolicy,
  limits: Limits,
): readonly SessionTarget[] => {
  const { policy } = given
  if (policy === 'report') return []
  const blockedMs = limitOf(limits, 'blocked').critical
  const held = list.filter((one) => (one.waitingMs ?? 0) >= blockedMs && one.database === database)
  const roots = new Set(rootBlockers(inTheWayOf(held, list)))
  // Others queue behind it to become the leader: it holds the lock that makes it so.
  const leaders = new Set(list.flatMap((one) => one.queuedBehind))
  const reasonOf = (one: Session): Reason | undefined => {
    if (roots.has(one.pid)) return 'blocks others'
    if (isIdleInTransaction(one) && (one.stateMs ?? 0) >= limitOf(limits, 'idle-in-transaction').critical) return 'idle in transaction'
    return isLongQuery(one, limitOf(limits, 'long-query').critical) ? 'long query' : undefined
  }
  return list
    .filter((one) => one.database === database && mayBeEnded(one) && !leaders.has(one.pid) && matches(one, given))
    .flatMap((session) => {
      const reason = reasonOf(session)
      return reason === undefined ? [] : [{ session, reason, way: wayOf(session, policy) }]
    })
    .toSorted((a, b) => Number(b.reason === 'blocks others') - Number(a.reason === 'blocks others'))
    .slice(0, mostTargets)
}

/** Those who wait, and everybody they wait for, step by step. */
const inTheWayOf = (waiting: readonly Session[], list: readonly Session[]): readonly Session[] => {
  const byPid = new Map(list.map((one) => [one.pid, one]))
  const found = new Set(waiting)
  for (const one of found) {
    for (const pid of one.blockedBy) {
      const blocker = byPid.get(pid)
      if (blocker !== undefined) found.add(blocker)
    }
  }
  return [...found]
}
