import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runbooksOf } from '../../src/runtime/runbooks.ts'
import { temporaryFolder } from '../support/ronde.ts'

const withPages = (root: string): string => {
  mkdirSync(join(root, 'docs/runbooks'), { recursive: true })
  writeFileSync(join(root, 'docs/runbooks/README.md'), '# Runbooks\n')
  return root
}

test('the runbooks are those of the action, else of the workspace that has them, else beside the program', async () => {
  await using empty = await temporaryFolder()
  await using whole = await temporaryFolder()
  const root = withPages(whole.path)
  const looker = join(empty.path, 'dist/looker.js')
  const published = { GITHUB_ACTION_REPOSITORY: 'acme/ronde', GITHUB_ACTION_REF: 'v1', GITHUB_REPOSITORY: 'acme/quiz' }
  expect(runbooksOf({ environment: published, looker })).toBe('https://github.com/acme/ronde/blob/v1/docs/runbooks/')
  const local = { GITHUB_REPOSITORY: 'acme/ronde', GITHUB_SHA: 'abc', GITHUB_WORKSPACE: root }
  expect(runbooksOf({ environment: local, looker })).toBe('https://github.com/acme/ronde/blob/abc/docs/runbooks/')
  // A repository of somebody else has no such pages.
  expect(runbooksOf({ environment: { ...local, GITHUB_WORKSPACE: empty.path }, looker })).toBeUndefined()
  expect(runbooksOf({ environment: {}, looker: join(root, 'dist/looker.js') })).toBe(`${root}/docs/runbooks/`)
})
