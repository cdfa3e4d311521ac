import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, dayMs, hard, minuteMs, type RunOptions, soft } from '../support/incident-world.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)
const every = (ms: number, statuses: readonly Parameters<typeof soft>[0][], options: RunOptions = {}) => {
  const world = createWorld()
  const created = statuses.map((status) => {
    world.wait(ms)
    return kinds(world.run([soft(status)], options).writes).includes('create')
  })
  return created
}

describe('rule 1: open', () => {
  const cases: readonly { what: string; ms: number; statuses: Parameters<typeof soft>[0][]; opensAt: number; options?: RunOptions }[] = [
    { what: 'a critical sample opens at the second bad run', ms: 5 * minuteMs, statuses: ['critical', 'critical'], opensAt: 1 },
    { what: 'a good run between starts anew', ms: 5 * minuteMs, statuses: ['critical', 'ok', 'critical', 'critical'], opensAt: 3 },
    { what: 'unknown between does not', ms: 5 * minuteMs, statuses: ['critical', 'unknown', 'critical'], opensAt: 2 },
    { what: 'a warning opens at three of five', ms: 5 * minuteMs, statuses: ['warning', 'ok', 'warning', 'ok', 'warning'], opensAt: 4 },
    { what: 'two warnings of five do not', ms: 5 * minuteMs, statuses: ['warning', 'ok', 'ok', 'ok', 'warning'], opensAt: -1 },
    { what: 'a first run counts as frequent', ms: dayMs, statuses: ['critical'], opensAt: -1 },
    { what: 'a slow check opens at once', ms: dayMs, statuses: ['ok', 'warning'], opensAt: 1 },
    { what: 'every 15 minutes is frequent', ms: 15 * minuteMs, statuses: ['ok', 'critical'], opensAt: -1 },
    { what: 'every 20 minutes is slow', ms: 20 * minuteMs, statuses: ['ok', 'critical'], opensAt: 1 },
    { what: 'without state critical opens at once', ms: minuteMs, statuses: ['critical'], opensAt: 0, options: { state: false } },
    {
      what: 'without state a sampled warning waits',
      ms: minuteMs,
      statuses: ['warning', 'warning'],
      opensAt: -1,
      options: { state: false },
    },
    {
      what: 'confirm: 3 waits for the third',
      ms: minuteMs,
      statuses: ['critical', 'critical', 'critical'],
      opensAt: 2,
      options: { options: { confirm: 3 } },
    },
  ]
  test.each(cases)('$what', ({ ms, statuses, opensAt, options = {} }) => {
    expect(every(ms, statuses, options).indexOf(true)).toBe(opensAt)
  })

  test.each(['warning', 'critical'] as const)('a hard %s opens at once', (status) => {
    const world = createWorld()
    expect(kinds(world.run([hard(status)]).writes)).toEqual(['create'])
    expect(world.told().map((one) => one.kind)).toEqual(['opened'])
  })

  test('ten runs with a state that cannot be used make one issue', () => {
    const world = createWorld()
    world.rounds(10, [soft('critical')], { state: false })
    expect(world.issues()).toHaveLength(1)
  })
})
