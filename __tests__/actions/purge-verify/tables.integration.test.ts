import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { type ApplicationSession, eventually, openSession } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, verifyHere } from '../../support/purge.ts'

jest.setTimeout(60_000)

let server: PostgresServer
let admin: ApplicationSession
beforeAll(async () => {
  server = await startPostgres({ settings: { autovacuum: 'off', max_prepared_transactions: 2 } })
  admin = await openSession(server)
  await admin.query("SET lock_timeout = '10s'") // what a failed test left locked fails the next one, and does not hang it
})
afterAll(async () => {
  await admin[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const [yesterday, today] = [dayAt(-1), dayAt(0)]
const verify = (options: Readonly<Record<string, unknown>> = {}, url = server.url) => verifyHere({ url, options })

describe('the name of a table', () => {
  beforeAll(async () => {
    await admin.query('DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop')
    for (const name of ['"Game"', 'public.purged', 'shop.purged', '"we ""ird; DROP TABLE game; --"', '"Schön"'])
      await admin.query(`CREATE TABLE ${name} ("dayDate" date, day_date date); INSERT INTO ${name} VALUES ('${yesterday}', '${yesterday}')`)
  })

  test.each([
    ['"Game"', 'table/Game'],
    ['purged', 'table/purged'],
    ['PURGED', 'table/purged'],
    ['shop.purged', 'table/shop.purged'],
    ['"shop"."purged"', 'table/shop.purged'],
    ['"we ""ird; DROP TABLE game; --"', 'table/we "ird; DROP TABLE game; --'],
    ['"Schön"', 'table/Schön'],
  ])('may be written as %s', async (table, subject) => {
    const { bad } = await verify({ table, 'date-column': '"dayDate"' })
    expect(bad).toMatchObject([{ id: 'purge.stale-rows', status: 'critical', subject }])
  })

  test.each([
    ['gamee', /there is no table gamee; did you mean "Game"\?/],
    ['game_', /there is no table game_; did you mean "Game"\?/],
    ['shop.purgd', /there is no table shop\.purgd; did you mean shop\.purged\?/],
    ['nowhere.at_all', /there is no table nowhere\.at_all$/],
  ])('%s, which is not there, is unknown, with the nearest name', async (table, observed) => {
    const { bad, scope, outputs } = await verify({ table })
    expect(bad).toMatchObject([{ id: 'purge.stale-rows', status: 'unknown', observed: expect.stringMatching(observed) }])
    expect(scope).toEqual([])
    expect(outputs['stale-rows']).toBe('')
  })

  test('with a column that is not there is unknown, with the nearest name', async () => {
    const { bad } = await verify({ table: '"Game"', 'date-column': 'daydate' })
    expect(bad[0]).toMatchObject({ status: 'unknown', observed: 'Game has no column daydate; did you mean "dayDate"?' })
  })

  test('is looked for in the search path of the role, as the application does', async () => {
    await admin.query("CREATE ROLE shopper LOGIN SUPERUSER PASSWORD 'shopper'; ALTER ROLE shopper SET search_path = shop, public")
    await admin.query('DELETE FROM shop.purged')
    const address = `127.0.0.1:${server.port}/postgres`
    expect((await verify({ table: 'purged' }, `postgres://shopper:shopper@${address}`)).badIds).toEqual([])
    expect((await verify({ table: 'purged' })).badIds).toEqual(['critical purge.stale-rows'])
  })
})

describe('what cannot be proven is refused with the reason', () => {
  beforeAll(async () => {
    await gameTable(admin)
    await admin.query(
      'CREATE VIEW a_view AS SELECT * FROM game; CREATE MATERIALIZED VIEW a_copy AS SELECT * FROM game; CREATE SEQUENCE a_sequence',
    )
    await admin.query(
      'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far (day_date date) SERVER s',
    )
    await admin.query('CREATE TABLE numbers (day_date int)')
  })
  afterAll(async () => {
    await admin.query('DROP VIEW a_view; DROP MATERIALIZED VIEW a_copy')
  })

  test.each([
    ['a_view', 'a_view is a view', 'name the table that it reads'],
    ['a_copy', 'a_copy is a materialized view, a copy of another time', 'name the table that it reads'],
    ['far', 'far is a foreign table', 'let Ronde look at the server where its rows are'],
    ['a_sequence', 'a_sequence is a sequence, not a table', 'name a table'],
    [
      'numbers',
      'numbers.day_date is integer, which holds no date that can be compared',
      'name a column of one of the types date, timestamp, timestamptz, text',
    ],
  ])('%s', async (table, observed, advice) => {
    expect((await verify({ table })).bad).toMatchObject([{ id: 'purge.stale-rows', status: 'unknown', observed, advice }])
  })

  test('a table that this role may not read, with the grant', async () => {
    await admin.query("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN PASSWORD 'plain'")
    const { bad } = await verify({}, `postgres://plain:plain@127.0.0.1:${server.port}/postgres`)
    expect(bad[0]).toMatchObject({
      status: 'unknown',
      observed: 'permission denied for table game (42501)',
      advice: 'let the role read all rows of the table: GRANT SELECT ON "public"."game" TO "plain";',
    })
  })

  test('rows that a policy hides from this role: an empty answer would be a lie', async () => {
    await admin.query(`CREATE TABLE secret AS SELECT '${yesterday}'::date AS day_date`)
    await admin.query('ALTER TABLE secret ENABLE ROW LEVEL SECURITY; GRANT SELECT ON secret TO plain')
    const { bad } = await verify({ table: 'secret' }, `postgres://plain:plain@127.0.0.1:${server.port}/postgres`)
    expect(bad[0]).toMatchObject({ id: 'purge.stale-rows', status: 'unknown', observed: expect.stringContaining('row-level security') })
  })
})

describe('an index', () => {
  const many = 100_001
  const fill = (definition: string, extra = '') =>
    admin.query(
      `DROP TABLE IF EXISTS game; CREATE TABLE game ${definition}; INSERT INTO game SELECT '${today}', n FROM generate_series(1, ${many}) AS n; ${extra}`,
    )

  test.each([
    ['none', ''],
    ['one that does not begin with the date', 'CREATE INDEX ON game (points, day_date)'],
    ['one that cannot be compared by', 'CREATE INDEX ON game USING hash (day_date)'],
    [
      'one that an interrupted CREATE INDEX left invalid',
      "CREATE INDEX broken ON game (day_date); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass",
    ],
  ])('%s: the proof of more than 100,000 rows is refused, and says what to create', async (_, extra) => {
    await fill('(day_date date, points int)', extra)
    const { bad, findings, scope } = await verify()
    expect(bad).toMatchObject([
      {
        id: 'purge.index',
        status: 'warning',
        title: 'game: not proven, no index begins with day_date',
        advice: 'CREATE INDEX CONCURRENTLY ON "public"."game" ("day_date"); then run this again',
      },
    ])
    expect(bad[0]?.measurements[0]?.value).toBeGreaterThan(99_000)
    expect(findings.map((one) => one.id)).not.toContain('purge.stale-rows')
    expect(scope).not.toContain('table')
  })

  test('that is created makes it proven', async () => {
    await fill('(day_date date, points int)')
    expect((await verify()).badIds).toEqual(['warning purge.index'])
    await admin.query('CREATE INDEX CONCURRENTLY ON "public"."game" ("day_date")')
    expect((await verify()).badIds).toEqual([])
  })

  test('is not needed for few rows, and its lack is told', async () => {
    await admin.query(
      `DROP TABLE IF EXISTS game; CREATE TABLE game AS SELECT '${today}'::date AS day_date, n FROM generate_series(1, 50000) AS n`,
    )
    const { bad, finding } = await verify()
    expect(bad).toEqual([])
    expect(finding('purge.index')?.advice).toContain('CREATE INDEX CONCURRENTLY')
  })

  test('of each partition serves a partitioned table, and rows of all partitions are seen', async () => {
    await admin.query(`DROP TABLE IF EXISTS game; CREATE TABLE game (day_date date, points int) PARTITION BY RANGE (points);
      CREATE TABLE game_low PARTITION OF game FOR VALUES FROM (0) TO (60000); CREATE TABLE game_high PARTITION OF game DEFAULT;
      INSERT INTO game SELECT '${today}', n FROM generate_series(1, ${many}) AS n`)
    expect((await verify()).bad).toMatchObject([
      {
        id: 'purge.index',
        advice: expect.stringMatching(/^CREATE INDEX ON "public"\."game" \("day_date"\); \(CONCURRENTLY is not possible/),
      },
    ])
    await admin.query('CREATE INDEX ON game (day_date)')
    expect((await verify()).badIds).toEqual([])
    await admin.query(`INSERT INTO game VALUES ('${yesterday}', 1), ('${yesterday}', 99999)`)
    expect((await verify()).outputs['stale-rows']).toBe(2)
  })

  test('is used even when the statistics are of yesterday, by which a scan would find a row at once', async () => {
    await gameTable(admin, { [yesterday]: 200_000 })
    await admin.query('ANALYZE game; DELETE FROM game')
    await admin.query('VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) game')
    await admin.query(`INSERT INTO game (day_date) SELECT '${today}' FROM generate_series(1, 1000)`)
    const { bad, finding } = await verify()
    expect(bad).toEqual([])
    expect(finding('purge.cost')?.measurements[0]?.value).toBeLessThanOrEqual(20)
  })
})

describe('the cost of the proof', () => {
  test('rises over 20 buffers while an old snapshot keeps the deleted rows alive, and falls when VACUUM has run', async () => {
    await gameTable(admin, { [yesterday]: 50_000, [today]: 1_000 })
    await admin.query('VACUUM ANALYZE game')
    await using reader = await openSession(server, { application: 'report' })
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM game')
    await admin.query(`DELETE FROM game WHERE day_date <> '${today}'; SELECT pg_stat_force_next_flush()`)
    const { bad } = await verify()
    expect(bad).toMatchObject([
      {
        id: 'purge.cost',
        status: 'warning',
        expected: 'at most 20 buffers',
        advice: expect.stringContaining('run VACUUM (ANALYZE) "public"."game";'),
      },
    ])
    expect(bad[0]?.observed).toMatch(/^\d+ buffers in .+, 50,000 rows dead$/)
    await reader.query('ROLLBACK')
    await admin.query('VACUUM (ANALYZE) "public"."game"')
    expect((await verify()).badIds).toEqual([])
  })

  test('counts stale rows up to 10,000', async () => {
    await gameTable(admin, { [yesterday]: 10_500 })
    const { bad, outputs } = await verify()
    expect(bad[0]?.title).toBe(`game: at least 10,000 rows are older than ${today}`)
    expect(outputs['stale-rows']).toBe(10_000)
  })
})

describe('locks on the table', () => {
  /** Nobody's session holds it: without this a failed expectation would leave its lock to all tests after it. */
  afterEach(async () => {
    for (const { gid } of await admin.query('SELECT gid FROM pg_prepared_xacts')) await admin.query(`ROLLBACK PREPARED '${String(gid)}'`)
  })

  test('that may not be looked at are told with the right that is missing', async () => {
    await gameTable(admin, { [today]: 1 })
    await admin.query("CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON game TO reader; REVOKE SELECT ON pg_locks FROM PUBLIC")
    const { finding } = await verify({}, server.url.replace(/\/\/[^@]*@/, '//reader:reader@'))
    await admin.query('GRANT SELECT ON pg_locks TO PUBLIC; DROP OWNED BY reader; DROP ROLE reader')
    expect(finding('purge.locks')).toMatchObject({
      status: 'unknown',
      advice: 'as a superuser: GRANT SELECT ON pg_catalog.pg_locks TO "reader";',
    })
  })

  test('that hold it against everybody: the rows are unknown, explained by the lock, and who holds it is told', async () => {
    await gameTable(admin, { [today]: 1 })
    await using holder = await openSession(server, { application: 'migration' })
    await using waiter = await openSession(server, { application: 'gunicorn' })
    await holder.query('BEGIN; LOCK TABLE game')
    const waiting = waiter.query('SELECT * FROM game')
    await eventually(
      () => admin.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'game'::regclass"),
      (rows) => rows.length === 1,
    )
    const { bad, scope } = await verify()
    expect(bad.map((one) => `${one.status} ${one.id}`)).toEqual(['unknown purge.stale-rows', 'warning purge.locks'])
    expect(bad[0]).toMatchObject({
      observed: 'canceling statement due to lock timeout (55P03)',
      parent: { id: 'purge.locks', subject: 'table/game' },
    })
    expect(bad[1]?.evidence).toEqual([
      expect.stringMatching(/^AccessExclusiveLock: pid \d+ postgres migration, idle in transaction for .+: BEGIN; LOCK TABLE game$/),
      expect.stringMatching(/^pid \d+ postgres migration/),
      expect.stringMatching(/^ {2}pid \d+ postgres gunicorn, waiting for a lock for .+: SELECT \* FROM game$/),
    ])
    expect(bad[1]?.advice).toMatch(/SELECT pg_terminate_backend\(\d+\);/)
    expect(scope).toEqual(['rows-deleted', 'locks'])
    await holder.query('ROLLBACK')
    await waiting
    expect((await verify()).badIds).toEqual([])
  })

  test('of a prepared transaction, which no session holds any more', async () => {
    await gameTable(admin, { [today]: 1 })
    await admin.query("BEGIN; LOCK TABLE game; PREPARE TRANSACTION 'forgotten'")
    const { bad } = await verify()
    expect(bad.map((one) => `${one.status} ${one.id}`)).toEqual(['unknown purge.stale-rows', 'warning purge.locks'])
    expect(bad[1]).toMatchObject({
      evidence: ['AccessExclusiveLock: a prepared transaction (see pg_prepared_xacts)'],
      advice: 'a prepared transaction holds it: see pg_prepared_xacts',
    })
    await admin.query("ROLLBACK PREPARED 'forgotten'")
    expect((await verify()).badIds).toEqual([])
  })

  test('that are short are ok', async () => {
    await using holder = await openSession(server)
    await holder.query('BEGIN; LOCK TABLE game IN EXCLUSIVE MODE')
    const { bad, finding } = await verify()
    expect(bad).toEqual([])
    expect(finding('purge.locks')?.observed).toMatch(/^1 session holds it exclusively, 0 wait/)
    await holder.query('ROLLBACK')
  })
})

describe('the table of days', () => {
  const days = async (...dates: readonly string[]) => {
    await gameTable(admin, { [today]: 1 })
    await admin.query('DROP TABLE IF EXISTS day; CREATE TABLE day (day_date date)')
    for (const date of dates) await admin.query(`INSERT INTO day VALUES ('${date}')`)
    return verify({ 'day-table': 'day' })
  }

  test.each([
    ['one row for today', [today], []],
    ['yesterday and today', [yesterday, today], []],
    ['no row at all', [], ['critical purge.day']],
    ['no row for today', [yesterday], ['critical purge.day']],
    ['two rows for today', [today, today], ['warning purge.day']],
    ['yesterday left out between older days and today', [dayAt(-3), dayAt(-2), today], ['warning purge.gap']],
    ['only older days', [dayAt(-3)], ['critical purge.day', 'warning purge.gap']],
  ])('with %s', async (_, dates, badIds) => {
    const ran = await days(...dates)
    expect(ran.badIds).toEqual(badIds)
    expect(ran.scope).toContain('day')
    expect(ran.finding('purge.day')?.subject).toBe('table/day')
  })

  test('that is not there is unknown, and the rows are still proven', async () => {
    const { badIds, scope } = await verify({ 'day-table': 'dya' })
    expect(badIds).toEqual(['unknown purge.day'])
    expect(scope).toContain('table')
  })
})
