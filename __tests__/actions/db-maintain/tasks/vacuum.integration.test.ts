import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../../support/postgres.ts'
import { binariesOf, postgresMajors } from '../../../support/postgres-majors.ts'
import { openSession } from '../../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

describe.each(postgresMajors)('vacuum on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off' }, ...binariesOf(one) })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const makeGame = async (rows: number, dead: number) => {
    await using admin = await openSession(server)
    await admin.query(`DROP TABLE IF EXISTS game; CREATE TABLE game (id int PRIMARY KEY, word text);
      INSERT INTO game SELECT n, repeat('x', 100) FROM generate_series(1, ${rows}) n`)
    await admin.query(`DELETE FROM game WHERE id <= ${dead}`)
  }
  const statsOf = async (table: string) => {
    await using admin = await openSession(server)
    const [row] = await admin.query(`SELECT n_dead_tup::int AS dead, last_vacuum IS NOT NULL AS vacuumed, last_analyze IS NOT NULL AS analyzed,
      relfilenode::int AS file FROM pg_stat_all_tables JOIN pg_class ON pg_class.oid = relid WHERE relid = '${table}'::regclass`)
    return row
  }

  test('removes dead rows, analyzes, and says what each table gained', async () => {
    await makeGame(10_000, 4_000)
    const ran = await runMaintain(server, { tasks: 'vacuum' })
    console.log(ran.log, JSON.stringify(ran.report, null, 1))
    expect(ran.bad).toEqual([])
    expect(ran.outputs).toMatchObject({ status: 'ok', vacuumed: '1' })
    expect(await statsOf('game')).toMatchObject({ dead: 0, vacuumed: true, analyzed: true })
  })

  test('changes nothing in a dry run, and shows each statement', async () => {
    await makeGame(10_000, 4_000)
    const before = await statsOf('game')
    const ran = await runMaintain(server, { tasks: 'vacuum', 'dry-run': 'true' })
    expect(ran.log).toContain('would run: VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false) "public"."game"')
    expect(await statsOf('game')).toEqual(before)
    expect(before).toMatchObject({ dead: 4_000, vacuumed: false })
    expect(ran.outputs).toMatchObject({ status: 'ok', vacuumed: '0', 'reclaimed-bytes': '0' })
  })
})
