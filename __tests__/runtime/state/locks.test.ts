import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { acquireLock, type LockHolder, whoHolds } from '../../../src/runtime/state/locks.ts'
import { ownIdentity } from '../../../src/runtime/state/owner.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const now = 5_000
const deadline = 9_000
const isRoot = process.getuid?.() === 0
const gone = spawnSync(process.execPath, ['-e', '0']).pid

const acquire = (directory: string, overrides: { project?: string; what?: string; now?: number } = {}) =>
  acquireLock({ directory, project: 'quiz', what: 'backup', deadline, now, ...overrides })

const holder = (overrides: Partial<LockHolder> = {}): LockHolder => ({
  ...ownIdentity(deadline),
  token: 'another',
  project: 'quiz',
  what: 'restore',
  since: 1_000,
  ...overrides,
})

const lockPath = (directory: string) => join(directory, 'locks', 'quiz.lock')

/** A folder in which the lock of `quiz` has this content. */
const lockedBy = (content: string): string => {
  const directory = fresh()
  mkdirSync(join(directory, 'locks'), { mode: 0o700 })
  writeFileSync(lockPath(directory), content, { mode: 0o600 })
  return directory
}

describe('the lock of a compose project', () => {
  test('is held from when it is taken until it is released', async () => {
    const directory = fresh()
    const lock = await acquire(directory)
    expect(lock).toMatchObject({ kind: 'acquired', tookOverFrom: undefined })
    expect(whoHolds(directory, 'quiz', now)).toMatchObject({
      kind: 'held',
      holder: { pid: process.pid, what: 'backup', since: now, deadline },
    })
    expect(statSync(lockPath(directory)).mode & 0o777).toBe(0o600)
    expect(await acquire(directory, { what: 'update' })).toMatchObject({ kind: 'held', holder: { what: 'backup' } })
    if (lock.kind === 'acquired') lock.release()
    expect(whoHolds(directory, 'quiz', now)).toEqual({ kind: 'free' })
    expect(readdirSync(join(directory, 'locks'))).toEqual([])
    expect(await acquire(directory)).toMatchObject({ kind: 'acquired' })
  })

  test('leaves other projects free', async () => {
    const directory = fresh()
    await acquire(directory)
    expect(await acquire(directory, { project: 'blog' })).toMatchObject({ kind: 'acquired' })
  })

  test('stays with a live holder beyond its deadline', async () => {
    const directory = fresh()
    await acquire(directory)
    expect(await acquire(directory, { now: deadline + 1_000_000 })).toMatchObject({ kind: 'held' })
  })

  test('is released only by its owner', async () => {
    const directory = fresh()
    const lock = await acquire(directory)
    const others = JSON.stringify(holder())
    writeFileSync(lockPath(directory), others)
    if (lock.kind !== 'acquired') throw new Error(lock.kind)
    expect(lock.release()).toBeUndefined()
    expect(readFileSync(lockPath(directory), 'utf8')).toBe(others)
  })

  test('may be released twice', async () => {
    const directory = fresh()
    const lock = await acquire(directory)
    if (lock.kind !== 'acquired') throw new Error(lock.kind)
    expect([lock.release(), lock.release()]).toEqual([undefined, undefined])
  })

  test('has a file name that stays in its folder', async () => {
    const directory = fresh()
    expect(await acquire(directory, { project: '../../quiz' })).toMatchObject({ kind: 'acquired' })
    expect(readdirSync(directory)).toEqual(['locks'])
    expect(whoHolds(directory, '../../quiz', now)).toMatchObject({ kind: 'held', holder: { project: '../../quiz' } })
  })

  test('is taken over from a holder that has gone', async () => {
    const directory = lockedBy(JSON.stringify(holder({ pid: gone })))
    expect(whoHolds(directory, 'quiz', now)).toEqual({ kind: 'free' })
    expect(await acquire(directory)).toMatchObject({ kind: 'acquired', tookOverFrom: { what: 'restore' } })
    expect(whoHolds(directory, 'quiz', now)).toMatchObject({ kind: 'held', holder: { what: 'backup' } })
  })
})

describe('a lock that this program did not write is neither taken nor removed:', () => {
  const contents = [
    '',
    'not JSON',
    '{}',
    '[]',
    JSON.stringify({ ...holder(), pid: -1 }),
    JSON.stringify({ ...holder(), pid: '1' }),
    'x'.repeat(100_000),
    JSON.stringify({ ...holder(), since: 9e15 }),
    JSON.stringify({ ...holder(), deadline: -1e300 }),
  ]
  test.each(contents.map((content) => ({ shown: content.slice(0, 20), content })))('$shown', async ({ content }) => {
    const directory = lockedBy(content)
    expect(whoHolds(directory, 'quiz', now)).toMatchObject({ kind: 'unreadable', advice: expect.stringContaining('remove this file') })
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('quiz.lock') })
    expect(readFileSync(lockPath(directory), 'utf8')).toBe(content)
  })

  test('a link', async () => {
    const directory = lockedBy('')
    rmSync(lockPath(directory))
    symlinkSync('/etc/passwd', lockPath(directory))
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('is a symbolic link') })
  })

  test.each([
    ['a named pipe', (path: string) => spawnSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
    ...(isRoot ? [['a device', (path: string) => spawnSync('mknod', [path, 'c', '1', '5'])] as const] : []),
  ] as const)('%s', async (_, plant) => {
    const directory = lockedBy('')
    rmSync(lockPath(directory))
    plant(lockPath(directory))
    expect(whoHolds(directory, 'quiz', now)).toMatchObject({ kind: 'unreadable' })
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('is not a plain file') })
  })

  test('a file of another user, and one with another name elsewhere', async () => {
    const directory = lockedBy(JSON.stringify(holder({ pid: gone })))
    linkSync(lockPath(directory), join(directory, 'elsewhere'))
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('has another name elsewhere') })
    if (!isRoot) return
    rmSync(join(directory, 'elsewhere'))
    chownSync(lockPath(directory), 12_345, 12_345)
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('belongs to uid 12345') })
  })

  test('a file that others can write', async () => {
    const directory = lockedBy(JSON.stringify(holder({ pid: gone })))
    chmodSync(lockPath(directory), 0o622)
    expect(await acquire(directory)).toMatchObject({ kind: 'failed', cause: expect.stringContaining('others can write it') })
  })
})

test('without a folder nobody holds anything, and none can be taken where none can be made', async () => {
  expect(whoHolds(join(fresh(), 'absent'), 'quiz', now)).toEqual({ kind: 'free' })
  expect(await acquire('/proc/ronde')).toMatchObject({ kind: 'failed', cause: expect.stringContaining('/proc/ronde') })
})
