import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '../support/compose-project.ts'
import { nodeAfter, nodeAmongMounts, processesWith, silentNameServer, silentSocket } from '../support/fault-tools.ts'
import { type Stack, type StackSession, startStack } from '../support/stack.ts'
import { databaseFaults, type FaultRow, fromWeb, pageFaults, serviceFaults } from '../support/stack-faults.ts'
import { healthyStack, type Rounds, startRounds } from '../support/stack-rounds.ts'

let stack: Stack
let rounds: Rounds
let folder: string
const started = new AsyncDisposableStack()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-faults-'))
  started.defer(() => rm(folder, { recursive: true }))
  stack = started.use(await startStack('ronde-faults'))
  rounds = await startRounds(stack, folder)
}, 240_000)

afterAll(() => started.disposeAsync(), 60_000)

/** After every fault: what was broken is mended, and nothing of it is left. */
const differencesAfterwards = async (): Promise<readonly string[]> => rounds.differences(await rounds.run(), healthyStack)

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
    expect(rounds.differences(ran, healthyStack)).toEqual([])
    expect(asked).toBe(0)
    expect(ran.exitCode).toBe(0)
    for (const check of ['compose', 'endpoint', 'postgres'])
      expect(rounds.good(ran).filter((key) => key.startsWith(check)).length).toBeGreaterThan(3)
    for (const told of ['3 of 3 services healthy', 'api health', 'no blocked session']) expect(ran.log).toContain(told)
  })
})

/** Nothing is known of the containers, so neither of the database in one; the web pages are seen all the same. */
const withoutEngine = {
  bad: ['unknown compose.engine engine', 'unknown postgres.reachable service/db', `unknown endpoint.reachable ${fromWeb}`],
  scope: ['endpoints'],
}

const roundDuring = async ({ begin, run }: FaultRow) => {
  const end = await begin(stack)
  try {
    return await rounds.run(run?.(stack))
  } finally {
    await end?.()
    await stack.restore()
  }
}

describe.each([
  ['a service', serviceFaults],
  ['the database', databaseFaults],
  ['a page', pageFaults],
])('a fault of %s', (_, rows) => {
  test.each(rows)(
    '$name',
    async (row) => {
      expect(rounds.differences(await roundDuring(row), row)).toEqual([])
      expect(await differencesAfterwards()).toEqual([])
    },
    120_000,
  )
})

describe('an engine that this run cannot ask', () => {
  test('because it is stopped', async () => {
    const ran = await rounds.run({ environment: { DOCKER_HOST: `unix://${folder}/no-engine.sock` } })
    expect(
      rounds.differences(ran, { ...withoutEngine, told: ['the Docker engine is not running', 'sudo systemctl start docker'] }),
    ).toEqual([])
    expect(await differencesAfterwards()).toEqual([])
  }, 60_000)

  test('because it hangs', async () => {
    await using engine = await silentSocket()
    const ran = await rounds.run({ environment: { DOCKER_HOST: engine.host } })
    expect(rounds.differences(ran, { ...withoutEngine, told: ['the Docker engine gave no answer to docker ps within 10 s'] })).toEqual([])
    expect(await differencesAfterwards()).toEqual([])
  }, 60_000)

  test('because this user may not', async () => {
    await using engine = await silentSocket()
    await chmod(engine.path, 0o000)
    // Root may everything by one capability; without it the mode of the socket counts.
    const caps = '-dac_override,-dac_read_search'
    const node = await nodeAfter(folder, 'without-rights', [`exec setpriv --bounding-set=${caps} '${process.execPath}' "$@"`])
    const ran = await rounds.run({ node, environment: { DOCKER_HOST: engine.host } })
    expect(
      rounds.differences(ran, { ...withoutEngine, told: ['not permitted to use the Docker engine', 'sudo usermod -aG docker '] }),
    ).toEqual([])
    expect(await differencesAfterwards()).toEqual([])
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

  test.each<[string, string, (address: string) => Promise<AsyncDisposable>, string]>([
    ['are silent', '127.53.53.53', silentNameServer, 'the name could not be looked up'],
    ['are not there', '127.53.53.54', async () => new AsyncDisposableStack(), 'nothing listens where the name servers should be'],
  ])(
    '%s leave a name unknown and everything else seen',
    async (_, address, start, told) => {
      await using _server = await start(address)
      const ran = await roundWith(address)
      expect(
        rounds.differences(ran, { bad: ['unknown endpoint.reachable https://quiz.example/'], told: [told, 'cat /etc/resolv.conf'] }),
      ).toEqual([])
      expect(rounds.good(ran)).toContain('endpoint.reachable tcp://listed.example')
      expect(await differencesAfterwards()).toEqual([])
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
    expect(
      rounds.differences(ran, { bad: ['critical state.unwritable state'], told: ['the disk is full', 'make room on this disk'] }),
    ).toEqual([])
    expect(await differencesAfterwards()).toEqual([])
  })
})

const runsKept = (): number => {
  using database = new DatabaseSync(join(folder, 'state', 'ronde', 'state.db'), { readOnly: true })
  return Number(database.prepare('SELECT count(*) AS runs FROM run').get()?.['runs'])
}

test('two rounds at the same time on one state are both ok, and both are kept', async () => {
  const before = runsKept()
  const both = await Promise.all([rounds.run(), rounds.run()])
  for (const ran of both) expect(rounds.differences(ran, healthyStack)).toEqual([])
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
    const childrenThen = async () => {
      await engine.connected
      // Everything else is done by then.
      await delay(2_000)
      return processesWith(mark)
    }
    const before = childrenThen()
    const ran = await rounds.run({ stateHome, environment: { DOCKER_HOST: engine.host }, cancel: { after: before } })
    expect((await before).join('\n')).toContain('docker ps')
    expect(await processesWith(mark)).toEqual([])
    const expected = {
      conclusion: 'cancelled',
      bad: [...withoutEngine.bad, 'unknown check.failed check/compose', 'unknown check.failed check/postgres'],
      scope: withoutEngine.scope,
      told: ['compose: could not finish', 'postgres: could not finish', 'the run was cancelled'],
    } as const
    expect(rounds.differences(ran, expected)).toEqual([])
  }, 60_000)

  test('while the database and a page let it wait', async () => {
    await using admin = await stack.session()
    await using holder = await stack.session()
    // Only what Ronde reads waits for this; everybody can still log in.
    const view = 'ALTER VIEW pg_catalog.pg_stat_replication SET (security_barrier = true)'
    await holder.client.query(`BEGIN; SET LOCAL allow_system_table_mods = on; ${view}`)
    const bothWait = async () => {
      await until(
        () => rondeSessions(admin),
        (sessions) => sessions > 0,
      )
      await delay(1_500)
    }
    const stateHome = await mkdtemp(join(folder, 'cancelled-'))
    const slow = `{ name: slow page, url: "https://localhost:${stack.httpsPort}/debug/sleep/8000", tls-verify: false, attempts: 1 }`
    const ran = await rounds.run({ stateHome, cancel: { after: bothWait() }, endpoints: [slow] })
    await until(
      () => rondeSessions(admin),
      (sessions) => sessions === 0,
      3_000,
    )
    expect(await processesWith(`XDG_STATE_HOME=${stateHome}`)).toEqual([])
    const expected = {
      conclusion: 'cancelled',
      bad: [
        'unknown check.failed check/postgres',
        'unknown postgres.reachable service/db',
        'unknown endpoint.reachable https://localhost/debug/sleep/8000',
      ],
      scope: ['compose', 'endpoints'],
      told: ['postgres: could not finish', 'the run was cancelled'],
    } as const
    expect(rounds.differences(ran, expected)).toEqual([])
    await holder.client.query('ROLLBACK')
    expect(await differencesAfterwards()).toEqual([])
  }, 60_000)
})
