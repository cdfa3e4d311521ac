import { expect, test } from '@jest/globals'
import { createHandoff } from '../../src/core/handoff.ts'

test('chunks come in their order, and whoever gives waits for whoever takes', async () => {
  const { give, end, taken } = createHandoff<number>()
  const order: string[] = []
  const giving = (async () => {
    for (const one of [1, 2, 3]) {
      await give(one)
      order.push(`gave ${one}`)
    }
    end()
  })()
  for await (const one of taken) {
    order.push(`took ${one}`)
    await new Promise((soon) => setTimeout(soon, 5))
  }
  await giving
  expect(order).toEqual(['gave 1', 'took 1', 'gave 2', 'took 2', 'gave 3', 'took 3'])
})

test('a source that fails is no end', async () => {
  const { fail, taken } = createHandoff<number>()
  fail('tar was killed')
  await expect(taken[Symbol.asyncIterator]().next()).rejects.toThrow('tar was killed')
})

test('whoever gives is told that nobody takes any more', async () => {
  const { give, leave } = createHandoff<number>()
  const giving = give(1)
  leave()
  await expect(giving).rejects.toThrow('nobody reads it any more')
  await expect(give(2)).rejects.toThrow('nobody reads it any more')
})
