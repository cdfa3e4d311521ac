import { describe, expect, test } from '@jest/globals'
import { localParts, localTime } from '../../../src/core/time/local-time.ts'

const at = Date.parse('2026-12-04T20:16:00Z')

describe('times of an incident', () => {
  const rows = [
    { zone: 'UTC', date: '2026-12-04', time: '20:16', name: 'UTC' },
    { zone: '+04:00', date: '2026-12-05', time: '00:16', name: 'UTC+4' },
    { zone: '-03:30', date: '2026-12-04', time: '16:46', name: 'UTC-3:30' },
    { zone: 'Indian/Reunion', date: '2026-12-05', time: '00:16', name: 'UTC+4' },
    { zone: 'Asia/Kolkata', date: '2026-12-05', time: '01:46', name: 'UTC+5:30' },
    { zone: 'Europe/London', date: '2026-12-04', time: '20:16', name: 'UTC' },
  ]
  test.each(rows)('in $zone', ({ zone, date, time, name }) => {
    expect(localParts(at, zone)).toMatchObject({ date, time, zone: name })
  })

  test('another day is named', () => {
    expect(localTime(at, '+04:00', at + 3_600_000)).toBe('00:16 (UTC+4)')
    expect(localTime(at, '+04:00', at + 86_400_000)).toBe('2026-12-05 00:16 (UTC+4)')
  })
})
