import { describe, expect, test } from '@jest/globals'
import { lineTimeReader } from '../../../src/core/text/line-time.ts'

describe('the time of a log line', () => {
  test.each([
    ['{"time": "2026-12-04T20:00:01.234+00:00", "message": "Purge OK"}', '2026-12-04T20:00:01.234Z'],
    ['2026-12-05 00:00:01,234 INFO Purge OK', '2026-12-04T20:00:01.234Z'],
    ['2026-12-05T00:00:01 Purge OK', '2026-12-04T20:00:01.000Z'],
    ['[2026-12-04 22:00:01+0200] Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04 20:00:01.123456789 UTC [42] LOG', '2026-12-04T20:00:01.123Z'],
    ['2026-12-04T20:00:01Z Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04 20:00:01.123+00 Purge OK', '2026-12-04T20:00:01.123Z'],
    ['2026-12-04 20:00:01.123 +00 [42] LOG:  Purge OK', '2026-12-04T20:00:01.123Z'],
    ['2026-12-04 15:00:01-05: Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04 20:00:01 GMT Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-05T01:30:01+0530 Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04 22:00:01 UTC+2 Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04 14:30:01 GMT-05:30 Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-04t20:00:01z Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-05 00:00:01 ERROR Purge OK', '2026-12-04T20:00:01.000Z'],
    ['2026-12-05 00:00:01 -12345 rows', '2026-12-04T20:00:01.000Z'],
    ['2026-12-05 00:00:01 Zone purged', '2026-12-04T20:00:01.000Z'],
    ['2026-12-05 00:00:01 - 12 rows', '2026-12-04T20:00:01.000Z'],
  ])('%s is %s', (line, iso) => {
    expect(new Date(lineTimeReader('+04:00')(line) ?? Number.NaN).toISOString()).toBe(iso)
  })

  test.each(['Purge OK', 'Purge OK for 2026-12-05', '2026-13-45T99:99:99Z', `${' '.repeat(400)}2026-12-05T00:00:01Z`])(
    '%s has none',
    (line) => {
      expect(lineTimeReader('UTC')(line)).toBeUndefined()
    },
  )

  test.each(['CET', 'EST:', 'America/New_York', 'BRT [42]', '+99', 'Etc/GMT+4'])(
    'beside the zone %s is not known, rather than local',
    (zone) => {
      expect(lineTimeReader('+04:00')(`2026-12-04 20:00:05 ${zone} Purge OK`)).toBeUndefined()
    },
  )

  test.each(['UTC', '+04:00', 'Europe/Paris'])('that is on the 45th of a month is none in %s, with an offset or without', (zone) => {
    const read = lineTimeReader(zone)
    expect([read('2026-13-45 25:61:61 a'), read('2026-13-45T25:61:61Z a'), read('2026-12-05 00:00:01+99:99 a')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('around a change of clocks is that of the zone', () => {
    const read = lineTimeReader('Europe/Paris')
    expect(new Date(read('2026-03-29 00:30:00 a') ?? 0).toISOString()).toBe('2026-03-28T23:30:00.000Z')
    expect(new Date(read('2026-03-29 03:30:00 a') ?? 0).toISOString()).toBe('2026-03-29T01:30:00.000Z')
    expect(new Date(read('2026-10-25 00:30:00 a') ?? 0).toISOString()).toBe('2026-10-24T22:30:00.000Z')
    expect(new Date(read('2026-10-25 04:00:00 a') ?? 0).toISOString()).toBe('2026-10-25T03:00:00.000Z')
  })
})
