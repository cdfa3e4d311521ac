import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { docker, until } from './compose-project.ts'

const execute = promisify(execFile)

export type StackContainer = {
  readonly id: string
  /** Of its own first process, as the host numbers it. */
  readonly pid: number
  readonly address: string
  readonly state: string
  readonly health: string
  readonly restarts: number
}

export type StackSession = { readonly client: pg.Client } & AsyncDisposable

/** What a test wants different in the stack's `ronde.yml`. */
export type StackConfiguration = {
  /** Added to the endpoints, one YAML flow mapping each. */
  readonly endpoints?: readonly string[]
  /** Instead of `{ service: db }`. */
  readonly database?: string
}

export type Stack = {
  readonly httpsPort: number
  /** Of the role `quiz`, which is a superuser. */
  readonly password: string
  /** What compose must know of this stack, for a run of Ronde: it reads the same file as the stack under `stack/`. */
  readonly environment: Readonly<Record<string, string>>
  configuration(different?: StackConfiguration): string
  /** `docker compose ARGS` in the stack. */
  compose(...args: readonly string[]): Promise<string>
  container(service: string): Promise<StackContainer>
  /** A session of the database; by default of the superuser. */
  session(user?: string, password?: string): Promise<StackSession>
  /** Starts what is missing or stopped and waits until everything is healthy. */
  restore(): Promise<void>
} & AsyncDisposable

const directory = resolve('stack')

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Docker's answer holds much more; `restarts` are those by the restart policy. */
const format =
  '{{.Id}} {{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}_ {{.State.Status}} {{.State.Health.Status}} {{.RestartCount}}'

const inspect = async (id: string): Promise<StackContainer> => {
  const [full = '', pid, address = '', state = '', health = '', restarts] = (await docker('inspect', '--format', format, id)).split(' ')
  return { id: full, pid: Number(pid), address: address.replace('_', ''), state, health, restarts: Number(restarts) }
}

/** Short waits, one attempt and a generous latency: what a busy test machine does to them is no finding. */
const endpoint = (name: string, url: string, more: string): string =>
  `{ name: ${name}, url: "${url}", attempts: 1, timeout: 5s, max-latency: 5s, ${more} }`

/** `up` gives up at once where a service that another one waits for is unhealthy, though it may just be coming back. */
const settled = (compose: (...args: readonly string[]) => Promise<string>): Promise<unknown> =>
  until(
    () => compose('ps', '--format', '{{.Service}} {{.State}} {{.Health}}'),
    (services) => !/ running (unhealthy|starting)/.test(services),
    60_000,
  )

const openSession = async (host: string, user: string, password: string): Promise<StackSession> => {
  const client = new pg.Client({ host, port: 5432, user, password, database: 'quiz' })
  // A fault may end it at any time.
  client.on('error', () => {})
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}

type Place = { readonly project: string; readonly run: string; readonly httpsPort: number }

const configurationOf = (
  { project, run, httpsPort }: Place,
  { endpoints = [], database = '{ service: db }' }: StackConfiguration,
): string => {
  const origin = `https://localhost:${httpsPort}`
  const trusted = `ca: ${JSON.stringify(join(run, 'certs/ca.crt'))}`
  const always = [
    endpoint('api health', `${origin}/api/health`, trusted),
    endpoint('home', `${origin}/`, trusted),
    endpoint('database port', 'tcp://db:5432', 'from: web'),
  ]
  return `server: quiz-faults
compose: { directory: ${JSON.stringify(directory)}, project: ${project} }
database: ${database}
rounds:
  quick: [{ health-check: { quick: true } }]
health-check:
  checks: [compose, endpoints, postgres]
  endpoints:
${[...always, ...endpoints].map((one) => `    - ${one}\n`).join('')}`
}

/** A stack of the test's own beside that of `stack/up`, with its own secrets, logs and ports. Needs root, as `stack/up` does. */
export const startStack = async (project: string): Promise<Stack> => {
  await using undo = new AsyncDisposableStack()
  const run = await mkdtemp(join(tmpdir(), `${project}-`))
  undo.defer(() => rm(run, { recursive: true }))
  const [httpsPort, httpPort] = [await freePort(), await freePort()]
  const variables = { STACK_RUN: run, HTTPS_PORT: String(httpsPort), HTTP_PORT: String(httpPort), QUIZ_IMAGE: `${project}/web:1` }
  const environment = { ...process.env, ...variables, COMPOSE_PROJECT_NAME: project, LC_ALL: 'C' }
  const script = (name: string) => execute(join(directory, name), { env: environment, timeout: 180_000 })
  const compose = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execute('docker', ['compose', '--project-directory', directory, ...args], {
      env: environment,
      timeout: 120_000,
    })
    return stdout.trim()
  }
  // What a run that died left would hold on to a password that nobody knows any more.
  await script('down')
  undo.defer(async () => void (await script('down')))
  await script('up')
  const variablesFile = join(run, 'compose.env')
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(variablesFile, lines.join(''))
  const password = /^POSTGRES_PASSWORD=(.+)$/m.exec(await readFile(join(run, '.env'), 'utf8'))?.[1]
  if (password === undefined) throw new Error('stack/up made no password')
  const container = async (service: string) => inspect(await compose('ps', '--all', '--quiet', service))
  // It is never made anew here, so it keeps its address.
  const database = await container('db')
  const held = undo.move()
  return {
    httpsPort,
    password,
    environment: { COMPOSE_ENV_FILES: variablesFile },
    configuration: (different = {}) => configurationOf({ project, run, httpsPort }, different),
    compose,
    container,
    session: (user = 'quiz', secret = password) => openSession(database.address, user, secret),
    restore: async () => {
      await settled(compose)
      await compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '60')
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}
