import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { foreignPath, freshFolders } from '../support/state-folder.ts'

const fresh = freshFolders()
const script = resolve('src/runtime/compiled-code.ts')

/** In a process of its own, for the cache is of the whole process: the folder that it says, and the one that Node uses. */
const started = (environment: Readonly<Record<string, string>>) => {
  const code = `import { getCompileCacheDir } from 'node:module'
const { keepCompiledCode } = await import(${JSON.stringify(script)})
console.log(JSON.stringify({ folder: keepCompiledCode(process.env), used: getCompileCacheDir() }))`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  return JSON.parse(execFileSync(process.execPath, args, { env: environment, encoding: 'utf8' })) as { folder?: string; used?: string }
}

/** A folder for XDG_STATE_HOME with our state folder in it. */
const home = (): { readonly xdg: string; readonly state: string } => {
  const xdg = fresh()
  const state = join(xdg, 'ronde')
  mkdirSync(state, { mode: 0o700 })
  return { xdg, state }
}

describe('compiled code', () => {
  test('is kept in a closed folder of the state folder, and a second run finds it', () => {
    const { xdg, state } = home()
    const first = started({ XDG_STATE_HOME: xdg })
    expect(first.folder).toBe(join(state, 'compiled'))
    expect(first.used?.startsWith(join(state, 'compiled'))).toBe(true)
    expect(statSync(join(state, 'compiled')).mode & 0o777).toBe(0o700)
    expect(started({ XDG_STATE_HOME: xdg })).toEqual(first)
  })

  const refused: readonly [string, (state: string) => void][] = [
    ['a state folder in which others can write', (state) => chmodSync(state, 0o777)],
    [
      'a cache folder in which others can write',
      (state) => mkdirSync(join(state, 'compiled')) ?? chmodSync(join(state, 'compiled'), 0o777),
    ],
    ['a cache folder that is a link', (state) => symlinkSync(fresh(), join(state, 'compiled'))],
    ['a cache folder that is a file', (state) => writeFileSync(join(state, 'compiled'), '')],
  ]
  test.each(refused)('is not kept with %s', (_what, spoil) => {
    const { xdg, state } = home()
    spoil(state)
    expect(started({ XDG_STATE_HOME: xdg })).toEqual({})
  })

  test('is not kept in a folder of somebody else', () => {
    const { state } = home()
    expect(started({ XDG_STATE_HOME: join(foreignPath(state, '/root'), '..') })).toEqual({})
  })

  test('makes no state folder: a first run starts without', () => {
    const xdg = fresh()
    expect(started({ XDG_STATE_HOME: xdg })).toEqual({})
    expect(readdirSync(xdg)).toEqual([])
  })

  test('is not kept on a hosted runner', () => {
    const { xdg, state } = home()
    expect(started({ XDG_STATE_HOME: xdg, RUNNER_ENVIRONMENT: 'github-hosted' })).toEqual({})
    expect(readdirSync(state)).toEqual([])
  })

  test.each([
    [400, true],
    [401, false],
  ])('of %i files stays: %p', (count, stays) => {
    const { xdg, state } = home()
    const old = join(state, 'compiled', 'v24.0.0-x64')
    mkdirSync(old, { recursive: true, mode: 0o700 })
    chmodSync(join(state, 'compiled'), 0o700)
    for (let index = 0; index < count; index += 1) writeFileSync(join(old, String(index)), '')
    started({ XDG_STATE_HOME: xdg })
    expect(readdirSync(join(state, 'compiled')).includes('v24.0.0-x64')).toBe(stays)
  })
})
