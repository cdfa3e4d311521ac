import { describe, expect, test } from '@jest/globals'
import { judgeDuplicates, judgeExpected, judgeIndexUse, judgeUnused } from '../../../../../src/actions/db-maintain/parts/indexes/policy.ts'
import { limitOf } from '../../../../../src/actions/db-maintain/thresholds.ts'
import type { Index, TableScans } from '../../../../../src/domain/postgres/indexes.ts'

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
  liveRows: 50_000,
  sequentialScans: 0,
  sequentialRows: 0,
  indexScans: 0,
  ...given,
})

describe('an unused index', () => {
  const never = () => false
  test.each([
    ['large and never scanned in 30 days', {}, 30, 'warning'],
    ['scanned 50 times', { scans: 50 }, 31, 'warning'],
    ['scanned 51 times', { scans: 51 }, 31, 'ok'],
    ['of just less than 10 MB', { sizeBytes: 9_999_999 }, 31, 'ok'],
    ['of a constraint', { ofConstraint: true }, 31, 'ok'],
    ['unique, so that it keeps duplicates out', { unique: true }, 31, 'ok'],
    ['of the replica identity', { ofTable: true }, 31, 'ok'],
    ['of a partitioned parent', { partitioned: true }, 31, 'ok'],
    ['under counters of 29 days', {}, 29, 'ok'],
  ])('%s', (_, given, days, status) => {
    expect(judgeUnused({ indexes: [index(given)], scans: [], countersMs: days * dayMs }, never, 'database/quiz').status).toBe(status)
  })

  test('that appeared lately is not told', () => {
    expect(judgeUnused({ indexes: [index()], scans: [], countersMs: 40 * dayMs }, () => true, 'database/quiz').status).toBe('ok')
  })
})

describe('of two indexes that do the same', () => {
  const told = (...indexes: readonly Index[]) => judgeDuplicates(indexes, 'database/quiz').evidence.map((one) => one.split(' on ')[0])
  test.each([
    ['the first by name stays', [index({ name: 'b' }), index({ name: 'a' })], ['public.b does what public.a does']],
    ["a constraint's stays", [index({ name: 'a' }), index({ name: 'b', ofConstraint: true })], ['public.a does what public.b does']],
    ['a unique one stays', [index({ name: 'a' }), index({ name: 'b', unique: true })], ['public.a does what public.b does']],
    ['two constraints stay both', [index({ ofConstraint: true }), index({ name: 'b', ofConstraint: true })], []],
    [
      'a part of a partitioned index stays',
      [index({ name: 'a' }), index({ name: 'b', attached: true })],
      ['public.a does what public.b does'],
    ],
    [
      'the stricter one stays',
      [index({ name: 'a', unique: true }), index({ name: 'b', unique: true, nullsEqual: true })],
      ['public.a does what public.b does'],
    ],
    [
      'one that is checked late replaces none',
      [index({ name: 'a', unique: true, immediate: false, ofConstraint: true }), index({ name: 'b', unique: true })],
      [],
    ],
    [
      'of a stricter one and a constraint that is less so both stay',
      [index({ name: 'a', unique: true, ofConstraint: true }), index({ name: 'b', unique: true, nullsEqual: true })],
      [],
    ],
    ['an invalid one is told elsewhere', [index({ name: 'a' }), index({ name: 'b', valid: false })], []],
    ['other tables are other indexes', [index({ name: 'a' }), index({ name: 'b', tableOid: 11 })], []],
  ])('%s', (_, indexes, expected) => {
    expect(told(...indexes)).toEqual(expected)
  })

  test('no command is offered for a name that does not fit into one', () => {
    const found = judgeDuplicates([index({ name: 'a' }), index({ name: 'b"; DROP TABLE game; --' })], 'database/quiz')
    expect(found.advice).not.toContain('game')
  })
})

describe('an expected index', () => {
  const wanted = { schema: undefined, name: 'game_points', shown: 'game_points' }
  test.each([
    ['used', index({ scans: 5 }), 40, 'ok'],
    ['not used for a day, by a large table', index(), 1, 'warning'],
    ['not used, under young counters', index(), 0.5, 'ok'],
    ['invalid', index({ valid: false }), 40, 'critical'],
    ['being built', index({ valid: false, building: true }), 40, 'ok'],
    ['of another name', index({ name: 'other' }), 40, 'critical'],
  ])('that is %s', (_, one, days, status) => {
    expect(judgeExpected(wanted, { indexes: [one], scans: [scans()], countersMs: days * dayMs }, 'quiz').status).toBe(status)
  })
})

describe('a table that is read from end to end', () => {
  const judge = (given: Partial<TableScans>) => judgeIndexUse([scans(given)], limitOf({}, 'index-use'), 'database/quiz')
  test.each([
    ['in 6 % of its scans', { indexScans: 940, sequentialScans: 60 }, 'warning'],
    ['in 4 % of its scans', { indexScans: 960, sequentialScans: 40 }, 'ok'],
    ['often, but it is small', { indexScans: 0, sequentialScans: 1_000, liveRows: 10_000 }, 'ok'],
    ['by a few dumps', { indexScans: 0, sequentialScans: 19 }, 'ok'],
  ])('%s', (_, given, status) => {
    expect(judge(given).status).toBe(status)
  })
})
