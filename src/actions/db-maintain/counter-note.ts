import { z } from 'zod'
import type { Context } from '../../contract/context.ts'
import type { Instant } from '../../contract/seen.ts'
import { jsonValue } from '../../core/read-json.ts'
import { instantShape } from '../../core/time/instant-shape.ts'

/** Counters of the server as the last run left them in the state, by the name of what is counted: numbers, and a word on when it began. */
export type CounterNote = { readonly at: Instant; readonly reset: string; readonly entries: ReadonlyMap<string, Counter> }
export type Counter = { readonly numbers: readonly number[]; readonly since: string }

const shape = z.object({
  at: instantShape,
  reset: z.string(),
  entries: z.array(z.tuple([z.string(), z.array(z.number()), z.string()])),
})

/** `undefined` on a first run, and for a note that cannot be read: then what is there is the base line. */
export const readCounters = ({ state }: Pick<Context, 'state'>, key: string): CounterNote | undefined => {
  const read = shape.safeParse(jsonValue(state.note(key) ?? ''))
  if (!read.success) return undefined
  const { at, reset, entries } = read.data
  return { at, reset, entries: new Map(entries.map(([name, numbers, since]) => [name, { numbers, since }])) }
}

/** For the next run. */
export const keepCounters = ({ state, now }: Pick<Context, 'state' | 'now'>, key: string, kept: Omit<CounterNote, 'at'>): void => {
  const entries = [...kept.entries].map(([name, { numbers, since }]) => [name, numbers, since])
  state.setNote(key, JSON.stringify({ at: now(), reset: kept.reset, entries }))
}

/** What a counter gained; one that was reset, or began anew, has counted since then only. */
export const gained = (now: Counter, before: Counter | undefined): readonly number[] => {
  const goesOn =
    before !== undefined && before.since === now.since && now.numbers.every((value, index) => value >= (before.numbers[index] ?? 0))
  return goesOn ? now.numbers.map((value, index) => value - (before.numbers[index] ?? 0)) : now.numbers
}
