import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readWorkspaceFile, writeWorkspaceFile } from '../../src/tools/workspace-file.ts'
import { temporaryFolder } from '../support/ronde.ts'

describe('a file of the repository', () => {
  test('is written whole with its folders, read back, and replaced', async () => {
    await using folder = await temporaryFolder()
    expect(await readWorkspaceFile(folder.path, 'ops/deep/schema.txt', 100)).toEqual({ kind: 'absent' })
    for (const text of ['one\n', 'two é\n']) {
      expect(await writeWorkspaceFile(folder.path, 'ops/deep/schema.txt', text)).toBeUndefined()
      expect(await readWorkspaceFile(folder.path, 'ops/deep/schema.txt', 100)).toEqual({ kind: 'text', text })
    }
    expect(await readdir(join(folder.path, 'ops/deep'))).toEqual(['schema.txt'])
  })

  test('of more bytes than wanted is refused', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'a'), 'x'.repeat(101))
    expect(await readWorkspaceFile(folder.path, 'a', 100)).toEqual({
      kind: 'refused',
      cause: 'a: 101 bytes, more than the 100 that are read',
    })
  })

  test.each(['../a', 'ops/../../a', '/etc/hostname', 'ops//a', './a', ''])('at %j would leave the workspace', async (path) => {
    await using folder = await temporaryFolder()
    const cause = `${path} leaves the workspace`
    expect(await readWorkspaceFile(folder.path, path, 100)).toEqual({ kind: 'refused', cause })
    expect(await writeWorkspaceFile(folder.path, path, 'x')).toEqual({ cause })
    expect(await readdir(folder.path)).toEqual([])
  })

  test('behind a link is neither read nor written', async () => {
    await using folder = await temporaryFolder()
    await using outside = await temporaryFolder()
    await writeFile(join(outside.path, 'a'), 'outside')
    await mkdir(join(folder.path, 'real'))
    await symlink(outside.path, join(folder.path, 'linked'))
    await symlink(join(outside.path, 'a'), join(folder.path, 'real/a'))
    for (const path of ['linked/a', 'real/a']) {
      expect(await readWorkspaceFile(folder.path, path, 100)).toMatchObject({
        kind: 'refused',
        cause: expect.stringContaining('is a symbolic link'),
      })
      expect(await writeWorkspaceFile(folder.path, path, 'inside')).toMatchObject({ cause: expect.stringContaining('is a symbolic link') })
    }
    expect(await readFile(join(outside.path, 'a'), 'utf8')).toBe('outside')
    expect(await readdir(outside.path)).toEqual(['a'])
  })
})
