import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { until } from '../../support/compose-project.ts'
import { createDatabaseProject, type DatabaseProject } from '../../support/database-project.ts'
import { runRonde } from '../../support/ronde.ts'

jest.setTimeout(120_000)

let database: DatabaseProject
beforeAll(async () => {
  database = await createDatabaseProject({
    name: 'ronde-test-maintain',
    more: ['mem_limit: 256m', 'logging: { options: { max-size: 1m } }'],
  })
  await database.inDatabase('pgbench', '-U', 'quiz', '-i', '-s', '5', '-q', 'game')
})
afterAll(() => database.project.remove())

const maintain = (inputs: Readonly<Record<string, string>>) =>
  runRonde('db-maintain', {
    inputs: {
      'compose-directory': database.project.directory,
      'compose-project': database.project.name,
      'database-service': 'db',
      ...inputs,
    },
  })

test('looks after the database of a service under the load of pgbench, which loses no transaction', async () => {
  const bench = database.inDatabase('pgbench', '-U', 'quiz', '-c', '4', '-T', '10', '-n', 'game')
  const ran = await maintain({ tasks: 'vacuum, analyze, reindex, indexes, bloat, size', 'expected-indexes': 'pgbench_accounts_pkey' })
  expect(await bench).toMatch(/number of failed transactions: 0 /)
  expect(ran.reports[0]?.scope).toEqual(['vacuum', 'analyze', 'reindex', 'indexes', 'bloat', 'size'])
  expect(ran.findings.filter((finding) => finding.status !== 'ok' && finding.id !== 'db.volume')).toEqual([])
  expect(ran.outputs['vacuumed']).toBe('4')
})

test('sees the room of the volume that the container sees', async () => {
  const ran = await maintain({ tasks: 'size' })
  const free = Number((await database.inDatabase('df', '-P', '-k', '/var/lib/postgresql')).split('\n')[1]?.split(/\s+/)[3]) * 1024
  const found = ran.findings.find((finding) => finding.id === 'db.volume')
  const seen = found?.measurements[0]?.value ?? 0
  expect(Math.abs(seen - free)).toBeLessThan(1e9)
  expect(found?.subject).toBe('database/game')
})

test('a container that is restarted in the middle of a VACUUM costs that task alone', async () => {
  await database.psql("ALTER ROLE quiz SET vacuum_cost_delay = '100ms'; ALTER ROLE quiz SET vacuum_cost_limit = 1")
  const run = maintain({ tasks: 'vacuum, size', tables: 'pgbench_accounts' })
  await until(
    () => database.psql('SELECT count(*) FROM pg_stat_progress_vacuum'),
    (answer) => answer === '1',
  )
  await database.project.compose('restart', 'db')
  const ran = await run
  expect(ran.findings.filter((finding) => finding.status !== 'ok').map((finding) => `${finding.id} ${finding.check}`)).toEqual([
    'db.unfinished vacuum',
  ])
  expect(ran.reports[0]?.scope).toEqual(['size'])
  expect(await database.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")).toBe('0')
})
