import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { newAgeKey } from '../../support/age.ts'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { runBackup } from '../../support/run-backup.ts'

jest.setTimeout(120_000)

let source: PostgresServer
let empty: PostgresServer
beforeAll(async () => {
  source = await startPostgres({ binaries: debian })
  empty = await startPostgres({ binaries: debian })
})
afterAll(async () => {
  await source[Symbol.asyncDispose]()
  await empty[Symbol.asyncDispose]()
})

/** What stands in the page's blocks for a shell. */
const commandsIn = (page: string): string => [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block ?? '').join('\n')

const shell = (script: string, server = empty, more: Readonly<Record<string, string>> = {}) =>
  spawnSync('bash', ['-euo', 'pipefail'], {
    input: script,
    encoding: 'utf8',
    env: {
      PATH: `${debian}:/usr/bin:/bin`,
      PGHOST: server.host,
      PGPORT: `${server.port}`,
      PGUSER: 'postgres',
      PGPASSWORD: server.password,
      ...more,
    },
  })

test('the commands of RESTORE.md bring a database back on an empty server, and stop at a changed file', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'back ups')
  psql(source, `CREATE ROLE "app owner"; CREATE DATABASE "it's quiz" OWNER "app owner"`)
  const rows = `CREATE TABLE game (id serial, name text); ALTER TABLE game OWNER TO "app owner"; INSERT INTO game (name) SELECT md5(n::text) FROM generate_series(1, 50) AS n`
  psql(source, rows, { database: "it's quiz" })
  const ran = await runBackup(source, root, { url: source.url.replace(/\/postgres$/, `/${encodeURIComponent("it's quiz")}`) })
  expect(ran.outputs['verified']).toBe('true')
  const page = readFileSync(join(root, 'RESTORE.md'), 'utf8')
  expect(page).toContain('50 rows, proven 20')
  const done = shell(commandsIn(page))
  expect([done.status, done.stderr]).toEqual([0, ''])
  expect(done.stdout.match(/Signature Verified Successfully/g)).toHaveLength(2)
  const sum = "SELECT count(*) || ' ' || sum(hashtextextended(textin(record_out(r.*)), 0)::numeric) FROM ONLY game AS r"
  expect(psql(empty, sum, { database: "it's quiz" })).toBe(psql(source, sum, { database: "it's quiz" }))
  expect(psql(empty, "SELECT tableowner FROM pg_tables WHERE tablename = 'game'", { database: "it's quiz" })).toBe('app owner')

  const dump = join(ran.outputs['backup-path'] ?? '', 'database.dump')
  const { appendFileSync } = await import('node:fs')
  appendFileSync(dump, 'x')
  const stopped = shell(commandsIn(page))
  expect(stopped.status).not.toBe(0)
  expect(stopped.stdout).toContain('database.dump: FAILED')
})

test('with globals, archives and age: the key that was kept offline and standard tools bring all of it back', async () => {
  await using folder = await temporaryFolder()
  await using again = await startPostgres({ binaries: debian })
  const [root, media, identity, target] = ['backups', 'media', 'offline.key', 'target'].map((one) => join(folder.path, one)) as [
    string,
    string,
    string,
    string,
  ]
  const [offline, drill] = [newAgeKey(), newAgeKey()]
  await mkdir(media)
  await writeFile(join(media, 'one.png'), 'a picture')
  await writeFile(identity, offline.secret)
  psql(source, `CREATE ROLE player LOGIN; ALTER ROLE player SET work_mem = '5MB'; CREATE DATABASE quiz OWNER player`)
  psql(source, 'CREATE TABLE game AS SELECT n FROM generate_series(1, 30) AS n; ALTER TABLE game OWNER TO player', { database: 'quiz' })
  const encrypt = `recipients: [${offline.recipient}, ${drill.recipient}]`
  const ran = await runBackup(source, root, { inputs: { kinds: 'database, globals, media', media, encrypt } })
  expect(ran.outputs['verified']).toBe('true')
  const page = readFileSync(join(root, 'RESTORE.md'), 'utf8')
  expect(shell(commandsIn(page), again, { IDENTITY: identity, TARGET: target })).toMatchObject({ status: 0 })
  const facts = `SELECT count(*), (SELECT rolconfig FROM pg_roles WHERE rolname = 'player'), (SELECT tableowner FROM pg_tables WHERE tablename = 'game') FROM game`
  expect(psql(again, facts, { database: 'quiz' })).toBe(psql(source, facts, { database: 'quiz' }))
  expect(readFileSync(join(target, 'media-media', media, 'one.png'), 'utf8')).toBe('a picture')
})
