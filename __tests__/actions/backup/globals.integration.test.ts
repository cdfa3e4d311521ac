import { mkdirSync, readFileSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { owner } from '../../support/postgres-cluster.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { manifestIn, runBackup } from '../../support/run-backup.ts'

jest.setTimeout(120_000)

const verifier = /SCRAM-SHA-256\$/

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
  const folder = join(server.directory, 'fast disk')
  mkdirSync(folder)
  await chown(folder, owner.uid ?? -1, owner.gid ?? -1)
  psql(server, `CREATE TABLESPACE fast LOCATION '${folder}'`)
  psql(
    server,
    `CREATE DATABASE quiz; CREATE ROLE "app owner" LOGIN PASSWORD 'a password of the app' VALID UNTIL '2030-01-01'; CREATE ROLE readers;
    COMMENT ON ROLE readers IS E'they read\n\\\\! and nothing else'; ALTER ROLE "app owner" SET search_path = app, public; ALTER ROLE readers SET quiz.mode = 'read only';
    ALTER ROLE postgres SET work_mem = '8MB'; GRANT readers TO "app owner" WITH ADMIN OPTION; GRANT SET ON PARAMETER log_min_messages TO readers;
    CREATE ROLE keeper LOGIN PASSWORD 'keeper of the quiz'`,
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const settingsOf = (at: PostgresServer): string =>
  psql(at, "SELECT rolname, rolcanlogin, rolvaliduntil, rolconfig FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1")

test('roles, memberships, settings and tablespaces are proven, and psql brings them back', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const ran = await runBackup(server, root, { inputs: { kinds: 'globals' } })
  expect(ran.verified()).toMatchObject({
    status: 'ok',
    subject: 'globals',
    observed: expect.stringMatching(/4 roles$/),
    evidence: ["not compared: 1 tablespaces: their folders are on the source's disks"],
  })
  const path = ran.outputs['backup-path'] ?? ''
  expect(path).toBe(join(root, 'quiz-prod--globals--globals', ran.outputs['backup-id'] ?? ''))
  expect(manifestIn(path)).toMatchObject({ kind: 'globals', source: { database: '' }, artifacts: [{ name: 'globals.sql', codec: 'none' }] })
  const text = readFileSync(join(path, 'globals.sql'), 'utf8')
  expect(text).toContain('CREATE TABLESPACE fast')
  expect(text).not.toMatch(verifier)
  expect(readFileSync(join(root, 'RESTORE.md'), 'utf8')).toContain('psql --no-psqlrc --file globals.sql --dbname=postgres')
  await using again = await startPostgres({ binaries: debian })
  // Two things are there already and are said: the first superuser, and the tablespace's folder, which is in use on this disk.
  psql(again, text, { more: ['-v', 'ON_ERROR_STOP=0'] })
  expect(settingsOf(again)).toBe(settingsOf(server))
})

test('verifiers of passwords are there when asked for, are in no log, and come back', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const ran = await runBackup(server, root, { inputs: { kinds: 'globals, database', 'globals-passwords': 'true' } })
  expect(ran.outputs['verified']).toBe('true')
  const [, path = ''] = (ran.outputs['backup-path'] ?? '').split('\n')
  const text = readFileSync(join(path, 'globals.sql'), 'utf8')
  expect(text.match(new RegExp(verifier, 'g'))).toHaveLength(3)
  expect(JSON.stringify([ran.log, ran.reports])).not.toMatch(verifier)
  expect(readFileSync(join(root, 'RESTORE.md'), 'utf8')).not.toContain('createuser --')
})

test('a role that may not read verifiers is told so before anything is written; without them it needs no right', async () => {
  await using folder = await temporaryFolder()
  const url = `postgres://keeper:keeper%20of%20the%20quiz@127.0.0.1:${server.port}/quiz`
  const root = join(folder.path, 'backups')
  const refused = await runBackup(server, root, { url, inputs: { kinds: 'globals', 'globals-passwords': 'true' } })
  expect(refused.verified()).toMatchObject({ status: 'critical', observed: expect.stringContaining('role keeper may not read pg_authid') })
  expect((await runBackup(server, root, { url, inputs: { kinds: 'globals' } })).verified().status).toBe('ok')
})
