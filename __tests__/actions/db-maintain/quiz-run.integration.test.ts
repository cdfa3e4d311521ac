import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { eventually, openSession } from '../../support/postgres-sessions.ts'
import { temporaryFolder } from '../../support/ronde.ts'

jest.setTimeout(60_000)

/** The quiz guide: nothing durable but the schema, a purge that must not be held up, and no patience for slow queries. */
const ronde = (database: string) => `
database: { url: "${database}" }
db-maintain:
  schema-snapshot: ops/schema.txt
  sessions: { policy: terminate, applications: [gunicorn] }
  thresholds: { idle-in-transaction: [50ms, 100ms], long-query: [50ms, 100ms], blocked: [50ms, 100ms], slow-query: [4ms, 1s] }
`

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } })
  await using admin = await openSession(server)
  await admin.query(`CREATE EXTENSION pg_stat_statements; CREATE TYPE level AS ENUM ('easy', 'hard');
    CREATE TABLE game (id int PRIMARY KEY, day_date date NOT NULL, level level, points int CONSTRAINT bounds CHECK (points >= 0));
    CREATE INDEX idx_game_ranking_points ON game (points DESC); INSERT INTO game SELECT n, '2026-12-01', 'easy', n FROM generate_series(1, 100) n`)
})
afterAll(() => server[Symbol.asyncDispose]())

describe('two runs of the tasks that compare', () => {
  test('the first keeps the schema and the counters, the second tells what changed, and nothing of Ronde stays on the server', async () => {
    await using workspace = await temporaryFolder()
    const tasks = 'sessions, slow-queries, sequential-scans, schema'
    const files = { '.github/ronde.yml': ronde(server.url) }
    const given = { files, workspace: workspace.path, stateHome: join(workspace.path, 'state'), url: '' }
    const first = await runMaintain(server, { tasks, 'update-snapshot': 'true' }, given)
    expect(first.bad).toEqual([])
    expect(first.outputs).toMatchObject({ status: 'ok', drift: '0', cancelled: '0' })
    expect(await readFile(join(workspace.path, 'ops/schema.txt'), 'utf8')).toContain("\nenum public.level ('easy', 'hard')\n")

    await using admin = await openSession(server)
    await admin.query(`ALTER TYPE level ADD VALUE 'medium' BEFORE 'hard'; DROP INDEX idx_game_ranking_points;
      ALTER TABLE game DROP CONSTRAINT bounds; INSERT INTO game VALUES (0, '2026-12-02', 'easy', -1);
      ALTER TABLE game ADD CONSTRAINT bounds CHECK (points >= 0) NOT VALID`)
    for (let call = 0; call < 105; call += 1) await admin.query('SELECT pg_sleep(0.005)')
    await using idle = await openSession(server, { application: 'gunicorn' })
    await idle.query('BEGIN; LOCK TABLE game')
    const purge = admin.query("DELETE FROM game WHERE day_date < '2026-12-02'")
    await using other = await openSession(server)
    await eventually(
      () => other.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND now() - query_start > '150ms'"),
      (rows) => rows.length > 0,
    )
    const second = await runMaintain(server, { tasks, 'fail-on': 'never' }, given)
    await purge
    expect(second.bad.toSorted()).toEqual(['critical schema.constraint', 'warning db.slow-queries', 'warning schema.drift'])
    expect(second.outputs).toMatchObject({ status: 'critical', drift: '5', cancelled: '1' })
    expect(second.only('schema.drift').evidence).toEqual([
      "-enum public.level ('easy', 'hard')",
      "+enum public.level ('easy', 'medium', 'hard')",
      '-table public.game constraint bounds CHECK ((points >= 0))',
      '+table public.game constraint bounds CHECK ((points >= 0)) NOT VALID',
      '-table public.game index CREATE INDEX idx_game_ranking_points ON public.game USING btree (points DESC)',
    ])
    expect(second.only('db.session-policy').evidence[0]).toMatch(
      /^terminated \(blocks others\): pid \d+ postgres gunicorn, idle in transaction for /,
    )
    expect(second.report.scope.toSorted()).toEqual(['schema', 'sequential-scans', 'sessions', 'slow-queries'])
    const ours = () => admin.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")
    expect(await eventually(ours, (rows) => rows.length === 0)).toEqual([])
  })
})

describe('texts of the database', () => {
  test('that hold commands of the runner are shown and never obeyed', async () => {
    await using workspace = await temporaryFolder()
    await using admin = await openSession(server)
    await admin.query(`CREATE DATABASE "hostile"`)
    await using there = await openSession(server, { database: 'hostile' })
    const url = server.url.replace(/\/postgres$/, '/hostile')
    const inputs = { tasks: 'schema', 'schema-snapshot': 'schema.txt', 'fail-on': 'never' }
    const given = { workspace: workspace.path, stateHome: join(workspace.path, 'state'), url }
    await runMaintain(server, { ...inputs, 'update-snapshot': 'true' }, given)
    await there.query(
      `CREATE TABLE "x\n::error::obeyed\n##[error]obeyed" (a int); CREATE TYPE m AS ENUM (E'\\n::set-output name=status::ok')`,
    )
    const { log, outputs, only } = await runMaintain(server, inputs, given)
    expect(outputs['status']).toBe('warning')
    expect(only('schema.drift').evidence.join('\n')).toContain('\\u{a}::error::obeyed\\u{a}##[error]obeyed')
    expect(log).not.toMatch(/^::error::obeyed/m)
    expect(log).not.toContain('##[error]obeyed')
  })
})

describe('a table that a migration holds', () => {
  test('is not compared, with its holder named, and the other tasks are done', async () => {
    await using migration = await openSession(server)
    await migration.query('BEGIN; LOCK TABLE game')
    const ran = await runMaintain(server, { tasks: 'sessions, schema', 'schema-snapshot': 'schema.txt', 'fail-on': 'never' })
    await migration.query('ROLLBACK')
    expect(ran.bad).toEqual(['warning schema.snapshot', 'unknown db.unfinished'])
    expect(ran.only('db.unfinished')).toMatchObject({
      subject: 'task/postgres.schema',
      observed: expect.stringMatching(/^not compared: table public\.game; public\.game: pid \d+ .* holds AccessExclusiveLock$/),
      advice: 'run it again when that session has ended',
    })
    expect(ran.report.scope).toEqual(['sessions'])
    const ours = () => migration.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")
    expect(await eventually(ours, (rows) => rows.length === 0)).toEqual([])
  })
})

describe('bad input', () => {
  test('every mistake is named, and nothing is looked at', async () => {
    const ran = await runMaintain(server, {
      tasks: 'schema, sesions',
      'schema-snapshot': '../schema.txt',
      sessions: '{ policy: kill, states: [asleep] }',
    }).catch((error: Error) => error.message)
    expect(ran).toContain('no report')
    for (const part of ['tasks', 'sesions', 'schema-snapshot', 'ops/schema.txt', 'policy', 'asleep']) expect(ran).toContain(part)
  })

  test.each(['/etc/passwd', 'ops/../../x', '.git/config', 'ops/', './', 'a\\b', 'x\u0007y'])(
    'a path such as %j is no file of the workspace',
    async (path) => {
      const ran = await runMaintain(server, { tasks: 'schema', 'schema-snapshot': path }).catch((error: Error) => error.message)
      expect(ran).toContain('is not the path of a file in the workspace')
    },
  )
})
