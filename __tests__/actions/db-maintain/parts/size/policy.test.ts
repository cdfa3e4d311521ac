import { describe, expect, test } from '@jest/globals'
import { growthOf, judgeDatabaseSize, judgeVolume, sizeTable } from '../../../../../src/actions/db-maintain/parts/size/policy.ts'
import { limitOf } from '../../../../../src/actions/db-maintain/thresholds.ts'
import type { PastMeasurement } from '../../../../../src/contract/history.ts'
import { couldNotLook, saw } from '../../../../../src/contract/seen.ts'

const dayMs = 86_400_000
const now = 100 * dayMs
const daysAgo = (days: number, value: number): PastMeasurement => ({ at: now - days * dayMs, value })
const sizesOf = (databaseBytes: number) => ({
  databaseBytes,
  tables: [{ name: 'public.game', totalBytes: databaseBytes / 2, indexBytes: 10e6 }],
  dataDirectory: '/var/lib/postgresql/data',
})
const looked = (past: readonly PastMeasurement[], bytes = 10e9) => ({ sizes: sizesOf(bytes), past, now, subject: 'database/quiz' })
const limits = { free: limitOf({}, 'volume-free'), days: limitOf({}, 'days-to-full') }
const volume = (freeBytes: number) => saw({ path: '/var/lib/postgresql/data', totalBytes: 100e9, freeBytes }, now)

describe('the growth of a database', () => {
  test.each([
    ['nothing to compare with', [], undefined],
    ['only a run of an hour ago', [daysAgo(0.04, 9e9)], undefined],
    ['a run of yesterday', [daysAgo(1, 9e9)], 1e9],
    ['the oldest within three months decides', [daysAgo(1, 9e9), daysAgo(10, 5e9), daysAgo(95, 1e9)], 0.5e9],
    ['a clock that went back', [{ at: now + dayMs, value: 9e9 }], undefined],
  ])('%s', (_, past, expected) => {
    expect(growthOf(10e9, past, now)).toBe(expected)
  })

  test('is told since the last run and a day', () => {
    expect(judgeDatabaseSize(looked([daysAgo(7, 9.3e9)])).observed).toBe('10 GB, +700 MB in 7 d since the last run, +100 MB a day')
    expect(judgeDatabaseSize(looked([])).observed).toBe('10 GB')
  })
})

describe('the volume of a database', () => {
  test.each([
    ['much room', 60e9, [], 'ok', true],
    ['little room', 19e9, [], 'warning', false],
    ['hardly any room', 9e9, [], 'critical', false],
    ['full within a month', 25e9, [daysAgo(10, 0)], 'warning', false],
    ['full within a week', 60e9, [daysAgo(1, 0)], 'critical', false],
    ['a database that shrinks', 60e9, [daysAgo(1, 20e9)], 'ok', true],
  ])('with %s', (...[, free, past, status, cleared]) => {
    expect(judgeVolume(volume(free), looked(past), limits)).toMatchObject({ status, cleared })
  })

  test('says when it will be full', () => {
    expect(judgeVolume(volume(25e9), looked([daysAgo(10, 0)]), limits).observed).toBe(
      '/var/lib/postgresql/data: 25 GB of 100 GB free (25 %), full in about 25 d at this growth',
    )
  })

  test('that cannot be seen is said, and clears nothing', () => {
    const seen = couldNotLook('SQL cannot ask for the free room of the server', 'set database.service')
    expect(judgeVolume(seen, looked([]), limits)).toMatchObject({
      status: 'ok',
      cleared: false,
      advice: expect.stringMatching(/^not checked: SQL cannot/),
    })
  })
})

test('the table of sizes says what each gained since the last run', () => {
  expect(sizeTable(sizesOf(10e9), { 'public.game': 4e9 }).rows).toEqual([['public.game', '5 GB', '10 MB', '+1 GB']])
  expect(sizeTable(sizesOf(10e9), {}).rows).toEqual([['public.game', '5 GB', '10 MB', '']])
})
