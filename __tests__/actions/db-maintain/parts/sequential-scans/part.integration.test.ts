import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { TaskOutcome } from '../../../../../src/actions/db-maintain/part.ts'
import { part } from '../../../../../src/actions/db-maintain/parts/sequential-scans/part.ts'
import type { JudgedFinding } from '../../../../../src/contract/finding.ts'
import { type Given, onDatabase } from '../../../../support/maintained-database.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../../../support/postgres-majors.ts'
import { eventually, openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

const unindexed = "SELECT count(*) FROM pgbench_accounts WHERE filler = 'x'"

/** Debian's pgbench comes with its server, and works with servers of any major. */
const program = [15, 16, 17, 18].map((major) => `/usr/lib/postgresql/${major}/bin/pgbench`).find((path) => existsSync(path))

/** 40 queries of two clients on a table of 100,000 rows; by two sessions of ours where there is no pgbench. */
const load = async (server: PostgresServer): Promise<void> => {
  if (program === undefined) {
    await using one = await openSession(server)
    await using two = await openSession(server)
    for (let call = 0; call < 20; call += 1) await Promise.all([one.query(unindexed), two.query(unindexed)])
    return
  }
  const script = join(server.directory, 'unindexed.sql')
  await writeFile(script, `${unindexed};\n`)
  const connection = ['-h', server.host, '-p', String(server.port), '-U', server.user, 'postgres']
  const environment = { PGPASSWORD: server.password, PATH: process.env['PATH'] }
  await promisify(execFile)(program, ['-n', '-f', script, '-c', '2', '-t', '20', ...connection], { env: environment })
}

describe.each(edgeMajors)('sequential scans on PostgreSQL $major', (major) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off', max_parallel_workers_per_gather: 0 }, ...binariesOf(major) })
    await run(`CREATE TABLE game (id int PRIMARY KEY, player int); INSERT INTO game SELECT n, n FROM generate_series(1, 20000) n;
      CREATE TABLE small (id int); INSERT INTO small SELECT generate_series(1, 5000);
      CREATE TABLE log (at int, line text) PARTITION BY RANGE (at); CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (15000);
      CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (15000) TO (30000); INSERT INTO log SELECT n, 'x' FROM generate_series(0, 29999) n;
      ANALYZE`)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const run = async (sql: string, times = 1) => {
    await using admin = await openSession(server)
    for (let call = 0; call < times; call += 1) await admin.query(sql)
    // What a session counted is written at the latest when it ends; this writes it now.
    if (major.major >= 15) await admin.query('SELECT pg_stat_force_next_flush()')
  }
  const look = (notes: Map<string, string>, given: Given = {}): Promise<TaskOutcome> =>
    onDatabase(server, { notes, ...given }, (maintained) =>
      part.run({ thresholds: {}, databases: [], tasks: ['sequential-scans'] }, maintained, true),
    )
  const only = (done: TaskOutcome): JudgedFinding => {
    expect(done.findings).toHaveLength(1)
    return done.findings[0] as JudgedFinding
  }
  /** Against the same note again and again, until the server has written what its sessions counted. */
  const lookUntil = async (notes: Map<string, string>, wanted: (found: JudgedFinding) => boolean, given: Given = {}) =>
    eventually(async () => only(await look(new Map(notes), given)), wanted)

  test('a first run is the base line', async () => {
    expect(only(await look(new Map()))).toMatchObject({
      status: 'ok',
      cleared: false,
      title: expect.stringContaining('from the next run on'),
    })
  })

  test('a large table that is read again and again is named, with what to look at; a small one is not', async () => {
    await run('SELECT count(*) FROM game WHERE player = 1', 30)
    const notes = new Map<string, string>()
    await look(notes)
    expect(only(await look(new Map(notes)))).toMatchObject({ status: 'ok' })
    await run('SELECT count(*) FROM game WHERE player = 1; SELECT count(*) FROM small', 25)
    const found = await lookUntil(notes, (one) => one.status === 'warning')
    expect(found).toMatchObject({
      id: 'db.sequential-scans',
      title: expect.stringMatching(/^database\/postgres: public\.game read from end to end in the last /),
      advice: expect.stringContaining('find the queries on public.game'),
    })
    expect(found.evidence).toEqual([
      expect.stringMatching(/^public\.game: 25 sequential scans over 20,000 rows each, 0 % of all scans by index$/),
    ])
  })

  test('many reads by index beside them are no want of an index', async () => {
    const notes = new Map<string, string>()
    await look(notes)
    await run('SELECT count(*) FROM game WHERE player = 1', 20)
    await run(
      `SET enable_seqscan = off; SELECT count(*) FROM generate_series(1, 400) n WHERE EXISTS (SELECT FROM game WHERE id = n OFFSET 0)`,
      2,
    )
    await run('SELECT 1')
    const found = await lookUntil(notes, (one) => one.observed.includes('looked at'))
    expect(found.status).toBe('ok')
  })

  test('partitions count for their parent, whose name is told', async () => {
    const notes = new Map<string, string>()
    await look(notes)
    await run("SELECT count(*) FROM log WHERE line = 'y'", 20)
    const found = await lookUntil(notes, (one) => one.status === 'warning' && one.observed.includes('40 '))
    expect(found.observed).toMatch(/^public\.log: 40 sequential scans over 15,000 rows each/)
  })

  test('after a reset what was counted since then is told', async () => {
    await run('SELECT count(*) FROM game WHERE player = 1', 40)
    const notes = new Map<string, string>()
    await lookUntil(
      new Map([['db.sequential-scans service/db', JSON.stringify({ at: 0, reset: '', entries: [] })]]),
      (one) => one.status === 'warning',
    )
    await look(notes)
    await run('SELECT pg_stat_reset()')
    await run('ANALYZE game; SELECT count(*) FROM game WHERE player = 1', 22)
    const found = await lookUntil(notes, (one) => one.status === 'warning')
    expect(found.observed).toContain('22 sequential scans')
  })

  test('only named tables are looked at', async () => {
    const notes = new Map<string, string>()
    await look(notes, { tables: ['small'] })
    await run('SELECT count(*) FROM game WHERE player = 1', 25)
    expect(only(await look(notes, { tables: ['small'] }))).toMatchObject({
      status: 'ok',
      observed: expect.stringContaining('1 table looked at'),
    })
  })

  test('under load the table without an index is found', async () => {
    await run(`CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, filler text); INSERT INTO pgbench_accounts
      SELECT n, '' FROM generate_series(1, 100000) n; ANALYZE pgbench_accounts`)
    const notes = new Map<string, string>()
    await look(notes)
    await load(server)
    const found = await lookUntil(notes, (one) => one.status === 'warning')
    expect(found.observed).toMatch(/^public\.pgbench_accounts: 40 sequential scans over 100,000 rows each/)
  })
})
