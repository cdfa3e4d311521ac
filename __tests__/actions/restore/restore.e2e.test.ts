import { globSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createTestProject, docker, type TestProject, until } from '../../support/compose-project.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { personsRun } from '../../support/run-restore.ts'

jest.setTimeout(300_000)

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
  app:
    image: "ronde-quiz/postgres:15"
    pull_policy: never
    entrypoint: [sh, -c, 'while :; do psql -h db -U quiz game -At -c "SELECT pg_sleep(1000)"; sleep 0.2; done']
    init: true
    environment: { PGPASSWORD: horse-battery }
`

let project: TestProject
let container = ''
const psql = (sql: string, database = 'game') =>
  docker('exec', '-e', 'PGPASSWORD=horse-battery', '-e', 'PGHOST=127.0.0.1', container, 'psql', '-U', 'quiz', database, '-At', '-c', sql)

beforeAll(async () => {
  project = await createTestProject('ronde-test-restore', { 'compose.yaml': composeFile })
  await project.compose('up', '-d')
  container = await project.idOf('db')
  await until(
    () => psql('SELECT 1').catch(String),
    (answer) => answer === '1',
    60_000,
  )
  await psql(
    "CREATE TABLE scores AS SELECT n, md5(n::text) AS who FROM generate_series(1, 5000) AS n; CREATE FUNCTION mark() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  )
})
afterAll(() => project.remove())

test('the database of a service comes back while its application is connected; the application runs again, and undo works', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  await mkdir(stateHome, { mode: 0o700 })
  const files = { '.github/ronde.yml': `backup: { root: '${root}' }\n` }
  const common = { server: 'quiz-prod', 'compose-directory': project.directory, 'compose-project': project.name, 'database-service': 'db' }
  const made = await runRonde('backup', { stateHome, files, inputs: { ...common, root } })
  expect(made.outputs['verified']).toBe('true')
  await psql('DELETE FROM scores WHERE n > 7')
  const restore = (inputs: Readonly<Record<string, string>>) =>
    runRonde('restore', { github: personsRun(), stateHome, files, inputs: { ...common, ...inputs } })
  const connected = () =>
    psql(
      "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep' AND application_name = 'psql' AND pid <> pg_backend_pid()",
      'postgres',
    )
  await until(connected, (answer) => answer === '1', 30_000)

  const planned = await restore({})
  expect(planned.reports[0]?.facts['plan']).toMatchObject({
    lines: expect.arrayContaining([
      expect.objectContaining({ does: 'stop meanwhile', subject: 'service app' }),
      expect.objectContaining({ does: 'end' }),
    ]),
  })
  const started = await docker('inspect', '--format', '{{.State.StartedAt}}', await project.idOf('app'))
  const applied = await restore({ digest: planned.outputs['digest'] ?? '', confirm: 'game@quiz-prod' })
  expect(applied.findings.map(({ id, status, observed }) => `${status} ${id} ${observed}`)).toEqual([
    'ok restore.verified equal',
    expect.stringContaining('ok restore.way-back'),
  ])
  expect(await psql('SELECT count(*) FROM scores')).toBe('5000')
  expect(await docker('inspect', '--format', '{{.State.StartedAt}}', await project.idOf('app'))).not.toBe(started)
  await until(connected, (answer) => answer === '1', 30_000)
  expect(await docker('ps', '--all', '--quiet', '--filter', 'label=ronde.backup')).toBe('')
  expect(globSync(join(root, '.partial*'))).toEqual([])
  expect(applied.log).not.toContain('horse-battery')

  const id = applied.outputs['restore-id'] ?? ''
  const back = await restore({ undo: id })
  const undone = await restore({ undo: id, digest: back.outputs['digest'] ?? '', confirm: 'game@quiz-prod' })
  expect([undone.outputs['restored'], await psql('SELECT count(*) FROM scores')]).toEqual(['true', '7'])
})
