import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Report, RoundReport } from '../../src/contract/report.ts'
import { temporaryFolder } from '../support/ronde.ts'
import { type RunOptions, runAction } from '../support/runner.ts'
import { makeWorld, points, worldIn, writeSwapActions } from '../support/swap-action.ts'

const sound = (folder: string, more = ''): string =>
  `server: s\ncompose: { project: quiz }\n${more}\ntest-swap: { folder: ${JSON.stringify(folder)} }\n`
const mistakes = 'server: [\nstate-dir: {}\nnonsense: [1, 2\n'
const lost = 'server: s\ncompose: { project: quiz }\n'

/** One server with its data, and all kinds of runs of one repository on it. */
const setting = async () => {
  const folder = await temporaryFolder()
  const { path } = folder
  const actions = writeSwapActions(path)
  makeWorld(path)
  const configure = (text: string) => writeFileSync(join(path, '.github/ronde.yml'), text)
  mkdirSync(join(path, '.github'))
  configure(sound(path))
  const run = async (
    name: keyof typeof actions,
    inputs: Readonly<Record<string, string>> = {},
    { environment, ...more }: Partial<RunOptions> = {},
  ) => {
    const ran = await runAction({
      actionFile: actions[name],
      cwd: path,
      inputs,
      environment: { XDG_STATE_HOME: join(path, 'state'), ...environment },
      ...more,
    })
    const file = ran.outputs['report']
    const report = file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Report | RoundReport)
    await ran.remove()
    const reports = report === undefined ? [] : 'reports' in report ? report.reports : [report]
    return { ...ran, reports, findings: reports.flatMap((one) => one.findings), world: worldIn(path) }
  }
  const look = (more: Partial<RunOptions> = {}) => run('look', { checks: 'endpoints' }, more)
  return {
    path,
    run,
    look,
    configure,
    /** Killed at a point, and no step's end came. */
    kill: (point: string, inputs: Readonly<Record<string, string>> = {}, more: Partial<RunOptions> = {}) =>
      run('killed', { pause: point, ...inputs }, { signal: { afterOutput: `at ${point}`, name: 'SIGKILL' }, ...more }),
    ledgers: (state = join(path, 'state/ronde')): readonly string[] =>
      existsSync(join(state, 'journal')) ? readdirSync(join(state, 'journal')) : [],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const others = [
  { by: 'another action', text: undefined },
  { by: 'another action whose ronde.yml is full of mistakes', text: mistakes },
  { by: 'another action, after the section was lost', text: lost },
] as const

describe.each(points)('a change killed %s', (point) => {
  test.each(others)('is taken back by a run of $by', async ({ text }) => {
    await using server = await setting()
    expect((await server.kill(point)).signal).toBe('SIGKILL')
    if (text !== undefined) server.configure(text)
    const next = await server.look()
    expect(next.world).toBe('old running')
    expect(next.reports).toHaveLength(text === mistakes ? 0 : 1)
    expect(next.findings.filter(({ status }) => status === 'critical')).toEqual([])
    // Before the first step nothing is written down, for nothing was begun.
    expect(next.log.includes('test-swap: an earlier run did not end; it is recovered now')).toBe(point !== 'before stop')
    expect(server.ledgers()).toEqual([])
  })
})

describe.each(points.map((point, nth) => ({ point, next: others[nth % others.length] ?? others[0] })))(
  'a change stopped $point',
  ({ point, next: { by, text } }) => {
    test(`by SIGINT, SIGTERM and SIGKILL, without its post step, is taken back by a run of ${by}`, async () => {
      await using server = await setting()
      const cancel = { afterOutput: `at ${point}`, interruptMs: 200, terminateMs: 200 }
      expect((await server.run('killed', { pause: point }, { cancel })).signal).toBe('SIGKILL')
      if (text !== undefined) server.configure(text)
      expect((await server.look()).world).toBe('old running')
      expect(server.ledgers()).toEqual([])
    })

    test('by its deadline is done or undone when its step ends, and nothing is left', async () => {
      await using server = await setting()
      const ran = await server.run('swap', { pause: point, for: '900', timeout: '300ms' })
      const isBegun = points.indexOf(point) >= points.indexOf('inside swap')
      expect(ran.world).toBe(isBegun ? 'new running' : 'old running')
      expect(ran.findings).toMatchObject([isBegun ? { id: 'swap.done', status: 'ok' } : { id: 'test-swap.failed', status: 'critical' }])
      expect(server.ledgers()).toEqual([])
    })
  },
)

describe('a cancelled change', () => {
  const cancelled = async (point: string, times: { interruptMs: number; terminateMs: number }, forMs: string) => {
    await using server = await setting()
    const ran = await server.run('swap', { pause: point, for: forMs }, { cancel: { afterOutput: `at ${point}`, ...times } })
    expect(ran.conclusion).toBe('cancelled')
    return { ...ran, ledgers: server.ledgers() }
  }

  test('is not ended inside a swap: SIGINT and SIGTERM wait for it', async () => {
    const ran = await cancelled('inside swap', { interruptMs: 200, terminateMs: 5_000 }, '1200')
    expect(ran.signal).toBeNull()
    expect(ran.world).toBe('new running')
    expect(ran.ledgers).toEqual([])
  })

  test('and killed inside a swap that lasts too long is taken back by its post step', async () => {
    const ran = await cancelled('inside swap', { interruptMs: 200, terminateMs: 200 }, '20000')
    expect(ran.signal).toBe('SIGKILL')
    expect(ran.post?.log).toContain('it is recovered now')
    expect(ran.world).toBe('old running')
    expect(ran.ledgers).toEqual([])
  })

  test('before a swap does not begin it', async () => {
    const ran = await cancelled('before swap', { interruptMs: 2_000, terminateMs: 2_000 }, '700')
    expect(ran.findings[0]?.observed).toContain('the run was ended before the swap: it was not begun')
    expect(ran.world).toBe('old running')
    expect(ran.ledgers).toEqual([])
  })
})

describe('a deadline', () => {
  test('does not end a turn inside a swap, and what was done then stands', async () => {
    await using server = await setting()
    const ran = await server.run('swap', { pause: 'inside swap', for: '1500', timeout: '400ms' })
    expect(ran.findings).toMatchObject([{ id: 'swap.done', status: 'ok' }])
    expect(ran.world).toBe('new running')
  })

  test('ends one that hangs outside of it; the next entry waits until it has ended, takes it back and runs', async () => {
    await using server = await setting()
    const hanging = '{ test-swap: { pause: after stop, for: 5500, timeout: 100ms } }'
    server.configure(sound(server.path, `rounds: { daily: [${hanging}, test-swap] }`))
    const ran = await server.run('round', { round: 'daily' })
    expect(ran.findings).toMatchObject([{ id: 'test-swap.failed', observed: 'the deadline came first' }, { id: 'swap.done' }])
    expect(ran.log.match(/it is recovered now/g)).toHaveLength(1)
    expect(ran.world).toBe('new running')
    expect(server.ledgers()).toEqual([])
  }, 20_000)

  test('ends one that hangs longer than the minute that the next entry waits: a look then goes on, a change finds the lock, the post step takes it back', async () => {
    await using server = await setting()
    const hanging = '{ test-swap: { pause: after stop, for: 200000, timeout: 100ms } }'
    server.configure(sound(server.path, `rounds: { daily: [${hanging}, test-swap, health-check] }\nhealth-check: { checks: [endpoints] }`))
    const ran = await server.run('round', { round: 'daily' }, { timeoutMs: 150_000 })
    expect(ran.reports.map(({ action }) => action)).toEqual(['test-swap', 'test-swap', 'health-check'])
    expect(ran.findings).toMatchObject([
      { id: 'test-swap.failed', observed: 'the deadline came first' },
      { id: 'test-swap.failed', observed: expect.stringMatching(/^test-swap \(process \d+\) has worked on this project since/) },
      {},
    ])
    expect(ran.post?.log).toContain('it is recovered now')
    expect(ran.world).toBe('old running')
    expect(server.ledgers()).toEqual([])
  }, 180_000)
})

describe('a change that fails', () => {
  test('is taken back before the next entry of its round begins', async () => {
    await using server = await setting()
    server.configure(sound(server.path, 'rounds: { daily: [{ test-swap: { fail: inside swap } }, test-swap] }'))
    const ran = await server.run('round', { round: 'daily' })
    expect(ran.reports.map(({ status }) => status)).toEqual(['critical', 'ok'])
    expect(ran.world).toBe('new running')
    expect(ran.post?.exitCode).toBe(0)
  })

  test('and leaves nothing in its ledger when it ended well', async () => {
    await using server = await setting()
    expect((await server.run('swap')).world).toBe('new running')
    expect(server.ledgers()).toEqual([])
  })
})

describe('what cannot be taken back', () => {
  test('is critical, for a look and for a change that then does not begin; a release that knows the action mends it', async () => {
    await using server = await setting()
    await server.kill('inside swap')
    server.configure(lost)
    const without = { environment: { WITHOUT_SWAP: '1' } }
    const next = await server.look(without)
    expect(next.findings.find(({ id }) => id === 'recovery.pending')).toMatchObject({
      status: 'critical',
      subject: 'action/test-swap/quiz',
      observed: expect.stringContaining('not recovered: this release has no action test-swap'),
    })
    expect(next.world).toBe('gone stopped')
    expect((await server.look()).world).toBe('old running')
  })

  test('keeps every other change of the site from beginning, when its ledger is damaged or of a newer release', async () => {
    await using server = await setting()
    for (const harm of [(text: string) => text.replace('"version":2', '"version":9'), (text: string) => `${text}{"step"\n{}\n`]) {
      await server.kill('inside swap')
      const [name = ''] = server.ledgers()
      const path = join(server.path, 'state/ronde/journal', name)
      const before = readFileSync(path, 'utf8')
      writeFileSync(path, harm(before))
      const refused = await server.run('swap')
      expect(refused.exitCode).toBe(1)
      expect(refused.findings).toMatchObject([{ id: 'recovery.unreadable', status: 'critical' }])
      expect(refused.world).toBe('gone stopped')
      writeFileSync(path, before)
      expect((await server.run('swap')).world).toBe('new running')
      makeWorld(server.path)
    }
  }, 20_000)

  test('waits for the secret that it needs', async () => {
    await using server = await setting()
    server.configure(sound(server.path, 'database: { url: "${APP_URL}" }'))
    const url = { environment: { APP_URL: 'postgres://u:correct-horse@127.0.0.1:9/app' } }
    await server.kill('inside swap', {}, url)
    expect(readFileSync(join(server.path, 'state/ronde/journal', server.ledgers()[0] ?? ''), 'utf8')).not.toContain('correct')
    server.configure(mistakes)
    expect((await server.look()).log).toContain('it needs database.url: ${APP_URL} is not set in the environment')
    const elsewhere = await server.look({ environment: { APP_URL: 'postgres://u:x@127.0.0.1:9/other' } })
    expect(elsewhere.log).toContain('leads to another database')
    expect(elsewhere.world).toBe('gone stopped')
    expect((await server.look(url)).world).toBe('old running')
  }, 20_000)
})

test('a dry run recovers nothing and tells what would be', async () => {
  await using server = await setting()
  await server.kill('inside swap')
  const dry = await server.run('swap', { 'dry-run': 'true' })
  expect(dry.log).toMatch(/would recover first: a run of test-swap that started .* \(2 steps\)/)
  expect(dry.reports[0]?.facts['plan']).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(dry.world).toBe('gone stopped')
  expect((await server.look()).world).toBe('old running')
})

describe('a state folder', () => {
  test('is found by state-dir of a ronde.yml that nobody can parse, and by the note in the usual one', async () => {
    await using server = await setting()
    const moved = join(server.path, 'elsewhere')
    server.configure(`state-dir: "${moved}" # on the large disk\n${sound(server.path)}`)
    await server.kill('inside swap')
    expect(server.ledgers(moved)).toHaveLength(1)
    server.configure(mistakes)
    expect((await server.look()).world).toBe('old running')
    expect(server.ledgers(moved)).toEqual([])
  })

  test('that was moved by hand is found where state-dir says it is now', async () => {
    await using server = await setting()
    await server.kill('inside swap')
    const moved = join(server.path, 'elsewhere')
    renameSync(join(server.path, 'state/ronde'), moved)
    server.configure(`state-dir: ${moved}\n${mistakes}`)
    expect((await server.look()).world).toBe('old running')
  })
})

test('two runs at once recover once, and neither is ended by the other', async () => {
  await using server = await setting()
  await server.kill('inside swap')
  const both = await Promise.all([server.look(), server.look()])
  expect(both.map(({ reports }) => reports.length)).toEqual([1, 1])
  expect(both.flatMap(({ findings }) => findings.filter(({ id }) => id === 'recovery.pending'))).toEqual([])
  expect(worldIn(server.path)).toBe('old running')
  expect(both.filter(({ log }) => log.includes('it is recovered now'))).toHaveLength(1)
})
