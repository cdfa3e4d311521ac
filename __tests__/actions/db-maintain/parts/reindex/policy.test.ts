import { describe, expect, test } from '@jest/globals'
import { judgeRebuilt, reclaimedBytes, reindexGains } from '../../../../../src/actions/db-maintain/parts/reindex/policy.ts'
import type { Rebuilt } from '../../../../../src/actions/db-maintain/parts/reindex/work.ts'
import type { Context } from '../../../../../src/contract/context.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/db-maintain/parts/reindex/told.txt')

const mb = 1_000_000
const rebuild = (name: string) =>
  ({ index: { schema: 'public', name, sizeBytes: 10 * mb }, why: 'bloated' }) as unknown as Rebuilt['rebuild']
const done = (name: string, afterBytes = 4 * mb): Rebuilt => ({ kind: 'done', rebuild: rebuild(name), afterBytes, tookMs: 1_500 })
const failed = (name: string, leftBehind = false): Rebuilt => ({
  kind: 'failed',
  rebuild: rebuild(name),
  cause: 'could not create unique index',
  leftBehind,
})
const other = (kind: 'no-right' | 'own-code', name: string) => ({ kind, rebuild: rebuild(name) }) as Rebuilt
const judged = (rebuilt: readonly Rebuilt[], dryRun = false) =>
  judgeRebuilt(rebuilt, { subject: 'database/quiz', context: { dryRun } as Context })
const told = (...rebuilt: readonly Rebuilt[]) => toldOf(judged(rebuilt))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['nothing to rebuild', () => told()],
  ['one index', () => told(done('a'))],
  ['two indexes', () => told(done('a'), done('b'))],
  ['one that failed', () => told(failed('a'))],
  ['one of two that failed, and its copy', () => told(done('a'), failed('b', true))],
  ['one that was left alone', () => told(done('a'), other('own-code', 'b'))],
  ['one without the right', () => told(done('a'), other('no-right', 'b'))],
  ['what a dry run would do', () => toldOf(judged([done('a'), done('b'), other('own-code', 'c')], true))],
]
describe('what people are told of rebuilt indexes', () => {
  test.each(rows)('%s', (what, said) => {
    expect(said()).toEqual(page.get(what))
  })
})

test('what was gained is counted where an index is smaller now', () => {
  expect(reclaimedBytes([done('a'), done('b', 11 * mb), failed('c')])).toBe(6 * mb)
})

test('twenty failures are shown', () => {
  expect(judged(Array.from({ length: 25 }, (_, index) => failed(`i${index}`))).evidence).toHaveLength(20)
})

test('the table says all of each', () => {
  expect(reindexGains([done('a'), failed('b'), other('no-right', 'c'), other('own-code', 'd')])).toEqual({
    title: 'reindex',
    columns: ['index', 'why', 'size', 'took'],
    rows: [
      ['public.a', 'bloated', '10 MB → 4 MB', '1.5 s'],
      ['public.b', 'bloated', '10 MB', 'failed'],
      ['public.c', 'bloated', '10 MB', 'no right'],
      ['public.d', 'bloated', '10 MB', 'left alone'],
    ],
  })
})
