import { describe, expect, test } from '@jest/globals'
import { schemasOf } from '../../../src/domain/postgres/search-path.ts'

describe('the schemas in which a role looks for a name', () => {
  test.each([
    [undefined, ['ronde', 'public']],
    ['evil, pg_catalog, public', ['evil', 'pg_catalog', 'public']],
    ['"Quiz Night", "$user",App', ['Quiz Night', 'ronde', 'app']],
    ['"a""b",c', ['a"b', 'c']],
    ['""', ['']],
    ['', []],
  ])('%s', (setting, wanted) => {
    expect(schemasOf(setting, 'ronde')).toEqual(wanted)
  })
})
