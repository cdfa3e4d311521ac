import { expect, test } from '@jest/globals'
import { type MeasuredBackup, shrinkageOf } from '../../../src/domain/backup/suspect.ts'

const before = (rows: readonly (number | undefined)[], given: Partial<MeasuredBackup> = {}): readonly MeasuredBackup[] =>
  rows.map((one, at) => ({ at, rows: one, bytes: 1_000, suspect: false, accepted: false, ...given }))

test.each<[string, number, boolean]>([
  ['half of the median', 500, false],
  ['one row less than half', 499, true],
  ['nothing at all', 0, true],
  ['more than ever', 5_000, false],
])('%s: %i rows', (_, rows, suspect) => {
  expect(shrinkageOf({ rows, bytes: 1_000 }, before([1, 1, 900, 1_000, 1_000, 1_000, 1_100])).suspect).toBe(suspect)
})

test('bytes count as rows do, and alone where there are no rows', () => {
  expect(shrinkageOf({ rows: 1_000, bytes: 499 }, before([1_000]))).toEqual({ suspect: true, what: 'bytes', now: 499, median: 1_000 })
  expect(shrinkageOf({ rows: undefined, bytes: 499 }, before([undefined])).suspect).toBe(true)
  expect(shrinkageOf({ rows: undefined, bytes: 500 }, before([undefined])).suspect).toBe(false)
})

test('the first one is never suspect, nor one after only empty ones', () => {
  expect(shrinkageOf({ rows: 0, bytes: 0 }, []).suspect).toBe(false)
  expect(shrinkageOf({ rows: 0, bytes: 1_000 }, before([0, 0, 0])).suspect).toBe(false)
})

test('suspect ones are no measure for the next, however many there are', () => {
  const wiped = before(Array.from({ length: 30 }, () => 2)).map((one) => ({ ...one, at: one.at + 10, suspect: true }))
  expect(shrinkageOf({ rows: 2, bytes: 1_000 }, [...before([1_000, 1_000]), ...wiped]).suspect).toBe(true)
})

test('an accepted one is the measure for all that come after it', () => {
  const accepted = before([2], { at: 10, suspect: true, accepted: true })
  const known = [...before([1_000, 1_000, 1_000, 1_000, 1_000]), ...accepted]
  expect(shrinkageOf({ rows: 2, bytes: 1_000 }, known).suspect).toBe(false)
  expect(shrinkageOf({ rows: 0, bytes: 1_000 }, known).suspect).toBe(true)
})
