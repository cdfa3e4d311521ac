import type { Context } from '../../contract/context.ts'
import { jsonValue } from '../../core/read-json.ts'

/** When each of some things was first seen by Ronde; PostgreSQL does not know when a thing was made. */
export type FirstSights = { readonly sinceMs: (name: string) => number }

const most = 2_000
type Times = Readonly<Record<string, number>>

/** A note that cannot be read counts as a first look. */
const readTimes = (text: string | undefined): Times | undefined => {
  const value = jsonValue(text ?? '')
  return typeof value === 'object' && value !== null ? (value as Times) : undefined
}

/**
 * Looks at the note of the last run, and leaves one for the next. `atFirst`: what was there already at the very first look counts as old, or
 * as new.
 */
export const createFirstSights = (
  context: Pick<Context, 'state' | 'now'>,
  { note, names, atFirst }: { readonly note: string; readonly names: readonly string[]; readonly atFirst: 'old' | 'new' },
): FirstSights => {
  const before = readTimes(context.state.note(note))
  const now = context.now()
  const at = (name: string): number =>
    before === undefined ? (atFirst === 'old' ? 0 : now) : Object.hasOwn(before, name) ? Number(before[name]) : now
  const times = Object.fromEntries(names.slice(0, most).map((name) => [name, at(name)]))
  context.state.setNote(note, JSON.stringify(times))
  return { sinceMs: (name) => now - (Object.hasOwn(times, name) ? Number(times[name]) : 0) }
}
