import { describe, expect, test } from '@jest/globals'
import { changePercent, isFlapping } from '../../src/incidents/flap.ts'
import { createWorld, hard } from '../support/incident-world.ts'

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

describe('rule 7: flapping', () => {
  test('it stays open, labelled, with one comment when it begins and one when it is steady', () => {
    const world = createWorld()
    for (let at = 0; at < 15; at += 1) {
      world.rounds(1, [hard('critical')])
      world.rounds(1, [hard('ok')])
      world.comment(1, '/ack')
    }
    expect(world.issues()).toHaveLength(1)
    expect(world.issue(1).labels).toContain('flapping')
    const spoken = world.said(1).length
    world.rounds(2, [hard('critical')])
    expect(world.said(1).length).toBe(spoken)
    world.rounds(25, [hard('ok')])
    expect(world.open()).toEqual([])
    expect(world.issue(1).labels).not.toContain('flapping')
  })
})
