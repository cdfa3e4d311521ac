import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../__tests__/support/postgres.ts'
import { startQuiz } from './quiz.ts'

/** A server to look after: how a round finds it, how it breaks, how it is mended. */
export type Scene = {
  readonly configuration: string
  readonly environment: Readonly<Record<string, string>>
  /** The finding that must be critical while it is broken. */
  readonly expected: string
  readonly breakIt: { readonly words: string; run(): Promise<void> }
  readonly mendIt: { readonly words: string; run(): Promise<void> }
  close(): Promise<void>
}

/** A demo has no time to wait for three good runs. */
const quickIncidents = 'incidents: { confirm: 1, recover: 1, settle: 1ms }\n'

/** Nothing but npm: a real PostgreSQL and a small web application on loopback. */
export const embeddedScene = async (folder: string): Promise<Scene> => {
  // It is killed on purpose: what was committed must survive that, as on a real server.
  const database = await startPostgres({ settings: { synchronous_commit: 'on' } })
  const quiz = await startQuiz(database.url, join(folder, 'access.log'))
  return {
    configuration: `server: demo
${quickIncidents}database:
  url: \${DEMO_DATABASE_URL}
rounds:
  quick: [{ health-check: { quick: true } }]
health-check:
  checks: [endpoints, postgres]
  endpoints:
    - { name: api health, url: "${quiz.url}/api/health", max-latency: 200ms }
    - { name: leaderboard, url: "${quiz.url}/api/leaderboard" }
    - { name: home, url: "${quiz.url}/" }
`,
    environment: { DEMO_DATABASE_URL: database.url },
    expected: 'postgres.reachable',
    breakIt: { words: 'kill -9 of the database server', run: () => database.kill9() },
    mendIt: { words: 'the database server starts again and recovers', run: () => database.start() },
    close: async () => {
      await quiz.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

const must = (program: string, args: readonly string[]): void => {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed${error === undefined ? '' : `: ${error.message}`}`)
}

/** The real stack on a real Docker engine; `stack/up` installs and starts what is missing. */
export const stackScene = async (folder: string): Promise<Scene> => {
  mkdirSync(folder, { recursive: true })
  must('stack/up', [])
  const stack = join(process.cwd(), 'stack')
  const compose = (...args: readonly string[]) =>
    must('docker', ['compose', '--project-directory', stack, '--project-name', 'ronde-quiz', ...args])
  return {
    configuration: `server: demo
${quickIncidents}compose: { directory: ${JSON.stringify(stack)}, project: ronde-quiz }
database: { service: db }
rounds:
  quick: [{ health-check: { quick: true } }]
health-check:
  checks: [compose, endpoints, postgres]
  endpoints:
    - { name: api health, url: "https://localhost:28443/api/health", ca: ${JSON.stringify(join(stack, '.run/certs/ca.crt'))} }
    - { name: leaderboard, url: "https://localhost:28443/api/leaderboard", ca: ${JSON.stringify(join(stack, '.run/certs/ca.crt'))} }
    - { name: database port, url: "tcp://db:5432", from: web }
`,
    environment: {},
    expected: 'compose.service',
    breakIt: { words: 'the container of web is killed', run: async () => compose('kill', 'web') },
    mendIt: { words: 'web starts again', run: async () => compose('up', '--detach', '--wait', 'web') },
    close: async () => {},
  }
}
