import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { runRonde } from '../../support/ronde.ts'
import { onlyDatabase, personsRun, restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(180_000)

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

const rowsSql = "SELECT count(*) || ' ' || sum(hashtextextended(textin(record_out(r.*)), 0)::numeric) FROM ONLY game AS r"

test('on a new machine with an empty server, of the copy elsewhere and the public key alone; a forged copy is refused', async () => {
  psql(source, 'CREATE ROLE app; CREATE DATABASE quiz OWNER app')
  psql(source, 'CREATE TABLE game AS SELECT n, md5(n::text) AS name FROM generate_series(1, 300) AS n; ALTER TABLE game OWNER TO app', {
    database: 'quiz',
  })
  await using place = await restorePlace(source)
  const share = join(place.root, '../share')
  await mkdir(share)
  const made = await place.backup({ 'off-site': `[{ directory: ${share} }]` })
  expect(made.outputs['verified']).toBe('true')
  const key = readFileSync(join(place.root, 'ronde-backup.pub.pem'), 'utf8')
  await rm(place.root, { recursive: true })
  const stateHome = join(place.root, '../new-state')
  await mkdir(stateHome, { mode: 0o700 })
  const fileOf = (keys: string) => ({
    '.github/ronde.yml': `backup:\n  root: ${place.root}\n  off-site: [{ directory: ${share} }]\n${keys}${onlyDatabase}`,
  })
  const trusted = fileOf(
    `  trusted-keys:\n    - |\n${key
      .trim()
      .split('\n')
      .map((line) => `      ${line}\n`)
      .join('')}`,
  )
  const url = `postgres://postgres:${empty.password}@127.0.0.1:${empty.port}/quiz`
  const restore = (inputs: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = trusted) =>
    runRonde('restore', {
      github: personsRun(),
      files,
      stateHome,
      timeoutMs: 120_000,
      inputs: { 'database-url': url, server: 'quiz-prod', ...inputs },
    })

  const stranger = await restore({ from: 'off-site' }, fileOf(''))
  expect([stranger.exitCode, stranger.log]).toEqual([1, expect.stringContaining('off-site: there is no backup of it')])
  expect(globSync(join(place.root, '**/*'), { exclude: (one) => one.endsWith('.pem') })).toEqual([])

  const planned = await restore({ from: 'off-site' })
  expect([planned.exitCode, planned.findings[0]?.id]).toEqual([0, 'restore.plan'])
  const applied = await restore({
    backup: made.outputs['backup-id'] ?? '',
    digest: planned.outputs['digest'] ?? '',
    confirm: 'quiz@quiz-prod',
  })
  expect(applied.outputs['restored']).toBe('true')
  expect(psql(empty, rowsSql, { database: 'quiz' })).toBe(psql(source, rowsSql, { database: 'quiz' }))
  expect(psql(empty, "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'game'", { database: 'quiz' })).toBe('app')
  expect(globSync(join(place.root, '.partial*'))).toEqual([])

  await rm(place.root, { recursive: true })
  const [dump = ''] = globSync(join(share, '*/*/database.dump'))
  const bytes = readFileSync(dump)
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1
  writeFileSync(dump, bytes)
  const damaged = await restore({ from: 'off-site' })
  expect([damaged.exitCode, damaged.log]).toEqual([1, expect.stringContaining('is not what was backed up')])
  expect(globSync(join(place.root, '*'))).toEqual([])
})
