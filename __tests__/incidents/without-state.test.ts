import { describe, expect, test } from '@jest/globals'
import { createWorld, dayMs, hard, hourMs, minuteMs, soft } from '../support/incident-world.ts'

const state = false
const hours = (count: number): number => count * 12

describe('without usable state good runs count', () => {
  test('anew after one that was not beyond the clear value', () => {
    const world = createWorld()
    world.rounds(3, [soft('critical')], { state })
    world.rounds(2, [soft('ok')], { state })
    expect(world.marker(1).good.runs).toBe(2)
    world.rounds(1, [soft('ok', { cleared: false })], { state })
    expect(world.marker(1).good).toEqual({ runs: 0, since: 0 })
    world.rounds(1, [soft('ok')], { state })
    world.rounds(1, [soft('ok', { cleared: false })], { state })
    expect(world.marker(1).good).toEqual({ runs: 0, since: 0 })
  })
})

describe('without usable state no outage is missed', () => {
  test.each([
    { what: 'an endpoint', bad: soft('critical'), ok: soft('ok'), good: 10 },
    { what: 'a container', bad: hard('critical'), ok: hard('ok'), good: 1 },
  ])('$what that a person closed after the repair, and that is bad again, is told', ({ bad, ok, good }) => {
    const world = createWorld()
    world.rounds(3, [bad], { state })
    world.closeByHand(1)
    world.rounds(hours(good), [ok], { state })
    world.rounds(hours(1), [bad], { state })
    expect(world.open()).toHaveLength(1)
    expect(world.told().filter((one) => one.kind === 'opened')).toHaveLength(2)
  })

  test('a person who closes it while it is bad is heard for half an hour', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')], { state })
    world.closeByHand(1)
    world.rounds(5, [hard('critical')], { state })
    expect(world.open()).toEqual([])
    world.rounds(2, [hard('critical')], { state })
    expect(world.said(1).at(-1)).toContain('no state tells')
    expect(world.open()).toHaveLength(1)
  })

  test('state that was lost since the closing tells nothing of the time before', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')])
    world.closeByHand(1)
    world.rounds(3, [hard('critical')])
    world.loseState()
    world.rounds(hours(1), [hard('critical')])
    expect(world.open()).toHaveLength(1)
  })

  test('with state a closing while bad holds for a day', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')])
    world.closeByHand(1)
    world.rounds(hours(23), [hard('critical')])
    expect(world.open()).toEqual([])
    world.rounds(hours(2), [hard('critical')])
    expect(world.open()).toHaveLength(1)
  })
})

describe('without usable state nothing storms', () => {
  test('what comes and goes for a day is settled before it closes', () => {
    const world = createWorld()
    for (let round = 0; round < 72; round++) {
      world.rounds(3, [hard('critical')], { state })
      world.rounds(1, [hard('ok')], { state })
    }
    expect(world.said(1).length).toBeLessThanOrEqual(8)
    expect(world.told().length).toBeLessThanOrEqual(8)
    expect(world.issues()).toHaveLength(1)
  })

  test('settle is kept, and the runs in between write nothing more', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')], { state })
    const writes = world.rounds(11, [hard('ok')], { state, options: { settle: hourMs } })
    expect(writes.map((one) => one.kind)).toEqual(['update'])
    expect(world.open()).toHaveLength(1)
    world.rounds(3, [hard('ok')], { state, options: { settle: hourMs } })
    expect(world.open()).toEqual([])
  })

  test('a check that runs once a day closes what is good again with its first good run', () => {
    const world = createWorld()
    for (let day = 0; day < 3; day++) {
      world.wait(dayMs)
      world.run([soft('critical')], { state })
    }
    world.wait(dayMs)
    world.run([soft('ok')], { state })
    expect(world.open()).toEqual([])
  })

  test('flapping that began while there was state ends, when it is good and when it is bad', () => {
    const flapping = () => {
      const world = createWorld()
      for (let round = 0; round < 12; round++) {
        world.rounds(2, [soft('critical')])
        world.rounds(2, [soft('ok')])
      }
      expect(world.marker(1).flapping).toBe(true)
      return world
    }
    const good = flapping()
    const writes = good.rounds(hours(72), [soft('ok')], { state })
    expect(good.open()).toEqual([])
    expect(writes.length).toBeLessThan(10)
    expect(good.said(1).at(-1)).toContain('**Steady** again: good')
    const bad = flapping()
    bad.rounds(hours(3), [soft('critical')], { state })
    expect(bad.marker(1).flapping).toBe(false)
  })
})

test('an author whom nobody named: not an issue each run, and it is said', () => {
  const world = createWorld()
  world.run([hard('critical')], { state })
  world.change(1, { author: 'my-app[bot]' })
  const second = world.run([hard('critical')], { state })
  expect(second.writes).toEqual([])
  expect(second.facts).toMatchObject({ unnamedAuthors: ['my-app[bot]'], held: [{ why: expect.stringContaining('#1 of my-app[bot]') }] })
  // With a state it is learned; a person's issue and another finding's hide nothing.
  world.change(1, { author: 'eve' })
  expect(world.run([hard('critical')], { state, dry: true }).writes).toHaveLength(1)
  world.change(1, { author: 'my-app[bot]' })
  expect(world.run([hard('critical', { subject: 'service/web' })], { state, dry: true }).writes).toHaveLength(1)
})

describe('a clock that was ahead heals', () => {
  const ahead = 400 * dayMs

  test('400 days for 40 minutes: it closes after it is good', () => {
    const world = createWorld()
    world.rounds(3, [soft('critical')])
    world.rounds(8, [soft('critical')], { aheadMs: ahead })
    world.rounds(2, [soft('critical')])
    world.rounds(6, [soft('ok')])
    expect(world.open()).toEqual([])
  })

  test('26 hours for one run', () => {
    const world = createWorld()
    world.rounds(3, [soft('critical')])
    world.rounds(1, [soft('critical')], { aheadMs: 26 * hourMs })
    world.rounds(2, [soft('critical')])
    world.rounds(6, [soft('ok')])
    expect(world.open()).toEqual([])
  })

  test('one that was opened with a clock ahead escalates, and closes', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')], { aheadMs: 30 * dayMs })
    world.rounds(12, [hard('critical')])
    expect(world.said(1).some((one) => one.startsWith('**Escalated**'))).toBe(true)
    world.rounds(4, [hard('ok')])
    expect(world.open()).toEqual([])
  })

  test('the marker is written anew once', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')], { aheadMs: ahead })
    const writes = world.rounds(2, [hard('critical')])
    expect(writes.map((one) => one.kind)).toEqual(['update'])
    expect(world.marker(1).since).toBeLessThanOrEqual(world.now())
    expect(world.marker(1).lastBad).toBeLessThanOrEqual(world.now() + minuteMs)
  })
})
