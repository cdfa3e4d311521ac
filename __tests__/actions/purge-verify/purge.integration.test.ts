import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, noonZone, runPurge, verifyHere, zoneAt } from '../../support/purge.ts'

jest.setTimeout(60_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())

const withRows = async (rows: Readonly<Record<string, number>>) => {
  await using session = await openSession(server)
  await gameTable(session, rows)
}

describe('as the runner runs it', () => {
  test('only rows of today: proven, and every output is there', async () => {
    await withRows({ [dayAt(0)]: 3 })
    const ran = await runPurge(server.url)
    expect(ran.badIds).toEqual([])
    expect(ran.outputs).toMatchObject({ status: 'ok', 'stale-rows': '0', 'deleted-rows': '', 'purged-at': '', 'business-date': dayAt(0) })
    expect(ran.report).toMatchObject({ scope: ['table', 'rows-deleted', 'locks'] })
    expect(ran.log).toContain(`game: 0 rows older for ${dayAt(0)} (${noonZone})`)
    expect(ran.finding('purge.stale-rows')).toMatchObject({ status: 'ok', cleared: true })
  })

  test('rows of yesterday: critical, with their number, the oldest of them and what to do', async () => {
    await withRows({ [dayAt(0)]: 3, [dayAt(-1)]: 12, [dayAt(-4)]: 400 })
    const ran = await runPurge(server.url)
    expect(ran.badIds).toEqual(['critical purge.stale-rows'])
    expect(ran.bad[0]).toMatchObject({
      subject: 'table/game',
      title: `game: 412 rows are older than ${dayAt(0)}`,
      observed: `412 rows, oldest day_date ${dayAt(-4)}`,
      expected: `0 rows older than the business date ${dayAt(0)} (${noonZone}), since 00:15`,
      certainty: 'hard',
      check: 'table',
    })
    expect(ran.outputs['stale-rows']).toBe('412')
    expect(ran.conclusion).toBe('failure')
  })

  test('a value that wants to be a command of the runner is only text', async () => {
    await using session = await openSession(server)
    await session.query('DROP TABLE IF EXISTS game; CREATE TABLE game (day_date text)')
    await session.query("INSERT INTO game VALUES (E'\\n::error::taken over\\n##[error]taken over <img src=x> @everyone')")
    const ran = await runPurge(server.url)
    expect(ran.badIds).toEqual(['unknown purge.stale-rows'])
    expect(ran.annotations.map((one) => one.message).filter((text) => text.startsWith('taken over'))).toEqual([])
    expect(ran.summary).not.toContain('<img')
  })

  test('a mistake in an input is told, and nothing runs', async () => {
    const ran = await runPurge(server.url, { table: 'game; DROP TABLE game' })
    expect(ran.conclusion).toBe('failure')
    expect(ran.reports).toEqual([])
    expect(ran.log).toContain('input table: "game; DROP TABLE game" is not a table such as game, public.game or "Game"')
  })
})

describe('before midnight plus the grace', () => {
  const night = zoneAt(1)
  const [today, yesterday, before] = [dayAt(0, night), dayAt(-1, night), dayAt(-2, night)]
  const verify = async () => {
    await using session = await openSession(server)
    await session.query('DROP TABLE IF EXISTS day; CREATE TABLE day (day_date date)')
    return await verifyHere({
      url: server.url,
      options: { 'time-zone': night, grace: '12h', 'day-table': 'day', 'expect-rows-deleted': true },
    })
  }

  test('rows of yesterday and a missing new day are pending: ok, and they close nothing', async () => {
    await withRows({ [yesterday]: 5, [today]: 1 })
    const { badIds, finding, outputs } = await verify()
    expect(badIds).toEqual([])
    expect(finding('purge.stale-rows')).toMatchObject({
      cleared: false,
      observed: `pending: rows of ${yesterday} may stay until 12:00`,
      expected: `0 rows older than ${yesterday} while the purge for ${today} (${night}) is pending, until 12:00`,
    })
    expect(finding('purge.day')).toMatchObject({ cleared: false, observed: `pending: no row for ${today} yet, expected by 12:00` })
    expect(outputs).toMatchObject({ 'stale-rows': 0, 'business-date': today })
  })

  test('rows of days before yesterday were missed a day ago: critical, and not hidden by pending', async () => {
    await withRows({ [before]: 2, [yesterday]: 5 })
    const { badIds, bad } = await verify()
    expect(badIds).toEqual(['critical purge.stale-rows'])
    expect(bad[0]?.title).toBe(`game: 2 rows are older than ${yesterday}`)
  })
})
