import { describe, expect, test } from '@jest/globals'
import { expiryLimits, longestLifetimeDays, renewalDueAt } from '../../../src/actions/cert-check/policies/expiry.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const lasting = (lifetimeMs: number) => ({ notBefore: 0, notAfter: lifetimeMs })

describe('the limits of what is left', () => {
  test.each<readonly [string, number, number, readonly [number, number]]>([
    ['a year', 365 * dayMs, 12 * hourMs, [29 * dayMs, 14 * dayMs]],
    ["90 days, as of Let's Encrypt today", 90 * dayMs, 12 * hourMs, [29 * dayMs, 14 * dayMs]],
    ['64 days, as from 2027', 64 * dayMs, 12 * hourMs, [(64 / 3 - 1) * dayMs, (64 / 6 - 1) * dayMs]],
    ['45 days, as from 2028', 45 * dayMs, 12 * hourMs, [14 * dayMs, 6.5 * dayMs]],
    ['160 hours', 160 * hourMs, 12 * hourMs, [(160 / 3 - 24) * hourMs, 24 * hourMs]],
    ['160 hours, renewed every hour', 160 * hourMs, hourMs, [(160 / 3 - 2) * hourMs, (160 / 6 - 2) * hourMs]],
    ['90 days, renewed weekly', 90 * dayMs, 7 * dayMs, [16 * dayMs, dayMs]],
    ['a day, which 24 h would never let be good', dayMs, 12 * hourMs, [12 * hourMs, 12 * hourMs]],
  ])('of a life of %s', (_what, lifetimeMs, renewalPeriodMs, [warning, critical]) => {
    const limits = expiryLimits(lasting(lifetimeMs), { renewalPeriodMs })
    expect(limits.warning).toBeCloseTo(warning)
    expect(limits.critical).toBeCloseTo(critical)
    expect(limits.worse).toBe('below')
  })

  test('are the absolute ones where they are given', () => {
    const absolute = { warning: 20 * dayMs, critical: 10 * dayMs, clear: 20 * dayMs, worse: 'below' } as const
    expect(expiryLimits(lasting(90 * dayMs), { absolute, renewalPeriodMs: 12 * hourMs })).toEqual(absolute)
  })
})

test.each([
  [90 * dayMs, 60 * dayMs],
  [9 * dayMs, 4.5 * dayMs],
])('of a life of %i ms the renewal is due after %i ms', (lifetimeMs, due) => {
  expect(renewalDueAt(lasting(lifetimeMs))).toBe(due)
})

test.each([
  ['2026-03-14T23:59:59Z', 398],
  ['2026-03-15T00:00:00Z', 200],
  ['2027-03-14T23:59:59Z', 200],
  ['2027-03-15T00:00:00Z', 100],
  ['2029-03-15T00:00:00Z', 47],
])('a certificate of %s may live %i days', (issued, days) => {
  expect(longestLifetimeDays(Date.parse(issued))).toBe(days)
})
