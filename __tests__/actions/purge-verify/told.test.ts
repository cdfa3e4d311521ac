import { describe, expect, test } from '@jest/globals'
import type { About } from '../../../src/actions/purge-verify/about.ts'
import { businessDay } from '../../../src/actions/purge-verify/business-day.ts'
import { judgeClock } from '../../../src/actions/purge-verify/policy/clock.ts'
import { judgeLocks } from '../../../src/actions/purge-verify/policy/locks.ts'
import { judgeLog, logWords, rowsInLog } from '../../../src/actions/purge-verify/policy/log.ts'
import { type Deleted, judgeRowsDeleted } from '../../../src/actions/purge-verify/policy/rows-deleted.ts'
import { describeOldest, judgeTable, tableNotSeen } from '../../../src/actions/purge-verify/policy/table.ts'
import { couldNotLook, saw } from '../../../src/contract/seen.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf } from '../../support/told.ts'

const minute = 60_000
const now = Date.parse('2026-12-05T08:00:00Z')
const aboutAt = (at: number): About => ({
  subject: 'table/game',
  shown: 'game',
  column: 'day_date',
  day: businessDay(at, '+04:00', 15 * minute),
  now: at,
})
const about = aboutAt(now)
/** Ten minutes after midnight: the purge is pending. */
const early = aboutAt(Date.parse('2026-12-04T20:10:00Z'))

const none = { rows: 0, atLeast: false, furthest: '' }
type Look = Parameters<typeof judgeTable>[0]
const proven = { kind: 'proven', older: none, newer: none, missing: none, buffers: 9, elapsedMs: 3, readWhole: 0 } as const
const table = {
  schema: 'public',
  name: 'game',
  column: 'day_date',
  kind: 'date',
  partitioned: false,
  counters: { deleted: 0, dead: 9, statsReset: '' },
} as const
const told = { log: 'no "Purge OK" line in the log of web since 00:00', remedy: 'run the purge', oldest: undefined }
const rowsTold = (look: Partial<Extract<Look, { kind: 'proven' }>>, more: Partial<Parameters<typeof judgeTable>[1]> = {}, at = about) =>
  toldOf(judgeTable({ ...proven, ...look }, { ...table, ...more }, { about: at, told }).findings)
const unindexed = (more: Partial<Parameters<typeof judgeTable>[1]> = {}) =>
  toldOf(judgeTable({ kind: 'unindexed', rows: 100_001 }, { ...table, ...more }, { about, told }).findings)

const line = (rows: number | undefined, iso = '2026-12-04T20:05:00Z') => ({ at: Date.parse(iso), rows, text: `Purge OK ${rows}` })
const log = { source: 'the log of web', pattern: 'Purge OK' }
const logTold = (lines: readonly ReturnType<typeof line>[], more: { undated?: number; cut?: boolean } = {}, at = about) =>
  toldOf(judgeLog(saw({ lines, undated: 0, cut: false, ...more }, now), log, at).findings)
const deleted = (given: Partial<Deleted>, at = about) =>
  toldOf(judgeRowsDeleted({ inLog: undefined, purgedAt: undefined, counted: undefined, atLeast: 0, ...given }, at).findings)

const holder = (pid: number, transactionMs: number) => session(pid, { transactionMs, stateMs: 0, query: 'LOCK' })
const locks = (given: Partial<Extract<Parameters<typeof judgeLocks>[0], { seen: true }>['value']>, stopped = false) =>
  toldOf(judgeLocks(saw({ holders: [], waiting: [], sessions: [], oldest: undefined, ...given }, now), about, stopped).findings)
const exclusive = (...pids: readonly number[]) => pids.map((pid) => ({ pid, mode: 'AccessExclusiveLock' }))

const rows: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'an empty table',
    () => rowsTold({}),
    [
      'ok purge.stale-rows: game: 0 rows are older than 2026-12-05',
      'observed: 0 rows before 2026-12-05',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'measured: stale-rows 0 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'a purge that is pending',
    () => rowsTold({}, {}, early),
    [
      'ok purge.stale-rows: game: pending: rows of 2026-12-04 may stay until 00:15',
      'observed: pending: rows of 2026-12-04 may stay until 00:15',
      'expected: 0 rows older than 2026-12-04 while the purge for 2026-12-05 (+04:00) is pending, until 00:15',
      'measured: stale-rows 0 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'rows of before',
    () => rowsTold({ older: { rows: 412, atLeast: false, furthest: '2026-12-04' } }),
    [
      'critical purge.stale-rows: game: 412 rows are older than 2026-12-05',
      'observed: 412 rows, oldest day_date 2026-12-04; no "Purge OK" line in the log of web since 00:00',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'advice: run the purge',
      'measured: stale-rows 412 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'one row of before, while pending',
    () => rowsTold({ older: { rows: 1, atLeast: false, furthest: '' } }, {}, early),
    [
      'critical purge.stale-rows: game: 1 row is older than 2026-12-04',
      'observed: 1 row; no "Purge OK" line in the log of web since 00:00',
      'expected: 0 rows older than 2026-12-04 while the purge for 2026-12-05 (+04:00) is pending, until 00:15',
      'advice: run the purge',
      'measured: stale-rows 1 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'many rows of texts',
    () => rowsTold({ older: { rows: 10_000, atLeast: true, furthest: 'abc' } }, { kind: 'text' }),
    [
      'critical purge.stale-rows: game: at least 10,000 rows are older than 2026-12-05',
      'observed: at least 10,000 rows, oldest day_date abc; that is no ISO date, so it cannot be compared; no "Purge OK" line in the log of web since 00:00',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'advice: run the purge',
      'measured: stale-rows 10000 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'rows of tomorrow, and without a date',
    () => rowsTold({ newer: { rows: 2, atLeast: true, furthest: '2026-12-07' }, missing: { rows: 1, atLeast: false, furthest: '' } }),
    [
      'ok purge.stale-rows: game: 0 rows are older than 2026-12-05',
      'observed: 0 rows before 2026-12-05',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'measured: stale-rows 0 rows',
      'critical purge.future-rows: game: at least 2 rows of a day after 2026-12-05',
      'observed: at least 2 rows, newest day_date 2026-12-07',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'advice: compare the clock and the time zone of what writes game with +04:00; then run the purge',
      'measured: future-rows 2 rows',
      'critical purge.null-rows: game: 1 row without day_date',
      'observed: 1 row whose day_date is NULL',
      'expected: a day_date in every row',
      'advice: no comparison matches NULL, so the purge leaves them: delete them, then make day_date NOT NULL',
      'measured: null-rows 1 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 9 buffers',
      'observed: 9 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 9 buffers',
    ],
  ],
  [
    'few rows without an index',
    () => rowsTold({ readWhole: 100, buffers: 21 }),
    [
      'ok purge.stale-rows: game: 0 rows are older than 2026-12-05',
      'observed: 0 rows before 2026-12-05',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'measured: stale-rows 0 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: 100 rows are few enough to read without an index',
      'observed: a proof would read about 100 rows from end to end',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'advice: CREATE INDEX CONCURRENTLY ON "public"."game" ("day_date"); then run this again',
      'measured: rows-read-whole 100 rows',
      'ok purge.cost: game: the proof read 21 buffers',
      'observed: 21 buffers in 3 ms, 9 rows dead',
      'expected: no limit without an index, 100,000 rows at most',
      'measured: proof-buffers 21 buffers',
    ],
  ],
  [
    '20 buffers',
    () => rowsTold({ buffers: 20 }),
    [
      'ok purge.stale-rows: game: 0 rows are older than 2026-12-05',
      'observed: 0 rows before 2026-12-05',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'measured: stale-rows 0 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'ok purge.cost: game: the proof read 20 buffers',
      'observed: 20 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'measured: proof-buffers 20 buffers',
    ],
  ],
  [
    '21 buffers, of a table with a strange name',
    () => rowsTold({ buffers: 21 }, { name: 'a\u0000b' }),
    [
      'ok purge.stale-rows: game: 0 rows are older than 2026-12-05',
      'observed: 0 rows before 2026-12-05',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
      'measured: stale-rows 0 rows',
      'ok purge.future-rows: game: 0 rows of a day after 2026-12-05',
      'observed: 0 rows after 2026-12-05',
      'expected: 0 rows after the business date 2026-12-05 (+04:00)',
      'measured: future-rows 0 rows',
      'ok purge.null-rows: game: 0 rows without day_date',
      'observed: 0 rows whose day_date is NULL',
      'expected: a day_date in every row',
      'measured: null-rows 0 rows',
      'ok purge.index: game: an index serves the proofs',
      'observed: every proof enters an index',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'measured: rows-read-whole 0 rows',
      'warning purge.cost: game: the proof read 21 buffers',
      'observed: 21 buffers in 3 ms, 9 rows dead',
      'expected: at most 20 buffers',
      'advice: run VACUUM (ANALYZE) on the table',
      'measured: proof-buffers 21 buffers',
    ],
  ],
  [
    'a missing index',
    () => unindexed(),
    [
      'warning purge.index: game: not proven, no index begins with day_date',
      'observed: a proof would read about 100,001 rows from end to end',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'advice: CREATE INDEX CONCURRENTLY ON "public"."game" ("day_date"); then run this again',
      'measured: rows-read-whole 100001 rows',
    ],
  ],
  [
    'a missing index of a partitioned table',
    () => unindexed({ partitioned: true }),
    [
      'warning purge.index: game: not proven, no index begins with day_date',
      'observed: a proof would read about 100,001 rows from end to end',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'advice: CREATE INDEX ON "public"."game" ("day_date"); (CONCURRENTLY is not possible on a partitioned table: to block nobody, create it on each partition first) then run this again',
      'measured: rows-read-whole 100001 rows',
    ],
  ],
  [
    'a missing index of a strange column',
    () => unindexed({ column: 'a\u0000b' }),
    [
      'warning purge.index: game: not proven, no index begins with day_date',
      'observed: a proof would read about 100,001 rows from end to end',
      'expected: an index that begins with day_date, or at most 100,000 rows to read',
      'advice: create an index whose first column is the date then run this again',
      'measured: rows-read-whole 100001 rows',
    ],
  ],
  [
    'a table that was not seen',
    () =>
      toldOf(
        tableNotSeen({ seen: false, cause: 'no right', advice: 'give it' }, about, { id: 'postgres.reachable', subject: 'service/db' })
          .findings,
      ),
    [
      'unknown purge.stale-rows: game: could not look',
      'observed: no right',
      'expected: 0 rows older than the business date 2026-12-05 (+04:00)',
      'advice: give it',
    ],
  ],
  [
    'a log that was not seen',
    () => toldOf(judgeLog(couldNotLook('no such container', 'start it'), log, about).findings),
    [
      'unknown purge.log: the log of web: could not look',
      'observed: no such container',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'advice: start it',
    ],
  ],
  [
    'no line',
    () => logTold([]),
    [
      'warning purge.log: the log of web: no "Purge OK" line since 00:00',
      'observed: no line',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'advice: the rows decide whether the purge ran: a container that was made anew has no log of before; else look at what starts the purge',
      'measured: purge-lines 0 lines',
    ],
  ],
  [
    'no line yet',
    () => logTold([], {}, early),
    [
      'ok purge.log: the log of web: pending: no "Purge OK" line yet, expected by 00:15',
      'observed: pending: no "Purge OK" line yet, expected by 00:15',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'measured: purge-lines 0 lines',
    ],
  ],
  [
    'lines without a time, of a long log',
    () => logTold([], { undated: 3, cut: true }),
    [
      'warning purge.log: the log of web: no "Purge OK" line since 00:00',
      'observed: no line; 3 lines match and have no time; it is longer than what is read of it',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'advice: write an ISO 8601 time into each line of the log',
      'measured: purge-lines 0 lines',
    ],
  ],
  [
    'one line',
    () => logTold([line(412)], { cut: true }),
    [
      'ok purge.log: the log of web: purged at 00:05, 412 rows',
      'observed: 1 line: at 00:05, 412 rows; it is longer than what is read of it',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'evidence: Purge OK 412',
      'measured: purge-lines 1 lines',
    ],
  ],
  [
    'one line without rows',
    () => logTold([line(undefined)]),
    [
      'ok purge.log: the log of web: purged at 00:05',
      'observed: 1 line: at 00:05',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'evidence: Purge OK undefined',
      'measured: purge-lines 1 lines',
    ],
  ],
  [
    'two lines, the second idle',
    () => logTold([line(412), line(0, '2026-12-05T01:00:00Z')]),
    [
      'ok purge.log: the log of web: the purge ran 2 times, first at 00:05, 412 rows; later runs deleted nothing',
      'observed: 2 lines: at 00:05, 412 rows; at 05:00, 0 rows',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'evidence: Purge OK 412',
      'evidence: Purge OK 0',
      'measured: purge-lines 2 lines',
    ],
  ],
  [
    'two lines that deleted',
    () => logTold([line(412), line(1, '2026-12-05T01:00:00Z')]),
    [
      'warning purge.log: the log of web: the purge ran 2 times, first at 00:05, 412 rows',
      'observed: 2 lines: at 00:05, 412 rows; at 05:00, 1 row',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'advice: a later run deleted rows again: find what started it, or what wrote rows of other days in between',
      'evidence: Purge OK 412',
      'evidence: Purge OK 1',
      'measured: purge-lines 2 lines',
    ],
  ],
  [
    'six lines that do not tell',
    () => logTold([line(412), ...Array.from({ length: 5 }, () => line(undefined))]),
    [
      'warning purge.log: the log of web: the purge ran 6 times, first at 00:05, 412 rows',
      'observed: 6 lines: at 00:05, 412 rows; at 00:05; at 00:05; at 00:05; at 00:05',
      'expected: 1 line for 2026-12-05 (+04:00); a second one must say 0 rows',
      'advice: find what starts it more than once; a pattern with (?<rows>\\d+) tells whether later runs deleted anything',
      'evidence: Purge OK 412',
      'evidence: Purge OK undefined',
      'evidence: Purge OK undefined',
      'evidence: Purge OK undefined',
      'evidence: Purge OK undefined',
      'evidence: Purge OK undefined',
      'measured: purge-lines 6 lines',
    ],
  ],
  [
    'words of a log',
    () => [
      logWords(couldNotLook('', ''), log, about),
      logWords(saw({ lines: [], undated: 0, cut: false }, now), log, about),
      logWords(saw({ lines: [line(1)], undated: 0, cut: false }, now), log, about),
    ],
    [
      'the log of web could not be read',
      'no "Purge OK" line in the log of web since 00:00',
      'the log of web says that it ran at 00:05, 1 row',
    ],
  ],
  [
    'rows in a log',
    () => [[], [line(1), line(2)], [line(1), line(undefined)]].map((lines) => String(rowsInLog({ lines, undated: 0, cut: false }))),
    ['undefined', '3', 'undefined'],
  ],
  [
    'nothing known of what was deleted',
    () => deleted({}),
    [
      'ok purge.rows-deleted: game: rows deleted not known',
      'observed: nothing to compare yet: no row count in the log, and no look before the day began, or counting began anew since',
      'expected: no more by the log than by the statistics',
    ],
  ],
  [
    'nothing known, and something expected',
    () => deleted({ atLeast: 1 }),
    [
      'ok purge.rows-deleted: game: rows deleted not known',
      'observed: nothing to compare yet: no row count in the log, and no look before the day began, or counting began anew since',
      'expected: at least 1 row deleted by 00:15',
      'advice: not checked: nothing to compare yet: no row count in the log, and no look before the day began, or counting began anew since; add (?<rows>\\d+) to log.pattern, or wait for the next day',
    ],
  ],
  [
    'as much as is expected',
    () => deleted({ counted: 5, atLeast: 5 }),
    [
      'ok purge.rows-deleted: game: 5 rows deleted',
      "observed: 5 rows by the server's statistics",
      'expected: at least 5 rows deleted by 00:15',
      'measured: deleted-rows 5 rows',
    ],
  ],
  [
    'less than is expected',
    () => deleted({ counted: 4, atLeast: 5 }),
    [
      'warning purge.rows-deleted: game: 4 rows deleted',
      "observed: 4 rows by the server's statistics",
      'expected: at least 5 rows deleted by 00:15',
      'advice: see whether there was nothing to delete (nobody played), or whether the purge looked at another day or table',
      'measured: deleted-rows 4 rows',
    ],
  ],
  [
    'less than is expected, while pending',
    () => deleted({ counted: 4, atLeast: 5 }, early),
    [
      'ok purge.rows-deleted: game: 4 rows deleted',
      "observed: 4 rows by the server's statistics",
      'expected: at least 5 rows deleted by 00:15',
      'measured: deleted-rows 4 rows',
    ],
  ],
  [
    'more by the log than by the server',
    () => deleted({ inLog: 6, counted: 5, purgedAt: now - minute - 1 }),
    [
      'warning purge.rows-deleted: game: the log says more rows deleted than the server counted',
      "observed: 6 rows by the log, 5 rows by the server's statistics",
      'expected: no more by the log than by the statistics',
      'advice: see that the purge and this look mean the same database and table, and that the purge was not rolled back after its line',
      'measured: deleted-rows 6 rows',
    ],
  ],
  [
    'the same a moment after the purge',
    () => deleted({ inLog: 6, counted: 5, purgedAt: now - minute }),
    [
      'ok purge.rows-deleted: game: 6 rows deleted',
      "observed: 6 rows by the log, 5 rows by the server's statistics",
      'expected: no more by the log than by the statistics',
      'measured: deleted-rows 6 rows',
    ],
  ],
  [
    'as much by the log as by the server',
    () => deleted({ inLog: 1, counted: 1, purgedAt: now - 9 * minute }),
    [
      'ok purge.rows-deleted: game: 1 row deleted',
      "observed: 1 row by the log, 1 row by the server's statistics",
      'expected: no more by the log than by the statistics',
      'measured: deleted-rows 1 rows',
    ],
  ],
  [
    'no lock',
    () => locks({}),
    [
      'ok purge.locks: game: no exclusive lock, nobody waits',
      'observed: no exclusive lock, nobody waits',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'measured: locked 0 ms',
    ],
  ],
  [
    'locks that were not seen',
    () => toldOf(judgeLocks(couldNotLook('time-out', 'ask again'), about, false).findings),
    [
      'unknown purge.locks: game: could not look at its locks',
      'observed: time-out',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'advice: ask again',
    ],
  ],
  [
    'a short lock',
    () => locks({ holders: exclusive(42), sessions: [holder(42, 1_000)] }),
    [
      'ok purge.locks: game: 1 session holds it exclusively, 0 wait, the longest for 1 s',
      'observed: 1 session holds it exclusively, 0 wait, the longest for 1 s',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'evidence: AccessExclusiveLock: pid 42 quiz gunicorn, active for 0 ms: LOCK',
      'measured: locked 1000 ms',
    ],
  ],
  [
    'a short lock that stopped us',
    () => locks({ holders: exclusive(42), sessions: [holder(42, 1_000)] }, true),
    [
      'warning purge.locks: game: 1 session holds it exclusively, 0 wait, the longest for 1 s',
      'observed: 1 session holds it exclusively, 0 wait, the longest for 1 s',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'advice: look at what it is doing, then end it: SELECT pg_terminate_backend(42);',
      'evidence: AccessExclusiveLock: pid 42 quiz gunicorn, active for 0 ms: LOCK',
      'measured: locked 1000 ms',
    ],
  ],
  [
    'a short wait that stopped us',
    () => locks({ waiting: [43], sessions: [session(43, { waitingMs: 1_000, blockedBy: [42] })] }, true),
    [
      'ok purge.locks: game: 0 sessions hold it exclusively, 1 waits, the longest for 1 s',
      'observed: 0 sessions hold it exclusively, 1 waits, the longest for 1 s',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'evidence: pid 42, of which nothing can be seen',
      'evidence:   pid 43 quiz gunicorn, waiting for a lock for 1 s: UPDATE game SET points = ?',
      'measured: locked 1000 ms',
    ],
  ],
  [
    'four that hold it',
    () => locks({ holders: exclusive(1, 2, 3, 4), sessions: [1, 2, 3, 4].map((pid) => holder(pid, 300_000)) }),
    [
      'critical purge.locks: game: 4 sessions hold it exclusively, 0 wait, the longest for 5 min',
      'observed: 4 sessions hold it exclusively, 0 wait, the longest for 5 min',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'advice: look at what it is doing, then end it: SELECT pg_terminate_backend(1); SELECT pg_terminate_backend(2); SELECT pg_terminate_backend(3);',
      'evidence: AccessExclusiveLock: pid 1 quiz gunicorn, active for 0 ms: LOCK',
      'evidence: AccessExclusiveLock: pid 2 quiz gunicorn, active for 0 ms: LOCK',
      'evidence: AccessExclusiveLock: pid 3 quiz gunicorn, active for 0 ms: LOCK',
      'evidence: AccessExclusiveLock: pid 4 quiz gunicorn, active for 0 ms: LOCK',
      'measured: locked 300000 ms',
    ],
  ],
  [
    'a prepared transaction that holds it',
    () => locks({ holders: exclusive(0), sessions: [holder(0, 30_000)], oldest: { what: 'slot', pid: 0, name: 'left', ageMs: undefined } }),
    [
      'warning purge.locks: game: 1 session holds it exclusively, 0 wait, the longest for 30 s',
      'observed: 1 session holds it exclusively, 0 wait, the longest for 30 s',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'advice: a prepared transaction holds it: see pg_prepared_xacts',
      'evidence: AccessExclusiveLock: a prepared transaction (see pg_prepared_xacts)',
      'evidence: oldest snapshot: the replication slot left',
      'measured: locked 30000 ms',
    ],
  ],
  [
    'two that wait for one',
    () =>
      locks({
        waiting: [43, 44],
        sessions: [session(43, { waitingMs: 40_000, blockedBy: [42] }), session(44, { waitingMs: 50_000, blockedBy: [42] })],
      }),
    [
      'warning purge.locks: game: 0 sessions hold it exclusively, 2 wait, the longest for 50 s',
      'observed: 0 sessions hold it exclusively, 2 wait, the longest for 50 s',
      'expected: nobody holds the table against all others, or waits for it, for 30 s',
      'advice: look at what it is doing, then end it: SELECT pg_terminate_backend(42);',
      'evidence: pid 42, of which nothing can be seen',
      'evidence:   pid 43 quiz gunicorn, waiting for a lock for 40 s: UPDATE game SET points = ?',
      'evidence:   pid 44 quiz gunicorn, waiting for a lock for 50 s: UPDATE game SET points = ?',
      'measured: locked 50000 ms',
    ],
  ],
  [
    'clocks that agree',
    () => toldOf(judgeClock({ aheadMs: -1_000, dateThere: '2026-12-05' }, about)),
    [
      'ok purge.clock: game: the clocks agree that it is 2026-12-05 (+04:00)',
      "observed: 1 s between the database's clock and ours",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'measured: clock-difference 1000 ms',
    ],
  ],
  [
    'clocks on the limit',
    () => toldOf(judgeClock({ aheadMs: -minute, github: { offsetMs: minute, at: now } }, about)),
    [
      'ok purge.clock: game: the clocks agree that it is 2026-12-05 (+04:00)',
      "observed: 1 min between the database's clock and ours",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'measured: clock-difference 60000 ms',
    ],
  ],
  [
    'a server that is ahead',
    () => toldOf(judgeClock({ aheadMs: minute + 1 }, about)),
    [
      "unknown purge.clock: game: the server's clock is 1 min ahead of ours",
      "observed: 1 min between the database's clock and ours",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: set both clocks by NTP: timedatectl on each machine says whether it is synchronised',
      'measured: clock-difference 60001 ms',
    ],
  ],
  [
    'a server that is behind',
    () => toldOf(judgeClock({ aheadMs: -minute - 1 }, about)),
    [
      "unknown purge.clock: game: the server's clock is 1 min behind ours",
      "observed: 1 min between the database's clock and ours",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: set both clocks by NTP: timedatectl on each machine says whether it is synchronised',
      'measured: clock-difference 60001 ms',
    ],
  ],
  [
    'our clock ahead of GitHub',
    () => toldOf(judgeClock({ aheadMs: 0, github: { offsetMs: minute + 1, at: now } }, about)),
    [
      "unknown purge.clock: game: our clock is 1 min ahead of GitHub's",
      "observed: 1 min between ours and the time in GitHub's answers at 2026-12-05 08:00 UTC",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true',
      'measured: clock-difference 0 ms',
    ],
  ],
  [
    'our clock behind GitHub',
    () => toldOf(judgeClock({ aheadMs: 0, github: { offsetMs: -minute - 1, at: now } }, about)),
    [
      "unknown purge.clock: game: our clock is 1 min behind GitHub's",
      "observed: 1 min between ours and the time in GitHub's answers at 2026-12-05 08:00 UTC",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true',
      'measured: clock-difference 0 ms',
    ],
  ],
  [
    'another date there',
    () => toldOf(judgeClock({ aheadMs: 0, dateThere: '2026-12-04' }, about)),
    [
      'unknown purge.clock: game: the business date is in doubt',
      "observed: in +04:00 it is 2026-12-05 by our time zone data and 2026-12-04 by the server's",
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: bring the older time zone data up to date (package tzdata beside the server, or a newer release of Ronde), or write the offset as time-zone',
      'measured: clock-difference 0 ms',
    ],
  ],
  [
    'a date in doubt',
    () => toldOf(judgeClock({ aheadMs: 0, trouble: 'two dates' }, about)),
    [
      'unknown purge.clock: game: the business date is in doubt',
      'observed: two dates',
      'expected: at most 1 min between the clocks, and one date in +04:00',
      'advice: report this as a mistake of Ronde',
      'measured: clock-difference 0 ms',
    ],
  ],
  [
    'the oldest that reads',
    () =>
      [
        describeOldest({ what: 'session', pid: 42, name: '', ageMs: minute }),
        describeOldest({ what: 'session', pid: 42, name: 'a', ageMs: undefined }),
        describeOldest({ what: 'standby', pid: 7, name: '', ageMs: minute }),
        describeOldest({ what: 'session', pid: 42, name: 'a', ageMs: minute - 1 }),
      ].map(String),
    ['session pid 42, open for 1 min', 'session pid 42 a, open', 'a standby (pid 7) with hot_standby_feedback, for 1 min', 'undefined'],
  ],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (_what, said, expected) => {
    expect(said()).toEqual(expected)
  })
})
