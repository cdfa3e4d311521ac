import { expect, test } from '@jest/globals'
import { createWorld, soft } from '../support/incident-world.ts'

const before = { identity: { repository: 'o/r', project: '' } }
const now = { identity: { repository: 'o/r', project: 'quiz', formerly: [''] } }

test('an open incident is carried over to the word of today, which it then bears', () => {
  const world = createWorld()
  world.rounds(3, [soft('critical')], before)
  expect(world.open()).toHaveLength(1)
  world.rounds(3, [soft('critical')], now)
  expect(world.issues()).toHaveLength(1)
  world.rounds(20, [soft('ok')], now)
  expect(world.open()).toEqual([])
  expect(world.marker(1)).toMatchObject({ project: 'quiz' })
})

test('one of another word, or of another repository, is left alone', () => {
  for (const identity of [
    { repository: 'o/r', project: 'quiz', formerly: ['./deploy'] },
    { repository: 'o/other', project: 'quiz', formerly: [''] },
  ]) {
    const world = createWorld()
    world.rounds(3, [soft('critical')], before)
    world.rounds(20, [soft('ok')], { identity })
    expect(world.open()).toHaveLength(1)
    expect(world.marker(1)).toMatchObject({ project: '' })
  }
})
