import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { type PlannedPart, type RanPart, runPartsInTurn, unfinishedPart, whyAborted } from '../../core/run-parts.ts'
import { type PostgresFailure, passingFailures } from '../../domain/postgres/failure.ts'
import { oldestMajor } from '../../domain/postgres/majors.ts'
import type { TableName } from '../../domain/postgres/table-name.ts'
import { seeHolders } from '../../probes/postgres/held.ts'
import { isStatementError, type StatementError } from '../../probes/postgres/read-only.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { openMaintained } from './maintained-database.ts'
import { couldNotFinish, deadlineAdvice, lacksRights, notDone } from './not-done.ts'
import type { MaintainedDatabase, TaskOutcome } from './part.ts'
import type { parts } from './parts.generated.ts'
import { rightsRefused } from './refused-rights.ts'
import { inOwnSession } from './session.ts'

type TaskDone = TaskOutcome<(typeof parts)[number]['ids'][number]>
/** What became of a task. */
export type RanTask = RanPart<TaskDone, 'db.unfinished'>

/** A task and how it is done in a database. */
export type PlannedTask = {
  readonly part: PlannedPart<TaskDone>['part'] & { readonly changes?: true }
  readonly run: (maintained: MaintainedDatabase) => Promise<TaskDone>
}

export type MaintenanceWork = {
  readonly target: PostgresTarget
  readonly planned: readonly PlannedTask[]
  /** What `tables` names. */
  readonly wanted: readonly TableName[]
  readonly application: string
  readonly context: Context
}

/** Of one database: what each task did, and what stands above them all. */
export type Maintained = {
  readonly database: string
  readonly ran: readonly RanTask[]
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
    ? whyAborted(signal, deadlineAdvice)
    : { cause: `${error.message} (${error.code})`, advice: 'run it again in a quieter hour, or with fewer `tables`' }

const whyLocked = async ({ session }: MaintainedDatabase, error: StatementError): Promise<Obstacle> => {
  const holders = await seeHolders(session)
  return {
    cause: [`${error.message} (${error.code})`, ...holders.slice(0, 3).map(({ relation, words }) => `${relation}: ${words}`)].join('; '),
    advice:
      holders.length === 0
        ? 'somebody held something that it must read, and has let it go by now: run it again'
        : 'run it again when that session has ended',
  }
}

const refused = async (maintained: MaintainedDatabase, task: string, error: StatementError): Promise<TaskDone> => {
  const { context } = maintained
  const { database } = maintained.target
  if (error.code === stopped) return notDone(couldNotFinish(database, task, whyStopped(context, error)))
  if (error.code === insufficientPrivilege)
    return notDone(lacksRights(database, task, { what: error.message, grants: rightsRefused(maintained, error.message) }))
  if (error.code === locked) return notDone(couldNotFinish(database, task, await whyLocked(maintained, error)))
  return notDone(couldNotFinish(database, task, { cause: `${error.message} (${error.code})`, advice: 'read the server log' }))
}

const settingOf = ({ target, context }: Pick<MaintenanceWork, 'target' | 'context'>) => ({
  signal: context.signal,
  deadlineAdvice,
  unfinished: (task: string, why: Obstacle) => couldNotFinish(target.database, task, why),
})

/** One task that fails never hides the others; only a lost session ends this one, and is thrown on. */
const guarded = async ({ part, run }: PlannedTask, maintained: MaintainedDatabase): Promise<TaskDone> => {
  try {
    return await run(maintained)
  } catch (error) {
    if (!isStatementError(error)) throw error
    // Outside a transaction it is a warning of the server and nothing else.
    await maintained.session.query('ROLLBACK')
    return refused(maintained, part.name, error)
  }
}

const inTurn = (left: readonly PlannedTask[], opened: MaintainedDatabase) => {
  const { session, isOfServer } = remembering(opened.session)
  const maintained = { ...opened, session }
  const planned = left.map((one) => ({ part: one.part, run: () => guarded(one, maintained) }))
  return runPartsInTurn(planned, { ...settingOf(opened), endsAll: isOfServer })
}

const lost = (one: PlannedTask, failure: PostgresFailure, work: MaintenanceWork): RanTask => {
  const { signal } = work.context
  const why = signal.aborted
    ? whyAborted(signal, deadlineAdvice)
    : {
        cause: `the session ended: ${failure.detail}`,
        advice: 'read the server log, and see whether the server was restarted; then run it again',
      }
  return unfinishedPart(one, why, settingOf(work))
}

/** A server that was restarted is back within seconds, or not soon. */
const pausesMs = [500, 1_000, 2_000, 4_000]

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  const { setTimeout: after } = await import('node:timers/promises')
  await after(ms, undefined, { signal }).catch(() => 'only an abort rejects it')
}

type Attempt = {
  readonly maintained: Omit<Maintained, 'ran'>
  readonly ran: readonly RanTask[]
  readonly failure?: PostgresFailure
  readonly opened: boolean
}

/** All that is left, in one session; what was done stands even when it is lost in the middle. */
const inOneSession = async (work: MaintenanceWork, left: readonly PlannedTask[]): Promise<Attempt> => {
  const { target, application, context } = work
  const ran: RanTask[] = []
  let seen: Pick<Maintained, 'missing' | 'version'> = { missing: [] }
  let opened = false
  const stop = hardStop(context.signal)
  const limits = { signal: stop.signal, connectTimeoutMs: connectMs, application }
  const result = await inOwnSession(target, limits, async (session) => {
    const open = await openMaintained(session, work)
    seen = { missing: open.missing, version: open.maintained.server.version }
    opened = true
    const nothing = (open.maintained.named && open.maintained.tables.length === 0) || open.maintained.server.major < oldestMajor
    for await (const one of inTurn(nothing ? [] : left, open.maintained)) ran.push(one)
  })
  stop.release()
  const { database } = target
  if (result.ok) return { maintained: { database, ...seen, ended: true }, ran, opened }
  return { maintained: { database, ...seen, ended: result.failure.kind !== 'cancelled' }, ran, failure: result.failure, opened }
}

/** Runs the tasks one after the other in one database; a lost session costs the task that was running, and the others go on in a new one. */
export const maintain = async (work: MaintenanceWork): Promise<Maintained> => {
  const { planned, context } = work
  const ran: RanTask[] = []
  let [ended, begun] = [true, false]
  for (const pauseMs of [...pausesMs, undefined]) {
    const { failure, opened, maintained, ran: now } = await inOneSession(work, planned.slice(ran.length))
    ran.push(...now)
    ended &&= maintained.ended
    begun ||= opened
    if (failure === undefined) return { ...maintained, ran, ended }
    const next = planned[ran.length]
    if (opened && next !== undefined) ran.push(lost(next, failure, work))
    const over = ran.length >= planned.length || pauseMs === undefined || context.signal.aborted || !passingFailures.has(failure.kind)
    if (over) return { ...maintained, ended, ...rest(ran, work, failure, begun) }
    await pause(pauseMs, context.signal)
  }
  throw new Error('the last attempt returns')
}

/** What was not reached: all of it behind one door that stayed shut, or the tasks after the one that lost its session. */
const rest = (ran: readonly RanTask[], work: MaintenanceWork, failure: PostgresFailure, begun: boolean) =>
  begun ? { ran: [...ran, ...work.planned.slice(ran.length).map((one) => lost(one, failure, work))] } : { ran, unreachable: failure }
