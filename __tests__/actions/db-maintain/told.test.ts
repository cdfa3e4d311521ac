import { describe, expect, test } from '@jest/globals'
import { count, gainsOf, judgePolicy } from '../../../src/actions/db-maintain/parts/sessions/policy.ts'
import type { Deed } from '../../../src/actions/db-maintain/parts/sessions/signal.ts'
import { baseLine, judgeSlowQueries, notCounted, slowQueries, tableOf } from '../../../src/actions/db-maintain/parts/slow-queries/policy.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf, toldOn } from '../../support/told.ts'

const page = toldOn('__tests__/actions/db-maintain/told.txt')

const deed = (pid: number, fate: Deed['fate']): Deed => ({ target: { session: session(pid), reason: 'long query', way: 'cancel' }, fate })
const policy = { policy: 'cancel', roles: [], applications: [], states: [] } as const
const policyTold = (...fates: readonly Deed['fate'][]) =>
  toldOf(
    judgePolicy(
      fates.map((fate, index) => deed(index + 1, fate)),
      policy,
      'service/db',
    ),
  )

const slowness = { warning: 500, critical: 2_000, clear: 500, worse: 'above' } as const
const about = { subject: 'service/db', role: 'ronde', threshold: slowness }
const counter = (key: string, calls: number, totalMs: number, user = 'quiz') => ({ key, queryId: key, user, calls, totalMs, since: '' })
const nothing = { at: 0, reset: '', entries: new Map() }
const list = (...counters: readonly ReturnType<typeof counter>[]) => ({ list: counters, reset: '', hidden: 0 })
const texts = new Map([['a', 'SELECT a']])
const slowTold = (hidden: number, ...counters: readonly ReturnType<typeof counter>[]) =>
  toldOf(judgeSlowQueries({ ...slowQueries(list(...counters), nothing, about), texts, sinceMs: 3_600_000, hidden }, about))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['a policy that only reports', () => toldOf(judgePolicy([deed(1, 'terminated')], { ...policy, policy: 'report' }, 'service/db'))],
  ['nothing to end', () => policyTold()],
  ['what was ended', () => policyTold('cancelled', 'terminated', 'gone')],
  ['what would be ended', () => policyTold('would cancel', 'would terminate')],
  ['what was not ended', () => policyTold('still there', 'not allowed', 'not reached', 'needs terminate', 'needs terminate')],
  ['no extension', () => toldOf(notCounted('no extension', about))],
  ['not loaded', () => toldOf(notCounted('not loaded', about))],
  ['a first look', () => toldOf(baseLine(list(counter('a', 1, 1)), about))],
  ['a first look that does not see all', () => toldOf(baseLine({ ...list(counter('a', 1, 1), counter('b', 1, 1)), hidden: 1_234 }, about))],
  ['no slow query', () => slowTold(0, counter('a', 100, 49_999), counter('b', 99, 990_000))],
  ['no slow query among those that may be seen', () => slowTold(3)],
  ['a slow query', () => slowTold(0, counter('a', 100, 50_000))],
  ['two slow queries', () => slowTold(0, counter('a', 100, 50_000), counter('b', 1_000, 2_000_000, ''))],
  [
    'twelve slow queries',
    () => slowTold(0, ...Array.from({ length: 12 }, (_, index) => counter(`q${index}`, 100, 60_000 + index))).slice(0, 4),
  ],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test('deeds are counted by what they came to', () => {
  const deeds = (['cancelled', 'terminated', 'would cancel', 'gone', 'still there', 'not reached', 'not allowed'] as const).map(
    (fate, index) => deed(index, fate),
  )
  expect((['done', 'planned', 'passed', 'missed'] as const).map((word) => count(deeds, word))).toEqual([2, 1, 1, 3])
})

test('the table of sessions says all of each', () => {
  expect(gainsOf([deed(42, 'cancelled')])).toEqual({
    title: 'Sessions in the way',
    columns: ['pid', 'role', 'application', 'why', 'what was done', 'query'],
    rows: [['42', 'quiz', 'gunicorn', 'long query', 'cancelled', 'UPDATE game SET points = ?']],
  })
})

test('the table of slow queries says all of each, those that took most first', () => {
  expect(tableOf({ ...slowQueries(list(counter('a', 100, 50_000), counter('b', 1_000, 2_000_000)), nothing, about), texts })).toEqual({
    title: 'Slow queries since the last run',
    columns: ['mean', 'calls', 'in all', 'role', 'query'],
    rows: [
      ['2 s', '1,000', '33 min 20 s', 'quiz', '(its text is not kept)'],
      ['500 ms', '100', '50 s', 'quiz', 'SELECT a'],
    ],
  })
})

test('a query is judged by what it took since the last run, unless counting began anew', () => {
  const before = { at: 0, reset: 'monday', entries: new Map([['a', { numbers: [100, 900_000], since: '' }]]) }
  const now = { list: [counter('a', 200, 950_000)], reset: 'monday', hidden: 0 }
  expect(slowQueries(now, before, about).shown).toMatchObject([{ calls: 100, totalMs: 50_000, meanMs: 500 }])
  expect(slowQueries({ ...now, reset: 'tuesday' }, before, about).shown).toMatchObject([{ calls: 200, totalMs: 950_000, meanMs: 4_750 }])
})

test('the page says nothing else', () => {
  expect([...page.keys()]).toEqual([...rows].map(([what]) => what))
})
