import { describe, expect, test } from '@jest/globals'
import { changePercent, isFlapping, isFlappingNow } from '../../src/incidents/flap.ts'
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

describe('without state it is steady', () => {
  const now = 1_000_000_000
  const hours = 2 * 3_600_000
  const rows: readonly { what: string; says: 'good' | 'bad'; good: { runs: number; since: number }; flapping?: boolean; still: boolean }[] =
    [
      { what: 'after two hours of good runs', says: 'good', good: { runs: 3, since: now - hours }, still: false },
      { what: 'not a moment before', says: 'good', good: { runs: 3, since: now - hours + 1 }, still: true },
      { what: 'after two hours of bad runs', says: 'bad', good: { runs: 0, since: now - hours }, still: false },
      { what: 'not when it is bad for the first time', says: 'bad', good: { runs: 1, since: now - hours }, still: true },
      { what: 'not when it is good for the first time', says: 'good', good: { runs: 0, since: now - hours }, still: true },
      { what: 'not when nobody knows since when', says: 'bad', good: { runs: 0, since: 0 }, still: true },
      { what: 'when it never came and went', says: 'bad', good: { runs: 0, since: 0 }, flapping: false, still: false },
    ]
  test.each(rows)('$what', ({ says, good, flapping = true, still }) => {
    const verdict = { kind: 'service', says } as Parameters<typeof isFlappingNow>[0]
    const input = { stateUsable: false, now } as Parameters<typeof isFlappingNow>[2]
    expect(isFlappingNow(verdict, { flapping, good }, input)).toBe(still)
  })
})
