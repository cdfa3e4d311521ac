import { describe, expect, test } from '@jest/globals'
import type { PurgeSubject } from '../../../src/actions/purge-verify/about.ts'
import { businessDay } from '../../../src/actions/purge-verify/business-day.ts'
import { judgeClock } from '../../../src/actions/purge-verify/clock.ts'
import { judgeLocks } from '../../../src/actions/purge-verify/parts/locks/policy.ts'
import { judgeLog, logWords, rowsInLog } from '../../../src/actions/purge-verify/parts/log/policy.ts'
import { type Deleted, judgeRowsDeleted } from '../../../src/actions/purge-verify/parts/rows-deleted/policy.ts'
import { describeOldest, judgeTable, tableNotSeen } from '../../../src/actions/purge-verify/parts/table/policy.ts'
import { couldNotLook, saw } from '../../../src/contract/seen.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf, toldOn } from '../../support/told.ts'

const page = toldOn('__tests__/actions/purge-verify/told.txt')

const minute = 60_000
const now = Date.parse('2026-12-05T08:00:00Z')
const aboutAt = (at: number): PurgeSubject => ({
  subject: 'table/game',
  shown: 'game',
  column: 'day_date',
  day: businessDay(at, '+04:00', 15 * minute),
  now: at,
})
const about = aboutAt(now)
/** Ten minutes after midnight: the purge is pending. */
const early = aboutAt(Date.parse('2026-12-04T20:10:00Z'))

const none = { rows: 0, atLeast: false, furthest: '', strange: 0, example: '' }
type Look = Parameters<typeof judgeTable>[0]
const proven = { kind: 'proven', older: none, newer: none, missing: none, buffers: 9, elapsedMs: 3, readWhole: 0 } as const
const table = {
  schema: 'public',
  name: 'game',
  column: 'day_date',
  kind: 'date',
  partitioned: false,
  counters: { deleted: 0, dead: 9, statsReset: '', files: [] },
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

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['an empty table', () => rowsTold({})],
  ['a purge that is pending', () => rowsTold({}, {}, early)],
  ['rows of before', () => rowsTold({ older: { ...none, rows: 412, atLeast: false, furthest: '2026-12-04' } })],
  ['one row of before, while pending', () => rowsTold({ older: { ...none, rows: 1, atLeast: false, furthest: '' } }, {}, early)],
  [
    'many rows of texts',
    () => rowsTold({ older: { ...none, rows: 10_000, atLeast: true, furthest: 'abc', strange: 10_000, example: 'abc' } }, { kind: 'text' }),
  ],
  [
    'rows of tomorrow, and without a date',
    () =>
      rowsTold({
        newer: { ...none, rows: 2, atLeast: true, furthest: '2026-12-07' },
        missing: { ...none, rows: 1, atLeast: false, furthest: '' },
      }),
  ],
  ['few rows without an index', () => rowsTold({ readWhole: 100, buffers: 21 })],
  ['20 buffers', () => rowsTold({ buffers: 20 })],
  ['21 buffers, of a table with a strange name', () => rowsTold({ buffers: 21 }, { name: 'a\u0000b' })],
  ['a missing index', () => unindexed()],
  ['a missing index of a partitioned table', () => unindexed({ partitioned: true })],
  ['a missing index of a strange column', () => unindexed({ column: 'a\u0000b' })],
  [
    'a table that was not seen',
    () =>
      toldOf(
        tableNotSeen({ seen: false, cause: 'no right', advice: 'give it' }, about, { id: 'postgres.reachable', subject: 'service/db' })
          .findings,
      ),
  ],
  ['a log that was not seen', () => toldOf(judgeLog(couldNotLook('no such container', 'start it'), log, about).findings)],
  ['no line', () => logTold([])],
  ['no line yet', () => logTold([], {}, early)],
  ['lines without a time, of a long log', () => logTold([], { undated: 3, cut: true })],
  ['one line', () => logTold([line(412)], { cut: true })],
  ['one line without rows', () => logTold([line(undefined)])],
  ['two lines, the second idle', () => logTold([line(412), line(0, '2026-12-05T01:00:00Z')])],
  ['two lines that deleted', () => logTold([line(412), line(1, '2026-12-05T01:00:00Z')])],
  ['six lines that do not tell', () => logTold([line(412), ...Array.from({ length: 5 }, () => line(undefined))])],
  [
    'words of a log',
    () => [
      logWords(couldNotLook('', ''), log, about),
      logWords(saw({ lines: [], undated: 0, cut: false }, now), log, about),
      logWords(saw({ lines: [line(1)], undated: 0, cut: false }, now), log, about),
    ],
  ],
  [
    'rows in a log',
    () => [[], [line(1), line(2)], [line(1), line(undefined)]].map((lines) => String(rowsInLog({ lines, undated: 0, cut: false }))),
  ],
  ['nothing known of what was deleted', () => deleted({})],
  ['nothing known, and something expected', () => deleted({ atLeast: 1 })],
  ['as much as is expected', () => deleted({ counted: 5, atLeast: 5 })],
  ['less than is expected', () => deleted({ counted: 4, atLeast: 5 })],
  ['less than is expected, while pending', () => deleted({ counted: 4, atLeast: 5 }, early)],
  ['more by the log than by the server', () => deleted({ inLog: 6, counted: 5, purgedAt: now - minute - 1 })],
  ['the same a moment after the purge', () => deleted({ inLog: 6, counted: 5, purgedAt: now - minute })],
  ['as much by the log as by the server', () => deleted({ inLog: 1, counted: 1, purgedAt: now - 9 * minute })],
  ['no lock', () => locks({})],
  ['locks that were not seen', () => toldOf(judgeLocks(couldNotLook('time-out', 'ask again'), about, false).findings)],
  ['a short lock', () => locks({ holders: exclusive(42), sessions: [holder(42, 1_000)] })],
  ['a short lock that stopped us', () => locks({ holders: exclusive(42), sessions: [holder(42, 1_000)] }, true)],
  ['a short wait that stopped us', () => locks({ waiting: [43], sessions: [session(43, { waitingMs: 1_000, blockedBy: [42] })] }, true)],
  ['four that hold it', () => locks({ holders: exclusive(1, 2, 3, 4), sessions: [1, 2, 3, 4].map((pid) => holder(pid, 300_000)) })],
  [
    'a prepared transaction that holds it',
    () => locks({ holders: exclusive(0), sessions: [holder(0, 30_000)], oldest: { what: 'slot', pid: 0, name: 'left', ageMs: undefined } }),
  ],
  [
    'two that wait for one',
    () =>
      locks({
        waiting: [43, 44],
        sessions: [session(43, { waitingMs: 40_000, blockedBy: [42] }), session(44, { waitingMs: 50_000, blockedBy: [42] })],
      }),
  ],
  ['clocks that agree', () => toldOf(judgeClock({ aheadMs: -1_000, zoneThere: { date: '2026-12-05', moved: undefined } }, about))],
  ['clocks on the limit', () => toldOf(judgeClock({ aheadMs: -minute, github: { offsetMs: minute, at: now } }, about))],
  ['a server that is ahead', () => toldOf(judgeClock({ aheadMs: minute + 1 }, about))],
  ['a server that is behind', () => toldOf(judgeClock({ aheadMs: -minute - 1 }, about))],
  ['our clock ahead of GitHub', () => toldOf(judgeClock({ aheadMs: 0, github: { offsetMs: minute + 1, at: now } }, about))],
  ['our clock behind GitHub', () => toldOf(judgeClock({ aheadMs: 0, github: { offsetMs: -minute - 1, at: now } }, about))],
  [
    'a day that begins at another moment there',
    () =>
      toldOf(
        judgeClock({ aheadMs: 0, zoneThere: { date: '2026-12-05', moved: { ...about.day.tomorrow, wall: '2026-12-06 01:00:00' } } }, about),
      ),
  ],
  ['another date there', () => toldOf(judgeClock({ aheadMs: 0, zoneThere: { date: '2026-12-04', moved: undefined } }, about))],
  ['a date in doubt', () => toldOf(judgeClock({ aheadMs: 0, trouble: 'two dates' }, about))],
  [
    'the oldest that reads',
    () =>
      [
        describeOldest({ what: 'session', pid: 42, name: '', ageMs: minute }),
        describeOldest({ what: 'session', pid: 42, name: 'a', ageMs: undefined }),
        describeOldest({ what: 'standby', pid: 7, name: '', ageMs: minute }),
        describeOldest({ what: 'session', pid: 42, name: 'a', ageMs: minute - 1 }),
      ].map(String),
  ],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (what, said) => {
    expect(said()).toEqual(page.get(what))
  })
})

test('the page says nothing else', () => {
  expect([...page.keys()]).toEqual([...rows].map(([what]) => what))
})
