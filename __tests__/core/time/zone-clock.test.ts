import { describe, expect, test } from '@jest/globals'
import { addDays, dateByCalendar, zoneClock } from '../../../src/core/time/zone-clock.ts'

const at = (iso: string): number => Date.parse(iso)

describe('the business date', () => {
  test.each([
    // The trap: POSIX, and so the names below Etc/, count west of UTC; an offset that somebody writes counts east.
    ['+04:00', '2026-12-05'],
    ['Etc/GMT-4', '2026-12-05'],
    ['Asia/Dubai', '2026-12-05'],
    ['Etc/GMT+4', '2026-12-04'],
    ['-04:00', '2026-12-04'],
    ['UTC', '2026-12-04'],
  ])('at 20:30 UTC is, in %s, %s', (zone, date) => {
    expect(zoneClock(zone).date(at('2026-12-04T20:30:00Z'))).toBe(date)
    expect(dateByCalendar(at('2026-12-04T20:30:00Z'), zone)).toBe(date)
  })

  test('of a zone whose offset had seconds', () => {
    expect(zoneClock('Africa/Monrovia').offsetMs(at('1971-01-01T00:00:00Z'))).toBe(-(44 * 60 + 30) * 1_000)
  })
})

describe('the first moment of a day', () => {
  test.each([
    ['+04:00', '2026-12-05', '2026-12-04T20:00:00Z', 'a fixed offset'],
    ['-09:30', '2026-12-05', '2026-12-05T09:30:00Z', 'half an hour'],
    ['Europe/Paris', '2026-03-29', '2026-03-28T23:00:00Z', 'the day on which clocks go forward'],
    ['Europe/Paris', '2026-10-26', '2026-10-25T23:00:00Z', 'the day after they went back'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z', 'midnight does not exist: it begins at 01:00'],
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z', 'midnight comes twice: the first'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 'the day before was left out'],
  ])('in %s of %s is %s: %s', (zone, date, iso) => {
    expect(new Date(zoneClock(zone).dayStart(date)).toISOString()).toBe(new Date(iso).toISOString())
  })
})

test('days are added over months and leap years', () => {
  expect([addDays('2026-12-31', 1), addDays('2028-03-01', -1), addDays('2026-01-01', -1)]).toEqual([
    '2027-01-01',
    '2028-02-29',
    '2025-12-31',
  ])
})
