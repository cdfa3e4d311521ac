import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../../../support/postgres-majors.ts'
import { eventually, openSession } from '../../../../support/postgres-sessions.ts'
import { runRonde, temporaryFolder } from '../../../../support/ronde.ts'

jest.setTimeout(60_000)

describe.each(edgeMajors)('reindex on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off' }, ...binariesOf(one) })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const ask = async (sql: string) => {
    await using session = await openSession(server)
    return await session.query(sql)
  }
  const admin = async (...statements: readonly string[]) => {
    for (const sql of statements) await ask(sql)
  }
  const filled = ['CREATE TABLE game (id int, points int)', 'INSERT INTO game SELECT n, n % 1000 FROM generate_series(1, 600000) n']
  afterEach(() => admin('DROP TABLE IF EXISTS game'))
  const run = (inputs: Readonly<Record<string, string>> = {}) => runMaintain(server, { tasks: 'reindex', ...inputs })
  const indexes = () =>
    ask("SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'game'::regclass ORDER BY 1")

  /** As when a person stops CREATE INDEX CONCURRENTLY. */
  const leaveInvalid = async (sql: string) => {
    await using old = await openSession(server)
    await using builder = await openSession(server, { application: 'builder' })
    await old.query('BEGIN; UPDATE game SET points = points WHERE id = 1')
    const building = builder.query(sql).catch((error: Error) => error.message)
    await eventually(
      () => ask('SELECT 1 FROM pg_index WHERE NOT indisvalid'),
      (rows) => rows.length === 1,
    )
    await ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'builder'")
    await building
    await old.query('ROLLBACK')
  }

  test('is not run unless it is named', async () => {
    const ran = await runMaintain(server, {})
    expect(ran.report.scope).not.toContain('reindex')
  })

  test('rebuilds an invalid index and a bloated one, shows both in a dry run first, and says what was gained', async () => {
    await admin(...filled, 'CREATE INDEX game_id ON game (id)', 'DELETE FROM game WHERE id % 10 <> 0', 'VACUUM ANALYZE game')
    await leaveInvalid('CREATE INDEX CONCURRENTLY game_points ON game (points)')
    const before = await ask("SELECT relfilenode::int AS file FROM pg_class WHERE relname LIKE 'game%' ORDER BY relname")
    const dry = await run({ 'dry-run': 'true' })
    expect(dry.log).toContain('would run: REINDEX INDEX CONCURRENTLY "public"."game_points"')
    expect(dry.log).toContain('would run: REINDEX INDEX CONCURRENTLY "public"."game_id"')
    expect(await ask("SELECT relfilenode::int AS file FROM pg_class WHERE relname LIKE 'game%' ORDER BY relname")).toEqual(before)
    const ran = await run()
    expect(ran.bad).toEqual([])
    expect(ran.only('db.reindex').observed).toBe('2 of 2 indexes rebuilt')
    expect(Number(ran.outputs['reclaimed-bytes'])).toBeGreaterThan(8e6)
    expect(await indexes()).toEqual([
      { name: 'game_id', valid: true },
      { name: 'game_points', valid: true },
    ])
    expect(ran.summary).toMatch(/public\.game\\?_id.*bloated.*MB → .*MB/)
  })

  test('a unique index whose table has duplicates stays as it is, and the copy that its rebuild leaves is dropped', async () => {
    await admin('CREATE TABLE game (id int, points int)', 'INSERT INTO game VALUES (1, 1), (2, 2)')
    await leaveInvalid('CREATE UNIQUE INDEX CONCURRENTLY game_id ON game (id)')
    await admin('INSERT INTO game VALUES (3, 3)', 'DROP INDEX game_id', 'INSERT INTO game VALUES (1, 1)')
    await expect(admin('CREATE UNIQUE INDEX CONCURRENTLY game_id ON game (id)')).rejects.toThrow('could not create unique index')
    const ran = await run()
    expect(ran.only('db.reindex')).toMatchObject({ status: 'warning', title: 'database/postgres: public.game_id could not be rebuilt' })
    expect(ran.only('db.reindex').observed).toContain('23505')
    expect(await indexes()).toEqual([{ name: 'game_id', valid: false }])
  })

  test('cancelled while it waits for an old transaction: nothing runs, and the step’s end drops the copy when nobody holds it', async () => {
    await admin('CREATE TABLE game (id int, points int)', 'INSERT INTO game VALUES (1, 1)')
    await leaveInvalid('CREATE INDEX CONCURRENTLY game_id ON game (id)')
    await using state = await temporaryFolder()
    {
      await using old = await openSession(server)
      await old.query('BEGIN; UPDATE game SET points = points')
      const ran = await runRonde('db-maintain', {
        inputs: { tasks: 'reindex', 'database-url': server.url },
        stateHome: state.path,
        cancel: { afterOutput: 'reindex public.game_id: waiting for 1 transactions' },
      })
      expect(ran.findings.map((finding) => finding.id)).toEqual(expect.arrayContaining(['db.reindex', 'db.unfinished']))
      expect(ran.post).toMatchObject({ exitCode: 1, log: expect.stringContaining('cannot be dropped yet: others use its table') })
      expect(await ask("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")).toEqual([])
      await old.query('ROLLBACK')
    }
    const next = await runMaintain(server, { tasks: 'reindex' }, { stateHome: state.path })
    expect(next.bad).toEqual([])
    expect(await indexes()).toEqual([{ name: 'game_id', valid: true }])
  })

  test('a copy that somebody else left is not dropped', async () => {
    await admin('CREATE TABLE game (id int, points int)', 'INSERT INTO game VALUES (1, 1)')
    await leaveInvalid('CREATE INDEX CONCURRENTLY game_id_ccnew ON game (id)')
    expect((await run()).bad).toEqual([])
    expect(await indexes()).toEqual([{ name: 'game_id_ccnew', valid: false }])
    const told = (await runMaintain(server, { tasks: 'indexes' })).only('db.index-invalid')
    expect(told.advice).toContain('DROP INDEX CONCURRENTLY "public"."game_id_ccnew";')
  })

  test('a role that may only read: unknown, with the right that it lacks', async () => {
    await admin(
      'CREATE TABLE game (id int, points int)',
      "CREATE ROLE reader LOGIN PASSWORD 'horse-battery'",
      'CREATE ROLE quiz',
      'ALTER TABLE game OWNER TO quiz',
    )
    await leaveInvalid('CREATE INDEX CONCURRENTLY game_id ON game (id)')
    const asReader = () => runMaintain(server, { tasks: 'reindex' }, { url: server.url.replace(/\/\/[^@]*@/, '//reader:horse-battery@') })
    const grant = one.major >= 17 ? 'GRANT pg_maintain TO "reader";' : 'GRANT "quiz" TO "reader";'
    expect((await asReader()).only('db.rights')).toMatchObject({ status: 'unknown', advice: `as a superuser: ${grant}` })
    await admin(grant)
    expect((await asReader()).bad).toEqual([])
    expect(await indexes()).toEqual([{ name: 'game_id', valid: true }])
    await admin('DROP TABLE game', 'DROP ROLE reader, quiz')
  })
})
