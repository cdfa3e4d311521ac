import { describe, expect, test } from '@jest/globals'
import { createWorld, hard, minuteMs } from '../support/incident-world.ts'

describe('rule 9: what a closed one leaves', () => {
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
