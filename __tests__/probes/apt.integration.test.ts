import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { Finished, RunProgram } from '../../src/contract/process.ts'
import { probeApt } from '../../src/probes/apt.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { temporaryFolder } from '../support/ronde.ts'

const signal = new AbortController().signal
const now = () => Date.now()
const ended = (given: Partial<Finished>): RunProgram => {
  const whole = { stdout: '', stderr: '', truncated: false, durationMs: 1, ended: 'exit', exitCode: 0, ...given } as Finished
  return async () => whole
}

test('asks the apt of this machine, or says that it has none', async () => {
  const seen = await probeApt({ run: createPrograms({ environment: process.env }).run, signal, now })
  expect(seen.seen ? Array.isArray(seen.value.updates) : seen.cause).toBeTruthy()
})

test.each([
  [{ exitCode: 100 }, 'ended with 100'],
  [{ ended: 'timeout' as const }, 'ended with timeout'],
  [{ ended: 'not-started' as const, cause: 'ENOENT' }, 'not on this machine'],
  [{ truncated: true }, 'more than what is read'],
])('could not look: %j', async (given, cause) => {
  expect(await probeApt({ run: ended(given as Partial<Finished>), signal, now })).toMatchObject({
    seen: false,
    cause: expect.stringContaining(cause),
  })
})

test('the age of lists is when apt fetched them, not what their server said', async () => {
  await using folder = await temporaryFolder()
  const lists = join(folder.path, 'var/lib/apt/lists')
  expect(await probeApt({ run: ended({}), signal, now, root: folder.path })).toMatchObject({ value: { listsAt: undefined } })
  await mkdir(join(lists, 'partial'), { recursive: true })
  await writeFile(join(lists, 'deb.example_dists_stable_InRelease'), '')
  const at = (day: number) => new Date(Date.UTC(2026, 10, day))
  await utimes(join(lists, 'deb.example_dists_stable_InRelease'), at(1), at(1))
  await utimes(join(lists, 'partial'), at(20), at(20))
  await utimes(lists, at(19), at(19))
  expect(await probeApt({ run: ended({}), signal, now, root: folder.path })).toMatchObject({ value: { listsAt: at(20).getTime() } })
})
