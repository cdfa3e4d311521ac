import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { seeBloat } from '../../../../../src/probes/postgres/bloat.ts'
import { withPostgresSession } from '../../../../../src/tools/connect/session.ts'
import { runMaintain } from '../../../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../../../support/postgres-majors.ts'
import { openSession, targetOf } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

/** Each in a session of its own, whose counters are there when it has ended. */
const execute = async (server: PostgresServer, statements: readonly string[]): Promise<void> => {
  for (const sql of statements) {
    await using session = await openSession(server)
    await session.query(sql)
  }
}

const columns = (count: number, one: (nth: number) => string) => Array.from({ length: count }, (_, nth) => one(nth)).join(', ')
const bloatOf = async (server: PostgresServer, oids: readonly number[]) => {
  const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 30_000 }
  const seen = await withPostgresSession(targetOf(server), limits, (session) => seeBloat(session, oids))
  if (!seen.ok) throw new Error(seen.failure.detail)
  return seen.value
}

/** Layouts whose size is easily misjudged; each is large enough to be told. */
const shapesOf = (major: number): readonly string[] => [
  `CREATE TABLE s_pad (${columns(30, (n) => `a${n} bool, b${n} bigint`)}); INSERT INTO s_pad SELECT ${columns(30, () => 'true, n')} FROM generate_series(1, 25000) n`,
  'CREATE TABLE s_mix (x int, y bigint, z int); INSERT INTO s_mix SELECT n, n, n FROM generate_series(1, 250000) n; CREATE INDEX s_mix_i ON s_mix (x, y, z)',
  `CREATE TABLE s_null (${columns(30, (n) => `c${n} int`)}); INSERT INTO s_null (c0, c5, c7) SELECT n, n, n FROM generate_series(1, 200000) n; CREATE INDEX s_null_i ON s_null (c1, c0)`,
  `CREATE TABLE s_drop (${columns(12, (n) => `c${n} int`)}); ALTER TABLE s_drop ${columns(10, (n) => `DROP c${n}`)}; INSERT INTO s_drop SELECT n, n FROM generate_series(1, 250000) n`,
  "CREATE TABLE s_half (id int, a text, b numeric, c timestamptz); INSERT INTO s_half SELECT n, repeat('x', n % 200), n * 1.5, now() FROM generate_series(1, 120000) n; DELETE FROM s_half WHERE id % 2 = 0",
  'CREATE TABLE s_uuid (id uuid PRIMARY KEY, v int[]); INSERT INTO s_uuid SELECT gen_random_uuid(), ARRAY[1, 2] FROM generate_series(1, 250000) n',
  'CREATE TABLE s_fill (id int, e text) WITH (fillfactor = 50); INSERT INTO s_fill SELECT n, md5(n::text) FROM generate_series(1, 150000) n; CREATE INDEX s_fill_i ON s_fill (e) WITH (fillfactor = 50)',
  ...(major >= 18
    ? [
        'CREATE TABLE s_virtual (a int, b text, v int GENERATED ALWAYS AS (a + 1) VIRTUAL); INSERT INTO s_virtual SELECT n, md5(n::text) FROM generate_series(1, 200000) n; DELETE FROM s_virtual WHERE a % 4 <> 0',
      ]
    : []),
  'CREATE TABLE s_late (id int, b text); INSERT INTO s_late SELECT n, md5(n::text) FROM generate_series(1, 250000) n',
  'CREATE TABLE s_off (id int, b text); ALTER TABLE s_off ALTER b SET STATISTICS 0; INSERT INTO s_off SELECT n, md5(n::text) FROM generate_series(1, 250000) n',
]

describe.each(edgeMajors)('bloat on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off', wal_level: 'minimal', max_wal_senders: 0 }, ...binariesOf(one) })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const admin = (...statements: readonly string[]) => execute(server, statements)
  afterEach(() =>
    admin(
      'DROP TABLE IF EXISTS game, s_pad, s_mix, s_null, s_drop, s_half, s_uuid, s_fill, s_virtual, s_late, s_off',
      'DROP EXTENSION IF EXISTS pgstattuple',
    ),
  )
  const look = (inputs: Readonly<Record<string, string>> = {}) => runMaintain(server, { tasks: 'bloat', ...inputs })
  const filled = [
    `CREATE TABLE game AS SELECT n AS id, now() AS at, 'player ' || n AS name, CASE WHEN n % 2 = 0 THEN repeat('x', n % 100) END AS note
     FROM generate_series(1, 600000) n`,
    'ALTER TABLE game ADD PRIMARY KEY (id)',
  ]
  const oid = async () => {
    await using session = await openSession(server)
    return Number((await session.query("SELECT 'game'::regclass::oid::int AS oid"))[0]?.['oid'])
  }
  const see = async () => {
    return new Map((await bloatOf(server, [await oid()])).fillings.map((filling) => [filling.name, filling]))
  }
  const shares = async () =>
    Object.fromEntries([...(await see())].map(([name, { emptyBytes, sizeBytes }]) => [name, emptyBytes / sizeBytes]))

  test('a full table is not bloated, and an emptied one is, by the estimate as by pgstattuple', async () => {
    await admin(...filled, 'VACUUM ANALYZE game')
    const full = await shares()
    expect(full['game']).toBeLessThan(0.1)
    expect(full['game_pkey']).toBeLessThan(0.1)
    await admin('DELETE FROM game WHERE id % 10 <> 0', 'VACUUM ANALYZE game')
    const estimated = await shares()
    await admin('CREATE EXTENSION pgstattuple')
    const measured = await shares()
    expect([...(await see()).values()].map(({ how }) => how)).toEqual(['measured', 'measured'])
    expect(estimated['game']).toBeGreaterThan(0.8)
    expect(estimated['game_pkey']).toBeGreaterThan(0.8)
    expect(Math.abs((estimated['game'] ?? 0) - (measured['game'] ?? 1))).toBeLessThan(0.1)
    expect(Math.abs((estimated['game_pkey'] ?? 0) - (measured['game_pkey'] ?? 1))).toBeLessThan(0.1)
    const ran = await look()
    expect(ran.bad).toEqual(['warning db.bloat'])
    expect(ran.only('db.bloat').title).toMatch(/public\.game(_pkey)? holds nothing in 8\d.*% of its room and 1 more$/)
    expect(ran.only('db.bloat').advice).toContain('REINDEX INDEX CONCURRENTLY "public"."game_pkey";')
  })

  test('is estimated within ten points of pgstattuple, or withheld with the reason that holds', async () => {
    await admin(...shapesOf(one.major), 'VACUUM ANALYZE', 'ALTER TABLE s_late ADD c text')
    await using session = await openSession(server)
    const oids = (await session.query("SELECT oid::int AS oid FROM pg_class WHERE relname LIKE 's\\_%' AND relkind = 'r'")).map((row) =>
      Number(row['oid']),
    )
    const bloat = () => bloatOf(server, oids)
    const share = ({ emptyBytes, sizeBytes }: { readonly emptyBytes: number; readonly sizeBytes: number }) => (100 * emptyBytes) / sizeBytes
    const estimated = await bloat()
    await admin('CREATE EXTENSION pgstattuple')
    const measured = await bloat()
    const byName = new Map(measured.fillings.map((filling) => [filling.name, share(filling)]))
    const apart = estimated.fillings.map((filling) => ({
      name: filling.name,
      estimated: share(filling),
      measured: byName.get(filling.name) ?? -100,
    }))
    expect(apart.filter((one) => Math.abs(one.estimated - one.measured) > 10)).toEqual([])
    expect(apart.length).toBeGreaterThanOrEqual(9)
    expect(apart.filter(({ name }) => name.startsWith('s_fill')).map((one) => one.measured < 5)).toEqual([true, true])
    expect(estimated.withheld.map(({ name, why }) => `${name} ${why}`).toSorted()).toEqual([
      'public.s_late not-analyzed',
      'public.s_off switched-off',
    ])
    expect(measured.withheld).toEqual([])
  })

  test('is withheld when the statistics are stale, and said so', async () => {
    await admin(...filled, 'ANALYZE game', 'DELETE FROM game WHERE id % 2 = 0')
    const stale = (await look()).only('db.bloat')
    expect(stale).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: '2 relations: their statistics are stale: run the task `analyze`',
    })
    await admin('ANALYZE game', 'SELECT pg_stat_reset()')
    expect((await look()).only('db.bloat').notChecked).toContain('their statistics are stale')
  })

  test('dead rows are told from 10,000 and 10 % on, and that nobody vacuumed them', async () => {
    await admin(...filled, 'DELETE FROM game WHERE id > 450000')
    const ran = await look({ thresholds: '{ vacuum-age: [0s, 1d] }' })
    expect(ran.only('db.dead-rows')).toMatchObject({ status: 'warning', title: 'database/postgres: public.game has 25 % dead rows' })
    expect(ran.only('db.vacuum-age')).toMatchObject({
      status: 'warning',
      observed: expect.stringMatching(/^public\.game: never vacuumed, seen for /),
    })
    await admin('VACUUM ANALYZE game')
    expect((await look()).bad).toEqual([])
  })

  test('a role without rights on the table is told what it needs, and pgstattuple needs only pg_monitor', async () => {
    await admin(...filled, 'VACUUM ANALYZE game', "CREATE ROLE reader LOGIN PASSWORD 'horse-battery'")
    const url = server.url.replace(/\/\/[^@]*@/, '//reader:horse-battery@')
    const found = (await runMaintain(server, { tasks: 'bloat' }, { url })).only('db.bloat')
    expect(found).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: expect.stringContaining('GRANT SELECT ON ALL TABLES IN SCHEMA "public" TO "reader";'),
    })
    await admin('CREATE EXTENSION pgstattuple', 'GRANT pg_monitor TO reader')
    expect((await runMaintain(server, { tasks: 'bloat' }, { url })).only('db.bloat')).toMatchObject({ status: 'ok', cleared: true })
    await admin('DROP ROLE reader')
  })
})

describe.each(edgeMajors)('limits on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(binariesOf(one))
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const admin = (...statements: readonly string[]) => execute(server, statements)
  const look = (inputs: Readonly<Record<string, string>> = {}) => runMaintain(server, { tasks: 'bloat', ...inputs })

  const cases: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    [
      'an identity of a small column',
      ['CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY)', "SELECT setval('t_id_seq', 31200)"],
      'critical',
      /t_id_seq has used 95\.2 %/,
    ],
    [
      'a bigint sequence that fills an int',
      ['CREATE TABLE t (id serial)', 'ALTER SEQUENCE t_id_seq AS bigint', "SELECT setval('t_id_seq', 1900000000)"],
      'warning',
      /88\.5 %/,
    ],
    [
      'one that a column asks by its default alone',
      ['CREATE SEQUENCE s', "CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'))", "SELECT setval('s', 2100000000)"],
      'critical',
      /sequence public\.s has used 97\.8 %/,
    ],
    [
      'one that fills a domain over a narrow type',
      [
        'DROP DOMAIN IF EXISTS di',
        'CREATE DOMAIN di AS int',
        'CREATE TABLE t (id di)',
        'CREATE SEQUENCE s OWNED BY t.id',
        "ALTER TABLE t ALTER id SET DEFAULT nextval('s')",
        "SELECT setval('s', 2100000000)",
      ],
      'critical',
      /97\.8 %/,
    ],
    [
      'one that fills a numeric of four digits',
      ['CREATE TABLE t (id numeric(6, 2))', 'CREATE SEQUENCE s OWNED BY t.id', "SELECT setval('s', 9600)"],
      'critical',
      /96 %/,
    ],
    [
      'one that fills a wide and a narrow column',
      ['CREATE TABLE t (id bigserial)', "ALTER TABLE t ADD small smallint DEFAULT nextval('t_id_seq')", "SELECT setval('t_id_seq', 31500)"],
      'critical',
      /96\.1 %/,
    ],
    ['a serial that was just made', ['CREATE TABLE t (id serial)'], 'ok', /no sequence in use/],
    [
      'one that begins anew at its end',
      ['CREATE TABLE t (id int)', 'CREATE SEQUENCE s MAXVALUE 10 CYCLE OWNED BY t.id', "SELECT setval('s', 10)"],
      'ok',
      /no sequence in use/,
    ],
    [
      'one that counts down',
      [
        'CREATE TABLE t (id int)',
        'CREATE SEQUENCE s INCREMENT -1 MINVALUE -100 MAXVALUE -1 START -1 OWNED BY t.id',
        "SELECT setval('s', -90)",
      ],
      'warning',
      /s has used 89\.9 %/,
    ],
  ]
  test.each(cases)('%s', async (_, statements, status, title) => {
    await admin(...statements)
    const found = (await look()).only('db.sequence')
    await admin('DROP TABLE t', 'DROP SEQUENCE IF EXISTS s')
    expect(found).toMatchObject({ status, title: expect.stringMatching(title) })
  })

  test('sequences that may not be read are said', async () => {
    await admin('CREATE TABLE t (id serial)', "CREATE ROLE reader LOGIN PASSWORD 'horse-battery'")
    const found = (await look({ 'database-url': server.url.replace(/\/\/[^@]*@/, '//reader:horse-battery@') })).only('db.sequence')
    await admin('DROP TABLE t', 'DROP ROLE reader')
    expect(found).toMatchObject({ status: 'ok', cleared: false, notChecked: '1 sequence may not be read' })
  })

  test('a collation that changed under its indexes, as after another image', async () => {
    await admin('CREATE TABLE t (word text COLLATE "en-x-icu")', "UPDATE pg_collation SET collversion = '1.0' WHERE collname = 'en-x-icu'")
    const found = (await look()).only('db.collation')
    expect(found).toMatchObject({ status: 'warning', observed: expect.stringMatching(/^collation "en-x-icu": recorded 1\.0, now \d/) })
    await admin('ALTER COLLATION "en-x-icu" REFRESH VERSION', 'DROP TABLE t')
    expect((await look()).bad).toEqual([])
  })

  // Databases have a version of their own since PostgreSQL 15.
  if (one.major >= 15)
    test('a collation of the whole database that changed', async () => {
      await admin("UPDATE pg_database SET datcollversion = '2.28' WHERE datname = 'postgres'")
      expect((await look()).only('db.collation').title).toBe('database/postgres: the rules of database postgres changed')
      await admin("UPDATE pg_database SET datcollversion = NULL WHERE datname = 'postgres'")
      expect((await look()).bad).toEqual([])
    })

  test('a clock that is a day off is told, and no age is told by it', async () => {
    const late = 'data:text/javascript,const now = Date.now.bind(Date); Date.now = () => now() - 86400000'
    const ran = await runMaintain(server, { tasks: 'bloat' }, { environment: { NODE_OPTIONS: `--import "${late}"` } })
    expect(ran.bad).toEqual(['warning db.clock'])
    expect(ran.only('db.clock').observed).toMatch(/^1 d( 0 h)? ahead of the runner$/)
  })
})
