import { describe, expect, test } from '@jest/globals'
import { createWorld, hard, hourMs, soft } from '../support/incident-world.ts'

const body = (status: 'ok' | 'critical') => soft(status, { id: 'endpoint.body' })
const reminders = (said: readonly string[]): readonly string[] => said.filter((one) => /^\*\*(?:Still|Escalated)/.test(one))

describe('what nobody looks at any more', () => {
  test('closes when its subject is fine and it is not among what is looked at', () => {
    const world = createWorld()
    world.rounds(3, [soft('ok'), body('critical')])
    world.rounds(4, [soft('ok')])
    expect(world.open()).toEqual([])
    expect(world.said(1).at(-1)).toContain('no longer monitored')
  })

  test('stays while something else of its subject is bad, and is not called bad once more', () => {
    const world = createWorld()
    world.rounds(3, [soft('ok'), body('critical')])
    const issue = world.open()[0]?.number ?? 0
    world.rounds(100, [soft('critical')])
    expect(world.issue(issue).state).toBe('open')
    expect(reminders(world.said(issue))).toEqual([])
  })

  test('a check that is not in the run any more: named, and neither escalated nor reminded of', () => {
    const world = createWorld()
    world.rounds(3, [soft('critical')])
    world.rounds(100, [], { scope: ['compose'] })
    expect(reminders(world.said(1))).toEqual([])
    expect(world.run([], { scope: ['compose'], dry: true }).facts.unspoken).toMatchObject([
      { number: 1, why: expect.stringContaining('the check endpoints is not part of this run') },
    ])
  })

  test.each([
    { what: 'server', other: { server: 'quiz-new' } },
    { what: 'project', other: { identity: { repository: 'o/r', project: 'quiz-new' } } },
    { what: 'repository', other: { identity: { repository: 'o/renamed', project: 'quiz' } } },
    { what: 'action', other: { action: 'cert-check', scope: ['files'] } },
  ])('another $what: the issue of before is named after two hours', ({ other }) => {
    const world = createWorld()
    world.rounds(3, [soft('critical')])
    expect(world.run([], { ...other, dry: true }).facts.unspoken).toEqual([])
    world.wait(2 * hourMs)
    expect(world.run([], { ...other, dry: true }).facts.unspoken).toMatchObject([
      { number: 1, why: expect.stringContaining('nothing has looked at it for') },
    ])
  })

  test('what is of no check, or of the monitoring itself, is not called unspoken', () => {
    const world = createWorld()
    const ofWholeRun = hard('critical', { id: 'state.unwritable', subject: 'state', check: 'health-check' })
    world.rounds(3, [soft('unknown', { check: 'endpoints' }), ofWholeRun], { scope: ['compose'] })
    expect(world.open()).toHaveLength(2)
    expect(world.run([hard('ok')], { scope: ['compose'], dry: true }).facts.unspoken).toEqual([])
  })

  test('an incident that its own runs still write is not named by others', () => {
    const world = createWorld()
    for (let round = 0; round < 60; round++) {
      world.rounds(1, [soft('critical')])
      expect(world.run([], { server: 'other', dry: true }).facts.unspoken).toEqual([])
    }
  })

  test('one of a slow check is given its days', () => {
    const world = createWorld()
    world.run([hard('ok')])
    world.wait(24 * hourMs)
    world.run([hard('critical')])
    expect(world.marker(1).slow).toBe(true)
    world.wait(7 * 24 * hourMs)
    expect(world.run([], { server: 'other', dry: true }).facts.unspoken).toEqual([])
    world.wait(2 * 24 * hourMs)
    expect(world.run([], { server: 'other', dry: true }).facts.unspoken).toHaveLength(1)
  })
})

describe('what is told at the end is true', () => {
  test('monitoring that was broken counts the runs, not the writes', () => {
    const world = createWorld()
    const unknown = soft('unknown', { check: 'endpoints' })
    world.rounds(49, [unknown], { scope: ['compose'] })
    world.rounds(8, [soft('ok')])
    expect(world.open()).toEqual([])
    const [, seen = '0'] = /[Ss]een (\d+) times/.exec(world.said(1).at(-1) ?? '') ?? []
    expect(Number(seen)).toBeGreaterThanOrEqual(43)
  })

  test('what a person opened again while it was good counts from then', () => {
    const world = createWorld()
    world.rounds(10, [hard('critical')])
    world.rounds(4, [hard('ok')])
    world.wait(hourMs)
    world.change(1, { state: 'open', closedAt: undefined, closedBy: undefined })
    world.rounds(4, [hard('ok')])
    expect(world.open()).toEqual([])
    expect(world.said(1).at(-1)).toMatch(/^\*\*Closed\*\* after (?:5|10|15) min/)
  })
})
