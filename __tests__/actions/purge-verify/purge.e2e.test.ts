import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { zoneClock } from '../../../src/core/time/zone-clock.ts'
import { acquireLock } from '../../../src/runtime/state/locks.ts'
import { until } from '../../support/compose-project.ts'
import { dayAt } from '../../support/purge.ts'
import { type RondeRun, runRonde } from '../../support/ronde.ts'
import { type Stack, type StackSession, startStack } from '../../support/stack.ts'

jest.setTimeout(120_000)

const project = 'ronde-purge'
const zone = '+04:00'
const today = dayAt(0, zone)
const started = new AsyncDisposableStack()
let stack: Stack
let database: StackSession
let folder: string

beforeAll(async () => {
  stack = started.use(await startStack(project))
  database = started.use(await stack.session())
}, 240_000)
afterAll(() => started.disposeAsync(), 60_000)

/** A server that Ronde sees for the first time, and whose web container is new, so that its log is empty. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-purge-'))
  await stack.compose('up', '--detach', '--no-build', '--force-recreate', '--no-deps', '--wait', '--wait-timeout', '60', 'web')
  await database.client.query('TRUNCATE day, game RESTART IDENTITY CASCADE')
}, 90_000)
afterEach(() => rm(folder, { recursive: true }))

const purgeCommand = ['python3', 'manage.py', 'purge']
const runCommand = (command: readonly string[]) => `run-command: { service: web, command: ${JSON.stringify(command)} }`

const verify = async (more: readonly string[] = [], options: Partial<RondeRun> = {}) => {
  const lines = [
    'server: quiz-purge',
    `time-zone: "${zone}"`,
    `compose: { directory: ${JSON.stringify(resolve('stack'))}, project: ${project} }`,
    'database: { service: db }',
    'purge-verify:',
    ...[
      'table: game',
      'date-column: day_date',
      'day-table: day',
      'grace: 0s',
      "log: { service: web, pattern: 'Purge OK: (?<rows>\\d+) rows' }",
      ...more,
    ].map((line) => `  ${line}`),
  ]
  const ran = await runRonde('purge-verify', {
    files: { '.github/ronde.yml': `${lines.join('\n')}\n` },
    stateHome: join(folder, 'state'),
    environment: stack.environment,
    ...options,
  })
  const bad = ran.findings.filter((one) => one.status !== 'ok')
  return {
    ...ran,
    bad,
    badIds: bad.map((one) => `${one.status} ${one.id}`),
    finding: (id: string) => ran.findings.find((one) => one.id === id),
  }
}

const games = async (days: number, count: number) => {
  const date = dayAt(days, zone)
  await database.client.query('INSERT INTO day (day_date) VALUES ($1) ON CONFLICT DO NOTHING', [date])
  await database.client.query(
    `INSERT INTO game (day_id, day_date, player, points, time_ms) SELECT day.id, day_date, 'p' || n, n, n FROM day, generate_series(1, $2::int) AS n WHERE day_date = $1`,
    [date, count],
  )
}
const purge = () => stack.compose('exec', '-T', 'web', ...purgeCommand)
const stale = async () => Number((await database.client.query('SELECT count(*) FROM game WHERE day_date <> $1', [today])).rows[0].count)

describe("the stack's own purge", () => {
  test('that ran is proven: rows, log, new day, no lock', async () => {
    await games(-1, 12)
    await purge()
    await games(0, 3)
    const ran = await verify()
    expect(ran.badIds).toEqual([])
    expect(ran.outputs).toMatchObject({ status: 'ok', 'stale-rows': '0', 'deleted-rows': '12', 'business-date': today })
    expect(zoneClock(zone).date(Date.parse(ran.outputs['purged-at'] ?? ''))).toBe(today)
    expect(ran.reports[0]?.scope).toEqual(['table', 'log', 'rows-deleted', 'day', 'locks'])
    expect(ran.conclusion).toBe('success')
  })

  test('that ran twice deleted nothing the second time: ok', async () => {
    await games(-1, 12)
    await purge()
    await purge()
    const ran = await verify()
    expect(ran.badIds).toEqual([])
    expect(ran.finding('purge.log')?.title).toContain('the purge ran 2 times')
  })

  test('that did not run: old rows, no new day, no line, and what to do', async () => {
    await games(-1, 412)
    const ran = await verify([runCommand(purgeCommand)], { inputs: { 'dry-run': 'true' } })
    expect(ran.badIds).toEqual(['critical purge.stale-rows', 'warning purge.log', 'critical purge.day'])
    expect(ran.bad[0]).toMatchObject({
      title: `game: 412 rows are older than ${today}`,
      observed: `412 rows, oldest day_date ${dayAt(-1, zone)}; no "Purge OK: (?<rows>\\\\d+) rows" line in the log of web since 00:00`,
      advice: 'docker compose exec web python3 manage.py purge, then run this round again',
    })
    expect(ran.finding('purge.command')?.observed).toBe('dry run: would run docker compose exec web python3 manage.py purge')
    expect(ran.log).toContain('dry run: would run docker compose exec web python3 manage.py purge')
    expect(await stale()).toBe(412)
  })

  test('that was killed in the middle left everything as it was, and is run again', async () => {
    await games(-1, 5)
    {
      await using holder = await stack.session()
      await holder.client.query('BEGIN; SELECT * FROM game FOR UPDATE')
      const purging = purge().then(
        () => 'ended',
        () => 'killed',
      )
      await until(
        async () =>
          (await database.client.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'quiz' AND wait_event_type = 'Lock'"))
            .rowCount,
        (count) => count === 1,
      )
      await stack.compose('exec', '-T', 'web', 'python3', '-c', killer)
      expect(await purging).toBe('killed')
    }
    expect((await verify()).badIds).toEqual(['critical purge.stale-rows', 'warning purge.log', 'critical purge.day'])
    const mended = await verify([runCommand(purgeCommand)])
    expect(mended.badIds).toEqual(['warning purge.command'])
    expect(mended.outputs['deleted-rows']).toBe('5')
  })
})

/** Kills every process of the purge inside the container, as the kernel does for lack of memory. */
const killer = `import glob, os, signal
for path in glob.glob('/proc/[0-9]*/cmdline'):
    words = open(path, 'rb').read().split(b'\\0')
    if b'purge' in words and b'-c' not in words: os.kill(int(path.split('/')[2]), signal.SIGKILL)`

describe('run-command', () => {
  test('runs a missed purge once, looks again, and is not needed the next time', async () => {
    await games(-1, 7)
    const first = await verify([runCommand(purgeCommand)])
    expect(first.badIds).toEqual(['warning purge.command'])
    expect(first.bad[0]).toMatchObject({
      title: 'game: the purge was missed, and has been run now',
      evidence: [`Purge OK: 7 rows deleted for ${today}`],
    })
    expect(first.outputs).toMatchObject({ 'stale-rows': '0', 'deleted-rows': '7' })
    expect((await verify([runCommand(purgeCommand)])).badIds).toEqual([])
  })

  test('is not run twice on one day', async () => {
    await games(-1, 7)
    await verify([runCommand(purgeCommand)])
    await games(-1, 2)
    const ran = await verify([runCommand(purgeCommand)])
    expect(ran.badIds).toEqual(['critical purge.stale-rows', 'warning purge.command'])
    expect(ran.bad[1]?.title).toBe('game: missed, and not run a second time')
    expect(await stale()).toBe(2)
  })

  test('that fails is critical, with what it said, bounded and without a secret', async () => {
    await games(-1, 7)
    const script = 'for i in $(seq 100); do echo line $i; done; echo "::error::PASSWORD is $POSTGRES_PASSWORD" >&2; exit 3'
    const ran = await verify([runCommand(['sh', '-c', script])])
    expect(ran.badIds).toContain('critical purge.command')
    const { evidence = [], observed } = ran.finding('purge.command') ?? {}
    expect(observed).toMatch(/^exit code 3 after /)
    expect(evidence.length).toBeLessThan(25)
    expect([ran.log, ran.summary, JSON.stringify(ran.reports)].join('\n')).not.toContain(stack.password)
    expect(ran.annotations.map((one) => one.message).join('\n')).not.toContain('PASSWORD is')
  })

  test('is not run while another action works on the project', async () => {
    await games(-1, 7)
    const held = await acquireLock({
      directory: join(folder, 'state/ronde'),
      project,
      what: 'backup',
      deadline: Date.now() + 60_000,
      now: Date.now(),
    })
    expect(held.kind).toBe('acquired')
    const ran = await verify([runCommand(purgeCommand)])
    expect(ran.badIds).toContain('unknown purge.command')
    expect(ran.finding('purge.command')?.observed).toMatch(/^backup \(process \d+\) has worked on this project/)
    expect(await stale()).toBe(7)
    if (held.kind === 'acquired') held.release()
    expect((await verify([runCommand(purgeCommand)])).badIds).toEqual(['warning purge.command'])
  })

  test('whose run is killed leaves nothing half done: the next run looks anew, and runs it', async () => {
    await games(-1, 7)
    const killed = await verify([runCommand(['sleep', '30'])], {
      signal: { afterOutput: 'the purge was missed; running', name: 'SIGKILL' },
    })
    expect(killed.signal).toBe('SIGKILL')
    expect(await stale()).toBe(7)
    expect((await verify([runCommand(purgeCommand)])).badIds).toEqual(['warning purge.command'])
  })
})
