import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../../../support/postgres-majors.ts'
import { eventually, openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

/** Two indexes each, and which of them may go. */
const twins: readonly (readonly [what: string, sql: string, told: readonly string[], expected?: string])[] = [
  [
    'the less strict of two unique ones',
    'CREATE UNIQUE INDEX u1 ON n (email); CREATE UNIQUE INDEX u2 ON n (email) NULLS NOT DISTINCT',
    ['public.u1'],
  ],
  [
    'none of two that index otherwise',
    'CREATE INDEX b1 ON n USING brin (at) WITH (pages_per_range = 8); CREATE INDEX b2 ON n USING brin (at)',
    [],
  ],
  [
    'none of two with other options of their class',
    'CREATE INDEX o1 ON n USING brin (at timestamptz_minmax_multi_ops(values_per_range = 16)); CREATE INDEX o2 ON n USING brin (at timestamptz_minmax_multi_ops)',
    [],
  ],
  ['the one that nobody expects', 'CREATE INDEX zz_mine ON n (email); CREATE INDEX aa_other ON n (email)', ['public.aa_other'], 'zz_mine'],
  ['neither when both are expected', 'CREATE INDEX zz_mine ON n (email); CREATE INDEX aa_other ON n (email)', [], 'zz_mine, aa_other'],
  [
    'the one that ON CONFLICT cannot use',
    'ALTER TABLE n ADD CONSTRAINT late UNIQUE (email) DEFERRABLE; CREATE UNIQUE INDEX soon ON n (email)',
    [],
  ],
  [
    'one that only fills its pages otherwise',
    'CREATE INDEX f1 ON n (email) WITH (fillfactor = 70); CREATE INDEX f2 ON n (email)',
    ['public.f2'],
  ],
  ['a plain one beside a unique one', 'CREATE UNIQUE INDEX z1 ON n (email); CREATE INDEX a1 ON n (email)', ['public.a1']],
]

describe.each(edgeMajors)('indexes on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off' }, ...binariesOf(one) })
    await using admin = await openSession(server)
    await admin.query(
      `CREATE TABLE game (id int PRIMARY KEY, points int, word text); INSERT INTO game SELECT n, n % 1000, 'w' FROM generate_series(1, 20000) n`,
    )
    await admin.query('CREATE INDEX idx_game_ranking_points ON game (points DESC); CREATE INDEX "Idx Word" ON game (word)')
    await admin.query('ANALYZE game')
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const look = (inputs: Readonly<Record<string, string>> = {}) => runMaintain(server, { tasks: 'indexes', ...inputs })

  test('expected ones are there; a missing one is critical, and the nearest name is offered', async () => {
    const ran = await look({
      'expected-indexes': 'idx_game_ranking_points\npublic."Idx Word"\nidx_game_ranking_time\nidx_game_ranking_point',
    })
    const found = ran.byId('db.index-expected')
    expect(found.map((finding) => [finding.subject, finding.status])).toEqual([
      ['index/postgres.idx_game_ranking_points', 'ok'],
      ['index/postgres.public.Idx Word', 'ok'],
      ['index/postgres.idx_game_ranking_time', 'critical'],
      ['index/postgres.idx_game_ranking_point', 'critical'],
    ])
    expect(found[0]?.observed).toMatch(/^valid, \d+ kB, 0 scans in /)
    expect(found[3]?.observed).toBe('no index of that name in postgres; did you mean idx_game_ranking_points?')
    expect(ran.report.scope).toEqual(['indexes'])
  })

  test('one that is being built is not told; the invalid one that a cancelled build leaves is, with the way to mend it', async () => {
    await using old = await openSession(server)
    await using builder = await openSession(server, { application: 'builder' })
    await old.query('BEGIN; UPDATE game SET word = word WHERE id = 1')
    const building = builder.query('CREATE INDEX CONCURRENTLY idx_game_time ON game (points, word)').catch((error: Error) => error.message)
    await using admin = await openSession(server)
    await eventually(
      () => admin.query('SELECT 1 FROM pg_index WHERE NOT indisvalid'),
      (rows) => rows.length === 1,
    )
    const during = await look({ 'expected-indexes': 'idx_game_time' })
    expect(during.only('db.index-invalid').status).toBe('ok')
    expect(during.only('db.index-expected')).toMatchObject({ status: 'ok', observed: 'it is being built' })
    await admin.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'builder'")
    expect(await building).toContain('canceling statement')
    await old.query('ROLLBACK')
    const after = await look({ 'expected-indexes': 'idx_game_time' })
    expect(after.bad).toEqual(['critical db.index-expected', 'warning db.index-invalid'])
    expect(after.only('db.index-invalid')).toMatchObject({
      title: 'database/postgres: invalid index public.idx_game_time',
      advice: expect.stringContaining('REINDEX INDEX CONCURRENTLY "public"."idx_game_time";'),
      certainty: 'hard',
    })
    await admin.query('DROP INDEX idx_game_time')
  })

  test('two that do the same: the one that no constraint needs is told', async () => {
    await using admin = await openSession(server)
    await admin.query(
      'CREATE INDEX game_id_again ON game (id); CREATE INDEX game_id_desc ON game (id DESC); CREATE INDEX game_some ON game (id) WHERE points > 5',
    )
    const found = (await look()).only('db.index-duplicate')
    expect(found).toMatchObject({ status: 'warning', title: 'database/postgres: duplicate index public.game_id_again' })
    expect(found.evidence).toEqual([
      expect.stringMatching(/^public\.game_id_again does what public\.game_pkey does on public\.game, \d+ kB$/),
    ])
    expect(found.advice).toContain('DROP INDEX CONCURRENTLY "public"."game_id_again";')
    await admin.query('DROP INDEX game_id_again, game_id_desc, game_some')
    expect((await look()).bad).toEqual([])
  })

  test.each(twins)('of duplicates goes %s', async (_, sql, told, expected = 'idx_game_ranking_points') => {
    await using admin = await openSession(server)
    await admin.query(`CREATE TABLE n (email text, at timestamptz); ${sql}`)
    const ran = await look({ 'expected-indexes': expected.replaceAll(', ', '\n') })
    await admin.query('DROP TABLE n')
    expect(ran.only('db.index-duplicate').evidence.map((one) => one.split(' does')[0])).toEqual(told)
  })

  test('the index of a partitioned parent that lacks a part is not called a left-over', async () => {
    await using admin = await openSession(server)
    await admin.query(`CREATE TABLE sale (day date) PARTITION BY RANGE (day); CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE INDEX sale_day ON ONLY sale (day)`)
    expect((await look()).bad).toEqual([])
    await admin.query('DROP TABLE sale')
  })

  test('a large table that is read from end to end wants an index', async () => {
    {
      // Its counters are there when it has ended.
      await using reader = await openSession(server)
      for (let count = 0; count < 25; count += 1) await reader.query('SELECT count(*) FROM game WHERE word = repeat(points::text, 2)')
    }
    const ran = await eventually(look, (seen) => seen.bad.length > 0)
    expect(ran.only('db.index-use')).toMatchObject({ status: 'warning', title: 'database/postgres: public.game is read without an index' })
    expect(ran.only('db.index-use').evidence[0]).toMatch(/^public\.game: \d.* % of \d+ scans by index, \d0,000 rows$/)
  })

  test('unused ones are withheld while the counters are young', async () => {
    const found = (await look()).only('db.index-unused')
    expect(found).toMatchObject({ status: 'ok', cleared: false, notChecked: expect.stringMatching(/^the counters are .* old/) })
  })

  test('a role that may only connect sees the same, for the catalogue is open to all', async () => {
    await using admin = await openSession(server)
    await admin.query("CREATE ROLE reader LOGIN PASSWORD 'horse-battery'")
    const ran = await look({
      'database-url': server.url.replace(/\/\/[^@]*@/, '//reader:horse-battery@'),
      'expected-indexes': 'idx_game_ranking_points',
    })
    expect(ran.report.scope).toEqual(['indexes'])
    expect(ran.only('db.index-expected').status).toBe('ok')
    await admin.query('DROP ROLE reader')
  })
})
