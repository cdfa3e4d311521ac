import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { eventually, openSession } from '../../support/postgres-sessions.ts'
import { runRonde } from '../../support/ronde.ts'

jest.setTimeout(60_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { autovacuum: 'off' } })
  await using admin = await openSession(server)
  await admin.query("CREATE TABLE game (id int, word text); INSERT INTO game SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n")
  await admin.query('DELETE FROM game WHERE id <= 10000')
})
afterAll(() => server[Symbol.asyncDispose]())

const files = () => ({
  '.github/ronde.yml': [
    'server: quiz-prod',
    'compose: { project: quiz, directory: /srv/quiz }',
    'database: { url: "${DATABASE_URL}" }',
    'rounds:',
    '  weekly: [{ db-maintain: { tasks: [vacuum] } }, health-check]',
    '  looking: [{ db-maintain: { tasks: [indexes, size] } }]',
    'health-check: { checks: [postgres] }',
    'db-maintain: { tables: [game], expected-indexes: [idx_game_ranking_points] }',
  ].join('\n'),
})
const run = (round: string, inputs: Readonly<Record<string, string>> = {}, more: Partial<Parameters<typeof runRonde>[1]> = {}) =>
  runRonde('round', { files: files(), inputs: { round, ...inputs }, environment: { DATABASE_URL: server.url }, ...more })

test('a dry run of a round shows what would be done, and changes nothing', async () => {
  const ran = await run('weekly', { 'dry-run': 'true' })
  expect(ran.log).toContain('would run: VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) "public"."game"')
  await using admin = await openSession(server)
  expect(await admin.query("SELECT n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relname = 'game'")).toEqual([{ dead: 10_000 }])
})

test('a round that is killed in the middle of a VACUUM is recovered by its post step', async () => {
  await using admin = await openSession(server)
  await admin.query("ALTER ROLE postgres SET vacuum_cost_delay = '100ms'; ALTER ROLE postgres SET vacuum_cost_limit = 1")
  const vacuuming = eventually(
    () => admin.query('SELECT 1 FROM pg_stat_progress_vacuum'),
    (rows) => rows.length > 0,
  )
  const ran = await run('weekly', {}, { signal: { after: vacuuming, name: 'SIGKILL' } })
  await admin.query('ALTER ROLE postgres RESET ALL')
  expect(ran.signal).toBe('SIGKILL')
  expect(ran.post?.exitCode).toBe(0)
  expect(ran.post?.log).toContain('ronde db-maintain: an earlier run did not end; it is recovered now')
  expect(await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")).toEqual([])
})

test('a round maintains and then checks, one report each, and its post step has nothing to do', async () => {
  const ran = await run('weekly')
  expect(ran.reports.map((report) => [report.action, report.status, report.scope])).toEqual([
    ['db-maintain', 'ok', ['vacuum']],
    ['health-check', 'ok', ['postgres']],
  ])
  expect(ran.post).toMatchObject({ exitCode: 0, log: '' })
  expect(ran.summary).toContain('room to use again')
})

test('what it says is told as an incident of its task', async () => {
  const ran = await run('looking')
  expect(ran.findings.filter((finding) => finding.status !== 'ok')).toMatchObject([
    { id: 'db.index-expected', check: 'indexes', subject: 'index/postgres.idx_game_ranking_points' },
  ])
})
