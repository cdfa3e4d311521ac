import { describe, expect, test } from '@jest/globals'
import {
  baseLine,
  counterOf,
  judgeSequentialScans,
  noteName,
  readSince,
  type TableReads,
} from '../../../../../src/actions/db-maintain/parts/sequential-scans/policy.ts'
import type { TableScans } from '../../../../../src/domain/postgres/indexes.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/db-maintain/parts/sequential-scans/told.txt')

const hourMs = 3_600_000
const reads = (given: Partial<TableReads> = {}): TableReads => ({
  name: 'public.game',
  liveRows: 10_000,
  sequentialScans: 20,
  sequentialRows: 200_000,
  indexScans: 0,
  ...given,
})
const told = (...read: readonly TableReads[]) => toldOf(judgeSequentialScans(read, 24 * hourMs, 'database/quiz'))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['the first look', () => toldOf(baseLine(3, 'database/quiz'))],
  ['nothing read', () => told()],
  ['a table exactly on all limits', () => told(reads())],
  ['a row fewer', () => told(reads({ liveRows: 9_999 }))],
  ['a scan fewer', () => told(reads({ sequentialScans: 19 }))],
  ['fewer rows a scan', () => told(reads({ sequentialRows: 199_999 }))],
  ['the index serves nearly every query', () => told(reads({ indexScans: 380 }))],
  ['the index serves nearly as many', () => told(reads({ indexScans: 379 }))],
  [
    'two tables, that with more rows first',
    () => told(reads(), reads({ name: 'public.vote', sequentialRows: 400_000 }), reads({ name: 'public.small', liveRows: 1 })),
  ],
  [
    'three tables',
    () => told(reads({ name: 'a.a' }), reads({ name: 'b.b', sequentialRows: 300_000 }), reads({ name: 'c.c', sequentialRows: 250_000 })),
  ],
]
describe('what people are told of sequential scans', () => {
  test.each(rows)('%s', (what, said) => {
    expect(said()).toEqual(page.get(what))
  })
})

test('a first look is not cleared', () => {
  expect(baseLine(3, 'database/quiz').cleared).toBe(false)
})

test('twenty tables are shown', () => {
  const many = Array.from({ length: 25 }, (_, index) => reads({ name: `public.t${index}` }))
  expect(judgeSequentialScans(many, hourMs, 'database/quiz').evidence).toHaveLength(20)
})

describe('what was read since the last run', () => {
  const scans = (given: Partial<TableScans> = {}): TableScans => ({
    oid: 1,
    schema: 'public',
    name: 'game',
    liveRows: 10,
    sequentialScans: 7,
    sequentialRows: 70,
    indexScans: 5,
    ...given,
  })
  const noteOf = (one: TableScans, numbers: readonly number[], reset = 'r') => ({
    at: 0,
    reset,
    entries: new Map([[noteName(one), { numbers, since: '' }]]),
  })

  test('is the gain over the note', () => {
    const one = scans()
    expect(readSince([one], { before: noteOf(one, [2, 20, 4]), reset: 'r', parentOf: () => undefined })).toEqual([
      { name: 'public.game', liveRows: 10, sequentialScans: 5, sequentialRows: 50, indexScans: 1 },
    ])
  })

  test('is all of it after the counters were reset', () => {
    const one = scans()
    const [read] = readSince([one], { before: noteOf(one, [2, 20, 4], 'before'), reset: 'r', parentOf: () => undefined })
    expect(read).toMatchObject({ sequentialScans: 7, sequentialRows: 70, indexScans: 5 })
  })

  test('is added up for the partitions of one parent', () => {
    const before = { at: 0, reset: 'r', entries: new Map() }
    const parts = [scans({ oid: 1 }), scans({ oid: 2, name: 'game_2', liveRows: 5 }), scans({ oid: 3, name: 'other' })]
    expect(readSince(parts, { before, reset: 'r', parentOf: (oid) => (oid < 3 ? 'public.games' : undefined) })).toEqual([
      { name: 'public.games', liveRows: 15, sequentialScans: 14, sequentialRows: 140, indexScans: 10 },
      { name: 'public.other', liveRows: 10, sequentialScans: 7, sequentialRows: 70, indexScans: 5 },
    ])
  })

  test('is kept as three counters under oid and name', () => {
    expect(counterOf(scans())).toEqual({ numbers: [7, 70, 5], since: '' })
    expect(noteName(scans())).toBe('1 public.game')
  })
})
