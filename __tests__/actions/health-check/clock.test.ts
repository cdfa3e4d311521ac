import { expect, test } from '@jest/globals'
import { judgeClock } from '../../../src/actions/health-check/clock.ts'
import { toldOf } from '../../support/told.ts'

const at = Date.parse('2026-11-22T10:05:31Z')
const told = (offsetMs: number) => judgeClock({ at, offsetMs }).flatMap((one) => toldOf(one))

test('no answer is no comparison', () => {
  expect(judgeClock(undefined)).toEqual([])
})

test.each([
  [0, "ok clock.skew: the clock agrees with GitHub's", 'no difference', '0 s', true],
  [30_000, "ok clock.skew: the clock agrees with GitHub's", '30 s ahead', '30 s', true],
  [-30_001, "ok clock.skew: the clock agrees with GitHub's", '30 s behind', '-30.001 s', false],
  [60_000, "ok clock.skew: the clock agrees with GitHub's", '1 min ahead', '60 s', false],
  [-61_000, 'warning clock.skew: the clock is 1 min 1 s behind', '1 min 1 s behind', '-61 s', false],
])('a clock that is %i ms off', (offsetMs, verdict, words, measured, cleared) => {
  expect(told(offsetMs)).toEqual([
    verdict,
    `observed: ${words}, against the time in GitHub's answers at 2026-11-22 10:05 UTC`,
    'expected: at most 1 min apart',
    ...(verdict.startsWith('ok') ? [] : ['advice: see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true']),
    `measured: clock offset ${measured}`,
    ...(verdict.startsWith('ok') && !cleared ? ['not cleared'] : []),
  ])
})
