import { describe, expect, test } from '@jest/globals'
import { buffersOf, elapsedOf, readPlan, rowsByRelation, rowsOf, rowsReadWhole } from '../../../src/domain/postgres/plan.ts'

const leading = new Set(['game_day'])
const scan = (type: string, more: object = {}) => ({
  'Node Type': type,
  Schema: 'public',
  'Relation Name': 'game',
  'Plan Rows': 500,
  ...more,
})
const byIndex = { 'Index Name': 'game_day', 'Index Cond': '(day = $1)' }
const bitmap = (...Plans: readonly object[]) => scan('Bitmap Heap Scan', { Plans })
const bitmapIndex = (more: object = byIndex) => ({ 'Node Type': 'Bitmap Index Scan', ...more })

describe('a plan is read', () => {
  const plan = { 'Node Type': 'Aggregate', 'Actual Rows': 3 }

  test.each([
    ['as text', JSON.stringify([{ Plan: plan, 'Planning Time': 1.5, 'Execution Time': 2 }])],
    ['as a value', [{ Plan: plan, 'Planning Time': 1.5, 'Execution Time': 2 }]],
  ])('%s, with the times beside it', (_what, cell) => {
    expect(readPlan(cell)).toEqual({ ...plan, 'Planning Time': 1.5, 'Execution Time': 2 })
    expect([elapsedOf(readPlan(cell)), rowsOf(readPlan(cell))]).toEqual([3.5, 3])
  })

  test.each([['no JSON'], ['{}'], ['[]'], ['[1]'], ['[{}]'], ['[{"Plan":1}]'], ['[{"Plan":null}]'], [null], [[null]]])(
    'as nothing from %j',
    (cell) => {
      expect(readPlan(cell)).toEqual({})
      expect([elapsedOf({}), rowsOf({}), buffersOf({})]).toEqual([0, 0, 0])
    },
  )

  test('with all blocks that it touched', () => {
    const blocks = { 'Shared Hit Blocks': 1, 'Shared Read Blocks': 20, 'Local Hit Blocks': 300, 'Local Read Blocks': 4_000 }
    expect(buffersOf({ ...blocks, 'Temp Read Blocks': 50_000 })).toBe(4_321)
  })
})

test("the planner's rows are known by relation, wherever it stands", () => {
  const append = { 'Node Type': 'Append', Plans: [scan('Seq Scan'), scan('Seq Scan', { 'Relation Name': 'vote', 'Plan Rows': 7 })] }
  expect([...rowsByRelation(append)]).toEqual([
    ['public.game', 500],
    ['public.vote', 7],
  ])
  expect([...rowsByRelation({ 'Node Type': 'Result' })]).toEqual([])
})

describe('how many rows are read whole', () => {
  const rows = new Map([['public.game', 9_000]])
  test.each<[string, Parameters<typeof rowsReadWhole>[0], number]>([
    ['a scan from end to end', scan('Seq Scan'), 9_000],
    ['of a relation that nobody counted, by the plan itself', scan('Seq Scan', { 'Relation Name': 'other' }), 500],
    ['an index that begins with the column', scan('Index Scan', byIndex), 0],
    ['an index-only scan of it', scan('Index Only Scan', byIndex), 0],
    ['that index from end to end', scan('Index Scan', { 'Index Name': 'game_day' }), 9_000],
    ['another index', scan('Index Scan', { ...byIndex, 'Index Name': 'game_code' }), 9_000],
    ['no index, whatever it names', scan('Seq Scan', byIndex), 9_000],
    ['a bitmap of it', bitmap(bitmapIndex()), 0],
    ['a bitmap of two', bitmap({ 'Node Type': 'BitmapOr', Plans: [bitmapIndex(), bitmapIndex()] }), 0],
    ['a bitmap of which one is another', bitmap({ 'Node Type': 'BitmapAnd', Plans: [bitmapIndex(), bitmapIndex({})] }), 9_000],
    ['a bitmap or of which one is another', bitmap({ 'Node Type': 'BitmapOr', Plans: [bitmapIndex({}), bitmapIndex()] }), 9_000],
    ['all below a node without a relation', { 'Node Type': 'Append', Plans: [scan('Seq Scan'), scan('Seq Scan')] }, 18_000],
    ['nothing', { 'Node Type': 'Result' }, 0],
  ])('%s', (_what, plan, count) => {
    expect(rowsReadWhole(plan, rows, leading)).toBe(count)
  })
})
