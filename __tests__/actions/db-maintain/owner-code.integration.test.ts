import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { testSome } from '../../../src/actions/db-maintain/parts/schema/test-constraints.ts'
import type { VacuumStep } from '../../../src/actions/db-maintain/parts/vacuum/plan.ts'
import { doSteps } from '../../../src/actions/db-maintain/parts/vacuum/work.ts'
import { runMaintain } from '../../support/db-maintain.ts'
import { asApp, hostileUrl, useHostile } from '../../support/hostile-owner.ts'
import { onDatabase } from '../../support/maintained-database.ts'
import { edgeMajors } from '../../support/postgres-majors.ts'
import { openSession } from '../../support/postgres-sessions.ts'

jest.setTimeout(120_000)

const tables = `CREATE TABLE game (id int, points int); INSERT INTO game SELECT n, 1 FROM generate_series(1, 100) AS n; CREATE UNIQUE INDEX once ON game (id);
  ALTER TABLE game ADD CONSTRAINT bounds CHECK (points < 1000) NOT VALID; CREATE INDEX bad ON game ((id + public.evil_i(1)));
  CREATE TABLE fine (id int PRIMARY KEY, points int CHECK (points > 0)); INSERT INTO fine SELECT n, 1 FROM generate_series(1, 100) AS n;
  ALTER TABLE fine ADD CONSTRAINT many CHECK (points < 1000) NOT VALID; CREATE TABLE child (id int CONSTRAINT parent REFERENCES fine);
  CREATE TABLE of_game (id int CONSTRAINT up REFERENCES game (id)); INSERT INTO of_game VALUES (1)`
const invalid = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.bad'::regclass"
const tasks = 'vacuum, analyze, indexes, sequential-scans, bloat, size, schema, reindex'

describe.each(edgeMajors)('tables of somebody else, on PostgreSQL $major', (one) => {
  const { server, heard } = useHostile(one)
  const admin = async (sql: string) => {
    await using session = await openSession(server(), { database: 'appdb' })
    return await session.query(sql)
  }

  test('every task leaves the one with code of its owner alone, and does the others', async () => {
    await asApp(server(), tables)
    await admin(invalid)
    const run = await runMaintain(server(), { tasks }, { url: hostileUrl(server()) })
    expect(await heard()).toEqual([])
    const left = run.byId('db.owner-code')
    expect(left.map((found) => [found.check, found.subject, found.status])).toEqual([
      ['vacuum', 'task/appdb.vacuum', 'unknown'],
      ['reindex', 'task/appdb.reindex', 'unknown'],
    ])
    expect(left[0]).toMatchObject({
      observed:
        'public.game: index public.bad calls function public.evil_i(integer) of role app; to read the table would run it with the rights of postgres, which is a superuser',
      advice: expect.stringContaining(
        `CREATE ROLE ronde LOGIN PASSWORD '…'; GRANT pg_monitor TO ronde; GRANT CONNECT ON DATABASE appdb TO ronde; GRANT USAGE ON SCHEMA public TO ronde; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ronde; ${one.major >= 17 ? 'GRANT pg_maintain TO ronde;' : 'GRANT "app" TO ronde;'} Then`,
      ),
    })
    expect(run.outputs['vacuumed']).toBe('3')
    const unknown = run.byId('schema.constraint').filter((found) => found.status === 'unknown')
    expect(unknown.map((found) => found.subject).toSorted()).toEqual(
      ['bounds', 'once'].map((name) => `constraint/appdb.public.game.${name}`).concat('constraint/appdb.public.of_game.up'),
    )
    expect(run.byId('schema.constraint').find((found) => found.subject.endsWith('fine.many'))).toMatchObject({
      status: 'warning',
      observed: expect.stringContaining('every row keeps it now'),
    })
    const counts = await admin(
      'SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL OR last_analyze IS NOT NULL ORDER BY 1',
    )
    expect(counts.map((row) => row['relname'])).toEqual(['child', 'fine', 'of_game'])
  })

  test.each([
    ['writes a file of the server', `(pg_catalog.lo_export(0, '/tmp/none') = 1)`],
    ['runs any statement', `query_to_xml('SELECT public.evil_i(1)', true, true, '') IS NOT NULL`],
    ['reads a view', `table_to_xml('public.trap', true, true, '') IS NOT NULL`],
    ['makes a value of a domain', `domain_in('1', (SELECT 'public.small'::regtype::oid), -1) IS NOT NULL`],
    ['makes an array of a domain', `array_in('{1}', OID, -1) IS NOT NULL`],
    ['takes a domain on the way', `points::public.small > 0`],
    ['reloads the settings', 'pg_reload_conf()'],
    ['sleeps', 'pg_sleep(60) IS NULL'],
  ])('a CHECK that %s by functions of PostgreSQL alone is not run', async (_, given) => {
    const file = join(server().directory, 'written')
    await asApp(
      server(),
      'CREATE VIEW public.trap AS SELECT public.evil_i(1); CREATE DOMAIN public.small AS int CHECK (public.evil_b(VALUE)); CREATE TABLE game (points int); INSERT INTO game VALUES (1)',
    )
    const [row] = await admin("SELECT 'public.small'::regtype::oid::int AS oid")
    const condition = given
      .replace("(SELECT 'public.small'::regtype::oid)", String(row?.['oid']))
      .replace('OID', String(row?.['oid']))
      .replace('/tmp/none', file)
    await admin(`ALTER TABLE game ADD CONSTRAINT own CHECK (${condition}) NOT VALID; ALTER TABLE game OWNER TO app`)
    const run = await runMaintain(server(), { tasks: 'schema' }, { url: hostileUrl(server()) })
    expect(await heard()).toEqual([])
    expect(existsSync(file)).toBe(false)
    expect(run.byId('schema.constraint').find((found) => found.subject.endsWith('game.own'))).toMatchObject({
      status: expect.stringMatching(/warning|unknown/),
      observed: expect.stringMatching(/which Ronde does not run|calls function/),
    })
  })
})

describe.each(edgeMajors)('what an owner does while Ronde works, on PostgreSQL $major', (one) => {
  const { server, heard } = useHostile(one)
  const admin = async (sql: string) => {
    await using session = await openSession(server(), { database: 'appdb' })
    return await session.query(sql)
  }

  test('an index that comes between the look and the test runs nothing either', async () => {
    await asApp(server(), tables.replace('CREATE INDEX bad ON game ((id + public.evil_i(1)));', ''))
    await onDatabase(server(), { target: { database: 'appdb' } }, async (maintained) => {
      const session = {
        ...maintained.session,
        query: async (sql: string) => {
          if (sql.includes('enable_indexscan')) await asApp(server(), 'CREATE INDEX IF NOT EXISTS bad ON game ((id + public.evil_i(1)))')
          return maintained.session.query(sql)
        },
      }
      const { outcomes } = await testSome({ ...maintained, session })
      const ofGame = outcomes.filter(({ constraint }) => constraint.table.endsWith('game'))
      expect(ofGame.map(({ tested }) => tested)).toEqual(ofGame.map(() => 'code of others'))
      expect(outcomes.find(({ constraint }) => constraint.name === 'many')?.tested).toBe('holds')
    })
    expect(await heard()).toEqual([])
  })

  test('nor does a view that gets the name of a table in between', async () => {
    await asApp(server(), tables.replace('CREATE INDEX bad ON game ((id + public.evil_i(1)));', ''))
    await onDatabase(server(), { target: { database: 'appdb' } }, async (site) => {
      let done = false
      const session = {
        ...site.session,
        query: async (sql: string) => {
          if (sql.includes('enable_indexscan') && !done) {
            done = true
            await asApp(server(), 'ALTER TABLE fine RENAME TO was; CREATE VIEW fine AS SELECT * FROM was WHERE public.evil_i(1) = 1')
          }
          return site.session.query(sql)
        },
      }
      const { outcomes } = await testSome({ ...site, session })
      expect(await heard()).toEqual([])
      expect(outcomes.find(({ constraint }) => constraint.name === 'many')?.tested).toBe('code of others')
    })
  })

  test('an index that comes while another table is vacuumed keeps Ronde from its table', async () => {
    await asApp(server(), tables.replace('CREATE INDEX bad ON game ((id + public.evil_i(1)));', ''))
    await onDatabase(server(), { target: { database: 'appdb' } }, async (site) => {
      const steps = ['child', 'game'].map((name): VacuumStep => {
        const table = site.tables.find((each) => each.name === name)
        if (table === undefined) throw new Error(`no table ${name}`)
        return { table, does: 'vacuum-analyze' }
      })
      const query: typeof site.session.query = async (...given) => {
        if (given[0].startsWith('VACUUM') && given[0].includes('child')) {
          await asApp(server(), 'CREATE INDEX bad ON game ((id + public.evil_i(1)))')
          await after(1_100)
        }
        return site.session.query(...given)
      }
      const outcomes = await doSteps({ ...site, session: { ...site.session, query } }, steps)
      expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'own-code'])
    })
  })

  test("an extension's function that was given to somebody else is not the extension's", async () => {
    await admin('CREATE EXTENSION pgstattuple SCHEMA public; ALTER FUNCTION public.pgstattuple_approx(regclass) OWNER TO app')
    const [{ result } = { result: '' }] = await admin("SELECT pg_get_function_arguments('public.pgstattuple_approx'::regproc) AS result")
    await asApp(
      server(),
      `CREATE OR REPLACE FUNCTION public.pgstattuple_approx(${String(result)}) LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.evil_i(1); END $f$;
        CREATE TABLE big AS SELECT n AS id, repeat('x', 1000) AS text FROM generate_series(1, 12000) AS n`,
    )
    await admin('ANALYZE public.big')
    const run = await runMaintain(server(), { tasks: 'bloat' }, { url: hostileUrl(server()) })
    expect(await heard()).toEqual([])
    expect(run.findings.length).toBeGreaterThan(0)
  })
})
