import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { isAlive, type Owner, ownIdentity } from '../../../src/runtime/state/owner.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const me = process.pid
const gone = spawnSync(process.execPath, ['-e', '0']).pid
const now = 1_000
const later = 2_000

/** A `/proc` as Linux shows it, in which this process has a command that looks like fields. */
const procfs = (state = 'S'): string => {
  const folder = fresh()
  const stat = `${me} (a ) S 1 2) ${state} ${'0 '.repeat(18)}4242 0`
  for (const name of ['self', String(me)]) {
    mkdirSync(join(folder, name, 'ns'), { recursive: true })
    writeFileSync(join(folder, name, 'stat'), stat)
    symlinkSync('pid:[1]', join(folder, name, 'ns', 'pid'))
  }
  mkdirSync(join(folder, 'sys/kernel/random'), { recursive: true })
  writeFileSync(join(folder, 'sys/kernel/random/boot_id'), 'this-boot\n')
  return folder
}

const recorded: Owner = { pid: me, bootId: 'this-boot', pidNamespace: 'pid:[1]', startTicks: 4242, deadline: later }

describe('a process is', () => {
  const rows = [
    { name: 'alive when everything is the same', owner: recorded, alive: true },
    { name: 'alive beyond its deadline', owner: { ...recorded, deadline: 0 }, alive: true },
    { name: 'dead after a reboot', owner: { ...recorded, bootId: 'another-boot' }, alive: false },
    { name: 'dead when its number was given to another', owner: { ...recorded, startTicks: 4241 }, alive: false },
    { name: 'dead when it is only waiting to be collected', owner: recorded, state: 'Z', alive: false },
    { name: 'dead when there is no such number', owner: { ...recorded, pid: gone }, alive: false },
    { name: 'believed in another container until its deadline', owner: { ...recorded, pid: gone, pidNamespace: 'pid:[2]' }, alive: true },
    { name: 'dead in another container after its deadline', owner: { ...recorded, pidNamespace: 'pid:[2]', deadline: now }, alive: false },
  ]
  test.each(rows)('$name', ({ owner, state, alive }) => {
    expect(isAlive(owner, now, procfs(state))).toBe(alive)
  })

  test('judged by its number alone where there is no /proc', () => {
    const noProcfs = join(fresh(), 'absent')
    const own = ownIdentity(later, noProcfs)
    expect(own).toEqual({ pid: me, bootId: null, pidNamespace: null, startTicks: null, deadline: later })
    expect(isAlive(own, now, noProcfs)).toBe(true)
    expect(isAlive({ ...own, pid: gone }, now, noProcfs)).toBe(false)
  })

  test('alive when it is this one', () => {
    expect(isAlive(ownIdentity(later), now)).toBe(true)
  })
})

test('the start time is read after a command with spaces and parentheses', () => {
  expect(ownIdentity(later, procfs()).startTicks).toBe(4242)
})
