import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createTestProject, docker, type TestProject, until } from '../../support/compose-project.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { lyingIn, manifestIn } from '../../support/run-backup.ts'

jest.setTimeout(180_000)

const entrypoint = join(import.meta.dirname, '../../../stack/db/entrypoint')
const composeFile = `
services:
  db:
    image: "ronde-quiz/postgres:15"
    pull_policy: never
    command: [db-entrypoint]
    stop_signal: SIGINT
    environment: { POSTGRES_USER: quiz, POSTGRES_DB: game, POSTGRES_PASSWORD: horse-battery }
    volumes: ["${entrypoint}:/usr/local/bin/db-entrypoint:ro"]
`

let project: TestProject
let container = ''
const inDatabase = (...args: readonly string[]) =>
  docker('exec', '-e', 'PGPASSWORD=horse-battery', '-e', 'PGHOST=127.0.0.1', container, ...args)
const psql = (sql: string) => inDatabase('psql', '-U', 'quiz', 'game', '-At', '-c', sql)

beforeAll(async () => {
  project = await createTestProject('ronde-test-backup', { 'compose.yaml': composeFile })
  await project.compose('up', '-d')
  container = await project.idOf('db')
  await until(
    () => psql('SELECT 1').catch(String),
    (answer) => answer === '1',
    60_000,
  )
  await inDatabase('pgbench', '-U', 'quiz', '-i', '-s', '3', '-q', 'game')
})
afterAll(() => project.remove())

const inputs = () => ({
  server: 'quiz-prod',
  'compose-directory': project.directory,
  'compose-project': project.name,
  'database-service': 'db',
})

const helpers = () => docker('ps', '--all', '--quiet', '--filter', 'label=ronde.backup')

test('the database of a service is backed up by its own image, proven in a container, and no secret is seen outside', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const seen: string[] = []
  const over = new AbortController()
  const watch = async () => {
    while (!over.signal.aborted) {
      const ids = (await helpers()).split('\n').filter((id) => id !== '')
      const inspected = ids.length === 0 ? '' : await docker('inspect', ...ids).catch(String)
      const commands = globSync('/proc/[0-9]*/cmdline').map((path) => {
        try {
          return readFileSync(path, 'utf8')
        } catch {
          // It ended meanwhile.
          return ''
        }
      })
      // The test's own psql and pgbench have it in their arguments.
      seen.push(inspected, ...commands.filter((one) => one.includes('ronde-') && !one.includes('exec\0-e')))
      await delay(50)
    }
  }
  const watching = watch()
  const bench = inDatabase('pgbench', '-U', 'quiz', '-c', '2', '-T', '4', '-n', 'game')
  const ran = await runRonde('backup', { inputs: { ...inputs(), root } })
  expect(await bench).toMatch(/number of failed transactions: 0 /)
  over.abort()
  await watching
  expect(ran.findings.map(({ id, status }) => `${status} ${id}`).toSorted()).toEqual([
    'ok backup.retention',
    'ok backup.suspect',
    'ok backup.verified',
  ])
  const manifest = manifestIn(ran.outputs['backup-path'] ?? '')
  expect(manifest.source).toMatchObject({
    database: 'game',
    image: expect.stringMatching(/^sha256:/),
    serverVersion: expect.stringMatching(/^15/),
  })
  expect(manifest.relations.find(({ name }) => name === 'pgbench_accounts')?.rows).toBe(300_000)
  expect(seen.join('\n')).toContain('ronde.backup')
  expect(seen.filter((one) => one.includes('horse-battery'))).toEqual([])
  expect(ran.log).not.toContain('horse-battery')
  expect(await helpers()).toBe('')
})

test.each([
  ['while it dumps', 'ronde-pg_dump'],
  ['while it proves', 'ronde-scratch'],
])('one that is killed %s leaves no container after a quick health-check', async (_, name) => {
  await using folder = await temporaryFolder()
  const [root, state] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  const isReached = async () => {
    while (!(await docker('ps', '--format', '{{.Names}}')).includes(name)) await delay(20)
  }
  await runRonde('backup', {
    stateHome: state,
    inputs: { ...inputs(), root },
    signal: { name: 'SIGKILL', after: isReached() },
    withoutPost: true,
  })
  await runRonde('health-check', { stateHome: state, inputs: { ...inputs(), checks: 'compose', quick: 'true' } })
  expect(await helpers()).toBe('')
  expect(lyingIn(root).filter((one) => one.startsWith('.partial'))).toEqual([])
  expect(await psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde/%'")).toBe('0')
  const next = await runRonde('backup', { stateHome: state, inputs: { ...inputs(), root } })
  expect(next.outputs['verified']).toBe('true')
})
