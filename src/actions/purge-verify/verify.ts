import type { Context } from '../../contract/context.ts'
import { type Finding, type JudgedFinding, stamped } from '../../contract/finding.ts'
import type { Seen } from '../../contract/seen.ts'
import { completedParts, type RanPart, runPartsSideBySide, unfinishedAs } from '../../core/run-parts.ts'
import type { OtherRows } from '../../probes/purge/rows.ts'
import type { LogLook } from '../../probes/purge-log.ts'
import type { PurgeSubject } from './about.ts'
import { type BusinessDay, businessDay, selfTest } from './business-day.ts'
import { judgeClock } from './clock.ts'
import type { PurgeVerifyOptions } from './every-option.ts'
import { lookAtDatabase, lookAtLog } from './look.ts'
import type { PurgeVerdict, PurgeWorld } from './part.ts'
import { rowsInLog } from './parts/log/policy.ts'
import { knownRows } from './parts/table/policy.ts'
import { parts } from './parts.generated.ts'

type PartId = (typeof parts)[number]['ids'][number]
/** One whole look at the purge, judged. */
export type Verified = {
  readonly day: BusinessDay
  readonly about: PurgeSubject
  readonly scope: readonly string[]
  readonly findings: readonly Finding<PartId | 'purge.clock' | 'purge-verify.unfinished'>[]
  /** Undefined where it could not be told. */
  readonly staleRows: number | undefined
  readonly deletedRows: number | undefined
  readonly purgedAt: number | undefined
}

type Run = { readonly context: Context; readonly remedy: string }
type Nothing = Pick<Verified, 'day' | 'about' | 'staleRows' | 'deletedRows' | 'purgedAt'>

/** Its findings stand together in log and summary. */
const group = 'purge-verify'

/** What no part says: whether the clocks agree, and what became of the command. The table is what they are about. */
export const ofTable = <Id extends string>(findings: readonly JudgedFinding<Id>[]): readonly Finding<Id>[] =>
  stamped(findings, { check: 'table', group })

const unfinished = unfinishedAs('purge-verify.unfinished')

/** Parts judge what was seen and wait for nothing: a run that is told to stop meanwhile does not cut them short. */
const neverAborted = new AbortController().signal

const runParts = (
  given: PurgeVerifyOptions,
  world: PurgeWorld,
): Promise<readonly RanPart<PurgeVerdict<PartId>, 'purge-verify.unfinished'>[]> => {
  const planned = parts.map((part) => ({
    part: { group, ...part },
    run: (): Promise<PurgeVerdict<PartId>> => part.run(given, world, true),
  }))
  return runPartsSideBySide(planned, { signal: neverAborted, unfinished })
}

const rowsDeletedBy = (ran: Awaited<ReturnType<typeof runParts>>): number | undefined =>
  ran.find(({ name }) => name === 'rows-deleted')?.findings[0]?.measurements[0]?.value

const judgedTogether = async (given: PurgeVerifyOptions, world: PurgeWorld, nothing: Nothing): Promise<Verified> => {
  const { database, log, about } = world
  const look = database.seen ? database.value : undefined
  const clock = look === undefined ? [] : [judgeClock({ aheadMs: look.clockAheadMs, zoneThere: look.zoneThere }, about)]
  if (clock.some((one) => one.status !== 'ok')) return { ...nothing, scope: [], findings: ofTable(clock) }
  const ran = await runParts(given, world)
  const rows = look?.rows?.seen === true && look.rows.value.kind === 'proven' ? staleRowsOf(look.rows.value.older) : undefined
  const inLog = log?.seen === true ? rowsInLog(log.value) : undefined
  return {
    ...nothing,
    scope: completedParts(ran),
    findings: [...ofTable(clock), ...ran.flatMap((one) => one.findings)],
    staleRows: rows,
    deletedRows: look === undefined ? inLog : rowsDeletedBy(ran),
    purgedAt: purgedAtOf(log),
  }
}

/** Rows whose dates nobody can compare are neither stale nor not. */
const staleRowsOf = (older: OtherRows): number | undefined => (older.rows > 0 && knownRows(older) === 0 ? undefined : older.rows)

const purgedAtOf = (log: Seen<LogLook> | undefined): number | undefined => (log?.seen === true ? log.value.lines[0]?.at : undefined)

/** Looks at the log and the database once and judges what they show together. `remedy`: what to do when the purge is missing. */
export const verify = async (options: PurgeVerifyOptions, { context, remedy }: Run): Promise<Verified> => {
  const now = context.now()
  const day = businessDay(now, options['time-zone'], options.grace)
  const about: PurgeSubject = {
    subject: `table/${options.table.shown}`,
    shown: options.table.shown,
    column: options['date-column'],
    day,
    now,
  }
  const nothing: Nothing = { day, about, staleRows: undefined, deletedRows: undefined, purgedAt: undefined }
  const trouble = selfTest(day)
  // Before anything is asked: a date that is not to be trusted asks for the wrong rows.
  const own = judgeClock({ aheadMs: 0, trouble, github: await context.clock() }, about)
  if (own.status !== 'ok') return { ...nothing, scope: [], findings: ofTable([own]) }
  const [database, log] = await Promise.all([lookAtDatabase(options, day, context), lookAtLog(options, day, context)])
  return judgedTogether(options, { database, log, about, remedy, context }, nothing)
}
