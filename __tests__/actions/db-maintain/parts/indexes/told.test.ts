import { describe, expect, test } from '@jest/globals'
import {
  isLeftover,
  judgeDuplicates,
  judgeExpected,
  judgeIndexUse,
  judgeInvalid,
  judgeUnused,
} from '../../../../../src/actions/db-maintain/parts/indexes/policy.ts'
import { limitOf } from '../../../../../src/actions/db-maintain/thresholds.ts'
import type { Index, TableScans } from '../../../../../src/domain/postgres/indexes.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/db-maintain/parts/indexes/told.txt')

const dayMs = 86_400_000
const index = (given: Partial<Index> = {}): Index => ({
  oid: 1,
  schema: 'public',
  name: 'game_points',
  table: 'public.game',
  tableOid: 10,
  owner: 'quiz',
  valid: true,
  ready: true,
  building: false,
  unique: false,
  immediate: true,
  nullsEqual: false,
  held: false,
  ofConstraint: false,
  ofTable: false,
  partitioned: false,
  attached: false,
  sizeBytes: 20e6,
  scans: 0,
  definition: 'btree 2',
  ...given,
})
const scans = (given: Partial<TableScans> = {}): TableScans => ({
  oid: 10,
  schema: 'public',
  name: 'game',
  liveRows: 10_001,
  sequentialScans: 0,
  sequentialRows: 0,
  indexScans: 0,
  ...given,
})
const subject = 'database/quiz'
const wanted = { schema: undefined, name: 'game_points', shown: 'game_points' }
const expected = (indexes: readonly Index[], { rows = 10_001, days = 1 } = {}) =>
  toldOf(judgeExpected(wanted, { indexes, scans: [scans({ liveRows: rows })], countersMs: days * dayMs }, 'quiz'))
const broken = (given: Partial<Index> = {}) => index({ valid: false, ...given })
const invalid = (...indexes: readonly Index[]) => toldOf(judgeInvalid(indexes, subject))
const unused = (days: number, ...indexes: readonly Index[]) =>
  toldOf(judgeUnused({ indexes, scans: [], countersMs: days * dayMs }, () => false, subject))
const use = (...all: readonly TableScans[]) => toldOf(judgeIndexUse(all, limitOf({}, 'index-use'), subject))
const names = (count: number, given: Partial<Index> = {}) =>
  Array.from({ length: count }, (_, nth) => index({ name: `i${String(nth).padStart(2, '0')}`, ...given }))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['an expected index that is used', () => expected([index({ scans: 1 })])],
  ['one that is used in two schemas', () => expected([index({ scans: 1 }), index({ schema: 'other', scans: 2 })])],
  ['one that is not used', () => expected([index()])],
  ['one that a small table does not use', () => expected([index()], { rows: 10_000 })],
  ['one that counters of less than a day do not know', () => expected([index()], { days: 0.99 })],
  ['one that is not valid', () => expected([broken()])],
  ['one that is being built', () => expected([broken({ building: true })])],
  ['one that is not there', () => expected([index({ name: 'game_point' })])],

  ['no invalid index', () => invalid(index(), broken({ building: true }), broken({ partitioned: true }))],
  ['an invalid index', () => invalid(broken())],
  ['an invalid index that is not ready', () => invalid(broken({ ready: false }))],
  ['an invalid index and what a rebuild left', () => invalid(broken(), broken({ name: 'game_points_ccnew1' }))],
  ['what a rebuild left', () => invalid(broken({ name: 'game_points_ccold' }))],
  ['six invalid indexes', () => invalid(...names(6, { valid: false })).slice(0, 4)],

  ['no duplicate', () => toldOf(judgeDuplicates([index(), index({ name: 'b', definition: 'btree 3' })], subject))],
  ['a duplicate', () => toldOf(judgeDuplicates([index({ name: 'a' }), index({ name: 'b' })], subject))],
  ['three alike', () => toldOf(judgeDuplicates([index({ name: 'c' }), index({ name: 'a' }), index({ name: 'b' })], subject))],

  ['no unused index', () => unused(30)],
  ['an unused index', () => unused(30, index())],
  ['unused indexes, the largest first', () => unused(40, index({ name: 'a' }), index({ name: 'b', sizeBytes: 30e6, scans: 50 }))],
  ['counters that are too young', () => unused(29.9, index())],

  ['no large table', () => use(scans({ liveRows: 10_000, sequentialScans: 500 }))],
  ['a large table that dumps read', () => use(scans({ sequentialScans: 19 }))],
  ['a large table that is read by index', () => use(scans({ sequentialScans: 20, indexScans: 9_980 }))],
  ['a large table that is read whole', () => use(scans({ sequentialScans: 20 }))],
  [
    'two of them, the worse first',
    () =>
      use(
        scans({ name: 'a', sequentialScans: 20, indexScans: 20 }),
        scans({ name: 'b', sequentialScans: 20, sequentialRows: 5 }),
        scans({ name: 'c', sequentialScans: 20, sequentialRows: 9 }),
      ),
  ],
]
describe('what people are told of indexes', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test('twenty are shown, five stand in a command', () => {
  const found = judgeDuplicates(names(25), subject)
  expect(found.evidence).toHaveLength(20)
  expect(found.advice.match(/DROP INDEX|public"\./g)).toHaveLength(10)
  expect(
    judgeIndexUse(
      Array.from({ length: 25 }, () => scans({ sequentialScans: 20 })),
      limitOf({}, 'index-use'),
      subject,
    ).evidence,
  ).toHaveLength(20)
})

describe('what a rebuild left', () => {
  test.each<[string, Partial<Index>, boolean]>([
    ['a copy', { valid: false, name: 'a_ccnew' }, true],
    ['an old one, with its number', { valid: false, name: 'a_ccold12' }, true],
    ['a valid one of that name', { name: 'a_ccnew' }, false],
    ['one that is being built', { valid: false, building: true, name: 'a_ccnew' }, false],
    ['one of a constraint', { valid: false, ofConstraint: true, name: 'a_ccnew' }, false],
    ['another name', { valid: false, name: 'a_ccnew_b' }, false],
  ])('%s: %s', (_what, given, is) => {
    expect(isLeftover(index(given))).toBe(is)
  })
})

test('facts are hard where an index is broken, and young counters clear nothing', () => {
  expect(judgeInvalid([broken()], subject).certainty).toBe('hard')
  expect(judgeDuplicates([], subject).certainty).toBe('soft')
  expect(judgeUnused({ indexes: [], scans: [], countersMs: 0 }, () => false, subject).cleared).toBe(false)
  expect(judgeExpected(wanted, { indexes: [broken()], scans: [], countersMs: 0 }, 'quiz').certainty).toBe('hard')
  expect(judgeExpected(wanted, { indexes: [index()], scans: [], countersMs: 0 }, 'quiz').certainty).toBe('soft')
})

describe('of two indexes that do the same', () => {
  const goes = (...indexes: readonly Index[]) => judgeDuplicates(indexes, subject).evidence.map((one) => one.split(' does')[0])

  test.each<[string, readonly Index[], readonly string[]]>([
    ['one that the table needs stays, whatever its name', [index({ name: 'a' }), index({ name: 'b', ofTable: true })], ['public.a']],
    ['one that the table needs stays before a unique one', [index({ name: 'a', unique: true }), index({ name: 'b', ofTable: true })], []],
    ['a unique one stays beside one that is not', [index({ name: 'a', ofTable: true }), index({ name: 'b', unique: true })], []],
    ['of two unique ones the second goes', [index({ name: 'a', unique: true }), index({ name: 'b', unique: true })], ['public.b']],
  ])('%s', (_what, indexes, gone) => {
    expect(goes(...indexes)).toEqual(gone)
  })
})
