import { expect, test } from '@jest/globals'
import { judgeClock } from '../../../src/actions/health-check/clock.ts'
import { toldOf } from '../../support/told.ts'

const at = Date.parse('2026-11-22T10:05:31Z')
const told = (offsetMs: number) => judgeClock({ at, offsetMs }).flatMap((one) => toldOf(one))

test('no answer is no comparison', () => {
  expect(judgeClock(undefined)).toEqual([])
})

const agrees = "ok clock.skew: the clock agrees with GitHub's"

test.each([
  { offsetMs: 0, verdict: agrees, words: 'no difference', more: ['measured: clock offset 0 s'] },
  { offsetMs: 30_000, verdict: agrees, words: '30 s ahead', more: ['measured: clock offset 30 s'] },
  { offsetMs: -30_001, verdict: agrees, words: '30 s behind', more: ['measured: clock offset -30.001 s', 'not cleared'] },
  { offsetMs: 60_000, verdict: agrees, words: '1 min ahead', more: ['measured: clock offset 60 s', 'not cleared'] },
  {
    offsetMs: -61_000,
    verdict: 'warning clock.skew: the clock is 1 min 1 s behind',
    words: '1 min 1 s behind',
    more: ['advice: see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true', 'measured: clock offset -61 s'],
  },
])('a clock that is $offsetMs ms off', ({ offsetMs, verdict, words, more }) => {
  expect(told(offsetMs)).toEqual([
    verdict,
    `observed: ${words}, against the time in GitHub's answers at 2026-11-22 10:05 UTC`,
    'expected: at most 1 min apart',
    ...more,
  ])
})
