import { expect, test } from '@jest/globals'
import { backupIdOf, fileNameOf, sourceFolderName, timeOfBackupId } from '../../../src/domain/backup/layout.ts'

test.each([
  ['quiz', 'quiz'],
  ['Quiz_1.0-b', 'Quiz_1.0-b'],
  ['a b/c', 'a%20b%2Fc'],
  ['é%', '%C3%A9%25'],
  ['..', '%2E.'],
  ['-rf', '%2Drf'],
  ['new\nline"\'', 'new%0Aline%22%27'],
])('%j is %s in the name of a file', (name, expected) => {
  expect(fileNameOf(name)).toBe(expected)
})

test('the folder of a source names server, database and kind', () => {
  expect(sourceFolderName({ server: 'quiz-prod', name: 'quiz', kind: 'database' })).toBe('quiz-prod--quiz--database')
  expect(sourceFolderName({ server: '../x', name: 'a--b', kind: 'schema' })).toBe('%2E.%2Fx--a--b--schema')
})

test('the id of a backup sorts by time and tells it', () => {
  const at = new Date('2026-11-30T17:05:09.123Z')
  const id = backupIdOf(at, '0123456789abcdef')
  expect(id).toBe('20261130T170509Z-0123456789abcdef')
  expect(timeOfBackupId(id)?.toISOString()).toBe('2026-11-30T17:05:09.000Z')
  for (const none of ['', '20261330T170509Z-0123456789abcdef', `${id}0`, '.partial-1', 'x/20261130T170509Z-0123456789abcdef'])
    expect(timeOfBackupId(none)).toBeUndefined()
})
