import { expect, test } from '@jest/globals'
import { judgeClock, judgeCollations } from '../../../../../src/actions/db-maintain/parts/bloat/policy.ts'
import { toldOf } from '../../../../support/told.ts'

const mismatch = (name: string, given: object = {}) => ({ name, recorded: '2.36', actual: '2.41', used: true, ...given })
const told = (...all: readonly ReturnType<typeof mismatch>[]) => toldOf(judgeCollations(all, 'quiz', 'database/quiz'))

test('collations that are those of the indexes', () => {
  expect(told()).toEqual([
    'ok db.collation: database/quiz: collations are those of the indexes',
    'observed: recorded versions are the present ones',
    'expected: the versions that the indexes were built with',
  ])
})

test('collations that changed', () => {
  expect(told(mismatch('the database'), mismatch('de_DE', { actual: '', used: false }))).toEqual([
    'warning db.collation: database/quiz: the rules of the database changed and 1 more',
    'observed: the database: recorded 2.36, now 2.41',
    'expected: the versions that the indexes were built with',
    'advice: indexes on text may miss rows or let duplicates in. In a quiet hour: REINDEX (CONCURRENTLY) the database, then ALTER DATABASE "quiz" REFRESH COLLATION VERSION; and ALTER COLLATION … REFRESH VERSION for the others; or go back to the former image',
    'evidence: the database: recorded 2.36, now 2.41',
    'evidence: de_DE: recorded 2.36, now none, not in use',
  ])
  expect(told(mismatch('the database', { actual: '' }))[0]).toBe('warning db.collation: database/quiz: the rules of the database changed')
  expect(told(mismatch('the database', { actual: '' }))[1]).toBe('observed: the database: recorded 2.36, now none')
  expect(judgeCollations([mismatch('x')], 'a\u0000b', 's').advice).not.toContain('ALTER DATABASE')
  expect(
    judgeCollations(
      Array.from({ length: 25 }, () => mismatch('x')),
      'quiz',
      's',
    ).evidence,
  ).toHaveLength(20)
})

test.each([
  [60_000, 'ok db.clock: s: its clock agrees with ours', '1 min ahead of the runner', 3],
  [60_001, 'warning db.clock: s: its clock and ours differ', '1 min ahead of the runner', 4],
  [-60_001, 'warning db.clock: s: its clock and ours differ', '1 min behind the runner', 4],
])('a clock that is %i ms ahead', (aheadMs, title, observed, lines) => {
  const said = toldOf(judgeClock(aheadMs, 's'))
  expect(said.slice(0, 3)).toEqual([title, `observed: ${observed}`, 'expected: at most 1 min apart'])
  expect(said).toHaveLength(lines + 1)
  expect(said.at(-1)).toBe(`measured: clock-ahead ${aheadMs} ms`)
})
