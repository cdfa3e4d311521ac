import { expect, test } from '@jest/globals'
import { createGate } from '../../src/core/gate.ts'

test('a gate is calm while it has room, and again once what waited was admitted', async () => {
  const gate = createGate(1)
  await gate.calm()
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const first = gate(() => held)
  await gate.calm()
  const second = gate(async () => 'second')
  const calm = gate.calm().then(() => 'calm')
  const soon = new Promise((settle) => setTimeout(() => settle('still waiting'), 20))
  expect(await Promise.race([calm, soon])).toBe('still waiting')
  letGo()
  expect(await Promise.all([first, second, calm])).toEqual([undefined, 'second', 'calm'])
})
