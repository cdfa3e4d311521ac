import { describe, expect, test } from '@jest/globals'
import { planAnalyze, planVacuum, statementOf } from '../../../../../src/actions/db-maintain/parts/vacuum/plan.ts'
import { tellVacuum } from '../../../../../src/actions/db-maintain/parts/vacuum/work.ts'
import type { Table } from '../../../../../src/actions/db-maintain/task.ts'

const table = (oid: number, kind: Table['kind'], ancestors: readonly number[] = []): Table => ({
  oid,
  schema: 'public',
  name: `t${oid}`,
  kind,
  ancestors,
})
/** A plain table, and a parent with a leaf and a parent below it that has a leaf. */
const tables = [table(1, 'r'), table(2, 'p'), table(3, 'r', [2]), table(4, 'p', [2]), table(5, 'r', [4, 2])]
const statements = (steps: ReturnType<typeof planVacuum>, major: number) =>
  steps.map((step) => statementOf(step, `t${step.table.oid}`, major))

describe('the statements for plain and partitioned tables', () => {
  test('before PostgreSQL 18 ANALYZE of the top parent does all below it', () => {
    expect(statements(planVacuum(tables, 17), 17)).toEqual([
      'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) t1',
      'VACUUM (SKIP_LOCKED, TRUNCATE false) t3',
      'VACUUM (SKIP_LOCKED, TRUNCATE false) t5',
      'ANALYZE (SKIP_LOCKED) t2',
    ])
    expect(statements(planAnalyze(tables, 17), 17)).toEqual(['ANALYZE (SKIP_LOCKED) t1', 'ANALYZE (SKIP_LOCKED) t2'])
  })

  test('since PostgreSQL 18 each parent is analyzed by itself', () => {
    expect(statements(planVacuum(tables, 18), 18)).toEqual([
      'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) t1',
      'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) t3',
      'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) t5',
      'ANALYZE (SKIP_LOCKED) ONLY t2',
      'ANALYZE (SKIP_LOCKED) ONLY t4',
    ])
  })

  test('a leaf whose parent is not looked after is a table like any other', () => {
    expect(statements(planVacuum([table(3, 'r', [2])], 15), 15)).toEqual(['VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) t3'])
  })
})

describe('the progress of a VACUUM', () => {
  const row = { phase: 'scanning heap', total: 256_000, scanned: 64_000, vacuumed: 0 }
  test.each([
    [row, 10_000, 'vacuum public.game: scanning heap, 524 MB of 2.1 GB, 52.4 MB/s, about 30 s left'],
    [{ ...row, phase: 'vacuuming heap', vacuumed: 128_000 }, 10_000, 'vacuum public.game: vacuuming heap, 1 GB of 2.1 GB, 10 s so far'],
    [{ ...row, scanned: 0 }, 10_000, 'vacuum public.game: scanning heap, 0 B of 2.1 GB, 10 s so far'],
  ])('%j after %i ms', (given, elapsedMs, expected) => {
    expect(tellVacuum('public.game', given, elapsedMs)).toBe(expected)
  })
})
