import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { docker, until } from '../support/compose-project.ts'
import { nodeAfter, nodeAmongMounts, processesWith, silentNameServer, silentSocket } from '../support/fault-tools.ts'
import { type Stack, type StackSession, startStack } from '../support/stack.ts'
import { type Different, type Expected, type Rounds, startRounds } from '../support/stack-rounds.ts'

let stack: Stack
let rounds: Rounds
let folder: string

/** `kill -SIGNAL` of the first process of a container. */
const signal = async (service: string, name: NodeJS.Signals): Promise<void> => {
  const { pid } = await stack.container(service)
  process.kill(pid, name)
}

/** Waits for the restart policy and the health check that follows. */
const restarted = (service: string): Promise<unknown> =>
  until(
    () => stack.container(service),
    (seen) => seen.restarts > 0 && seen.state === 'running' && seen.health === 'healthy',
    30_000,
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-faults-'))
  stack = await startStack('ronde-faults')
  rounds = await startRounds(stack, folder)
}, 240_000)

afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
}, 60_000)

describe('a healthy stack', () => {
  test('is ok in every check, and GitHub is not asked', async () => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked += 1
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const ran = await rounds.run({ github: { api_url: url, graphql_url: `${url}/graphql`, server_url: url } })
    server.close()
    rounds.expectHealthy(ran)
    expect(asked).toBe(0)
    expect(ran.exitCode).toBe(0)
    for (const check of ['compose', 'endpoint', 'postgres'])
      expect(rounds.good(ran).filter((key) => key.startsWith(check)).length).toBeGreaterThan(3)
    for (const told of ['3 of 3 services healthy', 'api health', 'no blocked session']) expect(ran.log).toContain(told)
  })
})

type End = () => Promise<unknown>
/** `begin` brings the fault about and gives what ends it; the stack is restored besides. */
type Row = Expected & { readonly name: string; readonly begin: () => Promise<End | undefined>; readonly run?: () => Different }

const health = 'https://localhost/api/health'
const home = 'https://localhost/'
const fromWeb = 'tcp://db:5432 from web'

const services: readonly Row[] = [
  {
    name: 'a service whose process was killed has restarted by now',
    begin: async () => {
      await signal('web', 'SIGKILL')
      await restarted('web')
      return undefined
    },
    bad: ['warning compose.restarts service/web'],
    told: ['web: 1 restart since the last run', 'docker compose -p ronde-faults logs --tail 50 web'],
  },
  {
    name: 'a service that docker compose killed stays down',
    begin: async () => {
      await stack.compose('kill', 'web')
      return undefined
    },
    bad: [
      'critical compose.service service/web',
      `critical endpoint.status ${health}`,
      `critical endpoint.status ${home}`,
      `unknown endpoint.reachable ${fromWeb}`,
    ],
    told: [
      'with exit code 137 (SIGKILL',
      'docker compose -p ronde-faults start web',
      'answered 502',
      'service web is not running (exited)',
    ],
  },
  {
    name: 'a paused service',
    begin: async () => {
      await stack.compose('pause', 'web')
      return () => stack.compose('unpause', 'web')
    },
    bad: [
      'critical compose.service service/web',
      `critical endpoint.reachable ${health}`,
      `critical endpoint.reachable ${home}`,
      `unknown endpoint.reachable ${fromWeb}`,
    ],
    told: ['paused: its processes are frozen', 'no answer within 5 s', 'docker compose -p ronde-faults unpause web'],
  },
  {
    name: 'a paused database, until the application has noticed it',
    begin: async () => {
      await stack.compose('pause', 'db')
      await until(
        () => stack.container('web'),
        (seen) => seen.health === 'unhealthy',
        45_000,
      )
      return () => stack.compose('unpause', 'db')
    },
    bad: [
      'critical compose.service service/db',
      'warning compose.service service/web',
      'critical postgres.reachable service/db',
      `critical endpoint.status ${health}`,
    ],
    told: ['db: paused', 'web: unhealthy', 'ronde-faults-db-1 is paused', 'answered 503'],
  },
  {
    name: 'a service that was out of memory',
    begin: async () => {
      const { id } = await stack.container('nginx')
      await docker('update', '--memory', '8m', '--memory-swap', '8m', id)
      await docker('exec', id, 'tail', '/dev/zero').catch(() => 'it is killed, which is the point')
      await until(
        // Refused for as long as no process is there, until the restart.
        () =>
          docker('update', '--memory', '128m', '--memory-swap', '256m', id).then(
            () => 'done',
            () => 'refused',
          ),
        (answer) => answer === 'done',
      )
      await restarted('nginx')
      return undefined
    },
    bad: ['critical compose.oom service/nginx', 'warning compose.restarts service/nginx'],
    told: ['nginx: OOM killed', 'was killed by the kernel for lack of memory', 'raise its mem_limit'],
  },
  {
    name: 'a service that is missing',
    begin: async () => {
      await stack.compose('rm', '--stop', '--force', 'nginx')
      return undefined
    },
    bad: ['critical compose.service service/nginx', `critical endpoint.reachable ${health}`, `critical endpoint.reachable ${home}`],
    told: ['nginx: missing', 'connection refused', 'up -d nginx'],
  },
]

/** An ordinary role: the last slots are kept for superusers, such as that of the stack. */
const fillerPassword = 'filler-of-every-slot'
const longest = 150

/** Takes every connection that an ordinary role may have; gives them back at the end. */
const fillConnections = async (): Promise<End> => {
  await using sessions = new AsyncDisposableStack()
  const { client: admin } = sessions.use(await stack.session())
  await admin.query(`DROP ROLE IF EXISTS filler; CREATE ROLE filler LOGIN PASSWORD '${fillerPassword}'`)
  sessions.defer(async () => void (await admin.query('DROP ROLE filler')))
  let refused = ''
  for (let taken = 0; refused === '' && taken < longest; taken += 1)
    await stack.session('filler', fillerPassword).then(
      (session) => sessions.use(session),
      (error: { code?: string }) => {
        refused = String(error.code)
      },
    )
  expect(refused).toBe('53300')
  const held = sessions.move()
  return () => held.disposeAsync()
}

const blockedMs = 31_000

const databases: readonly Row[] = [
  {
    name: 'a wrong database password is ours, and is not repeated',
    begin: async () => undefined,
    run: () => ({
      database: '{ service: db, url: "${DATABASE_URL}" }',
      environment: { DATABASE_URL: 'postgres://quiz:not-the-password@db:5432/quiz' },
    }),
    bad: ['unknown postgres.reachable service/db'],
    scope: ['compose', 'endpoints'],
    told: ['does not take our password', 'database.url'],
  },
  {
    name: 'every connection is taken, seen from a reserved one',
    begin: fillConnections,
    bad: ['critical postgres.connections service/db'],
    told: ['of 97 connections taken', 'raise max_connections'],
  },
  {
    name: 'every connection is taken, and none is left for us',
    begin: fillConnections,
    run: () => ({
      database: '{ service: db, url: "${DATABASE_URL}" }',
      environment: { DATABASE_URL: `postgres://filler:${fillerPassword}@db:5432/quiz` },
    }),
    bad: ['critical postgres.connections service/db'],
    told: ['no connection slot left', 'raise max_connections'],
  },
  {
    name: 'a session that waits for a lock, for more than 30 s',
    begin: async () => {
      await using sessions = new AsyncDisposableStack()
      const { client: holder } = sessions.use(await stack.session())
      const { client: waiter } = sessions.use(await stack.session())
      await holder.query('BEGIN; LOCK TABLE game IN ACCESS EXCLUSIVE MODE')
      const waiting = waiter.query('SELECT count(*) FROM game')
      sessions.defer(async () => void (await Promise.all([holder.query('ROLLBACK'), waiting])))
      await delay(blockedMs)
      const held = sessions.move()
      return () => held.disposeAsync()
    },
    bad: ['warning postgres.blocked service/db'],
    told: ['1 session blocked, the longest for 31', 'SELECT pg_terminate_backend('],
  },
  {
    name: 'a database that hangs: it takes connections and says nothing',
    begin: async () => {
      await signal('db', 'SIGSTOP')
      return () => signal('db', 'SIGCONT')
    },
    bad: ['critical postgres.reachable service/db', `critical endpoint.status ${health}`],
    told: ['takes the connection and then says nothing', 'answered 503'],
  },
]

const page = (name: string, path: string): string =>
  `{ name: ${name}, url: "https://localhost:${stack.httpsPort}${path}", tls-verify: false, attempts: 1, max-latency: 500ms }`

const pages: readonly Row[] = [
  {
    name: 'a page that answers 500',
    begin: async () => undefined,
    run: () => ({ endpoints: [page('broken page', '/debug/status/500')] }),
    bad: ['critical endpoint.status https://localhost/debug/status/500'],
    told: ['broken page: answered 500 instead of status 2xx or 3xx', 'look at the error log of the service'],
  },
  {
    name: 'a slow page',
    begin: async () => undefined,
    run: () => ({ endpoints: [page('slow page', '/debug/sleep/700')] }),
    bad: ['warning endpoint.latency https://localhost/debug/sleep/700'],
    told: ['slow page: slow, ', '(limit 500 ms)'],
  },
]

/** Nothing is known of the containers, so neither of the database in one; the web pages are seen all the same. */
const withoutEngine = {
  bad: ['unknown compose.engine engine', 'unknown postgres.reachable service/db', `unknown endpoint.reachable ${fromWeb}`],
  scope: ['endpoints'],
}

const withRound = async (row: Row): Promise<void> => {
  const end = await row.begin()
  try {
    rounds.expectExactly(await rounds.run(row.run?.()), row)
  } finally {
    await end?.()
    await stack.restore()
  }
  rounds.expectHealthy(await rounds.run())
}

describe('a fault of a service', () => {
  test.each(services)('$name', withRound, 120_000)
})

describe('a fault of the database', () => {
  test.each(databases)('$name', withRound, 120_000)
})

describe('a fault of a page', () => {
  test.each(pages)('$name', withRound, 60_000)
})

describe('an engine that this run cannot ask', () => {
  test('because it is stopped', async () => {
    const ran = await rounds.run({ environment: { DOCKER_HOST: `unix://${folder}/no-engine.sock` } })
    rounds.expectExactly(ran, { ...withoutEngine, told: ['the Docker engine is not running', 'sudo systemctl start docker'] })
    rounds.expectHealthy(await rounds.run())
  }, 60_000)

  test('because it hangs', async () => {
    await using engine = await silentSocket()
    const ran = await rounds.run({ environment: { DOCKER_HOST: engine.host } })
    rounds.expectExactly(ran, { ...withoutEngine, told: ['the Docker engine gave no answer to docker ps within 10 s'] })
    rounds.expectHealthy(await rounds.run())
  }, 60_000)

  test('because this user may not', async () => {
    await using engine = await silentSocket()
    await chmod(engine.path, 0o000)
    // Root may everything by one capability; without it the mode of the socket counts.
    const caps = '-dac_override,-dac_read_search'
    const node = await nodeAfter(folder, 'without-rights', [`exec setpriv --bounding-set=${caps} '${process.execPath}' "$@"`])
    const ran = await rounds.run({ node, environment: { DOCKER_HOST: engine.host } })
    rounds.expectExactly(ran, { ...withoutEngine, told: ['not permitted to use the Docker engine', 'sudo usermod -aG docker '] })
    rounds.expectHealthy(await rounds.run())
  }, 60_000)
})

describe('name servers that', () => {
  const byName = '{ name: by name, url: "https://quiz.example/", attempts: 1, timeout: 4s }'
  const inHosts = () => `{ name: in hosts, url: "tcp://listed.example:${stack.httpsPort}", attempts: 1, max-latency: 5s }`
  const roundWith = async (nameServer: string) => {
    await writeFile(join(folder, 'resolv.conf'), `nameserver ${nameServer}\n`)
    await writeFile(join(folder, 'hosts'), '127.0.0.1 localhost listed.example\n')
    const mounts = ['resolv.conf', 'hosts'].map((file) => `mount --bind "${folder}/${file}" /etc/${file}`)
    return rounds.run({ node: await nodeAmongMounts(folder, 'own-names', mounts), endpoints: [byName, inHosts()] })
  }

  test.each<[string, string, () => Promise<AsyncDisposable>, string]>([
    ['are silent', '127.53.53.53', () => silentNameServer('127.53.53.53'), 'the name could not be looked up'],
    ['are not there', '127.53.53.54', async () => ({ [Symbol.asyncDispose]: async () => {} }), 'the name could not be looked up'],
  ])(
    '%s leave a name unknown and everything else seen',
    async (_, address, start, told) => {
      await using _server = await start()
      const ran = await roundWith(address)
      rounds.expectExactly(ran, { bad: ['unknown endpoint.reachable https://quiz.example/'], told: [told, 'cat /etc/resolv.conf'] })
      expect(rounds.good(ran)).toContain('endpoint.reachable tcp://listed.example')
      rounds.expectHealthy(await rounds.run())
    },
    60_000,
  )
})

describe('a full disk under the state', () => {
  const mount = 'mount -t tmpfs -o size=SIZE,mode=700 none "$XDG_STATE_HOME"'
  const fill = '(cat /dev/zero > "$XDG_STATE_HOME/rest" 2>/dev/null || true)'
  const copy = 'cp -a "$KEPT" "$XDG_STATE_HOME/ronde"'
  test.each<[string, readonly string[]]>([
    ['that is new', [mount.replace('SIZE', '64k'), fill]],
    ['that was kept so far', [mount.replace('SIZE', '16m'), copy, fill]],
  ])('%s is critical, and nothing else is lost', async (_, mounts) => {
    const stateHome = await mkdtemp(join(folder, 'full-'))
    const environment = { KEPT: join(folder, 'state', 'ronde') }
    const ran = await rounds.run({ node: await nodeAmongMounts(folder, 'full-disk', mounts), stateHome, environment })
    rounds.expectExactly(ran, { bad: ['critical state.unwritable state'], told: ['the disk is full', 'make room on this disk'] })
    rounds.expectHealthy(await rounds.run())
  })
})

const runsKept = (): number => {
  using database = new DatabaseSync(join(folder, 'state', 'ronde', 'state.db'), { readOnly: true })
  return Number(database.prepare('SELECT count(*) AS runs FROM run').get()?.['runs'])
}

test('two rounds at the same time on one state are both ok, and both are kept', async () => {
  const before = runsKept()
  const both = await Promise.all([rounds.run(), rounds.run()])
  for (const ran of both) rounds.expectHealthy(ran)
  expect(runsKept()).toBe(before + 2)
})

describe('a cancelled run says so and leaves nothing running', () => {
  const rondeSessions = async ({ client }: StackSession): Promise<number> => {
    const { rows } = await client.query(`SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'ronde'`)
    return rows[0].sessions
  }

  test('while docker does not answer', async () => {
    await using engine = await silentSocket()
    const stateHome = await mkdtemp(join(folder, 'cancelled-'))
    const mark = `XDG_STATE_HOME=${stateHome}`
    let before: readonly string[] = []
    const after = engine.connected.then(async () => {
      // Everything else is done by then.
      await delay(2_000)
      before = await processesWith(mark)
    })
    const ran = await rounds.run({ stateHome, environment: { DOCKER_HOST: engine.host }, cancel: { after } })
    expect(before.join('\n')).toContain('docker ps')
    expect(await processesWith(mark)).toEqual([])
    rounds.expectExactly(ran, {
      conclusion: 'cancelled',
      bad: [...withoutEngine.bad, 'unknown check.failed check/compose', 'unknown check.failed check/postgres'],
      scope: withoutEngine.scope,
      told: ['compose: could not finish', 'postgres: could not finish', 'the run was cancelled'],
    })
  }, 60_000)

  test('while the database and a page let it wait', async () => {
    await using admin = await stack.session()
    await using holder = await stack.session()
    // Only what Ronde reads waits for this; everybody can still log in.
    const view = 'ALTER VIEW pg_catalog.pg_stat_replication SET (security_barrier = true)'
    await holder.client.query(`BEGIN; SET LOCAL allow_system_table_mods = on; ${view}`)
    const after = until(
      () => rondeSessions(admin),
      (sessions) => sessions > 0,
    ).then(() => delay(1_500))
    const stateHome = await mkdtemp(join(folder, 'cancelled-'))
    const slow = `{ name: slow page, url: "https://localhost:${stack.httpsPort}/debug/sleep/8000", tls-verify: false, attempts: 1 }`
    const ran = await rounds.run({ stateHome, cancel: { after }, endpoints: [slow] })
    await until(
      () => rondeSessions(admin),
      (sessions) => sessions === 0,
      3_000,
    )
    expect(await processesWith(`XDG_STATE_HOME=${stateHome}`)).toEqual([])
    rounds.expectExactly(ran, {
      conclusion: 'cancelled',
      bad: [
        'unknown check.failed check/postgres',
        'unknown postgres.reachable service/db',
        'unknown endpoint.reachable https://localhost/debug/sleep/8000',
      ],
      scope: ['compose', 'endpoints'],
      told: ['postgres: could not finish', 'the run was cancelled'],
    })
    await holder.client.query('ROLLBACK')
    rounds.expectHealthy(await rounds.run())
  }, 60_000)
})
