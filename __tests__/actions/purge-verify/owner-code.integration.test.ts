import { describe, expect, jest, test } from '@jest/globals'
import { seeRows } from '../../../src/probes/purge/rows.ts'
import { resolveTable } from '../../../src/probes/purge/table.ts'
import { withPostgresSession } from '../../../src/tools/connect/session.ts'
import { asApp, hostileUrl, useHostile } from '../../support/hostile-owner.ts'
import type { PostgresServer } from '../../support/postgres.ts'
import { edgeMajors } from '../../support/postgres-majors.ts'
import { openSession, targetOf } from '../../support/postgres-sessions.ts'
import { dayAt, runPurge, verifyHere } from '../../support/purge.ts'

jest.setTimeout(120_000)

const game = `DROP TABLE IF EXISTS game CASCADE; CREATE TABLE game (id int, day_date date, points int); CREATE INDEX ON game (day_date, points);
  INSERT INTO game VALUES (1, '${dayAt(0)}', 1);`

/** What `app` does to a table, and the object that the finding names. */
const hidden: readonly (readonly [string, string, RegExp])[] = [
  [
    'an index expression',
    'CREATE INDEX bad ON game ((id + public.evil_i(1)))',
    /index public\.bad calls function public\.evil_i\(integer\) of role app/,
  ],
  ['an index predicate', 'CREATE INDEX bad ON game (id) WHERE points > public.evil_i(1)', /index public\.bad/],
  [
    'the CHECK of an heir',
    'CREATE TABLE child (CHECK (points > public.evil_i(0))) INHERITS (game)',
    /constraint child_points_check on public\.child/,
  ],
  ['a CHECK', 'ALTER TABLE game ADD CONSTRAINT own CHECK (points >= public.evil_i(1))', /constraint own on public\.game/],
  [
    'a CHECK of the ancestor',
    'CREATE TABLE top (LIKE game); ALTER TABLE top ADD CONSTRAINT own CHECK (points >= public.evil_i(1)) NO INHERIT; ALTER TABLE game INHERIT top',
    /constraint own on public\.top/,
  ],
  ['extended statistics', 'CREATE STATISTICS bad ON (public.evil_i(id)), points FROM game', /statistics object public\.bad/],
  ['a generated column', 'ALTER TABLE game ADD twice int GENERATED ALWAYS AS (public.evil_i(id)) STORED', /public\.game/],
  [
    'the domain of a column',
    'CREATE DOMAIN small AS int CHECK (public.evil_b(VALUE)); ALTER TABLE game ADD small small',
    /column public\.game\.small/,
  ],
  [
    'an array of a domain, in a composite type',
    'CREATE DOMAIN small AS int CHECK (public.evil_b(VALUE)); CREATE TYPE pair AS (a small[]); ALTER TABLE game ADD pair pair',
    /column public\.game\.pair/,
  ],
  [
    'the difference of a range type',
    'CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = public.evil_diff); ALTER TABLE game ADD span span',
    /column public\.game\.span/,
  ],
  [
    'an operator',
    'CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = public.evil_eq); CREATE INDEX bad ON game (id) WHERE 1 === 1',
    /index public\.bad/,
  ],
  [
    'the negator of an operator',
    'CREATE OPERATOR ==== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, NEGATOR = !==); CREATE OPERATOR !== (LEFTARG = int, RIGHTARG = int, FUNCTION = public.evil_eq, NEGATOR = ====); CREATE INDEX bad ON game (id) WHERE NOT (1 ==== 2)',
    /index public\.bad/,
  ],
  ['an exclusion constraint', 'ALTER TABLE game ADD CONSTRAINT own EXCLUDE USING btree (public.evil_i(id) WITH =)', /index public\.own/],
  [
    'the key of a partition',
    `DROP TABLE game CASCADE; CREATE TABLE game (id int, day_date date, points int) PARTITION BY LIST (public.evil_i(points));
      CREATE TABLE part PARTITION OF game FOR VALUES IN (1); INSERT INTO game VALUES (1, '${dayAt(0)}', 1)`,
    /table public\.game/,
  ],
  [
    'the key of the ancestor',
    `DROP TABLE game CASCADE; CREATE TABLE top (id int, day_date date, points int) PARTITION BY LIST (public.evil_i(points));
      CREATE TABLE game PARTITION OF top FOR VALUES IN (1); INSERT INTO game VALUES (1, '${dayAt(0)}', 1)`,
    /table public\.top/,
  ],
]

/** The same with the help of a superuser who did not think of it; statements of `app`, of the superuser, of `app` again. */
const helped: readonly (readonly [string, string, string, string])[] = [
  [
    'a support function of an operator class',
    'CREATE FUNCTION public.evil_cmp(int, int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN public.evil_i(1); END$$',
    'CREATE OPERATOR CLASS public.own_ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 public.evil_cmp(int, int)',
    'CREATE INDEX bad ON game (points public.own_ops)',
  ],
  [
    'a cast between types of PostgreSQL',
    'CREATE FUNCTION public.evil_cast(date) RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN public.evil_i(1); END$$',
    'CREATE CAST (date AS int) WITH FUNCTION public.evil_cast(date) AS IMPLICIT',
    'SELECT 1',
  ],
  [
    'a function that the owner put into an extension of its own',
    'CREATE EXTENSION citext; ALTER EXTENSION citext ADD FUNCTION public.evil_i(int)',
    'SELECT 1',
    'CREATE INDEX bad ON game ((id + public.evil_i(1)))',
  ],
  [
    'an owner who is a member of a superuser',
    'SELECT 1',
    'CREATE ROLE chief NOINHERIT; GRANT postgres TO chief; ALTER FUNCTION public.evil_i(int) OWNER TO chief',
    'CREATE INDEX bad ON game ((id + public.evil_i(1)))',
  ],
  [
    'a domain over a domain, in the row of another table',
    'CREATE DOMAIN small AS int CHECK (public.evil_b(VALUE)); CREATE DOMAIN smaller AS small; CREATE TABLE other (a smaller)',
    'SELECT 1',
    'ALTER TABLE game ADD other other',
  ],
  [
    'an array of a range of a domain',
    'CREATE DOMAIN small AS int CHECK (public.evil_b(VALUE)); CREATE TYPE span AS RANGE (subtype = small)',
    'SELECT 1',
    'ALTER TABLE game ADD spans span[]',
  ],
  [
    'a column whose type is a view',
    'CREATE DOMAIN small AS int CHECK (public.evil_b(VALUE)); CREATE VIEW seen AS SELECT 1::small AS one',
    'SELECT 1',
    'ALTER TABLE game ADD seen seen',
  ],
]

/** Roles that may more than they must: what is told, their attributes, and a statement of the superuser. */
const mighty: readonly (readonly [string, string, string])[] = [
  ['may create roles', 'CREATEROLE', ''],
  ['may create databases', 'CREATEDB', ''],
  ['may replicate', 'REPLICATION', ''],
  ['goes round row-level security', 'BYPASSRLS', ''],
  ['is a member of pg_read_all_data', '', 'GRANT pg_read_all_data TO mighty'],
  ['is a member of pg_execute_server_program', '', 'GRANT pg_execute_server_program TO mighty'],
  ['owns this database', '', 'ALTER DATABASE appdb OWNER TO mighty'],
  ['owns the schema other', '', 'CREATE SCHEMA other AUTHORIZATION mighty'],
  ['owns the table other', '', 'CREATE TABLE public.other (); ALTER TABLE public.other OWNER TO mighty'],
  ['is a superuser', 'NOINHERIT', 'GRANT postgres TO mighty'],
]

const harmless: readonly (readonly [string, string])[] = [
  [
    'built-in functions alone',
    'ALTER TABLE game ADD name text; CREATE INDEX ON game (lower(name)) WHERE points > 0; ALTER TABLE game ADD CHECK (points > 0)',
  ],
  ['a default', 'ALTER TABLE game ADD of_app int DEFAULT public.evil_i(1)'],
  [
    'the default of a domain',
    'CREATE DOMAIN small AS int DEFAULT public.evil_i(1); CREATE TABLE other (small small); ALTER TABLE game ADD small small',
  ],
  ['a trigger', 'CREATE TRIGGER own BEFORE INSERT ON game FOR EACH ROW EXECUTE FUNCTION public.evil_trigger()'],
  ['a rule', 'CREATE RULE own AS ON UPDATE TO game DO ALSO SELECT public.evil_i(1)'],
  [
    'a policy, which a superuser goes round',
    'CREATE POLICY own ON game USING (public.evil_b(points)); ALTER TABLE game ENABLE ROW LEVEL SECURITY',
  ],
  ['a view of the table', 'CREATE VIEW seen AS SELECT public.evil_i(id) AS id FROM game'],
  ['another table', 'CREATE TABLE other (id int, CHECK (public.evil_b(id)))'],
  [
    'a cast of a type that no column has',
    "CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION of_mood(mood) RETURNS date LANGUAGE sql AS $$SELECT now()::date$$; CREATE CAST (mood AS date) WITH FUNCTION of_mood(mood) AS IMPLICIT",
  ],
]

/** What `app` gives the table's name to, after Ronde has found the table. */
const renamed: readonly (readonly [string, string])[] = [
  ['a view', 'ALTER TABLE game RENAME TO was; CREATE VIEW game AS SELECT * FROM was WHERE public.evil_i(1) = 1'],
  [
    'another table',
    'ALTER TABLE game RENAME TO was; CREATE TABLE game (LIKE was); INSERT INTO game SELECT * FROM was; CREATE INDEX bad ON game ((id + public.evil_i(1)))',
  ],
]

/** The rows of a table as they are looked at, where `app` is faster each time that they are asked for. */
const seeRowsLate = (server: PostgresServer, sql: string) => {
  const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 30_000 }
  return withPostgresSession(targetOf(server, { database: 'appdb' }), limits, async (session) => {
    const wanted = { table: { schema: 'public', name: 'game', shown: 'game' }, column: 'day_date', path: ['public'] }
    const table = await resolveTable(session, wanted, Date.now)
    if (!table.seen) throw new Error(table.cause)
    let done = false
    const late = {
      ...session,
      query: async (...given: Parameters<typeof session.query>) => {
        if (given[0].includes('EXPLAIN') && !done) {
          done = true
          await asApp(server, sql)
        }
        return session.query(...given)
      },
    }
    const day = { date: dayAt(0), start: Date.now() }
    return seeRows(late, table.value, { from: day, until: day, user: 'postgres' }, Date.now)
  })
}

const plannedAsEver = (server: () => PostgresServer, heard: () => Promise<readonly string[]>): void => {
  test('the least role plans it, with its own rights: a member of the owner gains the owner nothing', async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
    for (const more of ['GRANT pg_monitor TO least; GRANT SELECT ON public.game TO least', 'GRANT app TO least']) {
      await admin.query(`CREATE ROLE least LOGIN PASSWORD 'least'; ${more}`)
      expect((await verifyHere({ url: hostileUrl(server(), 'least', 'least') })).badIds).toEqual([])
      expect(await heard()).toEqual(['least'])
      await admin.query('DROP OWNED BY least; DROP ROLE least')
    }
  })

  test('a role that may read the column of the date alone needs no more', async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await admin.query("CREATE ROLE least LOGIN PASSWORD 'least'; GRANT SELECT (day_date) ON public.game TO least")
    const { badIds } = await verifyHere({ url: hostileUrl(server(), 'least', 'least') })
    await admin.query('DROP OWNED BY least; DROP ROLE least')
    expect(badIds).toEqual([])
  })

  test("what refuses to the least role is told as the owner's, not as a right that is missing", async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await asApp(
      server(),
      "CREATE FUNCTION refuse(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN IF current_user = 'least' THEN RAISE insufficient_privilege; END IF; RETURN 1; END$$",
    )
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.refuse(1)))')
    await admin.query("CREATE ROLE least LOGIN PASSWORD 'least'; GRANT SELECT ON public.game TO least")
    const { bad } = await verifyHere({ url: hostileUrl(server(), 'least', 'least') })
    await admin.query('DROP OWNED BY least; DROP ROLE least')
    expect(bad).toMatchObject([{ status: 'unknown', advice: expect.stringContaining('our role may read it') }])
  })

  test("functions of Ronde's role, of a superuser or of an extension are planned as ever", async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await admin.query('ALTER FUNCTION public.evil_i(int) OWNER TO postgres')
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
    expect((await verifyHere({ url: hostileUrl(server()) })).badIds).toEqual([])
    await admin.query('ALTER FUNCTION public.evil_i(int) OWNER TO app; ALTER ROLE app CREATEDB')
    expect((await verifyHere({ url: hostileUrl(server(), 'app', 'app') })).badIds).toEqual([])
    await admin.query('ALTER ROLE app NOCREATEDB')
  })

  test('a foreign table among the heirs is served by whom its owner named', async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await admin.query('CREATE FOREIGN DATA WRAPPER none; GRANT USAGE ON FOREIGN DATA WRAPPER none TO app')
    await asApp(server(), 'CREATE SERVER far FOREIGN DATA WRAPPER none; CREATE FOREIGN TABLE far_game () INHERITS (game) SERVER far')
    expect((await verifyHere({ url: hostileUrl(server()) })).bad).toMatchObject([
      { status: 'unknown', observed: expect.stringContaining('foreign table public.far_game is served by what role app named') },
    ])
  })
}

describe.each(edgeMajors)('a table of somebody else, on PostgreSQL $major', (one) => {
  const { server, heard } = useHostile(one, game)

  test.each(hidden)('%s with a function of its own is not planned by a superuser', async (_, sql, names) => {
    await asApp(server(), sql)
    const { bad } = await verifyHere({ url: hostileUrl(server()) })
    expect(await heard()).toEqual([])
    expect(bad).toMatchObject([
      {
        status: 'unknown',
        id: 'purge.stale-rows',
        observed: expect.stringMatching(names),
        advice: expect.stringContaining(
          'GRANT pg_monitor TO ronde; GRANT CONNECT ON DATABASE appdb TO ronde; GRANT USAGE ON SCHEMA public TO ronde; GRANT SELECT ON public.game TO ronde;',
        ),
      },
    ])
  })

  test.each(helped)('nor is one with %s', async (_, before, bySuperuser, after) => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await asApp(server(), before)
    await admin.query(bySuperuser)
    await asApp(server(), after)
    const { badIds } = await verifyHere({ url: hostileUrl(server()) })
    await admin.query('DO $$ BEGIN ALTER FUNCTION public.evil_i(int) OWNER TO app; DROP ROLE IF EXISTS chief; END $$')
    expect(await heard()).toEqual([])
    expect(badIds).toEqual(['unknown purge.stale-rows'])
  })

  test('a function of a superuser that calls one of others in its body is theirs as well', async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await admin.query(
      'CREATE FUNCTION public.trusted(int) RETURNS int IMMUTABLE LANGUAGE sql RETURN public.evil_i($1); GRANT EXECUTE ON FUNCTION public.trusted(int) TO app',
    )
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.trusted(1)))')
    expect((await verifyHere({ url: hostileUrl(server()) })).badIds).toEqual(['unknown purge.stale-rows'])
    expect(await heard()).toEqual([])
  })

  test('a policy is an error to whom it hides rows, before its function runs', async () => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await asApp(server(), 'CREATE POLICY own ON game USING (public.evil_b(points)); ALTER TABLE game ENABLE ROW LEVEL SECURITY')
    await admin.query("CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON public.game TO reader; GRANT pg_read_all_data TO reader")
    const { bad } = await verifyHere({ url: hostileUrl(server(), 'reader', 'reader') })
    await admin.query('DROP OWNED BY reader; DROP ROLE reader')
    expect(await heard()).toEqual([])
    expect(bad).toMatchObject([{ status: 'unknown', advice: 'let the role read all rows of the table: ALTER ROLE "reader" BYPASSRLS;' }])
  })

  test('a type of the application that is called date holds no date', async () => {
    await asApp(server(), "CREATE TYPE public.date AS ENUM ('a'); DROP TABLE game; CREATE TABLE game (day_date public.date)")
    expect((await verifyHere({ url: hostileUrl(server()) })).bad).toMatchObject([
      { status: 'unknown', observed: expect.stringContaining('which holds no date that can be compared') },
    ])
  })

  test.each(harmless)('%s changes nothing', async (_, sql) => {
    await asApp(server(), sql)
    expect((await verifyHere({ url: hostileUrl(server()) })).badIds).toEqual([])
    expect(await heard()).toEqual([])
  })

  test.each(mighty)('nor by a role that %s', async (power, attributes, more) => {
    await using admin = await openSession(server(), { database: 'appdb' })
    await admin.query(`CREATE ROLE mighty LOGIN ${attributes} PASSWORD 'mighty'; GRANT SELECT ON public.game TO mighty; ${more}`)
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
    const { bad } = await verifyHere({ url: hostileUrl(server(), 'mighty', 'mighty') })
    await admin.query('ALTER DATABASE appdb OWNER TO app; DROP OWNED BY mighty; DROP ROLE mighty')
    expect(await heard()).toEqual([])
    expect(bad).toMatchObject([{ status: 'unknown', observed: expect.stringContaining(`the rights of mighty, which ${power}`) }])
  })

  plannedAsEver(server, heard)

  test('an index that comes between the look and the plan runs nothing either', async () => {
    const result = await seeRowsLate(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
    expect(result).toMatchObject({ ok: true, value: { seen: false, cause: expect.stringContaining('while Ronde looked') } })
    expect(await heard()).toEqual([])
  })

  test.each(renamed)('nor does %s that got its name in between', async (_, sql) => {
    const result = await seeRowsLate(server(), sql)
    expect(await heard()).toEqual([])
    expect(result).toMatchObject({ ok: true, value: { seen: false, cause: expect.stringContaining('another name, while Ronde looked') } })
  })

  test('through the shipped code, with the words of the report', async () => {
    await asApp(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
    const run = await runPurge(hostileUrl(server()), { incidents: 'false' })
    expect(await heard()).toEqual([])
    expect(run.badIds).toEqual(['unknown purge.stale-rows'])
    expect(run.report?.scope).toContain('locks')
    expect(run.report?.scope).not.toContain('table')
  })
})
