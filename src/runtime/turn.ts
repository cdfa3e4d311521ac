import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '../contract/context.ts'

/** How long a turn lasts after its abort, ms. */
export type TurnLimits = {
  /** An action gets this to end by itself; then the run goes on without it. */
  readonly graceMs: number
  /** A swap takes 2 s at most; one that hangs must not hang the step until the runner kills it. */
  readonly longestSwapMs: number
  /** After a swap that outlived the grace: to come back with what it did. */
  readonly returnMs: number
}
const usual: TurnLimits = { graceMs: 5_000, longestSwapMs: 60_000, returnMs: 1_000 }

/** How long one action may go on: until its grace after the abort is over, and never in the middle of a swap. */
export type Turn = Pick<Context, 'uninterrupted'> & {
  /** The action's own end, or `late`. */
  ended<T>(working: Promise<T>): Promise<T | 'late'>
  /** Nothing of it may begin any more. */
  isOver(): boolean
  /** What an action that it invoked has not ended yet counts as its own. */
  include(settled: Promise<unknown>): void
  included(): Promise<unknown>
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', resolve, { once: true })
  })

export const createTurn = (signal: AbortSignal, { graceMs, longestSwapMs, returnMs } = usual): Turn => {
  let over = false
  const swaps = new Set<Promise<unknown>>()
  const others: Promise<unknown>[] = []
  const late = async (): Promise<'late'> => {
    await aborted(signal)
    // Not `unref`: an action that waits for nothing that ever comes would let the process end without a report.
    await delay(graceMs)
    if (swaps.size > 0) {
      await Promise.race([Promise.allSettled(swaps), delay(longestSwapMs)])
      await delay(returnMs)
    }
    over = true
    return 'late'
  }
  return {
    ended: (working) => Promise.race([working, late()]),
    isOver: () => over,
    include: (settled) => {
      others.push(settled)
    },
    included: () => Promise.all(others),
    uninterrupted: async (swap) => {
      if (over || signal.aborted) throw new Error('the run was ended before the swap: it was not begun')
      const swapping = swap(new AbortController().signal)
      swaps.add(swapping)
      try {
        return await swapping
      } finally {
        swaps.delete(swapping)
      }
    },
  }
}
