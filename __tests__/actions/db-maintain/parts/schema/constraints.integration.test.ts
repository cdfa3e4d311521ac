import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { judgeConstraints } from '../../../../../src/actions/db-maintain/parts/schema/constraints.ts'
import { testSome } from '../../../../../src/actions/db-maintain/parts/schema/test-constraints.ts'
import { seeConstraints, testConstraints } from '../../../../../src/probes/postgres/constraints.ts'
import { type Given, onDatabase } from '../../../../support/maintained-database.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors, type Major } from '../../../../support/postgres-majors.ts'
import { openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

const broken: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a bound that was never validated, and rows beyond it',
    'CREATE TABLE game (points int); INSERT INTO game VALUES (101); ALTER TABLE game ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID',
    ['critical game.bounds'],
  ],
  [
    'a bound that was never validated, and every row within it',
    'CREATE TABLE game (points int); INSERT INTO game VALUES (100), (NULL); ALTER TABLE game ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID',
    ['warning game.bounds'],
  ],
  [
    'a foreign key that was never validated, and rows without their parent',
    'CREATE TABLE day (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE game (a int, b text); INSERT INTO game VALUES (1, NULL), (1, $$x$$); ALTER TABLE game ADD CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES day NOT VALID',
    ['critical game.fk'],
  ],
  [
    'MATCH FULL, and a row with half of its key',
    'CREATE TABLE day (a int, b text, PRIMARY KEY (a, b)); CREATE TABLE game (a int, b text); INSERT INTO game VALUES (1, NULL); ALTER TABLE game ADD CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES day MATCH FULL NOT VALID',
    ['critical game.fk'],
  ],
  [
    'a valid foreign key that was broken while its triggers were off',
    'CREATE TABLE day (id int PRIMARY KEY); INSERT INTO day VALUES (1); CREATE TABLE game (id bigint CONSTRAINT fk REFERENCES day); INSERT INTO game VALUES (1); SET session_replication_role = replica; DELETE FROM day',
    ['critical game.fk'],
  ],
  [
    'a foreign key into a partitioned table, and rows without their parent',
    'CREATE TABLE day (id int PRIMARY KEY) PARTITION BY LIST (id); CREATE TABLE day_1 PARTITION OF day FOR VALUES IN (1); INSERT INTO day VALUES (1); CREATE TABLE game (id int CONSTRAINT fk REFERENCES day); INSERT INTO game VALUES (1); SET session_replication_role = replica; DELETE FROM day',
    ['critical game.fk'],
  ],
  [
    'duplicates under an index that is damaged',
    `CREATE TABLE game (name text CONSTRAINT once UNIQUE); INSERT INTO game VALUES ('a');
      UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'once'::regclass; INSERT INTO game VALUES ('a');
      UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 'once'::regclass`,
    ['critical game.once'],
  ],
  [
    'a bound on partitions',
    'CREATE TABLE game (id int, points int) PARTITION BY LIST (id); CREATE TABLE game_1 PARTITION OF game FOR VALUES IN (1); INSERT INTO game VALUES (1, 101); ALTER TABLE game_1 ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID',
    ['critical game_1.bounds'],
  ],
  [
    'names that are no plain words',
    'CREATE TABLE "Game; DROP" ("the ""points" int); INSERT INTO "Game; DROP" VALUES (-1); ALTER TABLE "Game; DROP" ADD CONSTRAINT "is > 0" CHECK ("the ""points" > 0) NOT VALID',
    ['critical "Game; DROP"."is > 0"'],
  ],
  [
    'an enum, a list and null',
    `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE game (m mood); INSERT INTO game VALUES ('ok'), (NULL); ALTER TABLE game ADD CONSTRAINT m CHECK (m IN ('sad', 'ok')) NOT VALID`,
    ['warning game.m'],
  ],
]
/** A server of this major, and how its constraints are looked at. */
const useServer = (major: Major = { major: 18 }) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(binariesOf(major))
    await using admin = await openSession(server)
    await admin.query("CREATE ROLE watcher LOGIN PASSWORD 'watcher'; CREATE ROLE owner LOGIN PASSWORD 'owner'")
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** In a fresh schema, whose name holds what SQL would stumble over. */
  const made = async (sql: string) => {
    await using admin = await openSession(server)
    await admin.query('DROP SCHEMA IF EXISTS "my ""shop" CASCADE; CREATE SCHEMA "my ""shop"; SET search_path = "my ""shop", public')
    await admin.query(sql)
  }
  const look = async (given: Given = {}) =>
    onDatabase(server, given, async (maintained) => {
      const tested = await testSome(maintained)
      const { outcomes } = tested
      const findings = judgeConstraints(tested, {
        subject: 'database/postgres',
        role: maintained.server.user,
        named: (name) => `constraint/postgres.${name}`,
      })
      return { outcomes: outcomes.map(({ constraint, tested }) => [constraint.name, tested]), findings }
    })
  const bad = async (given: Given = {}) =>
    (await look(given)).findings
      .filter((found) => found.status !== 'ok')
      .map((found) => `${found.status} ${found.subject.replace('constraint/postgres."my ""shop".', '')}`)
  return { made, look, bad, server: () => server }
}

describe.each(edgeMajors)('constraints on PostgreSQL $major', (one) => {
  const { made, look, bad, server } = useServer(one)

  test.each(broken)('%s', async (_, sql, expected) => {
    await made(sql)
    expect(await bad()).toEqual(expected)
  })

  test('rows that are not unique under an index that says so', async () => {
    await made('CREATE TABLE game (name text, day date)')
    await using admin = await openSession(server())
    await admin.query('SET search_path = "my ""shop"')
    await admin.query("INSERT INTO game VALUES ('a', '2026-01-01'), ('A', '2026-01-01'), (NULL, '2026-01-01'), (NULL, '2026-01-01')")
    await expect(admin.query('CREATE UNIQUE INDEX CONCURRENTLY game_once ON game (lower(name), day)')).rejects.toThrow(
      'could not create unique index',
    )
    const { findings } = await look()
    expect(findings[0]).toMatchObject({
      status: 'critical',
      title: expect.stringContaining('game_once: rows break it'),
      advice: expect.stringContaining('GROUP BY (lower(name)), (day) HAVING count(*) > 1'),
    })
    await admin.query("DELETE FROM game WHERE name = 'A'")
    expect(await bad()).toEqual([])
  })

  test('the query of the advice finds the rows, and the rows themselves are nowhere in the report', async () => {
    await made(
      "CREATE TABLE game (player text); INSERT INTO game VALUES ('Marie'); ALTER TABLE game ADD CONSTRAINT short CHECK (length(player) < 3) NOT VALID",
    )
    const { findings } = await look()
    const query = /SELECT .*;(?= Mend)/.exec(findings[0]?.advice ?? '')?.[0] ?? ''
    await using admin = await openSession(server())
    expect(await admin.query(query)).toEqual([{ player: 'Marie' }])
    expect(JSON.stringify(findings)).not.toContain('Marie')
  })
})

describe('constraints that cannot simply be tested', () => {
  const { made, look, server } = useServer()

  test("a check that calls a function of the database's own is never run, for it would run with our rights", async () => {
    await made(`CREATE TABLE called (at int);
      CREATE FUNCTION trap(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM nextval('public.trapped'); RETURN false; END$$;
      CREATE TABLE game (points int); INSERT INTO game VALUES (1); DROP SEQUENCE IF EXISTS public.trapped; CREATE SEQUENCE public.trapped;
      ALTER TABLE game ADD CONSTRAINT own CHECK (trap(points)) NOT VALID`)
    const { findings } = await look()
    expect(findings[0]).toMatchObject({ status: 'warning', observed: expect.stringContaining('functions of this database') })
    await using admin = await openSession(server())
    expect(await admin.query('SELECT is_called FROM public.trapped')).toEqual([{ is_called: false }])
  })

  test('a role that may not read the table says so, with the right it lacks', async () => {
    await made(
      'CREATE TABLE game (points int); INSERT INTO game VALUES (101); ALTER TABLE game ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID',
    )
    const { findings } = await look({ target: { user: 'watcher', password: 'watcher' } })
    expect(findings).toMatchObject([
      { status: 'warning', observed: expect.stringContaining('may not read its table') },
      { status: 'ok', cleared: false, notChecked: expect.stringContaining('may not read'), advice: 'let it read the tables' },
    ])
  })

  test('a policy that hides rows makes no wrong answer', async () => {
    await made(`CREATE TABLE game (points int); INSERT INTO game VALUES (101); ALTER TABLE game ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID;
      ALTER TABLE game ENABLE ROW LEVEL SECURITY; GRANT USAGE ON SCHEMA "my ""shop" TO watcher; GRANT SELECT ON game TO watcher`)
    expect((await look({ target: { user: 'watcher', password: 'watcher' } })).outcomes).toEqual([['bounds', 'not allowed']])
  })

  test('a table that somebody holds is given up after half a second, and nothing is left running', async () => {
    await made('CREATE TABLE game (points int); ALTER TABLE game ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID')
    await using holder = await openSession(server())
    const outcomes = await onDatabase(server(), {}, async (maintained) => {
      const { constraints } = await seeConstraints(maintained.session, { tables: [], again: [], after: 0 })
      await holder.query('BEGIN; LOCK TABLE "my ""shop".game')
      return testConstraints(maintained.session, constraints, 3_000)
    })
    expect(outcomes).toEqual(['takes too long'])
    await holder.query('ROLLBACK')
    expect(await holder.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ronde%' AND state <> 'idle'")).toEqual([])
  })

  test('only named tables are looked at', async () => {
    await made(
      'CREATE TABLE game (points int CHECK (points > 0)); CREATE TABLE other (points int); ALTER TABLE other ADD CONSTRAINT bounds CHECK (points <= 100) NOT VALID',
    )
    expect((await look({ tables: ['game'] })).outcomes).toEqual([['game_points_check', 'holds']])
  })

  test('a crowd is cut, and counted', async () => {
    const tables = Array.from(
      { length: 30 },
      (_, index) => `CREATE TABLE t${index} (a int); ALTER TABLE t${index} ADD CHECK (a > 0) NOT VALID`,
    )
    await made(tables.join(';'))
    const { findings } = await look()
    expect(findings).toHaveLength(21)
    expect(findings.at(-1)).toMatchObject({ status: 'warning', title: expect.stringContaining('10 more findings') })
  })

  test('valid ones have their turn run by run, and one that was broken is looked at each time', async () => {
    const tables = Array.from({ length: 200 }, (_, index) => `CREATE TABLE t${index} (a int CONSTRAINT c${index} CHECK (a > 0))`)
    await made(tables.join(';'))
    await using admin = await openSession(server())
    await admin.query(`SET search_path = "my ""shop"; ALTER TABLE t150 DROP CONSTRAINT c150; INSERT INTO t150 VALUES (0);
      ALTER TABLE t150 ADD CONSTRAINT c150 CHECK (a > 0) NOT VALID; UPDATE pg_constraint SET convalidated = true WHERE conname = 'c150'`)
    const notes = new Map<string, string>()
    const tested = new Set<unknown>()
    const told: boolean[] = []
    for (let run = 0; run < 60 && tested.size < 200; run += 1) {
      const { outcomes, findings } = await look({ notes })
      for (const [name] of outcomes) tested.add(name)
      told.push(findings.some((one) => one.status === 'critical' && one.title.includes('c150')))
    }
    expect(tested.size).toBe(200)
    expect(told.length).toBeGreaterThan(2)
    expect(told.slice(told.indexOf(true))).not.toContain(false)
  })
})
