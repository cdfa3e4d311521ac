import { describe, expect, test } from '@jest/globals'
import { createWorld, hard, minuteMs } from '../support/incident-world.ts'

describe('rule 4: create', () => {
  test('with labels and assignees, in one write', () => {
    const world = createWorld()
    const { writes } = world.run([hard('critical')], { options: { assignees: ['ana'], labels: ['incident', 'x'.repeat(60)] } })
    // What GitHub does not take of them is cut where it is sent, with a warning.
    expect(writes).toEqual([expect.objectContaining({ kind: 'create', assignees: ['ana'], labels: ['ronde', 'incident', 'x'.repeat(60)] })])
  })

  test('closed issues are wanted only before something is created', () => {
    const world = createWorld()
    expect(world.run([hard('ok')], { dry: true }).wants).toEqual({ closed: false, comments: [] })
  })

  test('of several open ones the lowest number stays', () => {
    const world = createWorld()
    const { writes } = world.run([hard('critical')], { dry: true })
    for (const write of [...writes, ...writes, ...writes]) world.perform(write)
    world.rounds(1, [hard('critical')])
    expect(world.open().map((one) => one.number)).toEqual([1])
    expect(world.said(3)).toEqual(['**Closed**: the same incident as #1, which stays open.'])
  })

  test('people and other bots are never touched, whatever stands in their issue', () => {
    const world = createWorld()
    world.run([hard('critical')])
    const copied = world.add({ author: 'mallory', body: world.issue(1).body })
    const plain = world.add({ author: 'ana', body: 'the site is slow' })
    world.rounds(4, [hard('ok')])
    expect([copied, plain].map((number) => world.issue(number).state)).toEqual(['open', 'open'])
    expect(world.said(copied)).toEqual([])
    expect(world.run([hard('ok')]).facts.foreign).toEqual([copied, plain])
  })

  test.each([
    ['emptied', () => ''],
    ['with a marker edited by hand', (body: string) => body.replace('quiz-prod', 'other')],
  ])('a body %s is left alone and told, and what is still bad opens anew', (_, edit) => {
    const world = createWorld()
    world.run([hard('critical')])
    world.change(1, { body: edit(world.issue(1).body) })
    world.wait(5 * minuteMs)
    const { facts } = world.run([hard('critical')])
    expect(facts.unreadable).toEqual([1])
    expect(world.open().map((one) => one.number)).toEqual([1, 2])
    expect(world.rounds(3, [hard('critical')])).toEqual([])
  })
})
