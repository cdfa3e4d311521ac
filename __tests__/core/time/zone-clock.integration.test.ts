import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { zoneClock } from '../../../src/core/time/zone-clock.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { datesOfStarts, fixedOffsets, instantsOf, namedZones } from '../../support/zones.ts'

let server: PostgresServer
let client: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  client = new pg.Client({ connectionString: server.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})

/** What PostgreSQL says the date is. An offset is given as an interval: as text, its sign would mean west. */
const datesByServer = async (zone: string, instants: readonly number[]): Promise<readonly string[]> => {
  const type = /^[+-]/.test(zone) ? 'interval' : 'text'
  const { rows } = await client.query(
    `SELECT array_agg(to_char(to_timestamp(at / 1000.0) AT TIME ZONE $1::${type}, 'YYYY-MM-DD') ORDER BY place) AS dates
      FROM unnest($2::float8[]) WITH ORDINALITY AS given(at, place)`,
    [zone, instants],
  )
  return rows[0].dates
}

const known = async (): Promise<ReadonlySet<string>> =>
  new Set((await client.query('SELECT name FROM pg_timezone_names')).rows.map((row) => String(row.name)))

describe('the business date, beside PostgreSQL and Intl', () => {
  test('is the same in every zone and offset, on every day of a year, around midnight and around every change of clocks', async () => {
    const names = await known()
    const both = namedZones.filter((zone) => names.has(zone))
    expect(both.length).toBeGreaterThan(namedZones.length * 0.98)
    const wrong: string[] = []
    for (const zone of [...both, ...fixedOffsets]) {
      const clock = zoneClock(zone)
      const calendar = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' })
      const { starts, instants } = instantsOf(zone)
      const byServer = await datesByServer(zone, instants)
      const differs = (at: number, index: number) => clock.date(at) !== byServer[index] || clock.date(at) !== calendar.format(at)
      wrong.push(...instants.filter(differs).map((at) => `${zone} ${new Date(at).toISOString()}`))
      wrong.push(...starts.filter((at, day) => clock.date(at) !== datesOfStarts[day]).map((at) => `${zone} begins at ${at}`))
    }
    expect(wrong).toEqual([])
  }, 180_000)

  test.each([
    ["'+04'", '2026-12-04', 'POSIX: west'],
    ["'+04:00'", '2026-12-04', 'POSIX: west'],
    ["'Etc/GMT+4'", '2026-12-04', 'west'],
    ["'<+04>-4'", '2026-12-05', 'POSIX, written as it must be'],
    ["INTERVAL '+04:00'", '2026-12-05', 'an interval is east'],
  ])('the trap itself: PostgreSQL takes AT TIME ZONE %s for another day or not (%s, %s); ours is east', async (zone, date) => {
    const { rows } = await client.query(`SELECT to_char(timestamptz '2026-12-04 20:30Z' AT TIME ZONE ${zone}, 'YYYY-MM-DD') AS date`)
    expect(rows[0].date).toBe(date)
    expect(zoneClock('+04:00').date(Date.parse('2026-12-04T20:30:00Z'))).toBe('2026-12-05')
  })
})
