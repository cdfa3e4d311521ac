import { describe, expect, test } from '@jest/globals'
import { changePercent, isFlapping } from '../../src/incidents/flap.ts'

const states = (text: string): readonly string[] => text.split('')

describe('flapping', () => {
  const rows: readonly { what: string; states: string; percent: number }[] = [
    { what: 'steady', states: 'o'.repeat(21), percent: 0 },
    { what: 'every run another state', states: 'oc'.repeat(10).concat('o'), percent: 100 },
    { what: 'one change long ago', states: `c${'o'.repeat(20)}`, percent: 3.75 },
    { what: 'one change just now', states: `${'o'.repeat(20)}c`, percent: 6.25 },
    { what: 'a short history is filled with its first state', states: 'oc', percent: 6.25 },
    { what: 'only the last 21 count', states: `${'oc'.repeat(50)}${'c'.repeat(21)}`, percent: 0 },
    { what: 'nothing', states: '', percent: 0 },
  ]
  test.each(rows)('$what: $percent %', ({ states: text, percent }) => {
    expect(changePercent(states(text))).toBeCloseTo(percent, 5)
  })

  test('starts at 20 % and stops below 5 %', () => {
    const four = `${'o'.repeat(16)}cococ`
    const three = `${'o'.repeat(18)}coc`
    expect([isFlapping(states(four), false), isFlapping(states(three), false), isFlapping(states(three), true)]).toEqual([
      true,
      false,
      true,
    ])
    expect(isFlapping(states(`c${'o'.repeat(20)}`), true)).toBe(false)
  })
})
