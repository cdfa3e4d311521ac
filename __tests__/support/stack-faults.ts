import { setTimeout as delay } from 'node:timers/promises'
import { docker, until } from './compose-project.ts'
import type { Stack } from './stack.ts'
import type { Different, Expected } from './stack-rounds.ts'

/** `kill -SIGNAL` of the first process of a container. */
const signal = async (stack: Stack, service: string, name: NodeJS.Signals): Promise<void> => {
  const { pid } = await stack.container(service)
  process.kill(pid, name)
}

/** Waits for the restart policy and the health check that follows. */
const restarted = (stack: Stack, service: string): Promise<unknown> =>
  until(
    () => stack.container(service),
    (seen) => seen.restarts > 0 && seen.state === 'running' && seen.health === 'healthy',
    30_000,
  )

type End = () => Promise<unknown>
/** A fault and what a round says of it. `begin` brings it about and gives what ends it; the stack is restored besides. */
export type FaultRow = Expected & {
  readonly name: string
  readonly begin: (stack: Stack) => Promise<End | undefined>
  readonly run?: (stack: Stack) => Different
}

const health = 'https://localhost/api/health'
const home = 'https://localhost/'
export const fromWeb = 'tcp://db:5432 from web'

export const serviceFaults: readonly FaultRow[] = [
  {
    name: 'a service whose process was killed has restarted by now',
    begin: async (stack) => {
      await signal(stack, 'web', 'SIGKILL')
      await restarted(stack, 'web')
      return undefined
    },
    bad: ['warning compose.restarts service/web'],
    told: ['web: 1 restart since the last run', 'docker compose -p ronde-faults logs --tail 50 web'],
  },
  {
    name: 'a service that docker compose killed stays down',
    begin: async (stack) => {
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
      'the proxy answers, what is behind it does not',
      'service web is not running (exited)',
    ],
  },
  {
    name: 'a paused service',
    begin: async (stack) => {
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
    begin: async (stack) => {
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
    begin: async (stack) => {
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
      await restarted(stack, 'nginx')
      return undefined
    },
    bad: ['critical compose.oom service/nginx', 'warning compose.restarts service/nginx'],
    told: ['nginx: OOM killed', 'was killed by the kernel for lack of memory', 'raise its mem_limit'],
  },
  {
    name: 'a service that is missing',
    begin: async (stack) => {
      await stack.compose('rm', '--stop', '--force', 'nginx')
      return undefined
    },
    bad: ['critical compose.service service/nginx', `critical endpoint.reachable ${health}`, `critical endpoint.reachable ${home}`],
    told: ['nginx: missing', 'connection refused', 'up -d nginx'],
  },
]

/** An ordinary role: the last slots are kept for superusers, such as that of the stack. */
const fillerPassword = 'filler-of-every-slot'
const ordinarySlots = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS slots`
const tooManyConnections = '53300'

const expectFull = (got: unknown): void => {
  if (got !== tooManyConnections) throw new Error('the database has a connection left')
}

/** Takes every connection that an ordinary role may have; gives them back at the end. */
const fillConnections = async (stack: Stack): Promise<End> => {
  await using sessions = new AsyncDisposableStack()
  const { client: admin } = sessions.use(await stack.session())
  await admin.query(`DROP ROLE IF EXISTS filler; CREATE ROLE filler LOGIN PASSWORD '${fillerPassword}'`)
  sessions.defer(async () => void (await admin.query('DROP ROLE filler')))
  const { rows } = await admin.query(ordinarySlots)
  const take = () =>
    stack.session('filler', fillerPassword).then(
      (session) => sessions.use(session),
      (error: { code?: string }) => error.code,
    )
  // The last one may be with the application's health check for a moment.
  for (let taken = 1; taken < rows[0].slots; taken += 1) await until(take, (got) => typeof got === 'object')
  expectFull(await take())
  const held = sessions.move()
  return () => held.disposeAsync()
}

const blockedMs = 31_000

export const databaseFaults: readonly FaultRow[] = [
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
    begin: async (stack) => {
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
    told: ['1 session blocked, the longest for 3', 'SELECT pg_terminate_backend('],
  },
  {
    name: 'a database that hangs: it takes connections and says nothing',
    begin: async (stack) => {
      await signal(stack, 'db', 'SIGSTOP')
      return () => signal(stack, 'db', 'SIGCONT')
    },
    bad: ['critical postgres.reachable service/db', `critical endpoint.status ${health}`],
    told: ['takes the connection and then says nothing', 'answered 503'],
  },
]

const page = (stack: Stack, name: string, path: string): string =>
  `{ name: ${name}, url: "https://localhost:${stack.httpsPort}${path}", tls-verify: false, attempts: 1, max-latency: 500ms }`

export const pageFaults: readonly FaultRow[] = [
  {
    name: 'a page that answers 500',
    begin: async () => undefined,
    run: (stack) => ({ endpoints: [page(stack, 'broken page', '/debug/status/500')] }),
    bad: ['critical endpoint.status https://localhost/debug/status/500'],
    told: ['broken page: answered 500 instead of status 2xx or 3xx', 'look at the error log of the service'],
  },
  {
    name: 'a slow page',
    begin: async () => undefined,
    run: (stack) => ({ endpoints: [page(stack, 'slow page', '/debug/sleep/700')] }),
    bad: ['warning endpoint.latency https://localhost/debug/sleep/700'],
    told: ['slow page: slow, ', '(limit 500 ms)'],
  },
]
