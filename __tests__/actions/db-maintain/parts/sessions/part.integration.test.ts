import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { TaskOutcome } from '../../../../../src/actions/db-maintain/part.ts'
import { part } from '../../../../../src/actions/db-maintain/parts/sessions/part.ts'
import { end } from '../../../../../src/actions/db-maintain/parts/sessions/signal.ts'
import type { SessionPolicy } from '../../../../../src/actions/db-maintain/parts/sessions/targets.ts'
import type { Threshold } from '../../../../../src/core/threshold.ts'
import type { Session } from '../../../../../src/domain/postgres/observation.ts'
import { sessionsPart } from '../../../../../src/probes/postgres/parts.ts'
import { readOnly } from '../../../../../src/probes/postgres/read-only.ts'
import { type Given, onDatabase } from '../../../../support/maintained-database.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors, type Major } from '../../../../support/postgres-majors.ts'
import { type ApplicationSession, eventually, openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

const above = (warning: number, critical: number): Threshold => ({ warning, critical, clear: warning, worse: 'above' })
/** What a test cannot wait for: everything is critical after 100 ms. */
const soon = { blocked: above(50, 100), 'idle-in-transaction': above(50, 100), 'long-query': above(50, 100) }
type Options = Partial<SessionPolicy> & { readonly thresholds?: Readonly<Record<string, Threshold>> }

const statuses = (done: TaskOutcome) => done.findings.map((one) => `${one.status} ${one.id}`)
const evidence = (done: TaskOutcome, id: string) => done.findings.find((one) => one.id === id)?.evidence.join('\n') ?? ''

const useServer = (major: Major = { major: 18 }) => {
  let server: PostgresServer
  const open: ApplicationSession[] = []
  beforeAll(async () => {
    server = await startPostgres({
      settings: { max_connections: 40, autovacuum: 'off', max_prepared_transactions: 5 },
      ...binariesOf(major),
    })
    await using admin = await openSession(server)
    await admin.query(`CREATE TABLE game (id int PRIMARY KEY, points int); INSERT INTO game VALUES (1, 0), (2, 0);
      CREATE ROLE app LOGIN PASSWORD 'app'; GRANT ALL ON game TO app; CREATE ROLE watcher LOGIN PASSWORD 'watcher';
      CREATE ROLE monitor LOGIN PASSWORD 'monitor'; GRANT pg_monitor TO monitor;
      CREATE ROLE signaller LOGIN PASSWORD 'signaller'; GRANT pg_monitor, pg_signal_backend TO signaller`)
  })
  afterAll(() => server[Symbol.asyncDispose]())
  afterEach(async () => {
    await Promise.allSettled(open.splice(0).map((one) => one[Symbol.asyncDispose]()))
    await using admin = await openSession(server)
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
  })
  const start = async (application = 'gunicorn') => {
    const one = await openSession(server, { user: 'app', password: 'app', application })
    open.push(one)
    const pid = Number((await one.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid'])
    return { pid, query: (text: string) => one.query(text) }
  }
  const idle = async (sql = 'SELECT 1', application?: string) => {
    const one = await start(application)
    await one.query(`BEGIN; ${sql}`)
    return one
  }
  /** Something that runs, and how it ends. */
  const running = async (sql: string, application?: string) => {
    const one = await start(application)
    return {
      ...one,
      ending: one.query(sql).then(
        () => 'done',
        (error: Error) => error.message,
      ),
    }
  }
  const maintain = (options: Options = {}, given: Given = {}) =>
    onDatabase(server, given, (maintained) => {
      const { thresholds = soon, ...policy } = options
      const sessions = { policy: 'report', roles: [], applications: [], states: [], ...policy }
      return part.run({ sessions, thresholds, databases: [], tasks: ['sessions'] } as never, maintained, true)
    })
  const list = async () => {
    await using admin = await openSession(server)
    const rows = await admin.query(
      "SELECT pid FROM pg_stat_activity WHERE application_name IN ('gunicorn', 'psql', 'pg_dump') AND pid <> pg_backend_pid() ORDER BY pid",
    )
    return rows.map((row) => row['pid'])
  }
  /** As the task sees it, once it is beyond the limits. */
  const seen = (pid: number): Promise<Session> =>
    onDatabase(server, {}, async (maintained) => {
      const look = async () =>
        sessionsPart([])
          .read(await readOnly(maintained.session, sessionsPart([]).sql))
          .list.find((one) => one.pid === pid)
      const found = await eventually(look, (one) => one !== undefined && (one.stateMs ?? 0) > 150)
      if (found === undefined) throw new Error('it was seen a moment ago')
      return found
    })
  return { server: () => server, start, idle, running, maintain, list, seen }
}

describe.each(edgeMajors)('sessions on PostgreSQL $major', (major) => {
  const { idle, running, maintain, list, seen } = useServer(major)

  test('nobody is in the way', async () => {
    const done = await maintain({ policy: 'terminate' })
    expect(statuses(done)).toEqual([
      'ok postgres.blocked',
      'ok postgres.idle-in-transaction',
      'ok postgres.long-query',
      'ok db.session-policy',
    ])
    expect(done).toMatchObject({ completed: true, counts: { cancelled: 0 }, line: 'no session in the way' })
  })

  test('a real tree is told, and by default nobody is ended', async () => {
    const holder = await idle('UPDATE game SET points = 4711 WHERE id = 1')
    const waiter = await running('UPDATE game SET points = 2 WHERE id = 1')
    const long = await running('SELECT pg_sleep(60)')
    await Promise.all([seen(holder.pid), seen(waiter.pid), seen(long.pid)])
    const done = await maintain()
    expect(statuses(done)).toEqual(['critical postgres.blocked', 'critical postgres.idle-in-transaction', 'critical postgres.long-query'])
    expect(evidence(done, 'postgres.blocked')).toMatch(new RegExp(`^pid ${holder.pid} .*\\n {2}pid ${waiter.pid} .*points = \\?`))
    expect(evidence(done, 'postgres.long-query')).toContain(`pid ${long.pid} app gunicorn, active for`)
    expect(evidence(done, 'postgres.long-query')).not.toContain(`${waiter.pid}`)
    expect(done.counts).toEqual({ cancelled: 0 })
    expect(await list()).toEqual([holder.pid, waiter.pid, long.pid].toSorted((a, b) => a - b))
  })

  test('terminate ends the root of a tree and who else is beyond its limit, and those who waited go on', async () => {
    const holder = await idle('UPDATE game SET points = 1 WHERE id = 1')
    const waiter = await running('UPDATE game SET points = 2 WHERE id = 1')
    const long = await running('SELECT pg_sleep(60)')
    await Promise.all([seen(holder.pid), seen(waiter.pid), seen(long.pid)])
    const done = await maintain({ policy: 'terminate' })
    expect(await waiter.ending).toBe('done')
    expect(await long.ending).toContain('canceling statement due to user request')
    expect(done.counts).toEqual({ cancelled: 2 })
    expect(statuses(done)).toEqual([
      'ok postgres.blocked',
      'ok postgres.idle-in-transaction',
      'ok postgres.long-query',
      'ok db.session-policy',
    ])
    expect(evidence(done, 'db.session-policy')).toMatch(/terminated \(blocks others\): pid .*\ncancelled \(long query\): pid/)
    expect(await list()).not.toContain(holder.pid)
    expect(await list()).toContain(long.pid)
  })

  test('cancel stops a query, and says that it can do nothing about an idle session', async () => {
    const long = await running('SELECT pg_sleep(60)')
    const holder = await idle()
    await Promise.all([seen(long.pid), seen(holder.pid)])
    const done = await maintain({ policy: 'cancel' })
    expect(await long.ending).toContain('canceling statement')
    expect(done.counts).toEqual({ cancelled: 1 })
    expect(done.findings.at(-1)).toMatchObject({
      id: 'db.session-policy',
      status: 'warning',
      advice: expect.stringContaining('pg_cancel_backend does nothing to a session that runs no query: set sessions.policy to terminate'),
    })
    expect(await list()).toContain(holder.pid)
  })

  test('a query that does not hear a cancel is terminated', async () => {
    const deaf = await running('DO $$BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN END; END LOOP; END$$')
    await seen(deaf.pid)
    const done = await maintain({ policy: 'terminate' })
    expect(await deaf.ending).toMatch(/terminating connection|Connection terminated/)
    expect(evidence(done, 'db.session-policy')).toMatch(/^terminated \(long query\)/)
  })

  test('a dry run shows who would be ended, and ends nobody', async () => {
    const [holder, long] = [await idle(), await running('SELECT pg_sleep(60)')]
    await Promise.all([seen(long.pid), seen(holder.pid)])
    const done = await maintain({ policy: 'terminate' }, { context: { dryRun: true } })
    expect(evidence(done, 'db.session-policy')).toMatch(/would terminate \(idle in transaction\)/)
    expect(evidence(done, 'db.session-policy')).toMatch(/would cancel \(long query\)/)
    expect(done.counts).toEqual({ cancelled: 0 })
    expect(await list()).toEqual([holder.pid, long.pid].toSorted((a, b) => a - b))
  })
})

describe('who is left alone', () => {
  const { server, start, idle, maintain, list, seen } = useServer()
  const signal = (session: Session, way: 'cancel, then terminate' | 'terminate') =>
    onDatabase(server(), {}, (maintained) => end(maintained, { session, reason: 'idle in transaction', way }))

  test('a dump, and what the filters leave out; a session that calls itself Ronde is one like others', async () => {
    const others = [await idle('SELECT 1', 'pg_dump'), await idle('SELECT 1', 'ronde restore'), await idle('SELECT 1', 'psql')]
    const mine = await idle()
    await seen(mine.pid)
    const done = await maintain({ policy: 'terminate', applications: ['gunicorn', 'pg_dump', 'ronde restore'] })
    expect(done.counts).toEqual({ cancelled: 2 })
    expect(await list()).toEqual([others[0]?.pid, others[2]?.pid])
    expect((await maintain({ policy: 'terminate', roles: ['nobody'] })).counts).toEqual({ cancelled: 0 })
    expect((await maintain({ policy: 'terminate', states: ['active'] })).counts).toEqual({ cancelled: 0 })
  })

  test('a session of another database', async () => {
    await using admin = await openSession(server())
    await admin.query('CREATE DATABASE other')
    await using idleThere = await openSession(server(), { database: 'other', application: 'psql' })
    await idleThere.query('BEGIN')
    await seen(Number((await idleThere.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid']))
    expect((await maintain({ policy: 'terminate' })).counts).toEqual({ cancelled: 0 })
    expect(await list()).toHaveLength(1)
  })

  test.each([
    ['its pid belongs to another session now', { backendStart: '2020-01-01 00:00:00.000000+00' }],
    ['it did something in between', { stateChange: '2020-01-01 00:00:00.000000+00' }],
    ['it ended', { pid: 999_999 }],
    ['it is not of a client', { pid: 1 }],
  ])('one of which at the moment of the signal is true: %s', async (_, given) => {
    const holder = await idle()
    const found = await seen(holder.pid)
    expect(await signal({ ...found, ...given }, 'terminate')).toBe('gone')
    expect(await signal({ ...found, ...given }, 'cancel, then terminate')).toBe('gone')
    expect(await list()).toContain(holder.pid)
    expect(await signal(found, 'terminate')).toBe('terminated')
  })

  test('one that ended between the look and the signal', async () => {
    const one = await start()
    await one.query('BEGIN; SELECT 1')
    const found = await seen(one.pid)
    await one.query('ROLLBACK')
    expect(await signal(found, 'terminate')).toBe('gone')
    expect(await list()).toContain(one.pid)
  })

  test('nothing of Ronde is left on the server', async () => {
    await maintain({ policy: 'terminate' })
    await using admin = await openSession(server())
    const ours = () => admin.query("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")
    expect(await eventually(ours, (rows) => rows.length === 0)).toEqual([])
  })
})

describe('what a role may', () => {
  const { idle, running, maintain, list, seen } = useServer()
  const as = (user: string): Given => ({ target: { user, password: user } })

  test('without pg_monitor others are not seen, and the grant is named', async () => {
    const holder = await idle()
    await seen(holder.pid)
    const done = await maintain({ policy: 'terminate' }, as('watcher'))
    expect(done.findings.filter((one) => one.status !== 'ok')).toEqual([])
    expect(done.findings[1]).toMatchObject({
      cleared: false,
      notChecked: '1 session of other roles',
      advice: 'as a superuser: GRANT pg_monitor TO "watcher";',
    })
    expect(await list()).toEqual([holder.pid])
  })

  test('with pg_monitor alone they are seen and cannot be ended, and the grant is named', async () => {
    const holder = await idle()
    await seen(holder.pid)
    const done = await maintain({ policy: 'terminate' }, as('monitor'))
    expect(done.completed).toBe(false)
    expect(done.findings.filter((one) => one.status !== 'ok').map((one) => one.id)).toEqual([
      'postgres.idle-in-transaction',
      'db.session-policy',
      'db.rights',
    ])
    expect(done.findings.at(-1)?.advice).toBe('as a superuser: GRANT pg_signal_backend TO "monitor";')
    expect(await list()).toEqual([holder.pid])
  })

  test('with pg_signal_backend as well they are ended', async () => {
    const [holder, long] = [await idle(), await running('SELECT pg_sleep(60)')]
    await Promise.all([seen(holder.pid), seen(long.pid)])
    expect((await maintain({ policy: 'terminate' }, as('signaller'))).counts).toEqual({ cancelled: 2 })
  })

  test('a query that holds commands of the runner stays one line without its comments', async () => {
    const hostile = await running('SELECT pg_sleep(60) /* ::error::x\n##[error]y */ AS "##[warning]\n::z"', 'gunicorn')
    await seen(hostile.pid)
    const shown = evidence(await maintain(), 'postgres.long-query')
    expect(shown.split('\n')).toHaveLength(1)
    expect(shown).not.toContain('::error')
  })
})

describe('sessions that a signal or a limit means otherwise', () => {
  const { start, idle, running, maintain, list, seen } = useServer()

  test('a blocker that keeps its lock behind a savepoint when its query was cancelled is ended in the same run', async () => {
    const holder = await idle('UPDATE game SET points = 1 WHERE id = 1; SAVEPOINT s1')
    const sleeping = holder.query('SELECT pg_sleep(300)').catch((error: Error) => error.message)
    const waiter = await running('UPDATE game SET points = 2 WHERE id = 1')
    await Promise.all([seen(holder.pid), seen(waiter.pid)])
    const done = await maintain({ policy: 'terminate', thresholds: { ...soon, 'long-query': above(60_000, 60_000) } })
    expect(await waiter.ending).toBe('done')
    expect(await sleeping).toMatch(/canceling statement|terminat/)
    expect(evidence(done, 'db.session-policy')).toMatch(/^terminated \(blocks others\)/)
    expect(await list()).not.toContain(holder.pid)
  })

  test('cancel alone says that the blocker needs more', async () => {
    const holder = await idle('UPDATE game SET points = 1 WHERE id = 1; SAVEPOINT s1')
    const sleeping = holder.query('SELECT pg_sleep(300)').catch((error: Error) => error.message)
    const waiter = await running('UPDATE game SET points = 2 WHERE id = 1')
    await Promise.all([seen(holder.pid), seen(waiter.pid)])
    const done = await maintain({ policy: 'cancel', thresholds: { ...soon, 'long-query': above(60_000, 60_000) } })
    expect(await sleeping).toContain('canceling statement')
    expect(evidence(done, 'db.session-policy')).toMatch(/^needs terminate \(blocks others\)/)
    await holder.query('ROLLBACK')
    await waiter.ending
  })

  test('a leader, for whose advisory lock others queue, blocks nobody and is never ended; nor are those who queue', async () => {
    const leader = await idle('SELECT pg_advisory_lock(42)')
    const next = await running('SELECT pg_advisory_lock(42)')
    await Promise.all([seen(leader.pid), seen(next.pid)])
    const done = await maintain({ policy: 'terminate' })
    expect(statuses(done)).toEqual([
      'ok postgres.blocked',
      'critical postgres.idle-in-transaction',
      'ok postgres.long-query',
      'ok db.session-policy',
    ])
    expect(await list()).toEqual([leader.pid, next.pid].toSorted((a, b) => a - b))
    await leader.query('COMMIT; SELECT pg_advisory_unlock(42)')
    await next.ending
  })

  test('a prepared transaction that nobody waits for is told by its name, from the limits of an idle one on', async () => {
    const one = await start()
    await one.query("BEGIN; UPDATE game SET points = 1 WHERE id = 2; PREPARE TRANSACTION 'x'")
    await new Promise((resolve) => setTimeout(resolve, 150))
    const done = await maintain({ policy: 'terminate' })
    await one.query("ROLLBACK PREPARED 'x'")
    expect(statuses(done)[1]).toBe('critical postgres.idle-in-transaction')
    expect(done.findings[1]).toMatchObject({
      title: expect.stringMatching(/the prepared transaction x has been open for/),
      advice: expect.stringContaining("ROLLBACK PREPARED 'x';"),
      evidence: [expect.stringMatching(/^prepared transaction x of app in postgres/)],
    })
  })
})
