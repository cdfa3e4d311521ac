import { describe, expect, test } from '@jest/globals'
import {
  judgeBloat,
  judgeClock,
  judgeCollations,
  judgeDeadRows,
  judgeSequences,
  judgeVacuumAge,
  type NamedStats,
} from '../../../../../src/actions/db-maintain/parts/bloat/policy.ts'
import { limitOf } from '../../../../../src/actions/db-maintain/thresholds.ts'
import type { Filling, Sequence } from '../../../../../src/domain/postgres/bloat.ts'

const subject = 'database/quiz'
const hourMs = 3_600_000
const stats = (given: Partial<NamedStats>): NamedStats => ({
  oid: 1,
  name: 'public.game',
  liveRows: 100_000,
  deadRows: 0,
  totalBytes: 1e7,
  heapBytes: 1e7,
  vacuumCount: 1,
  analyzeCount: 1,
  vacuumedMs: hourMs,
  analyzedMs: hourMs,
  freezeAge: 100,
  owner: 'quiz',
  mayMaintain: true,
  ...given,
})

describe('dead rows', () => {
  test.each([
    [10_000, 0, 'ok'],
    [10_001, 0, 'warning'],
    [20_000, 180_000, 'warning'],
    [20_000, 180_001, 'ok'],
  ])('%i dead beside %i live ones', (deadRows, liveRows, status) => {
    expect(judgeDeadRows([stats({ deadRows, liveRows })], limitOf({}, 'dead-rows'), subject).status).toBe(status)
  })

  test('the worst table decides, and the others are listed after it', () => {
    const found = judgeDeadRows(
      [stats({ deadRows: 20_000 }), stats({ name: 'public.day', deadRows: 90_000 }), stats({ name: 'public.ok', deadRows: 9_000 })],
      limitOf({}, 'dead-rows'),
      subject,
    )
    expect(found.title).toBe('database/quiz: public.day has 47.4 % dead rows and 1 more')
    expect(found.evidence.map((one) => one.split(':')[0])).toEqual(['public.day', 'public.game'])
  })
})

describe('the age of the last VACUUM', () => {
  const judge = (given: Partial<NamedStats>, firstSeenMs = 0) =>
    judgeVacuumAge([stats(given)], () => firstSeenMs, { threshold: limitOf({}, 'vacuum-age'), subject }).status
  test.each([
    ['an hour', { deadRows: 1_000 }, 0, 'ok'],
    ['a day', { deadRows: 1_000, vacuumedMs: 24 * hourMs }, 0, 'warning'],
    ['two days', { deadRows: 1_000, vacuumedMs: 48 * hourMs }, 0, 'critical'],
    ['a month, with hardly a dead row', { deadRows: 999, vacuumedMs: 720 * hourMs }, 0, 'ok'],
    ['never, seen for the first time', { deadRows: 50_000, vacuumedMs: undefined }, 0, 'ok'],
    ['never, seen for two days', { deadRows: 50_000, vacuumedMs: undefined }, 48 * hourMs, 'critical'],
    ['in the future, by a clock that went back', { deadRows: 50_000, vacuumedMs: -24 * hourMs }, 0, 'ok'],
  ])('%s', (...[, given, firstSeenMs, status]) => {
    expect(judge(given, firstSeenMs)).toBe(status)
  })
})

describe('bloat', () => {
  const filling = (emptyBytes: number, given: Partial<Filling> = {}): Filling => ({
    kind: 'table',
    oid: 1,
    schema: 'public',
    name: 'game',
    sizeBytes: 100e6,
    emptyBytes,
    how: 'estimated',
    ...given,
  })
  const withheld = [{ kind: 'table', name: 'public.day', sizeBytes: 20e6, why: 'stale' }] as const

  test.each([
    [39e6, 'ok'],
    [40e6, 'warning'],
    [99e6, 'warning'],
  ])('%i of 100,000,000 bytes', (empty, status) => {
    expect(judgeBloat({ fillings: [filling(empty)], withheld: [] }, limitOf({}, 'bloat'), subject).status).toBe(status)
  })

  test('what was withheld is said beside what was found, and an ok finding then clears nothing', () => {
    expect(judgeBloat({ fillings: [filling(1)], withheld }, limitOf({}, 'bloat'), subject)).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: '1 relation: their statistics are stale: run the task `analyze`',
    })
    const bad = judgeBloat({ fillings: [filling(50e6)], withheld }, limitOf({}, 'bloat'), subject)
    expect(bad.status).toBe('warning')
    expect(bad.evidence).toContain('public.day: not estimated, 20 MB, stale')
  })

  test('the command rebuilds only indexes that are bloated and whose names fit', () => {
    const index = { kind: 'index', name: 'game_pkey' } as const
    const odd = filling(90e6, { kind: 'index', name: 'a"; DROP TABLE game; --' })
    const { advice } = judgeBloat(
      { fillings: [filling(50e6, index), odd, filling(1, { ...index, name: 'fine' })], withheld: [] },
      limitOf({}, 'bloat'),
      subject,
    )
    expect(advice).toContain('REINDEX INDEX CONCURRENTLY "public"."game_pkey";')
    expect(advice).not.toMatch(/DROP TABLE|fine/)
  })
})

describe('sequences', () => {
  const sequence = (given: Partial<Sequence>): Sequence => ({
    schema: 'public',
    name: 's',
    column: '',
    last: 1,
    readable: true,
    held: false,
    first: 1,
    limit: 1_000,
    cycles: false,
    ...given,
  })
  test.each([
    [{ last: 849 }, 'ok'],
    [{ last: 851 }, 'warning'],
    [{ last: 951 }, 'critical'],
    [{ last: 951, cycles: true }, 'ok'],
    [{ last: undefined }, 'ok'],
    [{ last: 5, first: 5, limit: 5 }, 'ok'],
    [{ last: -90, first: -1, limit: -100 }, 'warning'],
  ])('%j', (given, status) => {
    expect(judgeSequences([sequence(given)], limitOf({}, 'sequence'), subject).status).toBe(status)
  })
})

test('a collation that is not in use is told after those that are', () => {
  const found = judgeCollations(
    [
      { name: 'database quiz', recorded: '2.36', actual: '2.41', used: true },
      { name: 'collation "fr-x-icu"', recorded: '1', actual: '', used: false },
    ],
    'quiz',
    subject,
  )
  expect(found.title).toBe('database/quiz: the rules of database quiz changed and 1 more')
  expect(found.evidence).toEqual(['database quiz: recorded 2.36, now 2.41', 'collation "fr-x-icu": recorded 1, now none, not in use'])
  expect(found.advice).toContain('ALTER DATABASE "quiz" REFRESH COLLATION VERSION;')
})

test.each([
  [0, 'ok'],
  [60_000, 'ok'],
  [-60_001, 'warning'],
  [86_400_000, 'warning'],
])('a clock that is %i ms ahead', (aheadMs, status) => {
  expect(judgeClock(aheadMs, 'service/db').status).toBe(status)
})
