import { expect, test } from '@jest/globals'
import { compareGlobals, loadableGlobals } from '../../../src/domain/backup/globals-text.ts'

const script = [
  '\\restrict aBc',
  'CREATE ROLE "app owner";',
  `ALTER ROLE "app owner" WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:secret';`,
  'CREATE ROLE postgres;',
  `ALTER ROLE "app owner" SET search_path TO 'app';`,
  '\\unrestrict aBc',
].join('\n')

test('the first superuser is not made again, and nothing for psql alone is left', () => {
  expect(loadableGlobals(script, ['postgres', 'postgres']).split('\n')).toEqual([
    'CREATE ROLE "app owner";',
    `ALTER ROLE "app owner" WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:secret';`,
    `ALTER ROLE "app owner" SET search_path TO 'app';`,
  ])
  expect(loadableGlobals('CREATE ROLE "First";', ['First', '"First"'])).toBe('')
})

test('the same roles beside our own are equal', () => {
  const copy = `${script.replaceAll('aBc', 'xYz')}\nCREATE ROLE ronde_scratch_0123;\nALTER ROLE ronde_scratch_0123 WITH SUPERUSER;`
  expect(compareGlobals(script, copy, 'ronde_scratch_0123')).toEqual([])
})

test('another order, and a grantor who is gone in the source, are no difference', () => {
  const copy = `${script.split('\n').toReversed().join('\n')}\nGRANT a TO b GRANTED BY ronde_scratch_0123;`
  expect(compareGlobals(`${script}\nGRANT a TO b;`, copy, 'ronde_scratch_0123')).toEqual([])
})

test.each([
  ['a role that is missing', script.replace('CREATE ROLE "app owner";\n', ''), ['CREATE ROLE "app owner";: not as in the source']],
  [
    'another password, which is not told',
    script.replace('4096:secret', '4096:other'),
    ['ALTER ROLE "app owner": not as in the source', 'ALTER ROLE "app owner": not in the source'],
  ],
  [
    'a role that is there twice',
    script.replace('CREATE ROLE postgres;', 'CREATE ROLE postgres;\nCREATE ROLE postgres;'),
    ['CREATE ROLE postgres;: not in the source'],
  ],
])('%s is named', (_, copy, differences) => {
  expect(compareGlobals(script, copy, 'ronde_scratch_0123')).toEqual(differences)
})
