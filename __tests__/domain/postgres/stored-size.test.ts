import { expect, test } from '@jest/globals'
import { freshIndexBytes, freshTableBytes, keyBytes, type StoredColumn, tableRowBytes } from '../../../src/domain/postgres/stored-size.ts'

const column = (length: number, align: StoredColumn['align'], given: Partial<StoredColumn> = {}): StoredColumn => ({
  length,
  align,
  width: Math.max(length, 0),
  nullShare: 0,
  ...given,
})
const bool = column(1, 1)
const int = column(4, 4)
const bigint = column(8, 8)
const text = (width: number) => column(-1, 4, { width })
const many = (count: number, one: StoredColumn): readonly StoredColumn[] => Array.from({ length: count }, () => one)

test.each<readonly [string, readonly StoredColumn[], number]>([
  ['a bigint behind a bool begins at eight', [bool, bigint], 4 + 24 + 16],
  ['a bool behind a bigint needs no room before it', [bigint, bool], 4 + 24 + 16],
  ['an int, a bigint and an int take 20 bytes, so 24', [int, bigint, int], 4 + 24 + 24],
  ['short texts begin anywhere', [bool, text(6), text(9)], 4 + 24 + 16],
  ['long ones at four', [bool, text(130)], 4 + 24 + 136],
  [
    'nulls take nothing, and the bits of thirty columns eight bytes',
    [...many(3, int), ...many(27, column(4, 4, { nullShare: 1 }))],
    4 + 32 + 16,
  ],
  ['the bits of eight columns lie in the header', [...many(3, int), ...many(5, column(4, 4, { nullShare: 1 }))], 4 + 24 + 16],
])('%s', (_, columns, bytes) => {
  expect(tableRowBytes(columns)).toBe(bytes)
})

test('a key has a header of eight, and of sixteen with a null', () => {
  expect(keyBytes([int])).toBe(4 + 16)
  expect(keyBytes([column(4, 4, { nullShare: 1 }), int])).toBe(4 + 24)
})

test('what is fresh keeps the room of its fillfactor', () => {
  expect(freshTableBytes([int], { rows: 0, fillfactor: 100 })).toBe(0)
  expect(freshTableBytes([int], { rows: 226 * 10, fillfactor: 100 })).toBe(8192 * 10)
  expect(freshTableBytes([int], { rows: 226 * 10, fillfactor: 50 })).toBe(8192 * 20)
  expect(freshIndexBytes([int], { rows: 366, fillfactor: 90 })).toBe(8192 * 2)
})
