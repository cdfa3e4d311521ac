import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { TaskOutcome } from '../../../../../src/actions/db-maintain/part.ts'
import { part } from '../../../../../src/actions/db-maintain/parts/slow-queries/part.ts'
import type { JudgedFinding } from '../../../../../src/contract/finding.ts'
import { type Given, onDatabase } from '../../../../support/maintained-database.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, type Major, postgresMajors } from '../../../../support/postgres-majors.ts'
import { openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

/** A test has no time for 100 queries of 20 ms. */
const slow = { 'slow-query': { warning: 4, critical: Number.POSITIVE_INFINITY, clear: 4, worse: 'above' as const } }

const useServer = (settings: Readonly<Record<string, string>>, major: Major = { major: 18 }) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings, ...binariesOf(major) })
    await using admin = await openSession(server)
    await admin.query(
      `CREATE ROLE watcher LOGIN PASSWORD 'watcher'; CREATE ROLE monitor LOGIN PASSWORD 'monitor'; GRANT pg_monitor TO monitor`,
    )
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const run = async (sql: string, times = 1) => {
    await using admin = await openSession(server)
    for (let call = 1; call < times; call += 1) await admin.query(sql)
    return await admin.query(sql)
  }
  const look = (notes = new Map<string, string>(), given: Given = {}): Promise<TaskOutcome> =>
    onDatabase(server, { notes, ...given }, (maintained) =>
      part.run({ thresholds: slow, databases: [], tasks: ['slow-queries'] }, maintained, true),
    )
  const only = (done: TaskOutcome): JudgedFinding => {
    expect(done.findings).toHaveLength(1)
    return done.findings[0] as JudgedFinding
  }
  return { run, look, only }
}

const loaded = { shared_preload_libraries: 'pg_stat_statements' }
const sleeping = "SELECT pg_sleep(0.005), 'secret of Marie'"
const shown = 'SELECT pg_sleep($1), $2'

describe.each(postgresMajors)('slow queries on PostgreSQL $major', (major) => {
  const { run, look, only } = useServer(loaded, major)
  beforeEach(() =>
    run(
      'DROP EXTENSION IF EXISTS pg_stat_statements; CREATE SCHEMA IF NOT EXISTS "Odd Place"; CREATE EXTENSION pg_stat_statements SCHEMA "Odd Place"',
    ),
  )

  test('a first run is the base line, and the next tells only what came since', async () => {
    const notes = new Map<string, string>()
    await run(sleeping, 120)
    expect(only(await look(notes))).toMatchObject({ status: 'ok', cleared: false, title: expect.stringContaining('from the next run on') })
    expect(only(await look(notes))).toMatchObject({ status: 'ok', cleared: true, title: 'database/postgres: no slow query' })
    await run(sleeping, 110)
    const done = await look(notes)
    expect(only(done)).toMatchObject({
      id: 'db.slow-queries',
      status: 'warning',
      title: expect.stringMatching(/^database\/postgres: 1 slow query in the last /),
      observed: expect.stringMatching(/^mean \d[\d.]* ms, 110 calls, .* in all, postgres: /),
    })
    expect(only(done).evidence[0]).toContain(shown)
    expect(JSON.stringify(done)).not.toContain('Marie')
    expect(done).toMatchObject({
      completed: true,
      line: '1 slow query',
      gains: { rows: [[expect.any(String), '110', expect.any(String), 'postgres', shown]] },
    })
  })

  test('fewer than 100 calls, and quick ones, are no slow query', async () => {
    const notes = new Map<string, string>()
    await look(notes)
    await run(sleeping, 99)
    await run('SELECT 1', 200)
    expect(only(await look(notes))).toMatchObject({ status: 'ok', title: 'database/postgres: no slow query' })
  })

  test('after a reset what was counted since then is told, and no negative number', async () => {
    const notes = new Map<string, string>()
    await run(sleeping, 150)
    await look(notes)
    await run('SELECT "Odd Place".pg_stat_statements_reset()')
    await run(sleeping, 105)
    expect(only(await look(notes)).observed).toContain('105 calls')
  })

  test('every version of the extension that this server has is read, whatever its columns are called', async () => {
    const versions = await run(
      "SELECT version FROM pg_available_extension_versions WHERE name = 'pg_stat_statements' AND version IN ('1.7', '1.8', '1.9', '1.10', '1.11', '1.12')",
    )
    expect(versions.length).toBeGreaterThanOrEqual(3)
    for (const { version } of versions) {
      await run(`DROP EXTENSION pg_stat_statements; CREATE EXTENSION pg_stat_statements SCHEMA "Odd Place" VERSION '${String(version)}'`)
      const notes = new Map<string, string>()
      await look(notes)
      await run(sleeping, 101)
      expect([version, only(await look(notes)).evidence]).toEqual([version, [expect.stringMatching(/101 calls, .*SELECT pg_sleep/)]])
    }
  })

  test('nothing is reset by looking', async () => {
    const calls = () => run(`SELECT calls::int FROM "Odd Place".pg_stat_statements WHERE query LIKE 'SELECT pg_sleep%'`)
    await run(sleeping, 3)
    const [before] = await calls()
    await look()
    expect(before?.['calls']).toBeGreaterThanOrEqual(3)
    expect(await calls()).toEqual([before])
  })
})

describe('a role that may not see others', () => {
  const { run, look, only } = useServer(loaded)
  beforeAll(() => run('CREATE EXTENSION pg_stat_statements'))
  const as = (user: string): Given => ({ target: { user, password: user } })

  test('says how much it may not see, and the grant', async () => {
    const notes = new Map<string, string>()
    await look(notes, as('watcher'))
    await run(sleeping, 110)
    expect(only(await look(notes, as('watcher')))).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: expect.stringMatching(/^\d+ of other roles$/),
      advice: 'as a superuser: GRANT pg_monitor TO "watcher";',
    })
  })

  test('sees all with pg_monitor', async () => {
    const notes = new Map<string, string>()
    await look(notes, as('monitor'))
    await run(sleeping, 110)
    expect(only(await look(notes, as('monitor')))).toMatchObject({ status: 'warning', evidence: [expect.stringContaining(shown)] })
  })
})

describe('without counters there is one advice', () => {
  const plain = useServer({})
  test('when the server was started without the library', async () => {
    expect(plain.only(await plain.look())).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: expect.stringContaining('pg_stat_statements'),
      advice: expect.stringMatching(/^add it to shared_preload_libraries.*CREATE EXTENSION pg_stat_statements;$/),
    })
    await plain.run('CREATE EXTENSION pg_stat_statements')
    const done = await plain.look()
    expect(done.completed).toBe(true)
    expect(plain.only(done)).toMatchObject({ status: 'ok', advice: expect.stringContaining('shared_preload_libraries') })
    expect(plain.only(done).advice).not.toContain('CREATE EXTENSION')
  })
})
