import { describe, expect, test } from '@jest/globals'
import { needsPostMortem } from '../../src/incidents/journal.ts'
import { createWorld, hard, minuteMs } from '../support/incident-world.ts'

describe('rule 9: what a closed one leaves', () => {
  test.each([
    { what: 'half an hour', given: { since: 0 }, now: 30 * minuteMs, needs: false },
    { what: 'longer than half an hour', given: { since: 0 }, now: 30 * minuteMs + 1, needs: true },
    { what: 'one that escalated', given: { escalated: true }, now: 1, needs: true },
    { what: 'one that came back once', given: { reopened: 1 }, now: 1, needs: false },
    { what: 'one that came back twice', given: { reopened: 2 }, now: 1, needs: true },
  ])('$what needs a post-mortem: $needs', ({ given, now, needs }) => {
    const marker = { escalated: false, since: 0, reopened: 0, ...given } as Parameters<typeof needsPostMortem>[0]
    expect(needsPostMortem(marker, { now } as Parameters<typeof needsPostMortem>[1])).toBe(needs)
  })

  test.each([
    { runs: 3, labelled: false },
    { runs: 8, labelled: true },
  ])('$runs bad runs: post-mortem $labelled', ({ runs, labelled }) => {
    const world = createWorld()
    world.rounds(runs, [hard('critical')])
    world.rounds(1, [hard('ok')])
    world.wait(5 * minuteMs)
    const { facts } = world.run([hard('ok')])
    expect(facts.closed).toEqual([expect.objectContaining({ number: 1, postMortem: labelled })])
    expect(world.issue(1).labels.includes('postmortem-needed')).toBe(labelled)
    expect(world.said(1).at(-1)?.includes('| When | What |')).toBe(labelled)
  })
})
