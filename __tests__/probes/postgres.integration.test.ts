import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { applicationName } from '../../src/tools/connect/session.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { failureOf, look, observe, valueOf } from '../support/postgres-look.ts'
import { eventually, openSession, targetOf } from '../support/postgres-sessions.ts'
import { dayAt, gameTable, verifyHere } from '../support/purge.ts'

/** What is left on the server of Ronde's own sessions. */
const ronde = "SELECT pid, state, query FROM pg_stat_activity WHERE application_name = 'ronde'"

/** Starting a server takes a second, and several on a busy machine. */
jest.setTimeout(30_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { deadlock_timeout: '20ms', max_connections: 30 } })
  await using admin = await openSession(server)
  await admin.query('CREATE TABLE game (id int PRIMARY KEY, points int); INSERT INTO game VALUES (1, 0), (2, 0)')
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'; GRANT ALL ON game TO app; CREATE ROLE watcher LOGIN PASSWORD 'watcher'")
  await admin.query("CREATE ROLE monitor LOGIN PASSWORD 'monitor'; GRANT pg_monitor TO monitor")
})
afterAll(() => server[Symbol.asyncDispose]())

const app = { user: 'app', password: 'app', application: 'gunicorn' }
const watcher = () => targetOf(server, { user: 'watcher', password: 'watcher' })
const monitor = () => targetOf(server, { user: 'monitor', password: 'monitor' })

describe('a healthy server', () => {
  test('is seen in every part by a role that has nothing but pg_monitor', async () => {
    const seen = await observe(monitor())
    expect(seen.server).toEqual({ version: '18.4', major: 18, standby: false, user: 'monitor' })
    expect(valueOf(seen.connections)).toMatchObject({ available: 27, max: 30, byState: { active: 1 } })
    expect(valueOf(seen.sessions)).toEqual({ list: [], prepared: [], hidden: 0 })
    expect(valueOf(seen.counters).blocksHit).toBeGreaterThan(0)
    expect(valueOf(seen.freezeAge)).toMatchObject({ freezeMaxAge: 200_000_000 })
    expect(valueOf(seen.replication)).toEqual({ links: [], hidden: 0 })
    expect(valueOf(seen.sizeBytes)).toBeGreaterThan(1_000_000)
  })

  test('keeps nothing of the look: no session, and no transaction number used', async () => {
    await using admin = await openSession(server)
    const next = async () => (await admin.query('SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next'))[0]
    const before = await next()
    await observe(monitor())
    expect(await next()).toEqual(before)
    expect(
      await eventually(
        () => admin.query(ronde),
        (rows) => rows.length === 0,
      ),
    ).toEqual([])
  })

  test('is reached through its socket as well', async () => {
    const seen = await observe(targetOf(server, { host: server.directory, ssl: { mode: 'require' } }))
    expect(seen.server.major).toBe(18)
  })

  test("a session is Ronde's own only by a name that its host wrote down, under its own role", async () => {
    const written = applicationName('db-maintain')
    await using recorded = await openSession(server, { user: 'monitor', password: 'monitor', application: written })
    await recorded.query('BEGIN; SELECT 1')
    const seen = async (own: readonly string[]) => {
      const one = await look(monitor(), { own })
      return one.answered ? valueOf(one.observation.sessions).list.map(({ application }) => application) : []
    }
    expect(await seen([written])).toEqual([])
    expect(await seen([])).toEqual([written])
    await using liar = await openSession(server, { ...app, application: written })
    await using guess = await openSession(server, { ...app, application: 'ronde' })
    await liar.query('BEGIN')
    await guess.query('BEGIN')
    expect((await seen([written, 'ronde'])).toSorted()).toEqual(['ronde', written])
  })

  test('a session that looks is none of those that it sees', async () => {
    expect(valueOf((await observe(monitor())).sessions).list).toEqual([])
    expect(valueOf((await observe(monitor())).connections).used).toBe(1)
  })
})

describe('what sessions do to each other', () => {
  test('a lock tree is seen with who waits for whom, and without the literals of their queries', async () => {
    await using holder = await openSession(server, app)
    await using second = await openSession(server, app)
    await using third = await openSession(server, app)
    const [holderPid, secondPid, thirdPid] = await Promise.all(
      [holder, second, third].map(async (one) => (await one.query('SELECT pg_backend_pid() AS pid'))[0]?.['pid']),
    )
    await holder.query("BEGIN; UPDATE game SET points = 4711 WHERE id = 1 AND 'secret' <> ''")
    const waiting = [second.query('UPDATE game SET points = 2 WHERE id = 1')]
    const isWaiting = (count: number) => async () => {
      const { list } = valueOf((await observe(monitor())).sessions)
      return list.filter((one) => one.waitingMs !== undefined).length === count ? list : []
    }
    await eventually(isWaiting(1), (list) => list.length > 0)
    waiting.push(third.query('UPDATE game SET points = 3 WHERE id = 1'))
    const list = await eventually(isWaiting(2), (all) => all.length > 0)
    const byPid = new Map(list.map((one) => [one.pid, one]))
    expect(byPid.get(holderPid as number)).toMatchObject({
      state: 'idle in transaction',
      blockedBy: [],
      application: 'gunicorn',
      user: 'app',
    })
    expect(byPid.get(holderPid as number)?.query).toBe('BEGIN; UPDATE game SET points = ? WHERE id = ? AND ? <> ?')
    expect(byPid.get(secondPid as number)?.blockedBy).toEqual([holderPid])
    expect(byPid.get(thirdPid as number)?.blockedBy).toEqual([secondPid])
    expect(byPid.get(secondPid as number)?.waitingMs).toBeGreaterThan(byPid.get(thirdPid as number)?.waitingMs ?? Infinity)
    await holder.query('ROLLBACK')
    await Promise.all(waiting)
  })

  test('a session that sits in its transaction is seen with how long it did', async () => {
    await using idle = await openSession(server, app)
    await idle.query('BEGIN; SELECT 1')
    await sleep(60)
    const [one] = valueOf((await observe(monitor())).sessions).list
    expect(one).toMatchObject({ state: 'idle in transaction', user: 'app', waitingMs: undefined })
    expect(one?.stateMs).toBeGreaterThanOrEqual(55)
    expect(one?.transactionMs).toBeGreaterThanOrEqual(one?.stateMs ?? Infinity)
  })

  test('a deadlock is counted', async () => {
    const before = valueOf((await observe(monitor())).counters).deadlocks
    await provokeDeadlock()
    const counted = async () => valueOf((await observe(monitor())).counters).deadlocks - before
    expect(await eventually(counted, (count) => count > 0)).toBe(1)
  })
})

/** Both sessions end, for a session that goes on reports its statistics up to ten seconds later. */
const provokeDeadlock = async (): Promise<void> => {
  await using one = await openSession(server, app)
  await using two = await openSession(server, app)
  await one.query('BEGIN; UPDATE game SET points = 1 WHERE id = 1')
  await two.query('BEGIN; UPDATE game SET points = 1 WHERE id = 2')
  const ends = await Promise.allSettled([
    one.query('UPDATE game SET points = 1 WHERE id = 2'),
    two.query('UPDATE game SET points = 1 WHERE id = 1'),
  ])
  expect(ends.filter((end) => end.status === 'rejected')).toHaveLength(1)
}

describe('a role without pg_monitor', () => {
  test('sees how many sessions there are, and how many of them it may not look into', async () => {
    await using idle = await openSession(server, app)
    await idle.query('BEGIN; SELECT 1')
    const seen = await observe(watcher())
    expect(valueOf(seen.connections)).toMatchObject({ used: 2, byState: { active: 1, 'not visible': 1 } })
    expect(valueOf(seen.sessions)).toEqual({ list: [], prepared: [], hidden: 1 })
    expect(valueOf(seen.sizeBytes)).toBeGreaterThan(0)
  })

  test('a part that it is forbidden to read is not seen, and the others are', async () => {
    await using admin = await openSession(server)
    await admin.query('REVOKE SELECT ON pg_replication_slots FROM PUBLIC')
    try {
      const seen = await observe(watcher())
      expect(seen.replication).toMatchObject({ seen: false, cause: expect.stringContaining('permission denied') })
      expect(valueOf(seen.connections).used).toBeGreaterThan(0)
      expect(valueOf(seen.sizeBytes)).toBeGreaterThan(0)
    } finally {
      await admin.query('GRANT SELECT ON pg_replication_slots TO PUBLIC')
    }
  })
})

describe('a look that ends early', () => {
  test.each([
    ['the run is cancelled', { timeoutMs: 10_000 }, 'cancelled'],
    ['its time is over', { timeoutMs: 400 }, 'hung'],
  ])('leaves no session on the server when %s', async (_, limits, kind) => {
    await using admin = await openSession(server)
    await admin.query('BEGIN; LOCK TABLE pg_locks IN ACCESS EXCLUSIVE MODE')
    const controller = new AbortController()
    const looking = failureOf(monitor(), { ...limits, signal: controller.signal })
    await using other = await openSession(server)
    await eventually(
      () => other.query(ronde),
      (rows) => rows.some((row) => row['state'] === 'active'),
    )
    if (kind === 'cancelled') controller.abort()
    expect((await looking).kind).toBe(kind)
    expect(
      await eventually(
        () => other.query(ronde),
        (rows) => rows.length === 0,
      ),
    ).toEqual([])
    await admin.query('ROLLBACK')
  })

  test('a part that waits for a lock too long is not seen, and the others are', async () => {
    await using admin = await openSession(server)
    await admin.query('BEGIN; LOCK TABLE pg_locks IN ACCESS EXCLUSIVE MODE')
    const seen = await observe(monitor())
    await admin.query('ROLLBACK')
    expect(seen.sessions).toMatchObject({ seen: false, cause: expect.stringContaining('lock timeout') })
    expect(valueOf(seen.connections).used).toBeGreaterThan(0)
  })

  test('a run that was cancelled before does not even connect', async () => {
    expect((await failureOf(monitor(), { signal: AbortSignal.abort() })).kind).toBe('cancelled')
  })
})

describe('a server that lets nobody in', () => {
  test.each([
    ['wrong-password', { password: 'wrong' }, /password authentication failed for user "postgres" \(28P01\)/],
    ['wrong-password', { password: undefined }, /password/],
    ['no-such-database', { database: 'quizz' }, /database "quizz" does not exist \(3D000\)/],
    ['tls-not-offered', { ssl: { mode: 'require' } }, /does not support SSL/],
  ] as const)('%s', async (kind, given, detail) => {
    expect(await failureOf(targetOf(server, given))).toEqual({ kind, detail: expect.stringMatching(detail) })
  })

  test('a name that does not exist, or whose name server is down, is never the fault of the database', async () => {
    expect((await failureOf(targetOf(server, { host: 'db.invalid' }))).kind).toMatch(/^name-/)
  })

  test('a network to which no way leads is not the fault of the database', async () => {
    expect(await failureOf(targetOf(server, { host: '255.255.255.255' }))).toMatchObject({ kind: 'unreachable' })
  })

  test('an address that does not even take the connection is told from a server that hangs', async () => {
    await using deaf = await deafPort()
    expect(await failureOf(targetOf(server, { port: deaf.port }), { connectTimeoutMs: 300 })).toEqual({
      kind: 'timeout',
      detail: 'no answer within 300 ms',
    })
  })

  test('the password is nowhere in what is told', async () => {
    const failure = await failureOf(targetOf(server, { password: 'very secret' }))
    expect(JSON.stringify(failure)).not.toContain('very secret')
  })

  test('every special character of a password is sent as it is', async () => {
    const password = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~é€'
    await using admin = await openSession(server)
    await admin.query(`CREATE ROLE special LOGIN PASSWORD '${password.replaceAll("'", "''")}'`)
    expect((await observe(targetOf(server, { user: 'special', password }))).server.user).toBe('special')
  })
})

describe('a server in trouble', () => {
  test('no slot left', async () => {
    await using small = await startPostgres({ settings: { max_connections: 5, superuser_reserved_connections: 3, max_wal_senders: 0 } })
    await using admin = await openSession(small)
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'")
    await using _one = await openSession(small, app)
    expect(await failureOf(targetOf(small, { user: 'app', password: 'app' }))).toMatchObject({ kind: 'too-many-connections' })
  })

  test('the limit of our own role, and that of the database, are not that of the server, in whatever language it says so', async () => {
    await using admin = await openSession(server)
    await admin.query("CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 1; CREATE ROLE plain LOGIN PASSWORD 'plain'")
    await admin.query('CREATE DATABASE narrow CONNECTION LIMIT 1')
    await using _one = await openSession(server, { user: 'limited', password: 'limited' })
    expect(await failureOf(targetOf(server, { user: 'limited', password: 'limited' }))).toMatchObject({ kind: 'role-limit' })
    await using _two = await openSession(server, { user: 'plain', password: 'plain', database: 'narrow' })
    expect(await failureOf(targetOf(server, { user: 'plain', password: 'plain', database: 'narrow' }))).toMatchObject({
      kind: 'database-limit',
    })
  })

  test('settings of our own role neither end its session nor change a number', async () => {
    await using admin = await openSession(server)
    await admin.query(
      "CREATE ROLE odd LOGIN PASSWORD 'odd'; GRANT pg_monitor TO odd; ALTER ROLE odd SET idle_session_timeout = '1ms'; ALTER ROLE odd SET extra_float_digits = -15",
    )
    const seen = await observe(targetOf(server, { user: 'odd', password: 'odd' }))
    expect(valueOf(seen.sizeBytes)).toBe(valueOf((await observe(targetOf(server))).sizeBytes))
    await gameTable(admin, { [dayAt(0)]: 1 })
    await admin.query('GRANT SELECT ON game TO odd')
    const verified = await verifyHere({ url: server.url.replace(/\/\/[^@]*@/, '//odd:odd@') })
    expect(verified.badIds).toEqual([])
    await admin.query('DROP TABLE game')
  })

  test('killed, stopped, and there again', async () => {
    await using own = await startPostgres()
    await own.kill9()
    expect((await failureOf(targetOf(own))).kind).toBe('refused')
    await own.start()
    expect((await look(targetOf(own))).answered).toBe(true)
    await own.stop()
    expect((await failureOf(targetOf(own))).kind).toBe('refused')
    const later = sleep(150).then(() => own.start())
    expect((await look(targetOf(own), { pausesMs: [300, 1_000] })).answered).toBe(true)
    await later
  })

  test('killed while it is looked at', async () => {
    await using own = await startPostgres()
    await using admin = await openSession(own)
    await admin.query('BEGIN; LOCK TABLE pg_locks IN ACCESS EXCLUSIVE MODE')
    const looking = failureOf(targetOf(own))
    await using other = await openSession(own)
    await eventually(
      () => other.query(ronde),
      (rows) => rows.some((row) => row['state'] === 'active'),
    )
    await own.kill9()
    expect((await looking).kind).toBe('reset')
  })

  test('shutting down while a session holds it up', async () => {
    await using own = await startPostgres()
    await using holder = await openSession(own)
    await holder.query('BEGIN')
    const stopped = own.stop('smart')
    await eventually(
      async () => (await look(targetOf(own))).answered,
      (answered) => !answered,
    )
    expect((await failureOf(targetOf(own))).kind).toBe('starting-up')
    await holder.query('ROLLBACK')
    await holder[Symbol.asyncDispose]()
    await stopped
  })
})

/** A port whose queue is full: the kernel drops what else wants to connect, as on a way that a firewall cuts. */
const deafPort = async () => {
  const script =
    'const s = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))'
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.kill('SIGSTOP')
  const port = Number(line.toString())
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  await sleep(50)
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const one of fillers) one.destroy()
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** What answers on the port instead of PostgreSQL. */
const listening = async (onConnection: (socket: Socket) => void) => {
  const tcp = createServer((socket) => {
    socket.on('error', () => {}) // the probe cuts the line
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(tcp, 'listening')
  const { port } = tcp.address() as { port: number }
  return { port, [Symbol.asyncDispose]: async () => void tcp.close() }
}

describe('something else on the port', () => {
  test.each([
    ['takes the connection and says nothing', () => {}, 'hung'],
    ['closes the connection', (socket: Socket) => socket.destroy(), 'reset'],
    ['promises TLS and then says nothing', (socket: Socket) => socket.once('data', () => socket.write('S')), 'hung'],
  ] as const)('%s', async (_, onConnection, kind) => {
    await using tcp = await listening(onConnection)
    const startedAt = performance.now()
    const failure = await failureOf(targetOf(server, { port: tcp.port }), { connectTimeoutMs: 200 })
    expect(failure.kind).toBe(kind)
    // The probe's own limit is 5 s.
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })
})
