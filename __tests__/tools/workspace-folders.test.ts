import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { writeWorkspaceFile } from '../../src/tools/workspace-file.ts'
import { freshFolders } from '../support/state-folder.ts'

const fresh = freshFolders()

test('a file of the repository is not written where everybody could put another in its place', async () => {
  const workspace = fresh()
  mkdirSync(join(workspace, 'schema'))
  expect(await writeWorkspaceFile(workspace, 'schema/a.sql', '')).toBeUndefined()
  chmodSync(join(workspace, 'schema'), 0o777)
  expect(await writeWorkspaceFile(workspace, 'schema/b.sql', '')).toEqual({ cause: `${workspace}/schema: everybody can write here` })
  expect(existsSync(join(workspace, 'schema/b.sql'))).toBe(false)
  expect(await writeWorkspaceFile(join(workspace, 'none'), 'c.sql', '')).toEqual({ cause: 'c.sql: ENOENT' })
})
