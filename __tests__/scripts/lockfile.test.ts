import { describe, expect, test } from '@jest/globals'
import { type Lockfile, lockfileFaults, missingEntries, withoutUnprotected } from '../../scripts/lockfile.ts'

const integrity = `sha512-${'A'.repeat(86)}==`
const lock = (packages: Lockfile['packages']): Lockfile => ({ packages })
const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '^1.2.3']))

describe('an optional package without an entry', () => {
  test.each([
    ['tool-linux-x64', { os: ['linux'], cpu: ['x64'] }],
    ['@tool/darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@tool/win32-ia32-msvc', { os: ['win32'], cpu: ['ia32'] }],
    ['tool-windows-x64', { os: ['win32'], cpu: ['x64'] }],
    ['@tool/linux-ppc64le-gnu', { os: ['linux'], cpu: ['ppc64le'] }],
    ['@tool/binding-wasm32-wasi', { cpu: ['wasm32'] }],
    ['@tool/freebsd', { os: ['freebsd'] }],
    ['plain', {}],
  ])('%s gets one for its system and processor', (name, where) => {
    const missing = missingEntries(lock({ 'node_modules/tool': { integrity, optionalDependencies: named(name) } }))
    expect(missing).toEqual({ [`node_modules/${name}`]: { version: '1.2.3', optional: true, ...where } })
  })

  test('is only for development when what names it is', () => {
    const missing = missingEntries(lock({ 'node_modules/tool': { dev: true, integrity, optionalDependencies: named('tool-linux-x64') } }))
    expect(missing['node_modules/tool-linux-x64']).toMatchObject({ dev: true })
  })

  test('is named once, whoever names it', () => {
    const dependent = { integrity, optionalDependencies: named('fsevents') }
    expect(Object.keys(missingEntries(lock({ '': dependent, 'node_modules/a': dependent, 'node_modules/b': dependent })))).toEqual([
      'node_modules/fsevents',
    ])
  })
})

describe('an optional package of node_modules/a/node_modules/b is found', () => {
  const from = 'node_modules/a/node_modules/b'
  test.each([
    ['below it', `${from}/node_modules/c`, true],
    ['beside it', 'node_modules/a/node_modules/c', true],
    ['at the top', 'node_modules/c', true],
    ['not below a stranger', 'node_modules/z/node_modules/c', false],
    ['not under a longer name', 'node_modules/cc', false],
  ])('%s', (_where, place, found) => {
    const missing = missingEntries(lock({ [from]: { integrity, optionalDependencies: named('c') }, [place]: { integrity } }))
    expect(Object.keys(missing)).toEqual(found ? [] : ['node_modules/c'])
  })

  test('for a scoped dependent as well', () => {
    const scoped = { 'node_modules/@s/a': { integrity, optionalDependencies: named('@s/c') } }
    expect(missingEntries(lock({ ...scoped, 'node_modules/@s/a/node_modules/@s/c': { integrity } }))).toEqual({})
  })
})

describe('a lockfile', () => {
  test.each([
    ['is right with integrity everywhere', { 'node_modules/a': { integrity } }, []],
    ['need not protect the project itself', { '': {} }, []],
    ['need not protect a link', { 'node_modules/a': { link: true } }, []],
    ['must protect what runs everywhere', { 'node_modules/a': {} }, ['node_modules/a: has no integrity (sha512)']],
    [
      'must protect what runs elsewhere',
      { 'node_modules/a-darwin-arm64': { os: ['darwin'], cpu: ['arm64'] } },
      ['node_modules/a-darwin-arm64: has no integrity (sha512)'],
    ],
    ['must protect by more than sha1', { 'node_modules/a': { integrity: 'sha1-AAAA' } }, ['node_modules/a: has no integrity (sha512)']],
    [
      'carries no address of a registry',
      { 'node_modules/a': { integrity, resolved: 'https://registry.example/a.tgz' } },
      ['node_modules/a: carries a resolved address'],
    ],
    [
      'has an entry for all that is named',
      { 'node_modules/a': { integrity, optionalDependencies: named('a-linux-x64') } },
      ['node_modules/a-linux-x64: named as an optional dependency but has no entry'],
    ],
  ])('%s', (_rule, packages, faults) => {
    expect(lockfileFaults(lock(packages as Lockfile['packages']))).toEqual(faults)
  })
})

test('npm is asked anew for what nothing protects, and for nothing else', () => {
  const kept = { '': {}, 'node_modules/a': { integrity }, 'node_modules/l': { link: true } }
  expect(withoutUnprotected(lock({ ...kept, 'node_modules/b': {}, 'node_modules/c': { integrity: '' } }))).toEqual(lock(kept))
})
