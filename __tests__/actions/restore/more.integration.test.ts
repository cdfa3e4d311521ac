import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { newAgeKey } from '../../support/age.ts'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { onlyDatabase, restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(300_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const inQuiz = (sql: string, database = 'quiz') => psql(server, sql, { database })
const databases = (): readonly string[] =>
  psql(server, "SELECT datname FROM pg_database WHERE datname !~ '^(template|postgres$)' ORDER BY 1").split('\n')

beforeEach(() => {
  for (const one of databases().filter((name) => name !== '')) {
    psql(server, `ALTER DATABASE "${one}" ALLOW_CONNECTIONS false`)
    psql(server, `DROP DATABASE "${one}" WITH (FORCE)`)
  }
  psql(server, 'CREATE DATABASE quiz')
  inQuiz('CREATE TABLE game AS SELECT generate_series(1, 100) AS n')
})

type Place = Awaited<ReturnType<typeof restorePlace>>
const apply = async (place: Place) => {
  const planned = await place.restore()
  return place.restore({ digest: planned.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
}

test('an encrypted backup is opened by a key file of the host, and by no other', async () => {
  const [one, two, stranger] = [newAgeKey(), newAgeKey(), newAgeKey()]
  await using place = await restorePlace(server, { encrypt: `{ recipients: [${one.recipient}, ${two.recipient}], identity-file: KEYS }` })
  await place.backup({ encrypt: `{ recipients: [${one.recipient}, ${two.recipient}] }` })
  inQuiz('DELETE FROM game')
  writeFileSync(place.keyFile, stranger.secret, { mode: 0o600 })
  const refused = await apply(place)
  expect([refused.outputs['restored'], refused.findings[0]?.observed]).toEqual([
    'false',
    expect.stringMatching(/cannot be decrypted: .*no identity matched/),
  ])
  expect(inQuiz('SELECT count(*) FROM game')).toBe('0')
  writeFileSync(place.keyFile, two.secret)
  const applied = await apply(place)
  expect([applied.outputs['restored'], inQuiz('SELECT count(*) FROM game')]).toEqual(['true', '100'])
})

test('when health-check is worse after the swap, what was there is there again', async () => {
  const http = createServer((_, answer) => {
    answer.statusCode = inQuiz('SELECT count(*) FROM game') === '100' ? 500 : 200
    answer.end('x')
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  await using place = await restorePlace(server, {
    section: `health-check: { checks: [postgres, endpoints], endpoints: [{ url: 'http://127.0.0.1:${port}/' }] }`,
  })
  await place.backup()
  inQuiz('DELETE FROM game WHERE n > 9')
  const ran = await apply(place)
  http.close()
  expect([ran.outputs['restored'], ran.findings[0]?.observed]).toEqual([
    'false',
    expect.stringMatching(/health-check is worse than before/),
  ])
  expect(inQuiz('SELECT count(*) FROM game')).toBe('9')
  expect(databases().filter((name) => name.includes('__before_'))).toEqual([])
})

test('on the host the inputs are options of a command, with the same plan and the same typing', async () => {
  await using place = await restorePlace(server)
  await place.backup()
  inQuiz('DELETE FROM game')
  const config = join(place.root, '../ronde.yml')
  writeFileSync(config, `server: quiz-prod\nbackup: { root: '${place.root}' }\n${onlyDatabase}`)
  const report = join(place.root, '../report.json')
  const command = (...options: readonly string[]) =>
    spawnSync(process.execPath, ['.build/restore.js', '--config', config, '--report-file', report, ...options], {
      encoding: 'utf8',
      cwd: resolve('.'),
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: place.stateHome,
        XDG_STATE_HOME: place.stateHome,
        'INPUT_DATABASE-URL': place.urlOf('quiz'),
      },
    })
  expect(command('--digset', 'x').stderr).toContain('there is no option --digset; did you mean digest?')
  const planned = command('--kind', 'database', '--backup=latest-verified')
  expect(planned.status).toBe(0)
  const { facts } = JSON.parse(readFileSync(report, 'utf8')) as { facts: { plan: { digest: string } } }
  const applied = command('--digest', facts.plan.digest.slice(0, 12), '--confirm', 'quiz@quiz-prod')
  expect([applied.status, applied.stdout + applied.stderr, inQuiz('SELECT count(*) FROM game')]).toEqual([0, expect.any(String), '100'])
})

test('the first proven backup after 7 days drops what a restore kept, and its dry run says so; before that it stays', async () => {
  await using place = await restorePlace(server)
  await place.backup()
  const applied = await apply(place)
  const kept = `quiz__before_${applied.outputs['restore-id'] ?? ''}`
  await place.backup()
  expect(databases()).toEqual(['quiz', kept])
  const comment = psql(server, `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '${kept}'`)
  const late = comment.replace(/"until":"[^"]+"/, '"until":"2026-01-01T00:00:00.000Z"')
  psql(server, `COMMENT ON DATABASE "${kept}" IS '${late}'`)
  psql(server, `CREATE DATABASE quiz__before_0123456789ab`)
  const dry = await place.backup({ 'dry-run': 'true' })
  expect(dry.reports[0]?.facts['plan']).toMatchObject({
    lines: expect.arrayContaining([expect.objectContaining({ does: 'drop', subject: `database ${kept}, which a restore kept` })]),
  })
  expect(databases()).toContain(kept)
  await place.backup()
  expect(databases()).toEqual(['quiz', 'quiz__before_0123456789ab'])
})
