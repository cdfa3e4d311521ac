import type { Context } from '../../contract/context.ts'
import type { Finding } from '../../contract/finding.ts'
import type { Seen } from '../../contract/seen.ts'
import type { PurgeLook } from '../../probes/purge.ts'
import type { LogLook } from '../../probes/purge-log.ts'
import { type About, type Judged, type PartName, parts } from './about.ts'
import { type BusinessDay, businessDay, selfTest } from './business-day.ts'
import { lookAtDatabase, lookAtLog, sourceName } from './look.ts'
import type { PurgeOptions } from './options.ts'
import { judgeClock } from './policy/clock.ts'
import { judgeDays } from './policy/days.ts'
import { judgeLocks } from './policy/locks.ts'
import { judgeLog, logWords, rowsInLog } from './policy/log.ts'
import { deletedSince, judgeRowsDeleted, nextDeletedNote, readDeletedNote } from './policy/rows-deleted.ts'
import { judgeTable, tableNotSeen } from './policy/table.ts'

/** One whole look at the purge, judged. */
export type Verified = {
  readonly day: BusinessDay
  readonly about: About
  readonly scope: readonly PartName[]
  readonly findings: readonly Finding[]
  /** Undefined where it could not be told. */
  readonly staleRows: number | undefined
  readonly deletedRows: number | undefined
  readonly purgedAt: number | undefined
}

type Looked = { readonly look: PurgeLook; readonly log: Seen<LogLook> | undefined; readonly about: About }

const rowsDeletedOf = (options: PurgeOptions, { look, log, about }: Looked, context: Context) => {
  if (!look.table.seen) return undefined
  const { oid, counters } = look.table.value
  const key = `purge.deleted ${about.subject}`
  const reading = { oid, deleted: counters.deleted, statsReset: counters.statsReset, at: about.now }
  const note = nextDeletedNote(readDeletedNote(context.state.note(key)), reading, about)
  context.state.setNote(key, JSON.stringify(note))
  const lines = log?.seen === true ? log.value : undefined
  return {
    inLog: lines && rowsInLog(lines),
    purgedAt: lines?.lines.at(-1)?.at,
    counted: deletedSince(note, about),
    atLeast: options['expect-rows-deleted'] ?? 0,
  }
}

const tableOf = ({ look, log, about }: Looked, options: PurgeOptions, remedy: string): Judged => {
  const { table, rows, locks } = look
  if (!table.seen) return tableNotSeen(table, about)
  if (rows === undefined) throw new Error('a table that was found was not looked at')
  const held = locks?.seen === true && locks.value.holders.length > 0
  if (!rows.seen) return tableNotSeen(rows, about, held ? { id: 'purge.locks', subject: about.subject } : undefined)
  const words =
    log === undefined || options.log === undefined
      ? ''
      : logWords(log, { source: sourceName(options.log), pattern: options.log.pattern }, about)
  return judgeTable(rows.value, table.value, {
    about,
    told: { log: words, remedy, oldest: locks?.seen === true ? locks.value.oldest : undefined },
  })
}

const ofLog = (log: Seen<LogLook> | undefined, { log: option }: PurgeOptions, about: About): Judged | undefined =>
  log === undefined || option === undefined ? undefined : judgeLog(log, { source: sourceName(option), pattern: option.pattern }, about)

const dayAbout = (options: PurgeOptions, about: About): About => {
  const shown = options['day-table']?.shown ?? ''
  return { ...about, subject: `table/${shown}`, shown, column: options['day-column'] ?? options['date-column'] }
}

const judgeAll = (looked: Looked, options: PurgeOptions, { context, remedy }: Run): JudgedParts => {
  const { look, log, about } = looked
  const deleted = rowsDeletedOf(options, looked, context)
  return {
    table: tableOf(looked, options, remedy),
    log: ofLog(log, options, about),
    'rows-deleted': deleted && judgeRowsDeleted(deleted, about),
    day: look.days && judgeDays(look.days, dayAbout(options, about)),
    locks: look.locks && judgeLocks(look.locks, about, look.rows?.seen === false),
  }
}

type Run = { readonly context: Context; readonly remedy: string }
/** Parts that are not configured are absent. */
type JudgedParts = Partial<Record<PartName, Judged | undefined>>

const withLog = (judged: JudgedParts, clock: readonly Finding[]) => ({
  scope: parts.filter((name) => judged[name]?.completed),
  findings: [...clock, ...parts.flatMap((name) => judged[name]?.findings ?? [])],
})

type Nothing = Pick<Verified, 'day' | 'about'> & {
  readonly staleRows: undefined
  readonly deletedRows: undefined
  readonly purgedAt: undefined
}

const withDatabase = (looked: Looked, options: PurgeOptions, run: Run, nothing: Nothing): Verified => {
  const { look, log, about } = looked
  const clock = judgeClock({ aheadMs: look.clockAheadMs, dateThere: look.dateThere }, about)
  if (clock.status !== 'ok') return { ...nothing, scope: [], findings: [clock] }
  const judged = judgeAll(looked, options, run)
  const rows = look.rows?.seen === true && look.rows.value.kind === 'proven' ? look.rows.value.older.rows : undefined
  const deleted = judged['rows-deleted']?.findings[0]?.measurements[0]?.value
  return { ...nothing, ...withLog(judged, [clock]), staleRows: rows, deletedRows: deleted, purgedAt: purgedAtOf(log) }
}

const purgedAtOf = (log: Seen<LogLook> | undefined): number | undefined => (log?.seen === true ? log.value.lines[0]?.at : undefined)

/** Looks at the log and the database once and judges what they show together. `remedy`: what to do when the purge is missing. */
export const verify = async (options: PurgeOptions, run: Run): Promise<Verified> => {
  const { context } = run
  const now = context.now()
  const day = businessDay(now, options['time-zone'], options.grace)
  const about: About = { subject: `table/${options.table.shown}`, shown: options.table.shown, column: options['date-column'], day, now }
  const nothing: Nothing = { day, about, staleRows: undefined, deletedRows: undefined, purgedAt: undefined }
  const trouble = selfTest(day)
  // Before anything is asked: a date that is not to be trusted asks for the wrong rows.
  const own = judgeClock({ aheadMs: 0, trouble, github: await context.clock() }, about)
  if (own.status !== 'ok') return { ...nothing, scope: [], findings: [own] }
  const [database, log] = await Promise.all([lookAtDatabase(options, day, context), lookAtLog(options, day, context)])
  if (database.seen) return withDatabase({ look: database.value, log, about }, options, run, nothing)
  const judged = { table: tableNotSeen(database, about, database.parent), log: ofLog(log, options, about) }
  return {
    ...nothing,
    ...withLog(judged, []),
    purgedAt: purgedAtOf(log),
    deletedRows: log?.seen === true ? rowsInLog(log.value) : undefined,
  }
}
