import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { jsonValue } from '../../../../core/read-json.ts'
import { clockTime, countRows, type PurgeSubject } from '../../about.ts'
import type { PurgeVerdict } from '../../part.ts'

/** The server's counter of deleted rows at a moment. Another oid or reset time means that it began anew; `files` are those that it counted. */
export type DeletedRowsReading = {
  readonly oid: number
  readonly deleted: number
  readonly statsReset: string
  readonly at: Instant
  readonly files: readonly string[]
}

/** What the state keeps: the last reading, and the last one before the day began. */
export type DeletedNote = { readonly last: DeletedRowsReading; readonly before: DeletedRowsReading | undefined; readonly day: string }

const isReading = (value: unknown): value is DeletedRowsReading =>
  typeof value === 'object' &&
  value !== null &&
  ['oid', 'deleted', 'at'].every((key) => Number.isFinite((value as Record<string, unknown>)[key])) &&
  typeof (value as Record<string, unknown>)['statsReset'] === 'string' &&
  Array.isArray((value as Record<string, unknown>)['files'])

/** Reads the note; one that cannot be read is a first sight. */
export const readDeletedNote = (text: string | undefined): DeletedNote | undefined => {
  // Not ours, or of another release: compared from the next day on.
  const value = jsonValue(text ?? '') as Partial<DeletedNote> | null | undefined
  if (!isReading(value?.last) || typeof value.day !== 'string') return undefined
  return { last: value.last, before: isReading(value.before) ? value.before : undefined, day: value.day }
}

/** The note that this run leaves: what was last read before the day began stays for the whole day. */
export const nextDeletedNote = (
  note: DeletedNote | undefined,
  now: DeletedRowsReading,
  { day }: Pick<PurgeSubject, 'day'>,
): DeletedNote => {
  const before =
    note === undefined ? undefined : note.last.at < day.today.start ? note.last : note.day === day.today.date ? note.before : undefined
  return { last: now, before, day: day.today.date }
}

/**
 * Rows deleted since the last look before the day began; undefined without one of the day before, and when counting began anew in between. What
 * TRUNCATE, DROP and DETACH take is not counted: then a file that was there is so no more, and the counter proves nothing.
 */
export const deletedSince = ({ last, before }: DeletedNote, { day }: Pick<PurgeSubject, 'day'>): number | undefined => {
  if (before === undefined || before.at < day.yesterday.start) return undefined
  const there = new Set(last.files)
  const same =
    before.oid === last.oid &&
    before.statsReset === last.statsReset &&
    before.deleted <= last.deleted &&
    before.files.every((one) => there.has(one))
  return same ? last.deleted - before.deleted : undefined
}

/** A session tells the statistics a moment after its transaction. */
const settlingMs = 60_000

/** What is known of how many rows went today. */
export type Deleted = {
  readonly inLog: number | undefined
  /** Of the last line. */
  readonly purgedAt: Instant | undefined
  readonly counted: number | undefined
  /** From `expect-rows-deleted`; 0 expects nothing. */
  readonly atLeast: number
}

type Verdict = Pick<JudgedFinding, 'status' | 'notChecked' | 'title' | 'advice'>

const rowsOf = ({ inLog, counted }: Deleted): number | undefined => inLog ?? counted

const isDoubted = ({ inLog, counted, purgedAt }: Deleted, { now }: PurgeSubject): boolean =>
  inLog !== undefined && counted !== undefined && purgedAt !== undefined && now - purgedAt > settlingMs && inLog > counted

const nothingKnown =
  'nothing to compare yet: no row count in the log, and no look before the day began, or counting began anew since, or the rows went by TRUNCATE, DROP or DETACH'

const verdictOf = (seen: Deleted, about: PurgeSubject): Verdict => {
  const { shown, day } = about
  const rows = rowsOf(seen)
  if (isDoubted(seen, about)) {
    return {
      status: 'warning',
      title: `${shown}: the log says more rows deleted than the server counted`,
      advice: 'see that the purge and this look mean the same database and table, and that the purge was not rolled back after its line',
    }
  }
  if (rows === undefined) {
    const told = { status: 'ok', title: `${shown}: rows deleted not known` } as const
    if (seen.atLeast === 0) return { ...told, advice: '' }
    return { ...told, notChecked: nothingKnown, advice: 'add (?<rows>\\d+) to log.pattern, or wait for the next day' }
  }
  const few = !day.pending && rows < seen.atLeast
  const advice = few ? 'see whether there was nothing to delete (nobody played), or whether the purge looked at another day or table' : ''
  return { status: few ? 'warning' : 'ok', title: `${shown}: ${countRows(rows)} deleted`, advice }
}

const observedOf = ({ inLog, counted }: Deleted): string => {
  const known = [
    ...(inLog === undefined ? [] : [`${countRows(inLog)} by the log`]),
    ...(counted === undefined ? [] : [`${countRows(counted)} by the server's statistics`]),
  ]
  return known.length === 0 ? nothingKnown : known.join(', ')
}

/** Whether the purge deleted what it says, and as much as is expected. Nothing to compare is a first sight, not a fault. */
export const judgeRowsDeleted = (seen: Deleted, about: PurgeSubject): PurgeVerdict<'purge.rows-deleted'> => {
  const { atLeast } = seen
  const rows = rowsOf(seen)
  const verdict = verdictOf(seen, about)
  return {
    completed: true,
    findings: [
      finding({
        id: 'purge.rows-deleted',
        subject: about.subject,
        ...verdict,
        cleared: verdict.status === 'ok' && rows !== undefined && !about.day.pending,
        observed: observedOf(seen),
        expected:
          atLeast === 0
            ? 'no more by the log than by the statistics'
            : `at least ${countRows(atLeast)} deleted by ${clockTime(about.day.due, about)}`,
        audience: 'technical',
        measurements: rows === undefined ? [] : [{ name: 'deleted-rows', value: rows, unit: 'rows' }],
      }),
    ],
  }
}
