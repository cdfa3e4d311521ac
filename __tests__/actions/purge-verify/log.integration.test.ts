import { chmod, mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Compose } from '../../../src/contract/compose.ts'
import { couldNotLook } from '../../../src/contract/seen.ts'
import { zoneClock } from '../../../src/core/time/zone-clock.ts'
import { createConnect } from '../../../src/tools/connect/connect.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, noonZone, runPurge, verifyHere, zoneAt } from '../../support/purge.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { asStranger } from '../../support/stranger.ts'

jest.setTimeout(60_000)

const pattern = 'Purge OK: (?<rows>\\d+) rows'
const midnight = zoneClock(noonZone).dayStart(dayAt(0))
const minuteMs = 60_000
const stamp = (afterMidnightMs: number) => new Date(midnight + afterMidnightMs).toISOString()
const purged = (afterMidnightMs: number, rows: number) =>
  `{"time": "${stamp(afterMidnightMs)}", "message": "Purge OK: ${rows} rows deleted"}\n`
const other = (afterMidnightMs: number) => `{"time": "${stamp(afterMidnightMs)}", "message": "GET /api/scores"}\n`

let server: PostgresServer
let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  server = await startPostgres()
  await using session = await openSession(server)
  await gameTable(session, { [dayAt(0)]: 1 })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const path = () => join(folder.path, 'app.log')
const verify = (options: Readonly<Record<string, unknown>> = {}) =>
  verifyHere({ url: server.url, options: { log: { path: path(), pattern }, ...options } })
/** A file that was last written so long after midnight. */
const write = async (name: string, content: string | Uint8Array, afterMidnightMs = 5 * minuteMs) => {
  await writeFile(join(folder.path, name), content)
  const seconds = (midnight + afterMidnightMs) / 1_000
  await utimes(join(folder.path, name), seconds, seconds)
}

describe('the line of the purge', () => {
  test('exactly once today: ok, with its time and rows', async () => {
    await write('app.log', `${purged(-86_400_000, 7)}${other(-1)}${purged(1_000, 12)}${other(2_000)}`)
    const { badIds, outputs, finding, scope } = await verify()
    expect(badIds).toEqual([])
    expect(finding('purge.log')).toMatchObject({ status: 'ok', cleared: true, observed: '1 line: at 00:00, 12 rows', check: 'log' })
    expect(outputs).toMatchObject({ 'deleted-rows': 12, 'purged-at': stamp(1_000) })
    expect(scope).toEqual(['table', 'log', 'rows-deleted', 'locks'])
  })

  test('none is a warning, for the rows decide', async () => {
    await write('app.log', `${purged(-1, 7)}${other(2_000)}`)
    const { bad, outputs } = await verify()
    expect(bad).toMatchObject([
      {
        id: 'purge.log',
        status: 'warning',
        title: `${path()}: no ${JSON.stringify(pattern)} line since 00:00`,
        advice: expect.stringMatching(/^the rows decide/),
      },
    ])
    expect(outputs).toMatchObject({ 'deleted-rows': '', 'purged-at': '' })
  })

  test('none is pending until the grace is over', async () => {
    await write('app.log', other(-86_400_000))
    const night = zoneAt(1)
    const { badIds, finding } = await verify({ 'time-zone': night, grace: '12h' })
    expect(badIds).toEqual([])
    expect(finding('purge.log')).toMatchObject({
      status: 'ok',
      cleared: false,
      observed: expect.stringMatching(/^pending: no .* line yet, expected by 12:00$/),
    })
  })

  test.each([
    ['twice, the second deleted nothing', [12, 0], []],
    ['twice, the second deleted rows', [12, 3], ['warning purge.log']],
    ['three times, the last deleted rows', [12, 0, 1], ['warning purge.log']],
  ])('%s', async (_, rows, badIds) => {
    await write('app.log', rows.map((count, index) => purged((index + 1) * 1_000, count)).join(''))
    const ran = await verify()
    expect(ran.badIds).toEqual(badIds)
    expect(ran.finding('purge.log')?.title).toContain(`the purge ran ${rows.length} times, first at 00:00, 12 rows`)
    expect(ran.outputs['deleted-rows']).toBe(rows.reduce((sum, one) => sum + one, 0))
  })

  test('several times with a pattern that tells no rows is a warning', async () => {
    await write('app.log', `${purged(1_000, 12)}${purged(2_000, 0)}`)
    const { bad } = await verify({ log: { path: path() } })
    expect(bad).toMatchObject([{ id: 'purge.log', advice: expect.stringContaining('(?<rows>\\d+)') }])
  })

  test('is told beside stale rows', async () => {
    await write('app.log', other(1_000))
    await using session = await openSession(server)
    await session.query(`INSERT INTO game (day_date) VALUES ('${dayAt(-1)}')`)
    const { bad } = await verify({ log: { path: path() } })
    expect(bad[0]?.observed).toBe(`1 row, oldest day_date ${dayAt(-1)}; no "Purge OK" line in ${path()} since 00:00`)
    await session.query(`DELETE FROM game WHERE day_date < '${dayAt(0)}'`)
  })

  test('without a time cannot be of a day, and is told', async () => {
    await write('app.log', 'Purge OK: 12 rows deleted\n')
    const { bad } = await verify()
    expect(bad).toMatchObject([{ id: 'purge.log', status: 'warning', advice: 'write an ISO 8601 time into each line of the log' }])
  })

  test('with a time of another zone is read with log.time-zone', async () => {
    await write('app.log', `${stamp(1_000).replace('T', ' ').replace('Z', '')} Purge OK: 12 rows deleted\n`)
    expect((await verify({ log: { path: path(), pattern, 'time-zone': 'UTC' } })).outputs['purged-at']).toBe(stamp(1_000))
  })
})

describe('a file', () => {
  test('that was rotated, and compressed, is read back to midnight, and no further', async () => {
    await write('app.log', other(60 * minuteMs))
    await write('app.log.1', other(30 * minuteMs), 30 * minuteMs)
    await write('app.log-20261205.gz', gzipSync(purged(1_000, 12)))
    await write('app.log.9', purged(2_000, 99), -minuteMs)
    await write('other.log', purged(2_000, 99))
    const { badIds, outputs } = await verify()
    expect(badIds).toEqual([])
    expect(outputs).toMatchObject({ 'deleted-rows': 12, 'purged-at': stamp(1_000) })
  })

  test('with a line of a hundred megabytes, binary noise and a compressed bomb is read in bounded time and memory', async () => {
    const noise = Buffer.alloc(30 * 1024 * 1024, 'x')
    await write(
      'app.log',
      Buffer.concat([Buffer.from(purged(1_000, 12)), Buffer.from([0, 255, 254]), noise, Buffer.from(`\n${other(2_000)}`)]),
    )
    await write('app.log.1.gz', gzipSync(Buffer.alloc(300 * 1024 * 1024)))
    const startedAt = performance.now()
    const { outputs } = await verify()
    expect(outputs['deleted-rows']).toBe(12)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })

  test.each<readonly [string, () => Promise<unknown>, RegExp]>([
    ['that is not there', async () => {}, /is not there/],
    ['that is a folder', () => mkdir(path()), /cannot be read \(not a regular file\)/],
    [
      'whose compressed part is broken',
      async () => write('app.log', '').then(() => write('app.log.1.gz', 'no gzip')),
      /cannot be read \(Z_DATA_ERROR\)/,
    ],
  ])('%s could not be looked at', async (_, prepare, observed) => {
    await prepare()
    const { bad, scope } = await verify()
    expect(bad).toMatchObject([{ id: 'purge.log', status: 'unknown', observed: expect.stringMatching(observed) }])
    expect(scope).toEqual(['table', 'rows-deleted', 'locks'])
  })

  test('is searched to its end, whatever a line does to the pattern', async () => {
    const hostile = `{"time": "${stamp(1_000)}"} ${'ab'.repeat(2_000)}\n`
    await write('app.log', `${hostile.repeat(500)}{"time": "${stamp(1_000)}"} Purge OK: 12 rows x\n`)
    for (const own of ['.*.*.*.*.*OK: (?<rows>\\d+) .*x', '(\\w+)*Purge OK: (?<rows>\\d+)']) {
      const { bad, outputs } = await verify({ log: { path: path(), pattern: own } })
      expect(bad.filter((one) => one.status === 'unknown')).toEqual([])
      expect(outputs['purged-at']).toBe(stamp(1_000))
    }
  })

  test('that our user may not read is told with the command that allows it', async () => {
    await write('app.log', '')
    await chmod(folder.path, 0o755)
    await chmod(path(), 0o000)
    const { bad } = await asStranger(() => verify())
    expect(bad[0]).toMatchObject({
      observed: expect.stringMatching(/\(EACCES\)/),
      advice: expect.stringMatching(/sudo setfacl -m u:USER:r /),
    })
  })

  test.each<readonly [string, () => string, RegExp]>([
    ['below a file', () => join(path(), 'below'), /\(ENOTDIR\)/],
    ['behind a circle of links', () => join(folder.path, 'circle'), /\(ELOOP\)/],
    ['with too long a name', () => join(folder.path, 'x'.repeat(300)), /\(ENAMETOOLONG\)/],
  ])('%s is told as what it is, for no right would help', async (_, where, observed) => {
    await write('app.log', '')
    await symlink('circle', join(folder.path, 'circle'))
    const { bad } = await verify({ log: { path: where(), pattern } })
    expect(bad[0]).toMatchObject({ observed: expect.stringMatching(observed), advice: expect.stringMatching(/^correct log\.path/) })
  })
})

test('an engine that does not answer is unknown for the log alone', async () => {
  const compose = { containers: async () => couldNotLook('the Docker engine is not running', 'start it') } as Partial<Compose> as Compose
  const connect = createConnect({ options: { url: server.url }, compose, secrets: { add: () => {} } })
  const { bad, scope } = await verifyHere({ url: server.url, options: { log: { service: 'web' } }, context: { compose, connect } })
  expect(bad).toMatchObject([
    { id: 'purge.log', status: 'unknown', title: 'the log of web: could not look', observed: 'the Docker engine is not running' },
  ])
  expect(scope).toEqual(['table', 'rows-deleted', 'locks'])
})

describe('how many rows went', () => {
  test('is compared with the statistics since before midnight: more by the log than by the server is a warning', async () => {
    await using session = await openSession(server)
    await session.query(`INSERT INTO game (day_date) SELECT '${dayAt(-1)}' FROM generate_series(1, 20)`)
    await session.query('SELECT pg_stat_force_next_flush()')
    const notes = new Map<string, string>()
    await write('app.log', purged(1_000, 12))
    const look = () => verifyHere({ url: server.url, notes, options: { log: { path: path(), pattern } } })
    await look()
    // As if that look had been made a minute before midnight.
    const [[key = '', note = ''] = []] = notes
    const written = JSON.parse(note) as { last: { at: number } }
    notes.set(key, JSON.stringify({ ...written, last: { ...written.last, at: midnight - minuteMs } }))
    await session.query(`DELETE FROM game WHERE ctid IN (SELECT ctid FROM game WHERE day_date < '${dayAt(0)}' LIMIT 5)`)
    await session.query('SELECT pg_stat_force_next_flush()')
    const few = await look()
    expect(few.badIds).toEqual(['critical purge.stale-rows', 'warning purge.rows-deleted'])
    expect(few.finding('purge.rows-deleted')?.observed).toBe("12 rows by the log, 5 rows by the server's statistics")
    await session.query(`DELETE FROM game WHERE day_date < '${dayAt(0)}'`)
    await session.query('SELECT pg_stat_force_next_flush()')
    const all = await look()
    expect(all.badIds).toEqual([])
    expect(all.finding('purge.rows-deleted')?.observed).toBe("12 rows by the log, 20 rows by the server's statistics")
    // Counting that began anew compares nothing.
    await session.query('SELECT pg_stat_reset()')
    expect((await look()).finding('purge.rows-deleted')?.observed).toBe('12 rows by the log')
  })

  test.each([
    ['TRUNCATE', 'TRUNCATE tr'],
    ['DROP of the partition', 'DROP TABLE tr_1'],
    ['DETACH', 'ALTER TABLE tr DETACH PARTITION tr_1; DROP TABLE tr_1'],
  ])('by %s is not counted by the server, so the log is believed', async (_, purge) => {
    await using session = await openSession(server)
    await session.query(`DROP TABLE IF EXISTS tr, tr_1; CREATE TABLE tr (day_date date) PARTITION BY RANGE (day_date);
      CREATE TABLE tr_1 PARTITION OF tr FOR VALUES FROM ('${dayAt(-1)}') TO ('${dayAt(0)}'); CREATE TABLE tr_2 PARTITION OF tr FOR VALUES FROM ('${dayAt(0)}') TO ('${dayAt(1)}');
      INSERT INTO tr SELECT '${dayAt(-1)}' FROM generate_series(1, 400)`)
    const notes = new Map<string, string>()
    await write('app.log', purged(1_000, 400))
    const look = () => verifyHere({ url: server.url, notes, options: { table: 'tr', log: { path: path(), pattern } } })
    await look()
    const [[key = '', note = ''] = []] = notes
    const written = JSON.parse(note) as { last: { at: number } }
    notes.set(key, JSON.stringify({ ...written, last: { ...written.last, at: midnight - minuteMs } }))
    await session.query(purge)
    const { badIds, finding, outputs } = await look()
    expect([badIds, outputs['deleted-rows']]).toEqual([[], 400])
    expect(finding('purge.rows-deleted')).toMatchObject({ status: 'ok', observed: '400 rows by the log' })
  })

  test.each([
    [true, 0, ['warning purge.rows-deleted']],
    [true, 1, []],
    [100, 99, ['warning purge.rows-deleted']],
    [100, 100, []],
    [false, 0, []],
  ])('expected %s and deleted %i: %j', async (expected, rows, badIds) => {
    await write('app.log', purged(1_000, rows))
    expect((await verify({ 'expect-rows-deleted': expected })).badIds).toEqual(badIds)
  })

  test('expected and not known is not checked', async () => {
    const { badIds, finding } = await verifyHere({ url: server.url, options: { 'expect-rows-deleted': true } })
    expect(badIds).toEqual([])
    expect(finding('purge.rows-deleted')).toMatchObject({
      cleared: false,
      notChecked: expect.stringMatching(/^nothing to compare yet/),
    })
  })
})

test('what rotation packed is read by the bundle that is shipped', async () => {
  await write('app.log', '')
  await write('app.log.1.gz', gzipSync(`${purged(1_000, 5)}${other(2_000)}`))
  const options = `log: { path: ${JSON.stringify(path())}, pattern: ${JSON.stringify(pattern)} }`
  const files = { '.github/ronde.yml': `purge-verify: { ${options} }\n` }
  const { finding, outputs, log } = await runPurge(server.url, {}, { code: 'dist', files })
  expect(finding('purge.log') ?? log).toMatchObject({ status: 'ok', observed: '1 line: at 00:00, 5 rows' })
  expect(outputs).toMatchObject({ 'deleted-rows': '5', status: 'ok' })
})
