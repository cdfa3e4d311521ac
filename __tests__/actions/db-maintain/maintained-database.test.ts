import { describe, expect, test } from '@jest/globals'
import { chooseTables } from '../../../src/actions/db-maintain/maintained-database.ts'
import type { Table } from '../../../src/actions/db-maintain/part.ts'
import { readTableName } from '../../../src/domain/postgres/table-name.ts'

const table = (oid: number, schema: string, name: string, ancestors: readonly number[] = []): Table => ({
  oid,
  schema,
  name,
  kind: 'r',
  ancestors,
})
const all = [
  table(1, 'public', 'game'),
  table(2, 'public', 'day'),
  table(3, 'Shop', 'Order Line'),
  table(4, 'archive', 'game'),
  table(5, 'parts', 'day_1', [2]),
]

const nameOf = (text: string) => {
  const name = readTableName(text)
  if (name === undefined) throw new Error(`${text} is no name`)
  return name
}
const choose = (...names: readonly string[]) => {
  const { tables, missing } = chooseTables(all, names.map(nameOf))
  return [tables.map((one) => one.oid), missing.map(({ name, hint }) => name.shown + hint)]
}

describe('the tables that are looked after', () => {
  test.each([
    ['none named', [], [1, 2, 3, 4, 5], []],
    ['a name in any schema', ['GAME'], [1, 4], []],
    ['a name in its schema', ['public.game'], [1], []],
    ['a quoted name', ['"Shop"."Order Line"'], [3], []],
    ['a parent with its partitions', ['day'], [2, 5], []],
    ['quoted in the wrong case', ['"Game"'], [], ['Game; did you mean game?']],
    ['the nearest name', ['gmae', 'public.gane'], [], ['gmae; did you mean game?', 'public.gane; did you mean public.game?']],
    ['the nearest quoted name', ['"Shop"."order lin"'], [], ['Shop.order lin; did you mean "Shop"."Order Line"?']],
    ['nothing near', ['customers'], [], ['customers']],
  ])('%s', (_, names, oids, missing) => {
    expect(choose(...names)).toEqual([oids, missing])
  })
})
