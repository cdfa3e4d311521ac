import { expect, test } from '@jest/globals'
import { planReindex } from '../../../../../src/actions/db-maintain/parts/reindex/plan.ts'
import type { Filling } from '../../../../../src/domain/postgres/bloat.ts'
import type { Index } from '../../../../../src/domain/postgres/indexes.ts'

const index = (oid: number, name: string, given: Partial<Index> = {}): Index =>
  ({ oid, schema: 'public', name, valid: true, building: false, partitioned: false, ofConstraint: false, ...given }) as Index
const filling = (oid: number, emptyBytes: number, given: Partial<Filling> = {}): Filling =>
  ({ kind: 'index', oid, sizeBytes: 100, emptyBytes, ...given }) as Filling
const threshold = { warning: 0.4, critical: 1, clear: 0.4, worse: 'above' } as const

test('invalid ones come first, then bloated ones; copies, parents, and those that are being built are left', () => {
  const indexes = [
    index(1, 'bloated'),
    index(2, 'fine'),
    index(3, 'invalid', { valid: false }),
    index(4, 'invalid_ccnew', { valid: false }),
    index(5, 'building', { valid: false, building: true }),
    index(6, 'parent', { partitioned: true }),
    index(7, 'table'),
    index(8, 'both', { valid: false }),
    index(9, 'tiny'),
  ]
  const fillings = [
    filling(1, 40),
    filling(2, 39),
    filling(6, 90),
    filling(7, 90, { kind: 'table' }),
    filling(8, 90),
    filling(9, 0, { sizeBytes: 0 }),
  ]
  expect(planReindex(indexes, { fillings, withheld: [] }, threshold).map(({ index: { name }, why }) => `${name} ${why}`)).toEqual([
    'invalid invalid',
    'both invalid',
    'bloated bloated',
  ])
})
