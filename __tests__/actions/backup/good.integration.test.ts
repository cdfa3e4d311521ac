import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql, tryBackup } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { richDatabase } from '../../support/rich-database.ts'

jest.setTimeout(120_000)

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian, settings: { wal_level: 'logical' } })
  psql(server, 'CREATE DATABASE rich')
  psql(server, richDatabase, { database: 'rich' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

test('a database with one of everything is proven', async () => {
  const { outcome, taken } = await tryBackup(server, { database: 'rich' })
  expect(outcome).toEqual({ kind: 'proven', notCompared: expect.arrayContaining([expect.stringContaining('watch')]) })
  expect(taken.failures).toEqual([])
  const seen = new Map(taken.contents.relations.map(({ schema, name, rows, by }) => [`${schema}.${name}`, { rows, by }]))
  // A CHECK of the application calls a function of the application, and we are a superuser.
  expect(seen.get('app.game')).toEqual({ rows: 503, by: 'copied' })
  expect(seen.get('public.visits_2026')).toEqual({ rows: 365, by: 'planned' })
  expect(seen.get('app.far')).toEqual({ rows: 0, by: 'excluded' })
  expect(seen.get('public.empty_table')).toEqual({ rows: 0, by: 'planned' })
})

test('the hashes of the manifest are those that psql alone gives', async () => {
  const { taken } = await tryBackup(server, { database: 'rich' })
  const planned = taken.contents.relations.filter(({ by }) => by === 'planned')
  expect(planned.length).toBeGreaterThan(5)
  const sums = planned.map(({ schema, name }) => {
    const table = `${quoted(schema)}.${quoted(name)}`
    const sql = `SET extra_float_digits = 1; SET TimeZone = 'UTC'; SELECT coalesce(sum(hashtextextended(textin(record_out(r.*)), 0)::numeric), 0) FROM ONLY ${table} AS r`
    return psql(server, sql, { database: 'rich' })
  })
  expect(sums).toEqual(planned.map(({ hash }) => hash))
})

test('an empty database is proven', async () => {
  psql(server, 'CREATE DATABASE nothing')
  expect((await tryBackup(server, { database: 'nothing' })).outcome).toEqual({ kind: 'proven', notCompared: [] })
})

test('a database that was itself restored from a dump is proven', async () => {
  psql(server, 'CREATE DATABASE twice TEMPLATE template0')
  const url = (database: string) => server.url.replace(/\/postgres$/, `/${database}`)
  execFileSync('sh', ['-c', '"$0/pg_dump" -Fc "$1" | "$0/pg_restore" --exit-on-error -d "$2"', debian, url('rich'), url('twice')])
  expect((await tryBackup(server, { database: 'twice' })).outcome).toMatchObject({ kind: 'proven' })
})
