import { expect, test } from '@jest/globals'
import { type PlannedWrites, ranks, type WriteRank } from '../../src/incidents/model.ts'
import { fittingWrites } from '../../src/incidents/reconcile.ts'

const one = (rank: WriteRank, number: number): PlannedWrites => ({
  rank,
  notifications: [],
  writes: ['a', 'b'].map((body) => ({ kind: 'comment', number, body: `${rank} ${body}` })),
})

test('critical openings go first, then closings; what belongs together stays together', () => {
  const all = ranks.toReversed().map((rank, at) => one(rank, at))
  const { writes, deferred } = fittingWrites(all)
  const told = (from: readonly object[]) => from.map((write) => ('body' in write ? write.body : ''))
  expect(told(writes)).toEqual(ranks.slice(0, 5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
  expect(told(deferred)).toEqual(ranks.slice(5).flatMap((rank) => [`${rank} a`, `${rank} b`]))
})
