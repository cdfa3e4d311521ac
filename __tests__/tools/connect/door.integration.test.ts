import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { database, fillDatabase, lookAtAll, settings } from '../../support/every-look.ts'
import { fillSchema, namesIn } from '../../support/hostile-neighbours.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { binariesOf, outerMajors, postgresMajors } from '../../support/postgres-majors.ts'
import { openSession, targetOf } from '../../support/postgres-sessions.ts'
import { type Recorded, startRecorder } from '../../support/recording-proxy.ts'
import { unqualifiedIn } from '../../support/sql-names.ts'

jest.setTimeout(240_000)

const majors = postgresMajors.filter(({ major }) => major >= 14)

/** What the server itself wrote under our path, part of a question about the rows that break it: a CHECK, and the key of a unique index. */
const ofConstraints = [/\((?:points >= 0|a < 9|b < 9|b > 0)\)/g, /\(a % 1000\)/g]

const own = (sql: string): string => ofConstraints.reduce((text, one) => text.replace(one, '(true)'), sql)

describe.each(majors)('every statement of every action on PostgreSQL $major', (one) => {
  let server: PostgresServer
  let sessions: readonly Recorded[] = []
  let looked: Awaited<ReturnType<typeof lookAtAll>>
  beforeAll(async () => {
    server = await startPostgres({ settings, ...binariesOf(one) })
    await fillDatabase(server)
    await using recorder = await startRecorder(server.port)
    looked = await lookAtAll(server, targetOf(server, { database, port: recorder.port, ssl: { mode: 'disable' }, service: undefined }))
    sessions = recorder.sessions()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const statements = () => [...new Set(sessions.flatMap((session) => session.statements))]

  test('was recorded: what they are for did happen', () => {
    const { run, said, verified, seen } = looked
    expect(run.outputs).toMatchObject({ cancelled: 1 })
    expect(run.findings.filter((found) => found.id === 'db.unfinished')).toEqual([])
    expect(said.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['vacuum', 'reindex']))
    expect(verified.badIds).toEqual(
      expect.arrayContaining(['critical purge.future-rows', 'critical purge.null-rows', 'warning purge.command']),
    )
    expect(seen).toMatchObject({ answered: true, observation: { sessions: { seen: true }, replication: { seen: true } } })
    expect(statements().length).toBeGreaterThan(60)
    expect(statements().some((sql) => sql.startsWith('DROP INDEX CONCURRENTLY'))).toBe(true)
  })

  test('names all that it uses with its schema', () => {
    expect(statements().flatMap((sql) => unqualifiedIn(own(sql)).map((name) => `${name} in ${sql.slice(0, 200)}`))).toEqual([])
  })

  test('comes after the safe settings, of the packet and of the first message', () => {
    for (const { startup, statements: asked } of sessions) {
      expect(startup['options']).toContain('-c search_path=pg_catalog,pg_temp -c default_transaction_read_only=on')
      expect(startup['client_encoding']).toBe('UTF8')
      expect(asked[0]).toMatch(/^BEGIN READ ONLY;\nSET LOCAL search_path = pg_catalog,pg_temp;/)
    }
  })

  // Ten thousand traps take longer to make than all else here. That every name has its schema is asked of each major above.
  if (!outerMajors.includes(one)) return
  test('runs nothing of others, where every name has a better match in public and in a schema before it', async () => {
    const file = join(server.directory, 'ran')
    await writeFile(file, '')
    await chmod(file, 0o666)
    await using admin = await openSession(server, { database })
    const named = namesIn(statements())
    const made = [await fillSchema(admin, 'evil', { ...named, file }), await fillSchema(admin, 'public', { ...named, file })]
    expect(Math.min(...made)).toBeGreaterThan(5_000)
    await admin.query(`CREATE FUNCTION public.pgstattuple_approx(r oid, OUT approx_free_space bigint, OUT dead_tuple_len bigint) LANGUAGE plpgsql AS
      $$ BEGIN PERFORM evil.trap('pgstattuple_approx'); END $$;
      CREATE FUNCTION public.pg_stat_statements(showtext text, OUT queryid bigint) RETURNS SETOF bigint LANGUAGE plpgsql AS
      $$ BEGIN PERFORM evil.trap('pg_stat_statements'); END $$`)
    const path = 'SET search_path = evil, public, pg_catalog'
    await admin.query(
      `ALTER DATABASE ${database} ${path}; ALTER ROLE postgres ${path}; ALTER ROLE postgres IN DATABASE ${database} ${path}`,
    )
    const { run, verified, seen } = await lookAtAll(server, targetOf(server, { database, ssl: { mode: 'disable' }, service: undefined }))
    expect(run.findings.filter((found) => found.id === 'db.unfinished')).toEqual([])
    expect(verified.badIds).toContain('critical purge.null-rows')
    expect(seen).toMatchObject({ answered: true, observation: { sessions: { seen: true }, replication: { seen: true } } })
    expect(await readFile(file, 'utf8')).toBe('')
    // The traps are traps: the same questions, unqualified.
    await using careless = await openSession(server, { database })
    await careless.query("SELECT relname FROM pg_class WHERE oid = 1::int4; SELECT left('x'::name, 1)")
    expect(await readFile(file, 'utf8')).toMatch(/view pg_class[^]*function left/)
  })
})
