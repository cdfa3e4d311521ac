import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { errorText } from '../../core/error-chain.ts'
import { type PostgresFailure, passingFailures } from '../../domain/postgres/failure.ts'
import type { TableName } from '../../domain/postgres/table-name.ts'
import { isStatementError, type StatementError } from '../../probes/postgres/read-only.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { couldNotFinish, lacksRights, notDone, whyAborted } from './not-done.ts'
import { rightsRefused } from './refused-rights.ts'
import { inOwnSession } from './session.ts'
import { openSite } from './site.ts'
import type { Done, Site, Task } from './task.ts'

/** A task with the options it runs under. */
export type Planned = { readonly task: Task; readonly options: unknown }

export type Work = {
  readonly target: PostgresTarget
  readonly planned: readonly Planned[]
  /** What `tables` names. */
  readonly wanted: readonly TableName[]
  readonly application: string
  readonly context: Context
}

export type Ran = { readonly task: string; readonly done: Done }

/** Of one database: what each task did, and what stands above them all. */
export type Maintained = {
  readonly database: string
  readonly ran: readonly Ran[]
  /** The server's, once it let us in. */
  readonly version?: string
  /** No session at all: no task was run. */
  readonly unreachable?: PostgresFailure
  readonly missing: readonly { readonly name: TableName; readonly hint: string }[]
  /** False when a session did not end by itself, so that something may still run on the server. */
  readonly ended: boolean
}

const connectMs = 10_000
/** After the run's abort a task gets this to stop its statement; then the line is cut, and the server notices within a second. */
const graceMs = 3_000

const hardStop = (signal: AbortSignal): { readonly signal: AbortSignal; readonly release: () => void } => {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    timer = setTimeout(() => stop.abort(signal.reason), graceMs)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  const release = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', begin)
  }
  return { signal: stop.signal, release }
}

/** Remembers what the server or the line threw, to tell it from a mistake of ours. */
const remembering = (session: PostgresSession) => {
  const thrown = new WeakSet<Error>()
  const heard = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      if (Error.isError(error)) thrown.add(error)
      throw error
    }
  }
  return {
    session: {
      ...session,
      query: (sql, limits) => heard(session.query(sql, limits)),
      ask: (sql, values, limits) => heard(session.ask(sql, values, limits)),
    } satisfies PostgresSession,
    isOfServer: (error: unknown): boolean => Error.isError(error) && thrown.has(error),
  }
}

const insufficientPrivilege = '42501'
const stopped = '57014'
const locked = '55P03'

const whyStopped = ({ signal }: Context, error: StatementError) =>
  signal.aborted
    ? whyAborted(signal)
    : { cause: `${error.message} (${error.code})`, advice: 'run it again in a quieter hour, or with fewer `tables`' }

const refused = (site: Site, task: string, error: StatementError): Done => {
  const { context } = site
  const { database } = site.target
  if (error.code === stopped) return notDone(couldNotFinish(database, task, whyStopped(context, error)))
  if (error.code === insufficientPrivilege)
    return notDone(lacksRights(database, task, { what: error.message, grants: rightsRefused(site, error.message) }))
  const advice =
    error.code === locked
      ? 'somebody holds a table that it must read: the task `sessions` tells who; then run it again'
      : 'read the server log'
  return notDone(couldNotFinish(database, task, { cause: `${error.message} (${error.code})`, advice }))
}

/** One task that fails never hides the others; only a lost session ends this one, and is thrown on. */
const guarded = async ({ task, options }: Planned, site: Site): Promise<Done> => {
  const { target, context } = site
  if (context.signal.aborted) return notDone(couldNotFinish(target.database, task.name, whyAborted(context.signal)))
  const { session, isOfServer } = remembering(site.session)
  try {
    return await task.run({ ...site, session }, options as never)
  } catch (error) {
    if (isStatementError(error)) {
      // Outside a transaction it is a warning of the server and nothing else.
      await site.session.query('ROLLBACK')
      return refused(site, task.name, error)
    }
    if (isOfServer(error)) throw error
    const advice = 'this is a mistake of Ronde: report it with the log of a run with debug logging'
    return notDone(couldNotFinish(target.database, task.name, { cause: errorText(error), advice }))
  }
}

const lost = (database: string, { task }: Planned, failure: PostgresFailure, context: Context): Ran => {
  const why = context.signal.aborted
    ? whyAborted(context.signal)
    : {
        cause: `the session ended: ${failure.detail}`,
        advice: 'read the server log, and see whether the server was restarted; then run it again',
      }
  return { task: task.name, done: notDone(couldNotFinish(database, task.name, why)) }
}

/** A server that was restarted is back within seconds, or not soon. */
const pausesMs = [500, 1_000, 2_000, 4_000]

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  const { setTimeout: after } = await import('node:timers/promises')
  await after(ms, undefined, { signal }).catch(() => 'only an abort rejects it')
}

type Attempt = {
  readonly maintained: Omit<Maintained, 'ran'>
  readonly ran: readonly Ran[]
  readonly failure?: PostgresFailure
  readonly opened: boolean
}

/** All that is left, in one session; what was done stands even when it is lost in the middle. */
const inOneSession = async (work: Work, left: readonly Planned[]): Promise<Attempt> => {
  const { target, application, context } = work
  const ran: Ran[] = []
  let seen: Pick<Maintained, 'missing' | 'version'> = { missing: [] }
  let opened = false
  const stop = hardStop(context.signal)
  const limits = { signal: stop.signal, connectTimeoutMs: connectMs, application }
  const result = await inOwnSession(target, limits, async (session) => {
    const open = await openSite(session, work)
    seen = { missing: open.missing, version: open.site.server.version }
    opened = true
    const nothing = open.site.named && open.site.tables.length === 0
    for (const one of nothing ? [] : left) ran.push({ task: one.task.name, done: await guarded(one, open.site) })
  })
  stop.release()
  const { database } = target
  if (result.ok) return { maintained: { database, ...seen, ended: true }, ran, opened }
  return { maintained: { database, ...seen, ended: result.failure.kind !== 'cancelled' }, ran, failure: result.failure, opened }
}

/** Runs the tasks one after the other in one database; a lost session costs the task that was running, and the others go on in a new one. */
export const maintain = async (work: Work): Promise<Maintained> => {
  const { target, planned, context } = work
  const ran: Ran[] = []
  let [ended, begun] = [true, false]
  for (const pauseMs of [...pausesMs, undefined]) {
    const { failure, opened, maintained, ran: now } = await inOneSession(work, planned.slice(ran.length))
    ran.push(...now)
    ended &&= maintained.ended
    begun ||= opened
    if (failure === undefined) return { ...maintained, ran, ended }
    const next = planned[ran.length]
    if (opened && next !== undefined) ran.push(lost(target.database, next, failure, context))
    const over = ran.length >= planned.length || pauseMs === undefined || context.signal.aborted || !passingFailures.has(failure.kind)
    if (over) return { ...maintained, ended, ...rest(ran, work, failure, begun) }
    await pause(pauseMs, context.signal)
  }
  throw new Error('the last attempt returns')
}

/** What was not reached: all of it behind one door that stayed shut, or the tasks after the one that lost its session. */
const rest = (ran: readonly Ran[], { planned, target, context }: Work, failure: PostgresFailure, begun: boolean) =>
  begun
    ? { ran: [...ran, ...planned.slice(ran.length).map((one) => lost(target.database, one, failure, context))] }
    : { ran, unreachable: failure }
