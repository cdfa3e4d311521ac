import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../../../support/postgres-majors.ts'
import { eventually, openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

describe.each(edgeMajors)('vacuum on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off', max_prepared_transactions: 2 }, ...binariesOf(one) })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const makeGame = async (rows: number, dead: number) => {
    await using admin = await openSession(server)
    await admin.query(`DROP TABLE IF EXISTS game; CREATE TABLE game (id int PRIMARY KEY, word text);
      INSERT INTO game SELECT n, repeat('x', 100) FROM generate_series(1, ${rows}) n`)
    await admin.query(`DELETE FROM game WHERE id <= ${dead}`)
  }
  const statsOf = async (table: string) => {
    await using admin = await openSession(server)
    const [row] =
      await admin.query(`SELECT n_dead_tup::int AS dead, last_vacuum IS NOT NULL AS vacuumed, last_analyze IS NOT NULL AS analyzed,
      relfilenode::int AS file FROM pg_stat_all_tables JOIN pg_class ON pg_class.oid = relid WHERE relid = '${table}'::regclass`)
    return row
  }

  /** Before PostgreSQL 15 the counters come by a collector, a moment later. */
  const statsWith = (dead: number) =>
    eventually(
      () => statsOf('game'),
      (row) => row?.['dead'] === dead,
    )

  test('removes dead rows, analyzes, and says what each table gained', async () => {
    await makeGame(10_000, 4_000)
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    expect(ran.bad).toEqual([])
    expect(ran.outputs).toMatchObject({ status: 'ok', vacuumed: '1' })
    expect(
      await eventually(
        () => statsOf('game'),
        (row) => row?.['vacuumed'] === true,
      ),
    ).toMatchObject({ dead: 0, analyzed: true })
  })

  test('changes nothing in a dry run, and shows each statement', async () => {
    await makeGame(10_000, 4_000)
    const before = await statsWith(4_000)
    const ran = await runMaintain(server, { tasks: 'vacuum', 'dry-run': 'true' })
    expect(ran.log).toContain('would run: VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) "public"."game"')
    expect(await statsOf('game')).toEqual(before)
    expect(before).toMatchObject({ dead: 4_000, vacuumed: false })
    expect(ran.outputs).toMatchObject({ status: 'ok', vacuumed: '0', 'reclaimed-bytes': '0' })
  })

  test('leaves a table that somebody holds, says who, and vacuums the others', async () => {
    await makeGame(100, 50)
    await using holder = await openSession(server, { application: 'gunicorn' })
    await holder.query('CREATE TABLE day (id int)')
    await holder.query('BEGIN; LOCK TABLE game IN SHARE UPDATE EXCLUSIVE MODE')
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    expect(ran.only('db.vacuum')).toMatchObject({
      status: 'warning',
      title: 'database/postgres: public.game could not be vacuumed',
      evidence: [expect.stringMatching(/^public\.game: pid \d+ postgres gunicorn holds ShareUpdateExclusiveLock$/)],
    })
    expect(ran.outputs['vacuumed']).toBe('1')
    await holder.query('ROLLBACK')
    await holder.query('DROP TABLE day')
  })

  test('names who keeps dead rows alive: a session', async () => {
    await using holder = await openSession(server, { application: 'gunicorn' })
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
    await makeGame(10_000, 4_000)
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    const found = ran.only('db.old-snapshot')
    expect(found.status).toBe('warning')
    expect(found.title).toMatch(/4,000 dead rows are kept by pid \d+ postgres gunicorn, idle in transaction for /)
    expect(found.advice).toMatch(/SELECT pg_terminate_backend\(\d+\);/)
    expect(found.evidence).toContain('public.game: 4,000 dead rows')
    await holder.query('ROLLBACK')
    expect((await runMaintain(server, { tasks: 'vacuum' })).bad).toEqual([])
  })

  test('names who keeps dead rows alive: a prepared transaction', async () => {
    await using holder = await openSession(server)
    await holder.query("BEGIN; CREATE TABLE held (id int); PREPARE TRANSACTION 'left over'")
    await makeGame(10_000, 4_000)
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    expect(ran.only('db.old-snapshot').title).toMatch(/4,000 dead rows are kept by prepared transaction left over of postgres/)
    await holder.query("ROLLBACK PREPARED 'left over'")
  })
})

describe.each(edgeMajors)('vacuum of particular tables and roles on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off', max_prepared_transactions: 2 }, ...binariesOf(one) })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const makeGame = async (rows: number, dead: number) => {
    await using admin = await openSession(server)
    await admin.query(`DROP TABLE IF EXISTS game; CREATE TABLE game (id int PRIMARY KEY, word text);
      INSERT INTO game SELECT n, repeat('x', 100) FROM generate_series(1, ${rows}) n`)
    await admin.query(`DELETE FROM game WHERE id <= ${dead}`)
  }
  const statsOf = async (table: string) => {
    await using admin = await openSession(server)
    const [row] =
      await admin.query(`SELECT n_dead_tup::int AS dead, last_vacuum IS NOT NULL AS vacuumed, last_analyze IS NOT NULL AS analyzed,
      relfilenode::int AS file FROM pg_stat_all_tables JOIN pg_class ON pg_class.oid = relid WHERE relid = '${table}'::regclass`)
    return row
  }

  test('vacuums the partitions and analyzes their parent', async () => {
    await using admin = await openSession(server)
    await admin.query(`CREATE SCHEMA "Shop"; CREATE TABLE "Shop"."Sale" (day date, points int) PARTITION BY RANGE (day);
      CREATE TABLE "Shop".sale_1 PARTITION OF "Shop"."Sale" FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
      CREATE TABLE "Shop".sale_2 PARTITION OF "Shop"."Sale" FOR VALUES FROM ('2026-07-01') TO ('2027-01-01') PARTITION BY RANGE (day);
      CREATE TABLE "Shop".sale_2a PARTITION OF "Shop".sale_2 FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
      INSERT INTO "Shop"."Sale" SELECT date '2026-01-01' + n % 365, n FROM generate_series(1, 1000) n`)
    const ran = await runMaintain(server, { tasks: 'vacuum', tables: '"Shop"."Sale"' })
    expect(ran.bad).toEqual([])
    expect(ran.outputs['vacuumed']).toBe('2')
    const stats = ['sale_1', 'sale_2a', 'Sale', 'sale_2'].map((name) => statsOf(`"Shop"."${name}"`))
    expect(await Promise.all(stats)).toMatchObject([
      { vacuumed: true, analyzed: true },
      { vacuumed: true, analyzed: true },
      { vacuumed: false, analyzed: true },
      { vacuumed: false, analyzed: true },
    ])
    await admin.query('DROP SCHEMA "Shop" CASCADE')
  })

  test('with a role that may only read: unknown, with the right it lacks, and nothing is changed', async () => {
    await makeGame(1_000, 400)
    await using admin = await openSession(server)
    await admin.query("CREATE ROLE reader LOGIN PASSWORD 'horse-battery'; CREATE ROLE quiz; ALTER TABLE game OWNER TO quiz")
    const before = await eventually(
      () => statsOf('game'),
      (row) => row?.['dead'] === 400,
    )
    const asReader = () => runMaintain(server, { tasks: 'vacuum' }, { url: server.url.replace(/\/\/[^@]*@/, '//reader:horse-battery@') })
    const ran = await asReader()
    expect(ran.only('db.rights')).toMatchObject({
      status: 'unknown',
      subject: 'task/postgres.vacuum',
      evidence: ['public.game, owner quiz'],
    })
    const grant = one.major >= 17 ? 'GRANT pg_maintain TO "reader";' : 'GRANT "quiz" TO "reader";'
    expect(ran.only('db.rights').advice).toBe(`as a superuser: ${grant}`)
    expect(ran.report.scope).toEqual([])
    expect(await statsOf('game')).toEqual(before)
    await admin.query(grant)
    const again = await asReader()
    expect(again.bad).toEqual([])
    expect(again.outputs['vacuumed']).toBe('1')
    await admin.query('DROP TABLE game; DROP ROLE reader, quiz')
  })

  test("is not ended by the role's own time-out", async () => {
    await makeGame(20_000, 4_000)
    await using admin = await openSession(server)
    await admin.query(
      "ALTER ROLE postgres SET statement_timeout = '100ms'; ALTER ROLE postgres SET vacuum_cost_delay = '10ms'; ALTER ROLE postgres SET vacuum_cost_limit = 100",
    )
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    await admin.query('ALTER ROLE postgres RESET ALL')
    expect(ran.bad).toEqual([])
  })
})
