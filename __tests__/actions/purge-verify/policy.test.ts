import { describe, expect, test } from '@jest/globals'
import type { PurgeSubject } from '../../../src/actions/purge-verify/about.ts'
import { businessDay, selfTest } from '../../../src/actions/purge-verify/business-day.ts'
import { judgeClock } from '../../../src/actions/purge-verify/clock.ts'
import { judgeLocks } from '../../../src/actions/purge-verify/parts/locks/policy.ts'
import {
  type DeletedRowsReading,
  deletedSince,
  nextDeletedNote,
  readDeletedNote,
} from '../../../src/actions/purge-verify/parts/rows-deleted/policy.ts'
import { judgeTable } from '../../../src/actions/purge-verify/parts/table/policy.ts'
import { saw } from '../../../src/contract/seen.ts'
import type { OldestSnapshot } from '../../../src/probes/purge/locks.ts'
import { session } from '../../support/session-seen.ts'

const now = Date.parse('2026-12-05T08:00:00Z')
const aboutAt = (at: number): PurgeSubject => ({
  subject: 'table/game',
  shown: 'game',
  column: 'day_date',
  day: businessDay(at, '+04:00', 15 * 60_000),
  now: at,
})
const about = aboutAt(now)

describe('the business day', () => {
  test('of a moment: its dates, its beginning, and when the purge is due', () => {
    expect(about.day).toMatchObject({
      today: { date: '2026-12-05', start: Date.parse('2026-12-04T20:00:00Z') },
      yesterday: { date: '2026-12-04' },
      tomorrow: { date: '2026-12-06' },
      pending: false,
      label: '2026-12-05 (+04:00)',
    })
  })

  test.each([
    ['2026-12-04T19:59:59.999Z', false, '2026-12-04'],
    ['2026-12-04T20:00:00Z', true, '2026-12-05'],
    ['2026-12-04T20:14:59.999Z', true, '2026-12-05'],
    ['2026-12-04T20:15:00Z', false, '2026-12-05'],
  ])('at %s is pending: %s, for %s', (iso, pending, date) => {
    const day = businessDay(Date.parse(iso), '+04:00', 15 * 60_000)
    expect([day.pending, day.today.date]).toEqual([pending, date])
  })

  test.each([
    ['UTC', '2026-12-05 (UTC)'],
    ['Indian/Reunion', '2026-12-05 (Indian/Reunion, UTC+4)'],
    ['Etc/GMT+4', '2026-12-05 (Etc/GMT+4, UTC-4)'],
    ['Asia/Kolkata', '2026-12-05 (Asia/Kolkata, UTC+5:30)'],
  ])('in %s is called %s, so that a sign turned round is seen', (zone, label) => {
    expect(businessDay(now, zone, 0).label).toBe(label)
  })

  test('that another way does not give is in doubt', () => {
    expect(selfTest(about.day)).toBeUndefined()
    const wrong = { ...about.day, today: { ...about.day.today, date: '2026-12-04' } }
    expect(selfTest(wrong)).toBe('the date in +04:00 is 2026-12-04 by its offset and 2026-12-05 by its calendar')
    expect(selfTest({ ...about.day, now: about.day.tomorrow.start })).toMatch(/2026-12-06 by its calendar|does not hold/)
  })
})

test('two sets of time zone data that differ leave the date in doubt', () => {
  expect(judgeClock({ aheadMs: 0, zoneThere: { date: '2026-12-05', moved: undefined } }, about).status).toBe('ok')
  expect(judgeClock({ aheadMs: 0, zoneThere: undefined }, about).status).toBe('ok')
  expect(judgeClock({ aheadMs: 0, github: { offsetMs: -59_000, at: 0 } }, about).status).toBe('ok')
  expect(judgeClock({ aheadMs: 0, github: { offsetMs: -300_000, at: 0 } }, about)).toMatchObject({
    status: 'unknown',
    title: expect.stringContaining("our clock is 5 min behind GitHub's"),
  })
  expect(judgeClock({ aheadMs: 0, zoneThere: { date: '2026-12-04', moved: undefined } }, about)).toMatchObject({
    status: 'unknown',
    observed: "in +04:00 it is 2026-12-05 by our time zone data and 2026-12-04 by the server's",
  })
})

describe('what keeps dead rows alive is named beside the cost', () => {
  const none = { rows: 0, atLeast: false, furthest: '', strange: 0, example: '' }
  const look = { kind: 'proven', older: none, newer: none, missing: none, buffers: 500, elapsedMs: 3, readWhole: 0 } as const
  const table = {
    schema: 'public',
    name: 'game',
    column: 'day_date',
    kind: 'date',
    partitioned: false,
    counters: { deleted: 0, dead: 9, statsReset: '', files: [] },
  } as const
  const cost = (oldest: OldestSnapshot | undefined) =>
    judgeTable(look, table, { about, told: { log: '', remedy: '', oldest } }).findings.find((one) => one.id === 'purge.cost')
  const hourMs = 3_600_000

  test.each<readonly [OldestSnapshot | undefined, string]>([
    [undefined, 'run VACUUM (ANALYZE) "public"."game";'],
    [{ what: 'session', pid: 42, name: 'report', ageMs: 30_000 }, 'run VACUUM (ANALYZE) "public"."game";'],
    [
      { what: 'session', pid: 42, name: 'report', ageMs: hourMs },
      'session pid 42 report, open for 1 h keeps dead rows alive: end it first, then run VACUUM',
    ],
    [
      { what: 'standby', pid: 7, name: 'replica', ageMs: hourMs },
      'a standby replica (pid 7) with hot_standby_feedback, for 1 h keeps dead rows alive',
    ],
    [{ what: 'prepared', pid: 0, name: 'gid', ageMs: hourMs }, 'the prepared transaction gid, for 1 h keeps dead rows alive'],
    [{ what: 'slot', pid: 0, name: 'left', ageMs: undefined }, 'the replication slot left keeps dead rows alive'],
  ])('%j', (oldest, advice) => {
    expect(cost(oldest)).toMatchObject({ status: 'warning', advice: expect.stringContaining(advice) })
  })
})

describe('a lock on the table', () => {
  const seen = { stateMs: 0, query: 'LOCK' }
  test.each([
    [29_000, 'ok'],
    [30_000, 'warning'],
    [299_000, 'warning'],
    [300_000, 'critical'],
  ])('that was held for %i ms is %s', (transactionMs, status) => {
    const holder = session(42, { ...seen, transactionMs })
    const look = saw({ holders: [{ pid: 42, mode: 'AccessExclusiveLock' }], waiting: [], sessions: [holder], oldest: undefined }, now)
    expect(judgeLocks(look, about, false).findings[0]?.status).toBe(status)
  })

  test.each([
    [29_000, 'ok'],
    [30_000, 'warning'],
    [300_000, 'critical'],
  ])('that somebody waited for during %i ms is %s, and the one who blocks is to be ended', (waitingMs, status) => {
    const waiter = session(43, { ...seen, transactionMs: waitingMs, waitingMs, blockedBy: [42] })
    const look = saw({ holders: [], waiting: [43], sessions: [waiter], oldest: undefined }, now)
    const [finding] = judgeLocks(look, about, false).findings
    expect(finding?.status).toBe(status)
    expect(finding?.advice ?? '').toMatch(status === 'ok' ? /^$/ : /pg_terminate_backend\(42\)/)
  })
})

describe('the reading of the counter that a day is compared with', () => {
  const reading = (iso: string, deleted: number, more: Partial<DeletedRowsReading> = {}): DeletedRowsReading => ({
    oid: 1,
    deleted,
    statsReset: '',
    files: ['1:2'],
    at: Date.parse(iso),
    ...more,
  })
  const evening = reading('2026-12-04T19:55:00Z', 100)
  const night = reading('2026-12-04T20:05:00Z', 512)
  const morning = reading('2026-12-05T08:00:00Z', 520)
  const after = (...readings: readonly DeletedRowsReading[]) =>
    readings.reduce<ReturnType<typeof nextDeletedNote> | undefined>((note, one) => nextDeletedNote(note, one, aboutAt(one.at)), undefined)
  const since = (...readings: readonly DeletedRowsReading[]) => {
    const note = after(...readings)
    return note === undefined ? undefined : deletedSince(note, about)
  }

  test.each<readonly [string, readonly DeletedRowsReading[], number | undefined]>([
    ['the first look of all', [morning], undefined],
    ['the last look before midnight stays the one all day', [evening, night, morning], 420],
    ['a look of two days ago', [reading('2026-12-03T10:00:00Z', 50), morning], undefined],
    ['a counter that went back', [evening, reading('2026-12-05T08:00:00Z', 3)], undefined],
    ['statistics that were reset', [evening, reading('2026-12-05T08:00:00Z', 520, { statsReset: 'x' })], undefined],
    ['a table that was made anew', [evening, reading('2026-12-05T08:00:00Z', 520, { oid: 2 })], undefined],
  ])('%s', (_, readings, deleted) => {
    expect(since(...readings)).toBe(deleted)
  })

  test.each(['', 'null', '{', '[]', '{"last":{"oid":1}}', '{"last":{"oid":"1","deleted":1,"at":1,"statsReset":""},"day":"d"}', undefined])(
    'a note that is no reading (%j) is a first sight',
    (text) => {
      expect(readDeletedNote(text)).toBeUndefined()
    },
  )

  test('a note is read as it was written', () => {
    const note = after(evening, morning)
    expect(readDeletedNote(JSON.stringify(note))).toEqual(note)
  })
})
