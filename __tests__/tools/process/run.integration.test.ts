import { spawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Finished, ProgramOptions } from '../../../src/contract/process.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'

// A busy machine starts a Node slowly; nothing here waits that long by itself.
jest.setTimeout(30_000)

const children = join(import.meta.dirname, '../../support/children')
const program = join(children, 'program.ts')
const run = createPrograms({ environment: process.env }).run
const patient = { timeoutMs: 20_000, signal: new AbortController().signal }

const child = (args: readonly string[], options: Partial<ProgramOptions> = {}) =>
  run(process.execPath, [program, ...args], { ...patient, ...options })

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    // ESRCH: it has gone.
    return false
  }
}

/** A killed grandchild is collected by init, a moment later. */
const hasGone = async (pid: number): Promise<boolean> => {
  for (let tries = 0; tries < 100 && isRunning(pid); tries += 1) await sleep(20)
  return !isRunning(pid)
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-process-'))
})
afterAll(() => rm(folder, { recursive: true }))

type Row = { readonly name: string; readonly end: () => Promise<Finished>; readonly expected: object }
const endings: readonly Row[] = [
  { name: 'an exit code', end: () => child(['exit', '7']), expected: { ended: 'exit', exitCode: 7 } },
  {
    name: 'success, with both outputs apart',
    end: () => child(['speak']),
    expected: { ended: 'exit', exitCode: 0, stdout: 'to stdout\n', stderr: 'to stderr\n' },
  },
  { name: 'a signal of its own', end: () => child(['signal', 'SIGKILL']), expected: { ended: 'signal', signal: 'SIGKILL' } },
  { name: 'a deadline', end: () => child(['stay'], { timeoutMs: 300 }), expected: { ended: 'timeout' } },
  {
    name: 'a deadline longer than a timer can count',
    end: () => child(['exit', '0'], { timeoutMs: 2 ** 40 }),
    expected: { ended: 'exit', exitCode: 0 },
  },
  {
    name: 'a cancel before it began',
    end: () => child(['speak'], { signal: AbortSignal.abort() }),
    expected: { ended: 'cancelled', stdout: '' },
  },
  { name: 'a cancel while it runs', end: () => child(['stay'], { signal: AbortSignal.timeout(300) }), expected: { ended: 'cancelled' } },
  {
    name: 'a missing program',
    end: () => run('no-such-program', [], patient),
    expected: { ended: 'not-started', cause: 'no such program: no-such-program' },
  },
  {
    name: 'a missing folder',
    end: () => child(['speak'], { directory: '/no/such/folder' }),
    expected: { ended: 'not-started', cause: 'no such directory: /no/such/folder' },
  },
  {
    name: 'an argument list that is too long',
    end: () => child(['x'.repeat(4_000_000)]),
    expected: { ended: 'not-started', cause: `could not start ${process.execPath} (E2BIG)` },
  },
  {
    name: 'an argument with a NUL',
    end: () => child(['a\0b']),
    expected: { ended: 'not-started', cause: `could not start ${process.execPath} (ERR_INVALID_ARG_VALUE)` },
  },
  { name: 'binary output', end: () => child(['binary']), expected: { ended: 'exit', stdout: '\ufffd\0\ufffdA\n', truncated: false } },
  { name: 'an input that it reads', end: () => child(['echo'], { stdin: 'näh' }), expected: { ended: 'exit', exitCode: 0, stdout: 'näh' } },
  {
    name: 'an input that it does not read',
    end: () => child(['exit', '0'], { stdin: 'x'.repeat(5_000_000) }),
    expected: { ended: 'exit', exitCode: 0 },
  },
]

describe('a program ends', () => {
  test.each(endings)('with $name', async ({ end, expected }) => {
    expect(await end()).toMatchObject(expected)
  })

  test('as not started when it may not be executed', async () => {
    const file = join(folder, 'not-executable')
    await writeFile(file, '#!/bin/sh\n')
    await chmod(file, 0o600)
    expect(await run(file, [], patient)).toMatchObject({ ended: 'not-started', cause: `not permitted to execute ${file}` })
  })

  test('as missing when it stands nowhere on a PATH of which a part is closed to us', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o000 })
    const environment = { PATH: `${closed}:/usr/bin:/bin` }
    expect(await run('no-such-program', [], { ...patient, environment })).toMatchObject({ cause: 'no such program: no-such-program' })
  })

  test('by SIGKILL after a grace when it ignores SIGTERM, and leaves no process behind', async () => {
    const script = 'trap "" TERM; echo $$; while :; do sleep 1; done'
    const finished = await run('sh', ['-c', script], { ...patient, timeoutMs: 1_000 })
    expect(finished.ended).toBe('timeout')
    expect(finished.durationMs).toBeGreaterThan(2_900)
    expect(finished.durationMs).toBeLessThan(6_000)
    expect(isRunning(Number(finished.stdout))).toBe(false)
  })

  test('together with what it started, at the deadline', async () => {
    const finished = await child(['wait-for-grandchild'], { timeoutMs: 3_000 })
    expect(finished.ended).toBe('timeout')
    expect(Number(finished.stdout)).toBeGreaterThan(0)
    expect(await hasGone(Number(finished.stdout))).toBe(true)
  })

  test('when it has exited, although a grandchild keeps its output open', async () => {
    const finished = await child(['leave-grandchild'])
    expect(finished).toMatchObject({ ended: 'exit', exitCode: 0 })
    expect(finished.durationMs).toBeLessThan(5_000)
    expect(isRunning(Number(finished.stdout))).toBe(true)
    process.kill(Number(finished.stdout), 'SIGKILL')
  })

  test('with this process, when this process leaves first', async () => {
    const file = join(folder, 'pid')
    const early = spawn(process.execPath, [
      join(children, 'leaves-early.ts'),
      `echo $$ > ${file}.new; mv ${file}.new ${file}; sleep 30; sleep 30`,
      file,
    ])
    await once(early, 'exit')
    const pid = Number(await readFile(file, 'utf8'))
    expect(pid).toBeGreaterThan(0)
    expect(await hasGone(pid)).toBe(true)
  })
})

const programsWith = async (marks: readonly string[]): Promise<number> => {
  const { stdout } = await run('ps', ['-eo', 'args'], patient)
  return stdout.split('\n').filter((line) => marks.some((mark) => line.endsWith(`sleep ${mark}`))).length
}

describe('what is started', () => {
  test('does not outlive a SIGKILL of this process, in none of the three ways', async () => {
    const marks = [1, 2, 3].map((one) => `987${process.pid}.${one}`)
    const parent = spawn(process.execPath, [join(children, 'dies-with-programs.ts'), ...marks], { stdio: 'ignore' })
    for (let tries = 0; tries < 500 && (await programsWith(marks)) < 3; tries += 1) await sleep(20)
    expect(await programsWith(marks)).toBe(3)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    for (let tries = 0; tries < 100 && (await programsWith(marks)) > 0; tries += 1) await sleep(20)
    expect(await programsWith(marks)).toBe(0)
  })
})

describe('what is kept of the output', () => {
  test('is the head of 50 MB, and the program is not held up', async () => {
    const finished = await child(['megabytes', '50'], { maxBytes: 1_000 })
    expect(finished).toMatchObject({ ended: 'exit', exitCode: 0, stdout: 'x'.repeat(1_000), truncated: true })
  })

  test('is 8 MiB when nothing else is said', async () => {
    expect((await child(['megabytes', '9'])).stdout).toHaveLength(8 * 1024 * 1024)
  })

  test('is all of what just fits', async () => {
    expect(await child(['euros', '100'], { maxBytes: 300 })).toMatchObject({ stdout: '€'.repeat(100), truncated: false })
  })

  test('never ends in half a character', async () => {
    expect(await child(['euros', '100'], { maxBytes: 299 })).toMatchObject({ stdout: '€'.repeat(99), truncated: true })
  })
})

describe('what a program learns', () => {
  const ours = {
    PATH: process.env['PATH'],
    HOME: '/home/someone',
    DOCKER_HOST: 'unix:///run/docker.sock',
    NO_PROXY: 'localhost',
    LC_ALL: 'fr_FR.UTF-8',
    INPUT_TOKEN: 'hidden-1',
    GITHUB_TOKEN: 'hidden-2',
    ACTIONS_RUNTIME_TOKEN: 'hidden-3',
    DOCKER_AUTH_CONFIG: 'hidden-4',
    COMPOSE_FILE: 'hidden-5',
    POSTGRES_PASSWORD: 'hidden-6',
    NODE_OPTIONS: '--title=hidden-7',
    LD_PRELOAD: '',
  }
  const runWithOurs = createPrograms({ environment: ours }).run

  test('of our environment is the allow-listed part and what the caller adds', async () => {
    const { stdout } = await runWithOurs('env', [], { ...patient, environment: { PGPASSFILE: '/run/pass' } })
    expect(stdout.trim().split('\n').toSorted()).toEqual([
      'DOCKER_HOST=unix:///run/docker.sock',
      'HOME=/home/someone',
      'LC_ALL=C',
      'NO_PROXY=localhost',
      `PATH=${ours.PATH}`,
      'PGPASSFILE=/run/pass',
    ])
  })

  test('as arguments is what was passed, letter by letter, with no shell in between', async () => {
    const args = ['$HOME', '`id`', '; exit 9', '*', '', "it's", 'a  b']
    const { stdout } = await child(['show', ...args], { directory: folder })
    expect(JSON.parse(stdout)).toMatchObject({ arguments: ['show', ...args] })
  })

  test('through the environment or its input stands in no argument list', async () => {
    const options = { environment: { PGPASSWORD: 'correct-horse' }, stdin: 'battery-staple' }
    const { stdout } = await child(['show'], options)
    const seen = JSON.parse(stdout)
    expect(seen.environment.PGPASSWORD).toBe('correct-horse')
    expect(JSON.stringify(seen.arguments)).not.toMatch(/correct-horse|battery-staple/)
  })

  test('and cannot be given is not repeated in the cause', async () => {
    const finished = await child(['show'], { environment: { PGPASSWORD: 'correct\0horse' } })
    expect(finished.ended).toBe('not-started')
    expect(JSON.stringify(finished)).not.toContain('horse')
  })
})

describe('nothing is left behind in this process', () => {
  test('no listener and no timer after a hundred programs', async () => {
    const { signal } = new AbortController()
    const exitListeners = process.listenerCount('exit')
    for (let batch = 0; batch < 5; batch += 1) {
      await Promise.all(Array.from({ length: 20 }, () => run('true', [], { timeoutMs: 60_000, signal })))
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(process.listenerCount('exit')).toBe(exitListeners)
    // On a busy machine the handle of an ended child is closed some turns of the event loop later.
    const processes = () => process.getActiveResourcesInfo().filter((one) => one === 'ProcessWrap')
    for (let turn = 0; turn < 500 && processes().length > 0; turn += 1) await sleep(10)
    expect(processes()).toEqual([])
  })
})
