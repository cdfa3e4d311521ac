import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { check } from '../../../../../src/actions/health-check/parts/postgres/part.ts'
import type { Context } from '../../../../../src/contract/context.ts'
import type { DatabaseOptions } from '../../../../../src/contract/database.ts'
import { couldNotLook, saw } from '../../../../../src/contract/seen.ts'
import type { Threshold } from '../../../../../src/core/threshold.ts'
import { createConnect } from '../../../../../src/tools/connect/connect.ts'
import { container } from '../../../../support/compose.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { eventually, openSession } from '../../../../support/postgres-sessions.ts'

jest.setTimeout(30_000)

type Given = {
  readonly database: DatabaseOptions
  readonly asked?: boolean
  readonly thresholds?: Readonly<Record<string, Threshold>>
  readonly containers?: Awaited<ReturnType<Context['compose']['containers']>>
  /** Kept from run to run. */
  readonly notes?: Map<string, string>
  readonly signal?: AbortSignal
}

const run = async (given: Given) => {
  const { database, asked = true, thresholds = {}, containers = saw([], 0), notes = new Map<string, string>() } = given
  const compose = { containers: async () => containers } as Context['compose']
  const context = {
    signal: given.signal ?? new AbortController().signal,
    now: Date.now,
    state: { note: (key) => notes.get(key), setNote: (key, value) => notes.set(key, value), measurements: () => [], statuses: () => [] },
    connect: createConnect({ options: database, compose, secrets: { add: () => {} } }),
  } as Partial<Context> as Context
  const checked = await check.run({ compose: {}, database, thresholds } as never, context, asked)
  const failing = checked.findings.filter((one) => one.status !== 'ok')
  return { ...checked, failing, failingIds: failing.map((one) => `${one.status} ${one.id}`) }
}

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { deadlock_timeout: '20ms' } })
  await using admin = await openSession(server)
  await admin.query("CREATE TABLE game (id int); INSERT INTO game VALUES (1), (2); CREATE ROLE plain LOGIN PASSWORD 'plain'")
})
afterAll(() => server[Symbol.asyncDispose]())

const above = (warning: number, critical: number): Threshold => ({ warning, critical, clear: warning, worse: 'above' })
const address = () => `127.0.0.1:${server.port}/postgres`

describe('a healthy database', () => {
  test('gives every finding, ok, and one line for the log', async () => {
    const { findings, failing, facts, completed } = await run({ database: { url: server.url } })
    expect(failing).toEqual([])
    expect(completed).toBe(true)
    expect(findings.map((one) => one.id)).toEqual([
      'postgres.reachable',
      'postgres.connections',
      'postgres.blocked',
      'postgres.idle-in-transaction',
      'postgres.longest-transaction',
      'postgres.deadlocks',
      'postgres.cache-hit',
      'postgres.wraparound',
      'postgres.size',
    ])
    expect(new Set(findings.map((one) => one.subject))).toEqual(new Set([address()]))
    expect(new Set(findings.map((one) => one.audience))).toEqual(new Set(['technical']))
    expect(facts).toMatchObject({ lines: { postgres: '1 of 17 connections, no blocked session' }, postgres: { version: '18.4' } })
  })
})

describe('a database in trouble gives exactly the finding that names it', () => {
  test('a blocked session, with the tree and the command', async () => {
    await using holder = await openSession(server)
    await using waiter = await openSession(server)
    await holder.query('BEGIN; LOCK TABLE game')
    const waiting = waiter.query('SELECT * FROM game')
    const looking = () => run({ database: { url: server.url }, thresholds: { blocked: above(1, 60_000) } })
    const { failing, failingIds, facts } = await eventually(looking, (one) => one.failing.length > 0)
    expect(failingIds).toEqual(['warning postgres.blocked'])
    expect(failing[0]?.evidence).toEqual([
      expect.stringMatching(/^pid \d+ postgres application, idle in transaction for .+: BEGIN; LOCK TABLE game$/),
      expect.stringMatching(/^ {2}pid \d+ postgres application, waiting for a lock for .+: SELECT \* FROM game$/),
    ])
    expect(failing[0]?.advice).toMatch(/SELECT pg_terminate_backend\(\d+\);/)
    expect(facts).toMatchObject({ lines: { postgres: '3 of 17 connections, 1 blocked session' } })
    await holder.query('ROLLBACK')
    await waiting
  })

  test('a session left idle in its transaction', async () => {
    await using idle = await openSession(server)
    await idle.query('BEGIN; SELECT 1')
    const looking = () => run({ database: { url: server.url }, thresholds: { 'idle-in-transaction': above(1, 60_000) } })
    const { failingIds } = await eventually(looking, (one) => one.failing.length > 0)
    expect(failingIds).toEqual(['warning postgres.idle-in-transaction'])
  })

  test('a deadlock since the last run, once', async () => {
    const notes = new Map<string, string>()
    const looking = () => run({ database: { url: server.url }, notes })
    expect((await looking()).failing).toEqual([])
    {
      await using one = await openSession(server)
      await using two = await openSession(server)
      await one.query('BEGIN; UPDATE game SET id = id WHERE id = 1')
      await two.query('BEGIN; UPDATE game SET id = id WHERE id = 2')
      await Promise.allSettled([one.query('UPDATE game SET id = id WHERE id = 2'), two.query('UPDATE game SET id = id WHERE id = 1')])
    }
    const { failing, failingIds } = await eventually(looking, (seen) => seen.failing.length > 0)
    expect(failingIds).toEqual(['warning postgres.deadlocks'])
    expect(failing[0]?.title).toContain('1 deadlock since the last run')
    expect((await looking()).failing).toEqual([])
  })

  test('no connection slot left', async () => {
    await using small = await startPostgres({ settings: { max_connections: 5, max_wal_senders: 0 } })
    await using admin = await openSession(small)
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'")
    await using _one = await openSession(small, { user: 'app', password: 'app' })
    const { failing, findings, completed } = await run({ database: { url: `postgres://app:app@127.0.0.1:${small.port}/postgres` } })
    expect(findings.map((one) => [one.id, one.status])).toEqual([
      ['postgres.reachable', 'ok'],
      ['postgres.connections', 'critical'],
    ])
    expect(failing[0]?.title).toMatch(/: no connection slot left$/)
    expect(completed).toBe(true)
  })

  test('killed, and there again', async () => {
    await using own = await startPostgres()
    await own.kill9()
    const { failing, completed } = await run({ database: { url: own.url } })
    expect(failing).toMatchObject([{ id: 'postgres.reachable', status: 'critical', observed: expect.stringContaining('ECONNREFUSED') }])
    expect(completed).toBe(true)
    await own.start()
    expect((await run({ database: { url: own.url } })).failing).toEqual([])
  })

  test('a server that takes the connection and never answers', async () => {
    const held: Socket[] = []
    const silent = createServer((socket) => held.push(socket.on('error', () => {}))).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    const { failing } = await run({ database: { url: `postgres://quiz@127.0.0.1:${port}/quiz` } })
    expect(failing).toMatchObject([{ id: 'postgres.reachable', status: 'critical', title: expect.stringContaining('says nothing') }])
    for (const socket of held) socket.destroy()
    silent.close()
  })
})

describe('a container that does not run', () => {
  test('is a hard fact that the compose check explains, and no connection is tried', async () => {
    const containers = saw([container({ service: 'db', image: 'postgres:17', state: 'exited', exitCode: 1 })], 0)
    const { findings, completed } = await run({ database: { service: 'db' }, containers })
    expect(findings).toMatchObject([
      {
        id: 'postgres.reachable',
        subject: 'service/db',
        status: 'critical',
        certainty: 'hard',
        parent: { id: 'compose.service', subject: 'service/db' },
        observed: 'container quiz-db-1 is exited with code 1',
      },
    ])
    expect(completed).toBe(true)
  })
})

describe('what could not be looked at', () => {
  const cases: readonly (readonly [string, () => Given, RegExp, RegExp])[] = [
    ['a wrong password', () => ({ database: { url: server.url.replace(/:[0-9a-f]+@/, ':wrong@') } }), /28P01/, /right password/],
    ['a database that is not there', () => ({ database: { url: `${server.url}z` } }), /3D000/, /database.name/],
    ['TLS that the server does not offer', () => ({ database: { url: `${server.url}?sslmode=require` } }), /SSL/, /sslmode/],
    ['an unreadable URL', () => ({ database: { url: 'postgres://u:p/w@h/d' } }), /cannot be read/, /database\.url/],
    [
      'an engine that does not answer',
      () => ({ database: { service: 'db' }, containers: couldNotLook('the Docker engine is not running', 'start it') }),
      /engine is not running/,
      /start it/,
    ],
    ['no database at all, though the check was named', () => ({ database: {} }), /no container/, /database\.service/],
    ['a run that was cancelled', () => ({ database: { url: server.url }, signal: AbortSignal.abort() }), /run ended/, /./],
  ]
  test.each(cases)('%s is unknown when it was asked for, with cause and advice', async (_, given, observed, advice) => {
    const { findings, completed } = await run(given())
    expect(findings).toMatchObject([
      { id: 'postgres.reachable', status: 'unknown', observed: expect.stringMatching(observed), advice: expect.stringMatching(advice) },
    ])
    expect(completed).toBe(false)
  })

  test('a database that was only inferred is ok, and says that it was not checked', async () => {
    const containers = saw([container({ service: 'a', image: 'postgres' }), container({ service: 'b', image: 'postgres' })], 0)
    const { findings, completed } = await run({ database: {}, asked: false, containers })
    expect(findings).toMatchObject([
      { status: 'ok', cleared: false, advice: expect.stringMatching(/^not checked: several services .*: a, b; say which/) },
    ])
    expect(completed).toBe(false)
  })

  test('without any database nothing is said, and nothing claimed', async () => {
    const { findings, completed } = await run({ database: {}, asked: false })
    expect({ findings, completed }).toEqual({ findings: [], completed: false })
  })

  test('sessions of other roles, without pg_monitor: ok, with the command that gives the right', async () => {
    await using _other = await openSession(server)
    const { findings, failing } = await run({ database: { url: `postgres://plain:plain@${address()}` } })
    expect(failing).toEqual([])
    expect(findings.filter((one) => one.advice.startsWith('not checked')).map((one) => [one.id, one.cleared, one.advice])).toEqual(
      ['postgres.blocked', 'postgres.idle-in-transaction', 'postgres.longest-transaction'].map((id) => [
        id,
        false,
        'not checked: 1 session of other roles; as a superuser: GRANT pg_monitor TO "plain";',
      ]),
    )
  })
})
