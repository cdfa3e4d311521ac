import { expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../support/db-maintain.ts'
import { startPostgres } from '../../support/postgres.ts'
import { binariesOf, postgresMajors } from '../../support/postgres-majors.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { temporaryFolder } from '../../support/ronde.ts'

jest.setTimeout(60_000)

/** What has one right verdict on every major. */
const scenario = `
  CREATE TABLE locked1 (id int PRIMARY KEY, at timestamptz DEFAULT now()); INSERT INTO locked1 SELECT generate_series(1, 10);
  CREATE VIEW seen AS SELECT id FROM locked1; CREATE TABLE other (id int PRIMARY KEY, word text DEFAULT 'x');
  CREATE TABLE bloated (id int, word text); INSERT INTO bloated SELECT n, md5(n::text) FROM generate_series(1, 200000) AS n; DELETE FROM bloated WHERE id % 4 <> 0;
  CREATE TABLE packed (a bool, x int, y bigint, z int); INSERT INTO packed SELECT true, n, n, n FROM generate_series(1, 200000) AS n;
  CREATE INDEX zz_mine ON other (word); CREATE INDEX aa_other ON other (word);
  CREATE SEQUENCE s; CREATE DOMAIN di AS int; CREATE TABLE u (id di DEFAULT nextval('s')); SELECT setval('s', 2100000000)`

test.each(postgresMajors.filter(({ major }) => major >= 14))(
  'PostgreSQL $major: one locked table costs one table, and all verdicts stand',
  async (one) => {
    await using server = await startPostgres({ settings: { autovacuum: 'off', max_connections: 40 }, ...binariesOf(one) })
    await using workspace = await temporaryFolder()
    await using admin = await openSession(server)
    await admin.query(scenario)
    const inputs = { 'expected-indexes': 'zz_mine', 'schema-snapshot': 'schema.txt' }
    const given = { workspace: workspace.path }
    await runMaintain(server, { ...inputs, tasks: 'schema', 'update-snapshot': 'true' }, given)
    await admin.query('ALTER TABLE other ADD more int; DROP VIEW IF EXISTS seen2')
    await using holder = await openSession(server, { application: 'holder' })
    await holder.query('BEGIN; ALTER TABLE locked1 ADD x int')
    const ran = await runMaintain(server, { ...inputs, tasks: 'vacuum, analyze, indexes, bloat, size, schema' }, given)
    await holder.query('ROLLBACK')
    expect(ran.bad.toSorted()).toEqual([
      'critical db.sequence',
      'unknown db.unfinished',
      'warning db.bloat',
      'warning db.index-duplicate',
      'warning db.vacuum',
      'warning schema.drift',
    ])
    expect(ran.only('db.vacuum').evidence).toEqual([
      expect.stringMatching(/^public\.locked1: pid \d+ postgres holder holds AccessExclusiveLock$/),
    ])
    expect(ran.only('db.unfinished')).toMatchObject({
      subject: 'task/postgres.schema',
      observed: expect.stringMatching(
        /^not compared: table public\.locked1, view public\.seen; public\.locked1: pid \d+ postgres holder holds AccessExclusiveLock/,
      ),
    })
    expect(ran.only('schema.drift').evidence).toEqual(['+table public.other column more integer'])
    expect(ran.only('db.index-duplicate').advice).toContain('DROP INDEX CONCURRENTLY "public"."aa_other";')
    expect(ran.only('db.index-duplicate').advice).not.toContain('zz_mine')
    expect(ran.only('db.bloat').evidence).toEqual([
      expect.stringMatching(/^public\.bloated: table, 7\d(\.\d)? % of .* hold nothing \(estimated\)$/),
    ])
    expect(ran.only('db.sequence').observed).toMatch(/^public\.s: at 2100000000 of 2147483647, 97\.8 % used, fills public\.u\.id$/)
    expect(ran.report.scope).toEqual(['vacuum', 'analyze', 'indexes', 'bloat', 'size'])
  },
)

test('another look that waits for a lock does not stop us: it is told who holds what', async () => {
  await using server = await startPostgres({ settings: { autovacuum: 'off', max_connections: 40 } })
  await using admin = await openSession(server)
  await admin.query(
    'CREATE TABLE game (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY); CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one',
  )
  await using reader = await openSession(server)
  await using waiter = await openSession(server, { application: 'migration' })
  await using refresher = await openSession(server)
  await reader.query('BEGIN; SELECT * FROM game')
  const waiting = waiter.query('ALTER TABLE game ADD more int')
  await refresher.query('BEGIN; REFRESH MATERIALIZED VIEW mv')
  const ran = await runMaintain(server, { tasks: 'vacuum, bloat, size, indexes' })
  expect(ran.bad).toEqual(['warning db.vacuum'])
  expect(ran.only('db.vacuum').evidence).toEqual([
    expect.stringMatching(/^public\.game: pid \d+ postgres migration waits for AccessExclusiveLock$/),
    expect.stringMatching(/^public\.mv: pid \d+ postgres application holds AccessExclusiveLock$/),
  ])
  expect(ran.outputs['vacuumed']).toBe('1')
  await reader.query('ROLLBACK')
  await waiting
})
