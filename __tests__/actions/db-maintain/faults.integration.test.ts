import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { recover } from '../../../src/actions/db-maintain/recover.ts'
import type { Context } from '../../../src/contract/context.ts'
import type { JsonObject } from '../../../src/contract/json.ts'
import { saw } from '../../../src/contract/seen.ts'
import { runMaintain } from '../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../support/postgres-majors.ts'
import { eventually, openSession, targetOf } from '../../support/postgres-sessions.ts'
import { runRonde } from '../../support/ronde.ts'

jest.setTimeout(60_000)

/** A VACUUM of a small table takes half a minute. */
const slowVacuum = { autovacuum: 'off', vacuum_cost_delay: '100ms', vacuum_cost_limit: 1 }

const makeGame = `DROP TABLE IF EXISTS game; CREATE TABLE game (id int PRIMARY KEY, word text);
  INSERT INTO game SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n; DELETE FROM game WHERE id <= 10000`

const ours = "SELECT pid, application_name, query FROM pg_stat_activity WHERE application_name LIKE 'ronde%'"

/** Asked in a session of its own until the answer is the wanted one. */
const untilServer = async (server: PostgresServer, sql: string, wanted: (rows: readonly object[]) => boolean) => {
  await using watcher = await openSession(server)
  return await eventually(() => watcher.query(sql), wanted)
}
const untilVacuuming = (server: PostgresServer) => untilServer(server, 'SELECT pid FROM pg_stat_progress_vacuum', (rows) => rows.length > 0)
const untilNothingRuns = (server: PostgresServer) => untilServer(server, ours, (rows) => rows.length === 0)

/** A way to the server that can be cut, as a cable. */
const startLine = async (port: number) => {
  const sockets = new Set<Socket>()
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address() as { readonly port: number }
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    port: address.port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** What the next run, or the post step, does first. */
const recoverOf = async (server: PostgresServer, pending: readonly JsonObject[]): Promise<void> => {
  const context = {
    signal: new AbortController().signal,
    ledger: { pending: () => pending },
    progress: { say: () => {} },
    connect: { postgres: async () => saw({ kind: 'target', target: targetOf(server) }, 0) },
  } as unknown as Context
  await recover(context)
}

describe.each(edgeMajors)('a VACUUM that is cut short on PostgreSQL $major leaves nothing running', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: slowVacuum, ...binariesOf(one) })
  })
  beforeEach(async () => {
    await using session = await openSession(server)
    await session.query(makeGame)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('when the run is cancelled, after it told of its progress', async () => {
    const ran = await runMaintain(server, { tasks: 'vacuum' }, { cancel: { afterOutput: 'vacuum public.game' } })
    expect(ran.log).toMatch(/vacuum public\.game: scanning heap, .* of 2\.8 MB, .*\/s, about .* left/)
    expect(ran.bad).toEqual(['unknown db.unfinished'])
    expect(ran.only('db.unfinished').observed).toBe('the run was cancelled')
    expect(ran.report.scope).toEqual([])
    expect(ran.post?.log).toBe('')
    await untilNothingRuns(server)
  })

  test('when its deadline comes, which every task that was left says', async () => {
    const ran = await runMaintain(server, { tasks: 'vacuum, size', timeout: '2s' })
    expect(ran.byId('db.unfinished').map((found) => found.observed)).toEqual(['the deadline came first', 'the deadline came first'])
    expect(ran.exitCode).toBe(1)
    await untilNothingRuns(server)
  })

  test('when its process is killed: the post step looks for what it left', async () => {
    const ran = await runRonde('db-maintain', {
      inputs: { tasks: 'vacuum', 'database-url': server.url },
      signal: { after: untilVacuuming(server), name: 'SIGKILL' },
    })
    expect(ran.signal).toBe('SIGKILL')
    expect(ran.post?.exitCode).toBe(0)
    expect(ran.post?.log).toContain('ronde db-maintain: an earlier run did not end; it is recovered now')
    await untilNothingRuns(server)
  })

  test('when the server does not notice that its process died: the recovery ends the sessions of that run, and no others', async () => {
    await using left = await openSession(server, { application: 'ronde db-maintain 01234567' })
    await using other = await openSession(server, { application: 'ronde db-maintain 76543210' })
    const endings = [left, other].map((session) => session.query('SELECT pg_sleep(60)').catch((error: Error) => error.message))
    await untilServer(server, ours, (rows) => rows.length === 2)
    await recoverOf(server, [{ application: 'ronde db-maintain 01234567' }])
    expect(await endings[0]).toMatch(/canceling statement|terminating connection/)
    await untilServer(server, ours, (rows) => rows.length === 1)
    await recoverOf(server, [{ application: 'ronde db-maintain 76543210' }])
    await endings[1]
    await untilNothingRuns(server)
  })

  test('when somebody ends its session: that task is unknown, and the next one goes on in a new session', async () => {
    const run = runMaintain(server, { tasks: 'vacuum, size' })
    await untilVacuuming(server)
    await using admin = await openSession(server)
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_progress_vacuum')
    const ran = await run
    expect(ran.only('db.unfinished')).toMatchObject({
      subject: 'task/postgres.vacuum',
      status: 'unknown',
      observed: expect.stringContaining('57P01'),
    })
    expect(ran.report.scope).toEqual(['size'])
    await untilNothingRuns(server)
  })

  test('when the line is cut: the server notices within a second, and the next task goes on over a new line', async () => {
    await using line = await startLine(server.port)
    const run = runMaintain(server, { tasks: 'vacuum, size' }, { url: server.url.replace(`:${server.port}`, `:${line.port}`) })
    await untilVacuuming(server)
    line.cut()
    await untilServer(server, 'SELECT pid FROM pg_stat_progress_vacuum', (rows) => rows.length === 0)
    const ran = await run
    expect(ran.only('db.unfinished')).toMatchObject({
      subject: 'task/postgres.vacuum',
      observed: expect.stringContaining('the session ended'),
    })
    expect(ran.report.scope).toEqual(['size'])
    await untilNothingRuns(server)
  })

  test('when the server is killed and started again', async () => {
    const run = runMaintain(server, { tasks: 'vacuum, size' })
    await untilVacuuming(server)
    await server.kill9()
    await server.start()
    const ran = await run
    expect(ran.only('db.unfinished').observed).toContain('the session ended')
    expect(ran.report.scope).toEqual(['size'])
    await untilNothingRuns(server)
  })

  test('when its statement is cancelled by hand: told as the error of that table, and the run goes on', async () => {
    const run = runMaintain(server, { tasks: 'vacuum, size' })
    await untilVacuuming(server)
    await using admin = await openSession(server)
    await admin.query('SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum')
    const ran = await run
    expect(ran.only('db.vacuum')).toMatchObject({ status: 'critical', evidence: [expect.stringContaining('57014')] })
    expect(ran.report.scope).toEqual(['vacuum', 'size'])
  })
})
