import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { inspectFolder, prepareFolder, stateDirectory } from '../../../src/runtime/state/folder.ts'
import { foreignPath, freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()

describe('the state folder', () => {
  const rows = [
    { name: 'is what state-dir says', environment: { XDG_STATE_HOME: '/xdg' }, configured: '/var/lib/ronde', expected: '/var/lib/ronde' },
    { name: 'lies under XDG_STATE_HOME', environment: { XDG_STATE_HOME: '/xdg', HOME: '/home/r' }, expected: '/xdg/ronde' },
    {
      name: 'ignores a relative XDG_STATE_HOME',
      environment: { XDG_STATE_HOME: 'xdg', HOME: '/home/r' },
      expected: '/home/r/.local/state/ronde',
    },
    { name: 'lies under the home folder', environment: { HOME: '/home/r' }, expected: '/home/r/.local/state/ronde' },
    { name: 'is found without HOME', environment: {}, expected: join(userInfo().homedir, '.local/state/ronde') },
  ]
  test.each(rows)('$name', ({ environment, configured, expected }) => {
    expect(stateDirectory(environment, configured)).toBe(expected)
  })

  test('is never relative to the workspace', () => {
    expect(() => stateDirectory({}, 'state')).toThrow('state-dir: state is relative')
  })
})

describe('preparing a folder', () => {
  test('makes it with all above it, for its user alone', () => {
    const folder = join(fresh(), 'a', 'b')
    expect(prepareFolder(folder)).toBeUndefined()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, '..')).mode & 0o777).toBe(0o700)
  })

  test('closes one that others could enter', () => {
    const folder = fresh()
    chmodSync(folder, 0o775)
    expect(prepareFolder(folder)).toBeUndefined()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  type Row = { readonly name: string; readonly make: (at: string) => string; readonly cause: string }
  const refused: readonly Row[] = [
    {
      name: 'a symbolic link',
      make: (at) => {
        symlinkSync(at, join(at, 'link'))
        return join(at, 'link')
      },
      cause: 'is a symbolic link',
    },
    {
      name: 'a file',
      make: (at) => {
        writeFileSync(join(at, 'file'), '')
        return join(at, 'file')
      },
      cause: 'is not a folder',
    },
    {
      name: 'a folder below a file',
      make: (at) => {
        writeFileSync(join(at, 'file'), '')
        return join(at, 'file', 'state')
      },
      cause: 'a part of this path is not a folder',
    },
    {
      name: 'a folder in a place where everybody can write',
      make: (at) => {
        mkdirSync(join(at, 'open'))
        chmodSync(join(at, 'open'), 0o777)
        return join(at, 'open', 'state')
      },
      cause: 'everybody can write here',
    },
    { name: 'a folder of somebody else', make: (at) => foreignPath(at, '/usr'), cause: 'belongs to uid' },
    {
      name: 'a folder below that of somebody else',
      make: (at) => (foreignPath(at, '') === '' ? '/usr' : join(at, 'state')),
      cause: 'belongs to uid',
    },
  ]
  test.each(refused)('refuses $name and says what to do', ({ make, cause }) => {
    const trouble = prepareFolder(make(fresh()))
    expect(trouble?.cause).toContain(cause)
    expect(trouble?.advice).toContain('state-dir')
  })

  test('offers a command only for a path of plain characters', () => {
    const nowhere = prepareFolder('/proc/ronde $(reboot)')
    expect(nowhere?.cause).toContain('/proc/ronde')
    expect(nowhere?.advice).not.toContain('reboot')
  })
})

test('inspecting a folder that is absent changes nothing', () => {
  const folder = join(fresh(), 'absent')
  expect(inspectFolder(folder)).toBe('absent')
  expect(inspectFolder(folder)).toBe('absent')
})
