import { setTimeout as after } from 'node:timers/promises'
import type { Session } from '../../../../domain/postgres/observation.ts'
import { booleanCell, wholeCell } from '../../../../probes/postgres/cells.ts'
import { isStatementError } from '../../../../probes/postgres/read-only.ts'
import type { MaintainedDatabase } from '../../part.ts'
import type { SessionTarget } from './targets.ts'

/** What became of a target. `gone`: it ended, or did something else, before it was signalled, so it was left alone. */
export type Fate = 'cancelled' | 'terminated' | 'gone' | 'still there' | 'not allowed' | 'not reached' | 'needs terminate'
export type Deed = { readonly target: SessionTarget; readonly fate: Fate | 'would cancel' | 'would terminate' }

/** How long a session gets to hear a signal. */
const patienceMs = 5_000
const everyMs = 50

/**
 * Another session may have the pid by now, and the same session another query: all of it is looked at again in the statement that sends the
 * signal. `state_change` is the moment in which the query began, or in which the session fell idle.
 */
const thisMoment = `FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) $1 AND backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz AND state_change OPERATOR(pg_catalog.=) $3::pg_catalog.timestamptz
  AND backend_type OPERATOR(pg_catalog.=) 'client backend' AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()`
const signals = {
  cancel: `SELECT pg_catalog.pg_cancel_backend(pid) AS sent ${thisMoment}`,
  terminate: `SELECT pg_catalog.pg_terminate_backend(pid) AS sent ${thisMoment}`,
} as const
const stillAtIt = {
  cancel: `SELECT 1 ${thisMoment}`,
  terminate:
    'SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) $1 AND backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz AND $3::pg_catalog.text IS NOT NULL',
} as const
type Signal = keyof typeof signals

/** Whether the session, whatever it does by now, still has others wait for it, and the moment in which it fell into what it does. */
const stillBlocksSql = `SELECT state_change::pg_catalog.text AS since, EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS other WHERE other.wait_event_type OPERATOR(pg_catalog.=) 'Lock'
    AND other.wait_event OPERATOR(pg_catalog.<>) 'advisory' AND blocker.pid OPERATOR(pg_catalog.=) ANY (pg_catalog.pg_blocking_pids(other.pid))) AS blocks
  FROM pg_catalog.pg_stat_activity AS blocker WHERE pid OPERATOR(pg_catalog.=) $1 AND backend_start OPERATOR(pg_catalog.=) $2::pg_catalog.timestamptz`

const insufficientPrivilege = '42501'

/** `over`: the session heard it. */
const send = async (
  maintained: MaintainedDatabase,
  signal: Signal,
  one: Session,
): Promise<'over' | Exclude<Fate, 'cancelled' | 'terminated'>> => {
  const { session, context } = maintained
  const moment = [one.pid, one.backendStart, one.stateChange]
  try {
    const [row] = await session.ask(signals[signal], moment)
    if (!booleanCell(row?.['sent'])) return 'gone'
  } catch (error) {
    if (isStatementError(error) && error.code === insufficientPrivilege) return 'not allowed'
    throw error
  }
  for (const until = performance.now() + patienceMs; performance.now() < until && !context.signal.aborted; ) {
    if ((await session.ask(stillAtIt[signal], moment)).length === 0) return 'over'
    await after(everyMs)
  }
  return 'still there'
}

/**
 * A transaction keeps its locks when its query was cancelled behind a savepoint, until somebody rolls it back: then the cancel helped nobody. Gives the
 * session as it is now, when it still blocks others after the time in which its program could have heard.
 */
const stillBlocking = async ({ session, context }: MaintainedDatabase, one: Session): Promise<Session | undefined> => {
  for (const until = performance.now() + patienceMs; ; ) {
    const [row] = await session.ask(stillBlocksSql, [one.pid, one.backendStart])
    if (!booleanCell(row?.['blocks'])) return undefined
    if (performance.now() > until || context.signal.aborted) return { ...one, stateChange: wholeCell(row?.['since']) }
    await after(everyMs)
  }
}

const afterCancel = async (maintained: MaintainedDatabase, { session, way, reason }: SessionTarget): Promise<Fate> => {
  const blocking = reason === 'blocks others' ? await stillBlocking(maintained, session) : undefined
  if (blocking === undefined) return 'cancelled'
  return way === 'cancel, then terminate' ? terminate(maintained, blocking) : 'needs terminate'
}

const terminate = async (maintained: MaintainedDatabase, one: Session): Promise<Fate> => {
  const sent = await send(maintained, 'terminate', one)
  return sent === 'over' ? 'terminated' : sent
}

/** Does what was decided about one session: cancel, wait, terminate, as far as it may. */
export const end = async (maintained: MaintainedDatabase, target: SessionTarget): Promise<Fate> => {
  const { session, way } = target
  if (maintained.context.signal.aborted) return 'not reached'
  if (way === 'needs terminate') return 'needs terminate'
  if (way === 'terminate') return terminate(maintained, session)
  const sent = await send(maintained, 'cancel', session)
  if (sent === 'over') return afterCancel(maintained, target)
  return sent === 'still there' && way === 'cancel, then terminate' ? terminate(maintained, session) : sent
}

/** What would be done. */
export const wouldEnd = ({ way }: SessionTarget): Deed['fate'] =>
  way === 'needs terminate' ? way : way === 'terminate' ? 'would terminate' : 'would cancel'
