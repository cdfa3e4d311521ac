import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { RestoreRecords } from '../../../src/actions/restore/steps.ts'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(240_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const ledgers = (state: string): string =>
  globSync(join(state, 'ronde/journal/*.jsonl'))
    .map((path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        // It was closed meanwhile.
        return ''
      }
    })
    .join('')

/** How a ledger shows that a step was begun; a step that is not here does not compile. `undefined`: only with services of a compose project. */
const begun: Record<keyof RestoreRecords, string | undefined> = {
  work: '"step":"work"',
  containers: undefined,
  sessions: '"step":"sessions"',
  roles: '"step":"roles"',
  copy: '"step":"copy"',
  stopped: undefined,
  swap: '"step":"swap"',
  kept: '"step":"kept"',
}

const databases = (): string =>
  psql(server, "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname !~ '^template'")
const rows = (): string => psql(server, 'SELECT count(*) FROM game', { database: 'quiz' })
const roles = (): string => psql(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ronde%'")

const prepare = async () => {
  for (const one of databases()
    .split(' ')
    .filter((name) => name !== 'postgres')) {
    psql(server, `ALTER DATABASE "${one}" ALLOW_CONNECTIONS false`)
    psql(server, `DROP DATABASE "${one}" WITH (FORCE)`)
  }
  psql(server, 'CREATE DATABASE quiz')
  psql(
    server,
    'CREATE TABLE game AS SELECT n, repeat(md5(n::text), 5) AS word FROM generate_series(1, 60000) AS n; CREATE INDEX ON game (word)',
    { database: 'quiz' },
  )
  const place = await restorePlace(server)
  expect((await place.backup()).outputs['verified']).toBe('true')
  psql(server, 'DELETE FROM game WHERE n > 10', { database: 'quiz' })
  return place
}

describe('a restore that is killed', () => {
  test.each(Object.entries(begun).flatMap(([step, sign]) => (sign === undefined ? [] : [[step, sign] as const])))(
    'after %s: a quick health-check leaves a whole database under its name, and the next restore succeeds',
    async (step, sign) => {
      await using place = await prepare()
      const digest = (await place.restore()).outputs['digest'] ?? ''
      const until = async () => {
        while (!ledgers(place.stateHome).includes(sign)) await delay(2)
      }
      const killed = await place.restore({ digest, confirm: 'quiz@quiz-prod' }, { signal: { name: 'SIGKILL', after: until() } })
      expect(killed.orphans).toEqual([])
      await place.look()
      const isKept = step === 'kept' || killed.exitCode === 0
      expect(rows()).toBe(isKept ? '60000' : '10')
      expect([roles(), ledgers(place.stateHome), globSync(join(place.root, '.partial-*'))]).toEqual(['0', '', []])
      // Of what was not swapped in only a copy that is whole may be there still.
      expect(databases().replace(/quiz__(?:before|restore)_[0-9a-f]{12}/, 'other')).toMatch(
        isKept ? /^postgres quiz other$/ : step === 'swap' ? /^postgres quiz other$/ : /^postgres quiz$/,
      )
      const again = await place.restore()
      const applied = await place.restore({ digest: again.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
      expect([applied.outputs['restored'], rows()]).toEqual(['true', '60000'])
      expect(applied.log.includes('an earlier run has loaded')).toBe(step === 'swap' && !isKept)
    },
  )

  test('by the runner, 10 s after its cancel, within the load', async () => {
    await using place = await prepare()
    const digest = (await place.restore()).outputs['digest'] ?? ''
    const until = async () => {
      while (!ledgers(place.stateHome).includes('"step":"copy"')) await delay(2)
    }
    const ran = await place.restore({ digest, confirm: 'quiz@quiz-prod' }, { cancel: { after: until() } })
    expect(ran.conclusion).toBe('cancelled')
    expect([rows(), roles(), databases(), ledgers(place.stateHome)]).toEqual(['10', '0', 'postgres quiz', ''])
  })
})
