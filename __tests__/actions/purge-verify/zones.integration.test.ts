import { expect, jest, test } from '@jest/globals'
import { businessDay } from '../../../src/actions/purge-verify/business-day.ts'
import { zoneClock } from '../../../src/core/time/zone-clock.ts'
import { seeZone } from '../../../src/probes/purge.ts'
import { withPostgresSession } from '../../../src/tools/connect/session.ts'
import { otherZoneData } from '../../support/other-zone-data.ts'
import { startPostgres } from '../../support/postgres.ts'
import { openSession, targetOf } from '../../support/postgres-sessions.ts'
import { verifyHere } from '../../support/purge.ts'

jest.setTimeout(60_000)

const hourMs = 3_600_000
const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 30_000 }

test('time zone data by which the day begins at another moment are noticed at any hour, and nothing else is judged', async () => {
  await using programs = await otherZoneData(15, 'Indian/Reunion', 'Indian/Maldives')
  await using server = await startPostgres({ major: 15, binaries: programs.binaries })
  await using admin = await openSession(server)
  await admin.query(`CREATE TABLE cas (id int, d timestamptz);
    INSERT INTO cas SELECT 1, ((now() AT TIME ZONE 'Indian/Reunion')::date::timestamp AT TIME ZONE 'Indian/Reunion') + interval '30 minutes'`)
  const options = { table: 'cas', 'date-column': 'd', 'time-zone': 'Indian/Reunion' }
  const { badIds, finding, outputs } = await verifyHere({ url: server.url, options })
  expect([badIds, outputs['stale-rows']]).toEqual([['unknown purge.clock'], ''])
  // But for the one hour in which the dates differ as well.
  expect(finding('purge.clock')?.observed).toMatch(
    /begins at .* UTC by our time zone data, when it is .* 01:00:00 by the server's|it is .* and .* by the server's/,
  )
  await admin.query("UPDATE cas SET d = d + interval '24 hours'")
  expect((await verifyHere({ url: server.url, options })).badIds).toEqual(['unknown purge.clock'])
  for (const hour of Array.from({ length: 24 }, (_, nth) => nth)) {
    const day = businessDay(Date.UTC(2026, 10, 30, hour, 30), 'Indian/Reunion', 0)
    const seen = await withPostgresSession(targetOf(server), limits, (session) => seeZone(session, { ...day, at: day.now }))
    expect(seen).toMatchObject({ ok: true, value: { moved: { wall: expect.stringMatching(/ 01:00:00$/) } } })
  }
})

test('a clock that is set forward or back over midnight is no difference', async () => {
  await using server = await startPostgres()
  const zones = [
    'Atlantic/Azores',
    'America/Havana',
    'Africa/Cairo',
    'Asia/Beirut',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
  ]
  const moved = await withPostgresSession(targetOf(server), limits, async (session) => {
    const found: unknown[] = []
    for (const timeZone of zones) {
      const clock = zoneClock(timeZone)
      const days = Array.from({ length: 365 }, (_, nth) => Date.UTC(2023, 0, 1 + nth, 12))
      const near = days.filter((at) => clock.offsetMs(at - 36 * hourMs) !== clock.offsetMs(at + 36 * hourMs))
      for (const at of near) {
        const day = businessDay(at, timeZone, 0)
        const seen = await seeZone(session, { ...day, at })
        if (seen === undefined || seen.moved !== undefined || seen.date !== day.today.date) found.push({ timeZone, at, seen })
      }
    }
    return found
  })
  expect(moved).toMatchObject({ ok: true, value: [] })
})
