import { describe, expect, test } from '@jest/globals'
import { agreedNow } from '../../src/incidents/marker.ts'

const now = 1_000_000_000_000
const hourMs = 3_600_000

describe('what was agreed on lasts as long as a command can make it last', () => {
  test.each([
    ['silenced', -1, false],
    ['silenced', 0, false],
    ['silenced', 1, true],
    ['silenced', 7 * 24 * hourMs, true],
    ['silenced', 7 * 24 * hourMs + 1, false],
    ['acknowledged', 24 * hourMs, true],
    ['acknowledged', 24 * hourMs + 1, false],
  ] as const)('%s up to %i ms from now: %s', (what, ms, isAgreed) => {
    const one = { by: 'ana', until: now + ms, status: 'critical' as const }
    expect(agreedNow({ silenced: one, acknowledged: one }, what, now) !== undefined).toBe(isAgreed)
  })
})
