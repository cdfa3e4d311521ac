import { appendFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { agedCopy } from '../../support/own-backups.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { personsRun, restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(180_000)

let server: PostgresServer
let place: Awaited<ReturnType<typeof restorePlace>>
let path = ''
let id = ''
beforeAll(async () => {
  server = await startPostgres({ binaries: debian, settings: { max_prepared_transactions: '5' } })
  psql(server, 'CREATE DATABASE quiz')
  psql(server, 'CREATE TABLE game AS SELECT generate_series(1, 100) AS n', { database: 'quiz' })
  place = await restorePlace(server)
  const made = await place.backup()
  path = made.outputs['backup-path'] ?? ''
  id = made.outputs['backup-id'] ?? ''
})
afterAll(async () => {
  await place[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const state = () =>
  psql(server, "SELECT string_agg(datname || oid, ' ' ORDER BY datname) FROM pg_database") +
  psql(server, 'SELECT count(*) FROM game', { database: 'quiz' })
let before = ''
beforeEach(() => {
  before = state()
})

describe('nothing is changed', () => {
  test.each([
    ['a path', { backup: '../../etc' }, /input backup: is neither latest-verified nor the id/],
    ['an id that is none', { undo: 'zz' }, /is no id of a restore/],
    ['a confirm without a digest', { confirm: 'quiz@quiz-prod' }, /`confirm` is given without `digest`/],
    ['a digest that nobody was shown', { digest: '000000000000', confirm: 'quiz@quiz-prod' }, /the digest is of another plan/],
    ['an undo of nothing', { undo: '0123456789ab' }, /is not on this server any more/],
    ['a template', { target: 'template1' }, /is a template/],
  ])('by %s', async (_, inputs, why) => {
    const ran = await place.restore(inputs)
    expect([ran.exitCode, ran.log]).toEqual([1, expect.stringMatching(why)])
    expect(state()).toBe(before)
  })

  test('by a wrong word, in the run of the plan, and by whoever is no person; the digest is good afterwards', async () => {
    const own = personsRun()
    const planned = await place.restore({}, { github: own })
    const digest = planned.outputs['digest'] ?? ''
    const confirm = 'quiz@quiz-prod'
    const tried = [
      await place.restore({ digest, confirm: 'quiz@quiz' }),
      await place.restore({ digest }),
      await place.restore({ digest, confirm }, { github: own }),
      await place.restore({ digest, confirm }, { github: { ...own, run_id: '77', event_name: 'schedule' } }),
      await place.restore(
        { digest, confirm },
        { github: { ...own, run_id: '78', event: { ...own.event, sender: { type: 'Bot', login: 'x[bot]' } } } },
      ),
    ]
    expect(tried.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 1])
    expect(
      tried.map(({ log }) => /must be exactly quiz@quiz-prod|in another run|runs only on workflow_dispatch|only a person/.exec(log)?.[0]),
    ).toEqual([
      'must be exactly quiz@quiz-prod',
      'must be exactly quiz@quiz-prod',
      'in another run',
      'runs only on workflow_dispatch',
      'only a person',
    ])
    expect(state()).toBe(before)
    psql(server, 'DROP DATABASE quiz')
    psql(server, 'CREATE DATABASE quiz')
    psql(server, 'CREATE TABLE game AS SELECT generate_series(1, 3) AS n', { database: 'quiz' })
    before = state()
    const other = await place.restore({ digest, confirm })
    expect([other.exitCode, other.log]).toEqual([1, expect.stringContaining('what would be done has changed since')])
    expect(state()).toBe(before)
    const applied = await place.restore({ digest: (await place.restore()).outputs['digest'] ?? '', confirm })
    expect(applied.outputs['restored']).toBe('true')
  })

  test('while a prepared transaction holds the database', async () => {
    psql(server, "BEGIN; INSERT INTO game VALUES (1); PREPARE TRANSACTION 'held'", { database: 'quiz' })
    const ran = await place.restore()
    psql(server, "ROLLBACK PREPARED 'held'", { database: 'quiz' })
    expect(ran.findings).toMatchObject([
      { id: 'restore.plan', status: 'critical', observed: expect.stringContaining('prepared transaction held') },
    ])
  })

  test('by a role that is no superuser', async () => {
    psql(
      server,
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'weak') THEN CREATE ROLE weak LOGIN PASSWORD 'weak role of the quiz'; END IF; END $$",
    )
    const ran = await place.restore({ 'database-url': `postgres://weak:weak%20role%20of%20the%20quiz@127.0.0.1:${server.port}/quiz` })
    expect(ran.findings).toMatchObject([{ id: 'restore.plan', status: 'critical', observed: 'role weak is no superuser' }])
  })
})

describe('a backup that is not what it should be', () => {
  const withBackups = async (work: (fresh: Awaited<ReturnType<typeof restorePlace>>, path: string, id: string) => Promise<void>) => {
    await using fresh = await restorePlace(server)
    const made = await fresh.backup()
    await work(fresh, made.outputs['backup-path'] ?? '', made.outputs['backup-id'] ?? '')
  }

  test('damaged: the plan says so', () =>
    withBackups(async (fresh, where) => {
      appendFileSync(join(where, 'database.dump'), 'x')
      const ran = await fresh.restore()
      expect([ran.exitCode, ran.findings[0]?.observed]).toEqual([
        1,
        expect.stringMatching(/is damaged: database.dump is not what was written/),
      ])
    }))

  test('unsigned or altered: refused, unless it is trusted by its id', () =>
    withBackups(async (fresh, where, one) => {
      writeFileSync(
        join(where, 'manifest.json'),
        readFileSync(join(where, 'manifest.json'), 'utf8').replace('"inconsistent"', ' "inconsistent"'),
      )
      const ran = await fresh.restore({ backup: one })
      expect(ran.findings).toMatchObject([{ status: 'critical', observed: expect.stringContaining('that a known key signed') }])
      const trusted = await fresh.restore({ backup: one, 'trust-unsigned': 'true' })
      expect(trusted.findings).toMatchObject([{ status: 'warning', observed: expect.stringContaining('never proven') }])
    }))

  test('unproven: latest-verified skips it, its id takes it', () =>
    withBackups(async (fresh, where, one) => {
      const newer = await agedCopy(where, fresh.stateHome, { at: new Date(Date.now() - 1_000), verified: false, random: 'a'.repeat(16) })
      expect((await fresh.restore()).findings[0]?.title).toContain(one)
      const named = await fresh.restore({ backup: newer.split('/').at(-1) ?? '' })
      expect(named.findings).toMatchObject([{ status: 'warning', observed: 'this backup was never proven' }])
    }))

  test('of a database that was wiped: latest-verified refuses, its id takes it', () =>
    withBackups(async (fresh) => {
      psql(server, 'CREATE TABLE kept AS TABLE game; DELETE FROM game; DROP TABLE kept', { database: 'quiz' })
      await fresh.backup()
      const ran = await fresh.restore()
      psql(server, 'INSERT INTO game SELECT generate_series(1, 100)', { database: 'quiz' })
      expect(ran.findings).toMatchObject([{ status: 'critical', observed: expect.stringMatching(/has 0 rows, and .* before it had \d+/) }])
      expect(ran.reports[0]?.facts['tables']).toMatchObject([{ title: 'Newest backups', rows: [expect.any(Array), expect.any(Array)] }])
    }))

  test('of a newer server: refused', () =>
    withBackups(async (fresh, where) => {
      const copy = await agedCopy(where, fresh.stateHome, { at: new Date(Date.now() - 60_000), random: 'b'.repeat(16) })
      const { signatureOf } = await import('../../../src/domain/backup/signing.ts')
      const text = readFileSync(join(copy, 'manifest.json'), 'utf8').replace(/"serverVersion": "15/, '"serverVersion": "19')
      writeFileSync(join(copy, 'manifest.json'), text)
      writeFileSync(
        join(copy, 'manifest.sig'),
        signatureOf(new TextEncoder().encode(text), readFileSync(join(fresh.stateHome, 'ronde/backup-signing-key.pem'), 'utf8')),
      )
      const ran = await fresh.restore({ backup: copy.split('/').at(-1) ?? '' })
      expect(ran.findings).toMatchObject([
        { status: 'critical', observed: expect.stringMatching(/is of PostgreSQL 19.*and the server is the older 15/) },
      ])
    }))

  test('that its dump does not bear out is not swapped in: what was there is there', () =>
    withBackups(async (fresh, where) => {
      const copy = await agedCopy(where, fresh.stateHome, { at: new Date(Date.now() - 60_000), random: 'c'.repeat(16) })
      const { signatureOf } = await import('../../../src/domain/backup/signing.ts')
      const text = readFileSync(join(copy, 'manifest.json'), 'utf8').replace(/"rows": 100/, '"rows": 101')
      writeFileSync(join(copy, 'manifest.json'), text)
      writeFileSync(
        join(copy, 'manifest.sig'),
        signatureOf(new TextEncoder().encode(text), readFileSync(join(fresh.stateHome, 'ronde/backup-signing-key.pem'), 'utf8')),
      )
      const backup = copy.split('/').at(-1) ?? ''
      const planned = await fresh.restore({ backup })
      const now = state()
      const ran = await fresh.restore({ backup, digest: planned.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
      expect([ran.exitCode, ran.outputs['restored'], ran.findings[0]?.observed]).toEqual([
        1,
        'false',
        'table public.game: 100 rows instead of 101',
      ])
      expect(state()).toBe(now)
      expect(psql(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ronde%'")).toBe('0')
    }))
})

test('a restore prunes nothing', async () => {
  const before = globSync(join(place.root, '*/*/manifest.json')).length
  const planned = await place.restore({ backup: id })
  await place.restore({ backup: id, digest: planned.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
  expect(globSync(join(place.root, '*/*/manifest.json')).length).toBe(before + 1)
  expect(path).not.toBe('')
  rmSync(join(place.root, 'no such file'), { force: true })
})
