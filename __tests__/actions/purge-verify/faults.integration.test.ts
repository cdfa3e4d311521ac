import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { type ApplicationSession, eventually, openSession } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, runPurge, verifyHere } from '../../support/purge.ts'
import { selfSigned } from '../../support/self-signed.ts'

jest.setTimeout(60_000)

const certificate = selfSigned({ names: ['localhost', '127.0.0.1'] })
const special = `p@ss:w/o?r#d&=%[]{}"'\\ +~`

let server: PostgresServer
let admin: ApplicationSession
beforeAll(async () => {
  server = await startPostgres({
    settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key', max_connections: 12, max_wal_senders: 0 },
    files: { 'server.crt': certificate.cert, 'server.key': certificate.key },
    hba: [
      'hostssl all secured 127.0.0.1/32 scram-sha-256',
      'host all secured 127.0.0.1/32 reject',
      'host all all 127.0.0.1/32 scram-sha-256',
    ],
  })
  admin = await openSession(server)
  await gameTable(admin, { [dayAt(0)]: 3 })
  const roles = {
    special: `PASSWORD '${special.replaceAll("'", "''")}'`,
    expired: "PASSWORD 'expired' VALID UNTIL '2020-01-01'",
    secured: "PASSWORD 'secured'",
    app: "PASSWORD 'app'",
  }
  for (const [role, more] of Object.entries(roles)) await admin.query(`CREATE ROLE ${role} LOGIN ${more}; GRANT SELECT ON game TO ${role}`)
})
afterAll(async () => {
  await admin[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const urlOf = (role: string, password: string, more = '') =>
  `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/postgres${more}`

/** No session of ours stays on the server. */
const leftBehind = () =>
  eventually(
    () => admin.query("SELECT pid, state, query FROM pg_stat_activity WHERE application_name = 'ronde'"),
    (rows) => rows.length === 0,
  )

const isUnknown = (bad: unknown, observed: RegExp, parent = 'postgres.reachable') =>
  expect(bad).toMatchObject([
    { id: 'purge.stale-rows', status: 'unknown', observed: expect.stringMatching(observed), parent: { id: parent } },
  ])

describe('the way to the database', () => {
  test.each([
    ['a wrong password', () => urlOf('app', 'wrong'), /password authentication failed/],
    ['a password whose time is over', () => urlOf('expired', 'expired'), /password authentication failed/],
    ['a server that insists on TLS', () => urlOf('secured', 'secured', '?sslmode=disable'), /pg_hba\.conf rejects/],
    ['a certificate of nobody we know', () => urlOf('secured', 'secured', '?sslmode=verify-full'), /certificate/],
    ['a database that is not there', () => urlOf('app', 'app').replace('/postgres', '/quiz'), /no database of that name/],
  ])('%s: unknown, explained by the database', async (_, url, observed) => {
    const { bad, scope, outputs } = await verifyHere({ url: url() })
    isUnknown(bad, observed)
    expect(scope).toEqual([])
    expect(outputs['business-date']).toBe(dayAt(0))
    await leftBehind()
  })

  test.each(['prefer', 'require', 'allow'])('sslmode=%s reaches a server that insists on TLS', async (mode) => {
    expect((await verifyHere({ url: urlOf('secured', 'secured', `?sslmode=${mode}`) })).badIds).toEqual([])
  })

  test('a password of every special character, encoded in the URL, through the runner: it works, and stands nowhere', async () => {
    const ran = await runPurge('${DATABASE_URL}', {}, { environment: { DATABASE_URL: urlOf('special', special) } })
    expect(ran.badIds).toEqual([])
    const told = [ran.log, ran.summary, JSON.stringify(ran.reports), JSON.stringify(ran.outputs)].join('\n')
    expect(told).not.toContain(special)
    expect(told).not.toContain(encodeURIComponent(special))
  })

  test('no connection slot left: explained by the connections', async () => {
    await using stack = new AsyncDisposableStack()
    const full = await eventually(
      async () =>
        openSession(server, { user: 'app', password: 'app' }).then(
          (session) => {
            stack.use(session)
            return 'free'
          },
          () => 'full',
        ),
      (answer) => answer === 'full',
    )
    expect(full).toBe('full')
    isUnknown((await verifyHere({ url: urlOf('app', 'app') })).bad, /no connection slot left/, 'postgres.connections')
  })

  test('a server that is down, and there again', async () => {
    await using own = await startPostgres()
    {
      await using session = await openSession(own)
      await gameTable(session, { [dayAt(0)]: 1 })
    }
    await own.stop('fast')
    isUnknown((await verifyHere({ url: own.url })).bad, /ECONNREFUSED/)
    await own.start()
    expect((await verifyHere({ url: own.url })).badIds).toEqual([])
  })
})

/** Stands between us and the server; `at` is called with what we send. */
const between = async (port: number, at: (sent: Buffer, sockets: readonly Socket[]) => void) => {
  const proxy = createServer((ours) => {
    const theirs = dial(port, '127.0.0.1')
    ours.on('error', () => theirs.destroy()).on('close', () => theirs.destroy())
    theirs.on('error', () => ours.destroy()).on('close', () => ours.destroy())
    theirs.pipe(ours)
    ours.on('data', (sent: Buffer) => {
      theirs.write(sent)
      at(sent, [ours, theirs])
    })
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const { port: listening } = proxy.address() as { port: number }
  return { port: listening, [Symbol.asyncDispose]: async () => void proxy.close() }
}

describe('in the middle of the look', () => {
  test('the server is restarted: the look is made again, and is whole', async () => {
    await using own = await startPostgres()
    {
      await using session = await openSession(own)
      await gameTable(session, { [dayAt(-1)]: 5 })
      await session.query('CHECKPOINT')
    }
    let restarted: Promise<void> | undefined
    await using proxy = await between(own.port, (sent) => {
      if (sent.includes('EXPLAIN')) restarted ??= own.stop('immediate').then(() => own.start())
    })
    const { bad, outputs } = await verifyHere({ url: own.url.replace(`:${own.port}/`, `:${proxy.port}/`) })
    await restarted
    expect(restarted).toBeDefined()
    expect(bad).toMatchObject([{ id: 'purge.stale-rows', status: 'critical' }])
    expect(outputs['stale-rows']).toBe(5)
  })

  test('the connection is cut each time: unknown, and nothing is left on the server', async () => {
    await using proxy = await between(server.port, (sent, sockets) => {
      if (sent.includes('EXPLAIN')) for (const socket of sockets) socket.destroy()
    })
    const { bad, scope } = await verifyHere({ url: urlOf('app', 'app', '?sslmode=disable').replace(`:${server.port}/`, `:${proxy.port}/`) })
    isUnknown(bad, /closes the connection/)
    expect(scope).toEqual([])
    await leftBehind()
  })

  test('the run is cancelled: nothing is left on the server', async () => {
    const abort = new AbortController()
    await using holder = await openSession(server)
    await holder.query('BEGIN; LOCK TABLE game')
    const running = verifyHere({ url: server.url, context: { signal: abort.signal } })
    await eventually(
      () => admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'ronde' AND wait_event_type = 'Lock'"),
      (rows) => rows.length > 0,
    )
    abort.abort('cancelled')
    isUnknown((await running).bad, /the run ended first/)
    expect(await leftBehind()).toEqual([])
    await holder.query('ROLLBACK')
  })

  test('a statement takes too long: unknown, with what to do, and nothing is left on the server', async () => {
    // One partition lies on another server, which takes the connection and never answers.
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as { port: number }
    await admin.query(`CREATE EXTENSION postgres_fdw; CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${port}');
      CREATE USER MAPPING FOR postgres SERVER away OPTIONS (user 'nobody', password 'nothing');
      CREATE TABLE slow (day_date date) PARTITION BY RANGE (day_date); CREATE FOREIGN TABLE slow_away PARTITION OF slow DEFAULT SERVER away`)
    const { bad, scope } = await verifyHere({ url: server.url, options: { table: 'slow' } })
    expect(bad).toMatchObject([
      {
        id: 'purge.stale-rows',
        status: 'unknown',
        observed: expect.stringContaining('statement timeout'),
        advice: expect.stringContaining('VACUUM (ANALYZE)'),
      },
    ])
    expect(scope).toEqual(['rows-deleted', 'locks'])
    await leftBehind()
    silent.close()
  })
})

describe('clocks', () => {
  const dayMs = 86_400_000

  test.each([
    ['a day ahead of ours', -dayMs, 'ahead of'],
    ['a day behind ours', dayMs, 'behind'],
    ['two minutes behind ours', 120_000, 'behind'],
  ])('the server is %s: unknown, and nothing else is judged', async (_, ourAheadMs, word) => {
    const { bad, findings, scope } = await verifyHere({ url: server.url, context: { now: () => Date.now() + ourAheadMs } })
    expect(bad).toMatchObject([
      { id: 'purge.clock', status: 'unknown', title: expect.stringContaining(`${word} ours`), audience: 'infrastructure' },
    ])
    expect(findings).toHaveLength(1)
    expect(scope).toEqual([])
  })

  test("ours is five minutes from GitHub's: unknown, and the database is not asked", async () => {
    const clock = async () => ({ offsetMs: 300_000, at: Date.now() })
    const { findings, scope } = await verifyHere({ url: 'postgres://127.0.0.1:1/nowhere', context: { clock } })
    expect(findings).toMatchObject([{ id: 'purge.clock', status: 'unknown', title: expect.stringContaining("ahead of GitHub's") }])
    expect(scope).toEqual([])
  })

  test('30 seconds apart are ok', async () => {
    expect((await verifyHere({ url: server.url, context: { now: () => Date.now() + 30_000 } })).badIds).toEqual([])
  })
})
