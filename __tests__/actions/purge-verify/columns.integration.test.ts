import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { zoneClock } from '../../../src/core/time/zone-clock.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { binariesOf, edgeMajors } from '../../support/postgres-majors.ts'
import { openSession } from '../../support/postgres-sessions.ts'
import { dayAt, verifyHere } from '../../support/purge.ts'

jest.setTimeout(60_000)

const zones = ['+05:30', '-03:30', 'Pacific/Kiritimati', 'America/New_York', 'Etc/GMT+4']

type Moments = { readonly zone: string; readonly before: string; readonly first: string; readonly last: string; readonly after: string }

/** The last moment of yesterday, the first and the last of today, and the first of tomorrow, as such a column holds them. */
const moments: Readonly<Record<string, (zone: string) => Moments>> = {
  date: (zone) => ({ zone, before: dayAt(-1, zone), first: dayAt(0, zone), last: dayAt(0, zone), after: dayAt(1, zone) }),
  timestamp: (zone) => ({
    zone,
    before: `${dayAt(-1, zone)} 23:59:59.999999`,
    first: `${dayAt(0, zone)} 00:00:00`,
    last: `${dayAt(0, zone)} 23:59:59.999999`,
    after: `${dayAt(1, zone)} 00:00:00`,
  }),
  timestamptz: (zone) => {
    const clock = zoneClock(zone)
    const iso = (at: number) => new Date(at).toISOString()
    const [today, tomorrow] = [clock.dayStart(dayAt(0, zone)), clock.dayStart(dayAt(1, zone))]
    return { zone, before: iso(today - 1), first: iso(today), last: iso(tomorrow - 1), after: iso(tomorrow) }
  },
  text: (zone) => ({
    zone,
    before: `${dayAt(-1, zone)}T23:59:59.999Z`,
    first: dayAt(0, zone),
    last: `${dayAt(0, zone)} 23:59:59+14:00`,
    after: dayAt(1, zone),
  }),
}

const types = [
  ['date', 'date'],
  ['timestamp', 'timestamp'],
  ['timestamptz', 'timestamptz'],
  ['text', 'text'],
  ['varchar(40)', 'text'],
  ['text COLLATE "C"', 'text'],
  ['text COLLATE "und-x-icu"', 'text'],
  ['char(10)', 'date'],
  ['business_day', 'date'],
] as const

describe.each(edgeMajors)('PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(binariesOf(one))
    await using session = await openSession(server)
    await session.query('CREATE DOMAIN business_day AS date')
    await session.query("ALTER DATABASE postgres SET timezone = 'Asia/Tokyo'; ALTER DATABASE postgres SET DateStyle = 'SQL, DMY'")
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test.each(types)('a column of the type %s is compared at the boundaries of the day of every zone', async (type, kind) => {
    await using session = await openSession(server)
    await session.query(`DROP TABLE IF EXISTS game; CREATE TABLE game (day_date ${type}, n int); CREATE INDEX ON game (day_date)`)
    for (const zone of zones) {
      const { before, first, last, after } = moments[kind]?.(zone) ?? { before: '', first: '', last: '', after: '' }
      await session.query("SET DateStyle = 'ISO, YMD'; SET timezone = 'UTC'; TRUNCATE game")
      await session.query(`INSERT INTO game VALUES ('${first}'), ('${last}')`)
      const today = await verifyHere({ url: server.url, options: { 'time-zone': zone, grace: '0s' } })
      expect([zone, today.badIds]).toEqual([zone, []])
      await session.query(`INSERT INTO game VALUES ('${before}'), ('${after}'), (NULL)`)
      const all = await verifyHere({ url: server.url, options: { 'time-zone': zone, grace: '0s' } })
      expect(all.bad.map((one) => [one.id, one.measurements[0]?.value])).toEqual([
        ['purge.stale-rows', 1],
        ['purge.future-rows', 1],
        ['purge.null-rows', 1],
      ])
      expect(all.outputs).toMatchObject({ 'stale-rows': 1, 'business-date': dayAt(0, zone) })
    }
  })

  test.each([
    ['below', '05/12/2026', 'purge.stale-rows'],
    ['below', '', 'purge.stale-rows'],
    ['above', dayAt(0).replaceAll('-', ''), 'purge.future-rows'],
    ['above', 'today', 'purge.future-rows'],
  ])('a text that is no ISO date and sorts %s (%j) cannot be compared, so no purge is told or started', async (_, text, id) => {
    await using session = await openSession(server)
    await session.query('DROP TABLE IF EXISTS game, day; CREATE TABLE game (day_date text); CREATE TABLE day (day_date text)')
    await session.query(`INSERT INTO game VALUES ('${text}'), ('${dayAt(0)}'); INSERT INTO day VALUES ('${text}')`)
    const options = { 'day-table': 'day', 'run-command': { service: 'web', command: ['purge'] } }
    const { badIds, finding, outputs } = await verifyHere({ url: server.url, options })
    expect(badIds).toEqual([`unknown ${id}`, 'unknown purge.day'])
    expect(finding(id)).toMatchObject({
      observed: expect.stringContaining(JSON.stringify(text)),
      advice: expect.stringMatching(/^write day_date as YYYY-MM-DD/),
    })
    expect(outputs['stale-rows']).toBe(id === 'purge.stale-rows' ? '' : 0)
  })

  test('rows of a known day before are stale, whatever texts stand beside them', async () => {
    await using session = await openSession(server)
    await session.query(
      `DROP TABLE IF EXISTS game; CREATE TABLE game (day_date text); INSERT INTO game VALUES ('05/12/2026'), ('${dayAt(-1)}')`,
    )
    const { bad } = await verifyHere({ url: server.url })
    expect(bad).toMatchObject([
      {
        id: 'purge.stale-rows',
        status: 'critical',
        observed: '2 rows, 1 of them with no ISO date, such as "05/12/2026", which cannot be compared',
      },
    ])
  })
})
