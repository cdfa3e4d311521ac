import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../__tests__/support/postgres.ts'
import type { Status } from '../src/contract/status.ts'
import { startAdvisories } from './advisories.ts'
import { startFront } from './front.ts'
import { startQuiz } from './quiz.ts'

/** What may be left out, to see that the story fails. */
export const parts = ['break', 'worsen', 'mend'] as const

/** One round, and what happens before it. */
export type Act = {
  /** Of its files. */
  readonly name: string
  readonly words: string
  readonly part?: (typeof parts)[number]
  /** Default `quick`. */
  readonly round?: 'daily' | 'monthly'
  run?(): Promise<void>
  /** What a maintainer comments on the incident. */
  readonly says?: string
  readonly status: Status
  /** The finding that must be critical. */
  readonly critical?: string
  /** How the round must leave the incidents. */
  readonly incidents: 'none' | 'opened' | 'updated' | 'closed'
  /** What it must have written, and nobody before. */
  readonly tells?: readonly string[]
}

/** A server to look after: how a round finds it, and what becomes of it. */
export type Scene = {
  readonly configuration: string
  readonly environment: Readonly<Record<string, string>>
  readonly acts: readonly Act[]
  close(): Promise<void>
}

const healthy: Act = { name: 'healthy', words: 'a healthy server', status: 'ok', incidents: 'none' }
const acknowledged = {
  says: '/ack 2h\n/cause somebody killed it by hand',
  tells: ['Acknowledged by `ana`', '**Cause:** somebody killed it by hand'],
}

/** A demo has no time to wait for three good runs. */
const quickIncidents = 'incidents: { confirm: 1, recover: 1, settle: 1ms }\n'

/** The offset at which it is noon now: no demo meets a midnight. */
const zoneAtNoon = (now: Date): string => {
  const hours = 12 - now.getUTCHours()
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
}

/** Nothing but npm: a real PostgreSQL and a small web application on loopback. */
export const embeddedScene = async (folder: string): Promise<Scene> => {
  // It is killed on purpose: what was committed must survive that, as on a real server.
  const database = await startPostgres({ settings: { synchronous_commit: 'on' } })
  const quiz = await startQuiz(database.url, join(folder, 'access.log'))
  mkdirSync(join(folder, 'letsencrypt'))
  const authorities = join(folder, 'authorities.pem')
  const front = await startFront(authorities)
  const advisories = await startAdvisories(folder)
  return {
    configuration: `server: demo
time-zone: "${zoneAtNoon(new Date())}"
${quickIncidents}database:
  url: \${DEMO_DATABASE_URL}
rounds:
  quick: [{ health-check: { quick: true } }]
  daily: [health-check, purge-verify, cert-check, { db-maintain: { tasks: [vacuum, indexes] } }]
  monthly: [audit-deps]
purge-verify: { table: game, date-column: day_date, day-table: day }
cert-check: { endpoints: ["${front.endpoint}"], ca-file: ${JSON.stringify(authorities)}, letsencrypt: ${JSON.stringify(join(folder, 'letsencrypt'))} }
db-maintain: { tables: [game, day], expected-indexes: [idx_game_ranking_points, idx_game_ranking_time] }
audit-deps: { paths: [requirements.txt], offline: true, osv-zip-url: "${advisories.origin}/zips", kev-url: "${advisories.origin}/kev" }
health-check:
  checks: [endpoints, postgres]
  endpoints:
    - { name: api health, url: "${quiz.url}/api/health", max-latency: 200ms }
    - { name: leaderboard, url: "${quiz.url}/api/leaderboard" }
    - { name: home, url: "${quiz.url}/" }
`,
    environment: { DEMO_DATABASE_URL: database.url },
    acts: [
      healthy,
      {
        name: 'broken',
        words: 'kill -9 of the database server',
        part: 'break',
        run: () => database.kill9(),
        status: 'critical',
        critical: 'postgres.reachable',
        incidents: 'opened',
        tells: ['Fails with it:'],
      },
      {
        name: 'worse',
        words: 'the cache of the home page runs out too; ana writes /ack and /cause',
        part: 'worsen',
        run: async () => quiz.dropCache(),
        ...acknowledged,
        status: 'critical',
        critical: 'postgres.reachable',
        incidents: 'updated',
        tells: ['Fails with it now:', ...acknowledged.tells],
      },
      {
        name: 'mended',
        words: 'the database server starts again and recovers',
        part: 'mend',
        run: () => database.start(),
        status: 'ok',
        incidents: 'closed',
        tells: ['**Closed** after'],
      },
      {
        name: 'forgotten',
        words: 'the daily round: nobody purged the games of yesterday, and the certificate ends in two days',
        round: 'daily',
        run: async () => {
          await quiz.leaveYesterday()
          front.present(2)
        },
        status: 'critical',
        critical: 'purge.stale-rows',
        incidents: 'opened',
        tells: ['rows are older than', 'certificate expires in'],
      },
      {
        name: 'remembered',
        words: 'the games are purged, the certificate is renewed',
        round: 'daily',
        run: async () => {
          await quiz.purge()
          front.present(89)
        },
        status: 'ok',
        incidents: 'closed',
      },
      {
        name: 'audited',
        words: "the monthly round, offline: by OSV's file of PyPI the pinned Django is vulnerable",
        round: 'monthly',
        status: 'critical',
        critical: 'audit.vulnerability',
        incidents: 'opened',
        tells: ['django==5.2.9'],
      },
      {
        name: 'bumped',
        words: 'Django is bumped to what fixes it',
        round: 'monthly',
        run: async () => advisories.pin('5.2.9'),
        status: 'ok',
        incidents: 'closed',
      },
    ],
    close: async () => {
      await advisories.close()
      front.close()
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
    acts: [
      healthy,
      {
        name: 'broken',
        words: 'the container of web is killed',
        part: 'break',
        run: async () => compose('kill', 'web'),
        status: 'critical',
        critical: 'compose.service',
        incidents: 'opened',
      },
      {
        name: 'worse',
        words: 'the container of db is killed too; ana writes /ack and /cause',
        part: 'worsen',
        run: async () => compose('kill', 'db'),
        ...acknowledged,
        status: 'critical',
        critical: 'compose.service',
        incidents: 'updated',
      },
      {
        name: 'mended',
        words: 'db and web start again',
        part: 'mend',
        run: async () => compose('up', '--detach', '--wait', 'db', 'web'),
        status: 'ok',
        // Six incidents take twelve writes, and a run makes ten.
        incidents: 'updated',
        tells: ['**Closed** after'],
      },
      { name: 'settled', words: 'the next round writes what had to wait', status: 'ok', incidents: 'closed' },
    ],
    close: async () => {},
  }
}
