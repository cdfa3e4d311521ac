import { globSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { docker, until } from '../../support/compose-project.ts'
import { createDatabaseProject, type DatabaseProject } from '../../support/database-project.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { personsRun } from '../../support/run-restore.ts'

jest.setTimeout(300_000)

const application = `  app:
    image: "ronde-quiz/postgres:15"
    pull_policy: never
    entrypoint: [sh, -c, 'while :; do psql -h db -U quiz game -At -c "SELECT pg_sleep(1000)"; sleep 0.2; done']
    init: true
    environment: { PGPASSWORD: horse-battery }
`

let database: DatabaseProject
beforeAll(async () => {
  database = await createDatabaseProject({ name: 'ronde-test-restore', beside: application })
  await database.psql(
    "CREATE TABLE scores AS SELECT n, md5(n::text) AS who FROM generate_series(1, 5000) AS n; CREATE FUNCTION mark() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  )
})
afterAll(() => database.project.remove())

test('the database of a service comes back while its application is connected; the application runs again, and undo works', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  await mkdir(stateHome, { mode: 0o700 })
  const files = { '.github/ronde.yml': `backup: { root: '${root}' }\n` }
  const common = {
    server: 'quiz-prod',
    'compose-directory': database.project.directory,
    'compose-project': database.project.name,
    'database-service': 'db',
  }
  const made = await runRonde('backup', { stateHome, files, inputs: { ...common, root } })
  expect(made.outputs['verified']).toBe('true')
  await database.psql('DELETE FROM scores WHERE n > 7')
  const restore = (inputs: Readonly<Record<string, string>>) =>
    runRonde('restore', { github: personsRun(), stateHome, files, inputs: { ...common, ...inputs } })
  const connected = () =>
    database.psql(
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
  const started = await docker('inspect', '--format', '{{.State.StartedAt}}', await database.project.idOf('app'))
  const applied = await restore({ digest: planned.outputs['digest'] ?? '', confirm: 'game@quiz-prod' })
  expect(applied.findings.map(({ id, status, observed }) => `${status} ${id} ${observed}`)).toEqual([
    'ok restore.verified equal',
    expect.stringContaining('ok restore.way-back'),
  ])
  expect(await database.psql('SELECT count(*) FROM scores')).toBe('5000')
  expect(await docker('inspect', '--format', '{{.State.StartedAt}}', await database.project.idOf('app'))).not.toBe(started)
  await until(connected, (answer) => answer === '1', 30_000)
  expect(await docker('ps', '--all', '--quiet', '--filter', 'label=ronde.backup')).toBe('')
  expect(globSync(join(root, '.partial*'))).toEqual([])
  expect(applied.log).not.toContain('horse-battery')

  const id = applied.outputs['restore-id'] ?? ''
  const back = await restore({ undo: id })
  const undone = await restore({ undo: id, digest: back.outputs['digest'] ?? '', confirm: 'game@quiz-prod' })
  expect([undone.outputs['restored'], await database.psql('SELECT count(*) FROM scores')]).toEqual(['true', '7'])
})
