import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { docker } from '../../support/compose-project.ts'
import { createDatabaseProject, type DatabaseProject } from '../../support/database-project.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { lyingIn, manifestIn } from '../../support/run-backup.ts'

jest.setTimeout(180_000)

let database: DatabaseProject
beforeAll(async () => {
  database = await createDatabaseProject({ name: 'ronde-test-backup' })
  await database.inDatabase('pgbench', '-U', 'quiz', '-i', '-s', '3', '-q', 'game')
})
afterAll(() => database.project.remove())

const inputs = () => ({
  server: 'quiz-prod',
  'compose-directory': database.project.directory,
  'compose-project': database.project.name,
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
  const bench = database.inDatabase('pgbench', '-U', 'quiz', '-c', '2', '-T', '4', '-n', 'game')
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
  expect(await database.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde/%'")).toBe('0')
  const next = await runRonde('backup', { stateHome: state, inputs: { ...inputs(), root } })
  expect(next.outputs['verified']).toBe('true')
})
