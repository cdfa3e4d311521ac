import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createTestProject, docker, type TestProject, until } from '../../support/compose-project.ts'
import { runRonde } from '../../support/ronde.ts'

jest.setTimeout(120_000)

const entrypoint = join(import.meta.dirname, '../../../stack/db/entrypoint')
const composeFile = `
services:
  db:
    image: "ronde-quiz/postgres:15"
    pull_policy: never
    command: [db-entrypoint]
    stop_signal: SIGINT
    mem_limit: 256m
    environment: { POSTGRES_USER: quiz, POSTGRES_DB: game, POSTGRES_PASSWORD: horse-battery }
    volumes: ["${entrypoint}:/usr/local/bin/db-entrypoint:ro"]
    logging: { options: { max-size: 1m } }
`

let project: TestProject
let container = ''
const inDatabase = (...args: readonly string[]) =>
  docker('exec', '-e', 'PGPASSWORD=horse-battery', '-e', 'PGHOST=127.0.0.1', container, ...args)
const psql = (sql: string) => inDatabase('psql', '-U', 'quiz', 'game', '-At', '-c', sql)

beforeAll(async () => {
  project = await createTestProject('ronde-test-maintain', { 'compose.yaml': composeFile })
  await project.compose('up', '-d')
  container = await project.idOf('db')
  await until(
    () => psql('SELECT 1').catch(String),
    (answer) => answer === '1',
    60_000,
  )
  await inDatabase('pgbench', '-U', 'quiz', '-i', '-s', '5', '-q', 'game')
})
afterAll(() => project.remove())

const maintain = (inputs: Readonly<Record<string, string>>) =>
  runRonde('db-maintain', {
    inputs: { 'compose-directory': project.directory, 'compose-project': project.name, 'database-service': 'db', ...inputs },
  })

test('looks after the database of a service under the load of pgbench, which loses no transaction', async () => {
  const bench = inDatabase('pgbench', '-U', 'quiz', '-c', '4', '-T', '10', '-n', 'game')
  const ran = await maintain({ tasks: 'vacuum, analyze, reindex, indexes, bloat, size', 'expected-indexes': 'pgbench_accounts_pkey' })
  expect(await bench).toMatch(/number of failed transactions: 0 /)
  expect(ran.reports[0]?.scope).toEqual(['vacuum', 'analyze', 'reindex', 'indexes', 'bloat', 'size'])
  expect(ran.findings.filter((finding) => finding.status !== 'ok' && finding.id !== 'db.volume')).toEqual([])
  expect(ran.outputs['vacuumed']).toBe('4')
})

test('sees the room of the volume that the container sees', async () => {
  const ran = await maintain({ tasks: 'size' })
  const free = Number((await inDatabase('df', '-P', '-k', '/var/lib/postgresql')).split('\n')[1]?.split(/\s+/)[3]) * 1024
  const found = ran.findings.find((finding) => finding.id === 'db.volume')
  const seen = found?.measurements[0]?.value ?? 0
  expect(Math.abs(seen - free)).toBeLessThan(1e9)
  expect(found?.subject).toBe('database/game')
})

test('a container that is restarted in the middle of a VACUUM costs that task alone', async () => {
  await psql("ALTER ROLE quiz SET vacuum_cost_delay = '100ms'; ALTER ROLE quiz SET vacuum_cost_limit = 1")
  const run = maintain({ tasks: 'vacuum, size', tables: 'pgbench_accounts' })
  await until(
    () => psql('SELECT count(*) FROM pg_stat_progress_vacuum'),
    (answer) => answer === '1',
  )
  await project.compose('restart', 'db')
  const ran = await run
  expect(ran.findings.filter((finding) => finding.status !== 'ok').map((finding) => `${finding.id} ${finding.check}`)).toEqual([
    'db.unfinished vacuum',
  ])
  expect(ran.reports[0]?.scope).toEqual(['size'])
  expect(await psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")).toBe('0')
})
