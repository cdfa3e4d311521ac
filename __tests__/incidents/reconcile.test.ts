import { describe, expect, test } from '@jest/globals'
import { fittingWrites } from '../../src/incidents/fit.ts'
import { type PlannedWrites, ranks, type WriteRank } from '../../src/incidents/model.ts'
import { createWorld, hard, soft } from '../support/incident-world.ts'

const one = (rank: WriteRank, number: number): PlannedWrites => ({
  rank,
  notifications: [],
  writes: ['a', 'b'].map((body) => ({ kind: 'comment', number, body: `${rank} ${body}` })),
})

test('critical openings go first, then closings; what belongs together stays together', () => {
  const all = ranks.toReversed().map((rank, at) => one(rank, at))
  const { writes, deferred } = fittingWrites([all])
  const told = (from: readonly object[]) => from.map((write) => ('body' in write ? write.body : ''))
  expect(told(writes)).toEqual(ranks.slice(0, 5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
  expect(told(deferred)).toEqual(ranks.slice(5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
})

test('after what opens as critical each server has its turn, one with such openings too', () => {
  const [loud, quiet] = [
    [one('open-critical', 1), one('open-critical', 2), one('close', 3)],
    [one('close', 4), one('close', 5)],
  ]
  const { writes } = fittingWrites([loud, quiet])
  expect(writes.flatMap((write) => ('number' in write ? [write.number] : []))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
})

describe('the budget', () => {
  test('a healthy unchanged state writes nothing', () => {
    expect(createWorld().rounds(20, [hard('ok'), soft('ok')])).toEqual([])
  })

  test('at most ten writes a run, critical creations first, the rest deferred and made up for', () => {
    const world = createWorld()
    const many = Array.from({ length: 15 }, (_, at) => hard(at < 8 ? 'warning' : 'critical', { subject: `service/${at}` }))
    const { writes, deferred, notifications } = world.run(many)
    expect([writes.length, deferred.length, notifications.length]).toEqual([10, 5, 10])
    expect(notifications.slice(0, 7).every((one) => one.status === 'critical')).toBe(true)
    world.rounds(1, many)
    expect(world.open()).toHaveLength(15)
  })

  test('one that opens, worsens once and closes within an hour costs six writes at most', () => {
    const world = createWorld()
    const writes = [...world.rounds(7, [hard('warning')]), ...world.rounds(2, [hard('critical')]), ...world.rounds(3, [hard('ok')])]
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
    expect(writes.length).toBeLessThanOrEqual(6)
  })

  test('a day of one server with three incidents', () => {
    const world = createWorld()
    const counts = Array.from({ length: 24 }, (_, hour) => {
      const bad = hour % 8 === 3
      return world.rounds(12, [hard(bad ? 'critical' : 'ok'), soft(bad && hour < 12 ? 'critical' : 'ok')]).length
    })
    expect(Math.max(...counts)).toBeLessThanOrEqual(12)
    expect(counts.filter((one) => one === 0).length).toBeGreaterThanOrEqual(18)
    expect(world.open()).toEqual([])
  })
})
