import { createHash, verify } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { lyingIn, manifestIn, runBackup } from '../../support/run-backup.ts'

jest.setTimeout(120_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
  psql(server, 'CREATE DATABASE quiz; CREATE DATABASE "-odd na/me"')
  psql(server, "CREATE TABLE game (id int, name text); INSERT INTO game SELECT n, 'player ' || n FROM generate_series(1, 100) AS n", {
    database: 'quiz',
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const sessions = (): string => psql(server, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")

test('a backup is proven, signed, in its place and for nobody else', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const ran = await runBackup(server, root)
  expect([ran.exitCode, ran.verified().status]).toEqual([0, 'ok'])
  const { 'backup-id': id = '', 'backup-path': path = '', verified, 'size-bytes': size } = ran.outputs
  expect(path).toBe(join(root, 'quiz-prod--quiz--database', id))
  expect(verified).toBe('true')
  expect(lyingIn(root)).toEqual([
    'RESTORE.md',
    'quiz-prod--quiz--database',
    `quiz-prod--quiz--database/${id}`,
    ...['database.dump', 'manifest.json', 'manifest.sig', 'verify.json', 'verify.sig'].map(
      (name) => `quiz-prod--quiz--database/${id}/${name}`,
    ),
    'ronde-backup.pub.pem',
  ])
  for (const name of lyingIn(root)) {
    const { mode } = statSync(join(root, name))
    expect([name, (mode & 0o777).toString(8)]).toEqual([name, statSync(join(root, name)).isDirectory() ? '700' : '600'])
  }
  const manifest = manifestIn(path)
  const dump = readFileSync(join(path, 'database.dump'))
  expect(manifest).toMatchObject({
    kind: 'database',
    id,
    server: 'quiz-prod',
    source: {
      database: 'quiz',
      systemIdentifier: psql(server, 'SELECT system_identifier FROM pg_control_system()'),
      serverVersion: expect.stringMatching(/^15/),
    },
    artifacts: [
      {
        name: 'database.dump',
        bytes: dump.length,
        sha256: createHash('sha256').update(dump).digest('hex'),
        codec: 'custom',
        recipients: [],
      },
    ],
    relations: [{ schema: 'public', name: 'game', rows: 100 }],
  })
  expect(String(dump.length)).toBe(size)
  const key = readFileSync(join(root, 'ronde-backup.pub.pem'), 'utf8')
  for (const name of ['manifest', 'verify'])
    expect(verify(null, readFileSync(join(path, `${name}.json`)), key, readFileSync(join(path, `${name}.sig`)))).toBe(true)
  expect(JSON.parse(readFileSync(join(path, 'verify.json'), 'utf8'))).toMatchObject({ verified: true, failures: [], ciphertext: 'none' })
  expect(sessions()).toBe('0')
})

test('a database with a name that is no file name, and with none of our words, is proven', async () => {
  await using folder = await temporaryFolder()
  const ran = await runBackup(server, join(folder.path, 'backups'), { url: server.url.replace(/\/postgres$/, '/-odd%20na%2Fme') })
  expect([ran.verified().status, ran.outputs['backup-path']]).toEqual([
    'ok',
    expect.stringContaining('quiz-prod--%2Dodd%20na%2Fme--database'),
  ])
})

test('a dry run makes nothing, not even the folder', async () => {
  await using folder = await temporaryFolder()
  const ran = await runBackup(server, join(folder.path, 'backups'), { inputs: { 'dry-run': 'true' } })
  expect(ran.exitCode).toBe(0)
  expect(lyingIn(folder.path).filter((name) => name.includes('backups'))).toEqual([])
  expect(ran.reports[0]?.facts['plan']).toMatchObject({ lines: [{ does: 'back up', subject: expect.stringContaining('database/quiz') }] })
})

test('a second server in the same root is told', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  await runBackup(server, root)
  const again = await runBackup(server, root)
  expect(again.findings.filter(({ id }) => id === 'backup.key')).toMatchObject([{ status: 'warning' }])
})

test.each([
  [
    'inside the data of a server',
    (folder: string) => writeFileSync(join(folder, 'PG_VERSION'), '15\n'),
    /is inside .*the data of a PostgreSQL server/,
  ],
  ['readable for others', (folder: string) => mkdirSync(join(folder, 'backups'), { mode: 0o755 }), /others can look into it/],
  ['a link', (folder: string) => symlinkSync('/var/tmp', join(folder, 'backups')), /is no folder, or a link to one/],
])('a root that is %s is refused, and nothing is made', async (_, prepare, why) => {
  await using folder = await temporaryFolder()
  prepare(folder.path)
  const ran = await runBackup(server, join(folder.path, 'backups'))
  expect(ran.exitCode).toBe(1)
  expect(ran.log).toMatch(why)
  expect(ran.outputs['backup-id'] ?? '').toBe('')
})

test('a relative root and an unknown kind are mistakes, told together', async () => {
  const ran = await runBackup(server, 'backups', { inputs: { kinds: 'datbase' } })
  expect(ran.exitCode).toBe(1)
  expect(ran.log).toMatch(/absolute path/)
  expect(ran.log).toMatch(/datbase/)
})

test('a wrong password is not seen, and leaves nothing', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const ran = await runBackup(server, root, { url: server.url.replace(/:[^:@]+@/, ':not-the-password@').replace(/postgres$/, 'quiz') })
  expect(ran.findings.map(({ id, status }) => `${status} ${id}`)).toEqual(['unknown postgres.reachable'])
  expect(lyingIn(root)).toEqual(['ronde-backup.pub.pem'])
})

test('what our role lacks is named before anything is dumped, and what is advised is enough', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  psql(server, "CREATE ROLE keeper LOGIN PASSWORD 'keeper of the quiz'; CREATE DATABASE guarded")
  psql(server, 'CREATE TABLE a (b int); CREATE TABLE c (d int); ALTER TABLE c ENABLE ROW LEVEL SECURITY; SELECT lo_create(1)', {
    database: 'guarded',
  })
  const url = `postgres://keeper:keeper%20of%20the%20quiz@127.0.0.1:${server.port}/guarded`
  const ran = await runBackup(server, root, { url })
  expect(ran.verified()).toMatchObject({
    status: 'critical',
    observed: 'role keeper may not read tables: public.a, public.c',
    advice: expect.stringContaining('GRANT pg_read_all_data TO "keeper"; ALTER ROLE "keeper" BYPASSRLS;'),
    evidence: ['row-level security hides rows: public.c', 'may not read large objects'],
  })
  expect(lyingIn(root)).toEqual(['ronde-backup.pub.pem'])
  psql(server, 'GRANT pg_read_all_data TO keeper; ALTER ROLE keeper BYPASSRLS; GRANT SELECT ON LARGE OBJECT 1 TO keeper', {
    database: 'guarded',
  })
  expect((await runBackup(server, root, { url })).verified().status).toBe('ok')
})

test('definitions alone are a backup like the others, which psql brings back', async () => {
  await using folder = await temporaryFolder()
  const ran = await runBackup(server, join(folder.path, 'backups'), { inputs: { kinds: 'database, schema' } })
  const told = ran.findings.filter(({ id }) => id !== 'backup.room')
  expect(told.map(({ id, status, subject }) => `${status} ${id} ${subject}`).toSorted()).toEqual(
    ['backup.retention', 'backup.suspect', 'backup.verified'].flatMap((id) => [`ok ${id} database/quiz`, `ok ${id} schema/quiz`]),
  )
  const [, path = ''] = (ran.outputs['backup-path'] ?? '').split('\n')
  expect(path).toContain('quiz-prod--quiz--schema')
  expect(ran.outputs['backup-id']?.split('\n')).toHaveLength(2)
  expect(manifestIn(path)).toMatchObject({ kind: 'schema', artifacts: [{ name: 'schema.sql', codec: 'none' }], relations: [] })
  psql(server, 'CREATE DATABASE again')
  psql(server, readFileSync(join(path, 'schema.sql'), 'utf8'), { database: 'again' })
  expect(psql(server, 'SELECT count(*) FROM game', { database: 'again' })).toBe('0')
  expect(ran.outputs['verified']).toBe('true')
})
