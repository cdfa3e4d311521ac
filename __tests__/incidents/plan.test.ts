import { expect, test } from '@jest/globals'
import { type Planned, type Rank, ranks } from '../../src/incidents/model.ts'
import { planned } from '../../src/incidents/reconcile.ts'

const one = (rank: Rank, number: number): Planned => ({
  rank,
  notifications: [],
  writes: ['a', 'b'].map((body) => ({ kind: 'comment', number, body: `${rank} ${body}` })),
})

test('critical openings go first, then closings; what belongs together stays together', () => {
  const all = ranks.toReversed().map((rank, at) => one(rank, at))
  const { writes, deferred } = planned(all)
  const told = (from: readonly object[]) => from.map((write) => ('body' in write ? write.body : ''))
  expect(told(writes)).toEqual(ranks.slice(0, 5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
  expect(told(deferred)).toEqual(ranks.slice(5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
})
