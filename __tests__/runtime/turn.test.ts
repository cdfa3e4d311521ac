import { describe, expect, test } from '@jest/globals'
import { createTurn } from '../../src/runtime/turn.ts'

const limits = { graceMs: 20, longestSwapMs: 200, returnMs: 20 }
const never = new Promise<never>(() => {})

const started = () => {
  const abort = new AbortController()
  return { abort, turn: createTurn(abort.signal, limits) }
}

describe('the turn of an action', () => {
  test('that ends by itself gives what it came to, also within the grace after the abort', async () => {
    const { abort, turn } = started()
    expect(await turn.ended(Promise.resolve('done'))).toBe('done')
    const cleaning = turn.ended(new Promise((resolve) => abort.signal.addEventListener('abort', () => resolve('cleaned up'))))
    abort.abort()
    expect(await cleaning).toBe('cleaned up')
    expect(turn.isOver()).toBe(false)
  })

  test('that hangs is over when the grace is', async () => {
    const { abort, turn } = started()
    abort.abort()
    expect(await turn.ended(never)).toBe('late')
    expect(turn.isOver()).toBe(true)
  })

  test('is not over inside a swap, and what the swap did is still told', async () => {
    const { abort, turn } = started()
    let isSwapped = false
    const swap = () =>
      turn.uninterrupted(async () => {
        await new Promise((resolve) => setTimeout(resolve, 80))
        expect(turn.isOver()).toBe(false)
        isSwapped = true
      })
    const working = turn.ended(swap().then(() => 'swapped'))
    abort.abort()
    expect([await working, isSwapped]).toEqual(['swapped', true])
  })

  test('is over although a swap hangs, when the longest that one may take is over', async () => {
    const { abort, turn } = started()
    const begin = performance.now()
    const working = turn.ended(turn.uninterrupted(() => never))
    abort.abort()
    expect(await working).toBe('late')
    expect(turn.isOver()).toBe(true)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(limits.longestSwapMs)
  })

  test('begins no swap after its abort', async () => {
    const { abort, turn } = started()
    abort.abort()
    await expect(turn.uninterrupted(async () => 'swapped')).rejects.toThrow('it was not begun')
  })

  test('a swap that throws gives its own error', async () => {
    const { abort, turn } = started()
    await expect(turn.uninterrupted(async () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
    abort.abort()
    expect(await turn.ended(never)).toBe('late')
  })

  test('includes what it invoked', async () => {
    const { turn } = started()
    turn.include(Promise.resolve(1))
    turn.include(Promise.resolve(2))
    expect(await turn.included()).toEqual([1, 2])
  })
})
