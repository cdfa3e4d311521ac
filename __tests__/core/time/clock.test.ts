import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judgeClock } from '../../../src/actions/health-check/clock.ts'
import { leastOffsetMs } from '../../../src/core/time/clock.ts'

const at = Date.parse('2026-11-22T02:10:00Z')
const date = (ms: number): string => new Date(ms).toUTCString()

describe('how far the clocks are apart', () => {
  test.each([
    { what: 'the same time', theirs: at, tookMs: 50, offset: 0 },
    { what: 'a second that the Date leaves open', theirs: at + 900, tookMs: 50, offset: 0 },
    { what: 'an answer that took a minute', theirs: at + 30_000, tookMs: 60_000, offset: 0 },
    { what: 'five minutes ahead', theirs: at - 300_000, tookMs: 50, offset: 299_001 },
    { what: 'five minutes behind', theirs: at + 300_000, tookMs: 50, offset: -299_950 },
  ])('$what', ({ theirs, tookMs, offset }) => {
    expect(leastOffsetMs(date(theirs), { sentAt: at, receivedAt: at + tookMs })).toBe(offset)
  })

  test.each([undefined, '', 'soon'])('without a date (%s) nothing is compared', (given) => {
    expect(leastOffsetMs(given, { sentAt: at, receivedAt: at })).toBeUndefined()
  })

  test('a clock that is right is never blamed, however slow the answer', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(10_000_000), (out, back, start) => {
        const sentAt = at + start
        expect(leastOffsetMs(date(sentAt + out), { sentAt, receivedAt: sentAt + out + back })).toBe(0)
      }),
    )
  })
})

describe('the finding', () => {
  test.each([
    { offsetMs: 0, status: 'ok', cleared: true, observed: 'no difference' },
    { offsetMs: 29_000, status: 'ok', cleared: true, observed: '29 s ahead' },
    { offsetMs: -59_000, status: 'ok', cleared: false, observed: '59 s behind' },
    { offsetMs: 84_000, status: 'warning', cleared: false, observed: '1 min 24 s ahead' },
    { offsetMs: -3_600_000, status: 'warning', cleared: false, observed: '1 h behind' },
  ])('$offsetMs ms: $status', ({ offsetMs, status, cleared, observed }) => {
    const [found, ...others] = judgeClock({ offsetMs, at })
    expect(found).toMatchObject({ id: 'clock.skew', status, cleared, expected: 'at most 1 min apart' })
    expect(found?.observed).toBe(`${observed}, against the time in GitHub's answers at 2026-11-22 02:10 UTC`)
    expect(others).toEqual([])
  })

  test('nobody compared, nothing said', () => {
    expect(judgeClock(undefined)).toEqual([])
  })
})
