import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

jest.setTimeout(60_000)

const special = ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~ü`

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { autovacuum: 'off' } })
  await using admin = await openSession(server)
  await admin.query("CREATE TABLE game (id int); CREATE ROLE expired LOGIN PASSWORD 'horse-battery' VALID UNTIL '2020-01-01'")
  await admin.query(`CREATE ROLE special LOGIN PASSWORD '${special.replaceAll("'", "''")}'; GRANT pg_maintain TO special`)
  await admin.query('CREATE DATABASE other')
})
afterAll(() => server[Symbol.asyncDispose]())

const as = (user: string, password: string, rest = '') =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres${rest}`

test('variables of the runner that mean the driver change nothing', async () => {
  const ran = await runMaintain(
    server,
    { tasks: 'size' },
    { environment: { NODE_PG_FORCE_NATIVE: '1', PGHOST: '127.0.0.2', PGOPTIONS: '-c search_path=x' } },
  )
  expect(ran.bad).toEqual([])
})

describe('a database that does not let us in is one clear finding, and nothing is done', () => {
  const cases: readonly (readonly [string, () => string, string, RegExp])[] = [
    ['a wrong password', () => as('postgres', 'wrong-password'), 'unknown', /28P01/],
    ['an expired password', () => as('expired', 'horse-battery'), 'unknown', /28P01/],
    ['TLS that the server does not offer', () => as('postgres', server.password, '?sslmode=require'), 'unknown', /SSL/],
    ['a database that is not there', () => `${server.url}z`, 'unknown', /3D000/],
    ['a port that nobody listens on', () => 'postgres://u:secret-word@127.0.0.1:1/db', 'critical', /ECONNREFUSED/],
  ]
  test.each(cases)('%s', async (_, url, status, observed) => {
    const ran = await runMaintain(server, { tasks: 'vacuum, size' }, { url: url() })
    expect(ran.bad).toEqual([`${status} postgres.reachable`])
    expect(ran.only('postgres.reachable').observed).toMatch(observed)
    expect(ran.report.scope).toEqual([])
    expect(ran.exitCode).toBe(1)
    expect(ran.outputs['vacuumed']).toBe('0')
  })

  test('a server that wants TLS', async () => {
    await using strict = await startPostgres({ hba: ['hostnossl all all all reject', 'local all all trust'] })
    const ran = await runMaintain(strict, { tasks: 'size' })
    expect(ran.only('postgres.reachable')).toMatchObject({ status: 'unknown', advice: expect.stringContaining('pg_hba.conf') })
  })

  test('every connection slot taken', async () => {
    await using small = await startPostgres({ settings: { max_connections: 5, max_wal_senders: 0 } })
    await using admin = await openSession(small)
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'horse-battery'")
    await using _one = await openSession(small, { user: 'app', password: 'horse-battery' })
    const ran = await runMaintain(small, { tasks: 'vacuum' }, { url: `postgres://app:horse-battery@127.0.0.1:${small.port}/postgres` })
    expect(ran.bad).toEqual(['critical postgres.connections'])
    expect(ran.report.scope).toEqual([])
  })
})

test('a password with every special character lets us in, and is never shown', async () => {
  const ran = await runMaintain(server, { tasks: 'vacuum' }, { url: as('special', special) })
  expect(ran.bad).toEqual([])
  expect(ran.log + ran.summary + JSON.stringify(ran.report)).not.toContain(special.trim())
})

test.each(['disable', 'allow', 'prefer'])('sslmode=%s is let in by a server without TLS', async (mode) => {
  expect((await runMaintain(server, { tasks: 'size' }, { url: as('postgres', server.password, `?sslmode=${mode}`) })).bad).toEqual([])
})

describe('several databases', () => {
  test('each is looked after, and one that is not there hides no other', async () => {
    const ran = await runMaintain(server, { tasks: 'vacuum, size', databases: 'postgres, other, nowhere', tables: 'game' })
    expect(ran.bad).toEqual(['unknown postgres.reachable'])
    expect(ran.byId('postgres.reachable').map((one) => [one.subject.split('/')[1], one.status])).toEqual([
      ['postgres', 'ok'],
      ['other', 'ok'],
      ['nowhere', 'unknown'],
    ])
    expect(ran.only('db.vacuum').subject).toBe('database/postgres')
    expect(ran.report.scope).toEqual([])
  })
})

describe('what somebody wrote wrong', () => {
  test('a table that is not there is unknown, with the nearest name', async () => {
    const ran = await runMaintain(server, { tasks: 'vacuum', tables: 'gmae\ngame\nplayers' })
    expect(ran.byId('db.table').map((one) => [one.status, one.subject, one.observed])).toEqual([
      ['unknown', 'table/gmae', 'no table of that name in postgres; did you mean game?'],
      ['unknown', 'table/players', 'no table of that name in postgres'],
    ])
    expect(ran.exitCode).toBe(1)
    expect(ran.outputs['vacuumed']).toBe('1')
  })

  test('all mistakes are told at once, and nothing is run', async () => {
    await using state = await temporaryFolder()
    const ran = await runRonde('db-maintain', {
      stateHome: state.path,
      inputs: {
        'database-url': server.url,
        tasks: 'vacum',
        tables: 'game; DROP TABLE game',
        'expected-indexes': "idx' OR true --",
        thresholds: '{ bloat: [50%, 40%], sequense: [1%, 2%] }',
        sessions: '{ policy: kill }',
        'dry-run': 'perhaps',
      },
    })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('did you mean vacuum?')
    for (const part of ['tables', 'expected-indexes', 'thresholds', 'sequense', 'sessions', 'dry-run']) expect(ran.log).toContain(part)
    await using admin = await openSession(server)
    expect(await admin.query("SELECT to_regclass('game')::text AS name")).toEqual([{ name: 'game' }])
  })
})

test('a standby takes no changes: the tasks that make some say so, and the others look', async () => {
  await using standby = await startPostgres({ settings: { max_connections: 100 }, files: { 'standby.signal': '' } })
  const ran = await runMaintain(standby, { tasks: 'vacuum, analyze, reindex, indexes, bloat, size' })
  expect(ran.bad).toEqual(['unknown db.unfinished', 'unknown db.unfinished', 'unknown db.unfinished'])
  expect(ran.byId('db.unfinished')[0]?.observed).toBe('the server is a standby, which takes no changes')
  expect(ran.report.scope).toEqual(['indexes', 'bloat', 'size'])
})
