import { z } from 'zod'
import type { SeenClock } from '../contract/clock.ts'
import type { State } from '../contract/context.ts'
import type { Instant } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { instantShape } from '../core/time/instant-shape.ts'
import type { StateStore } from './state/state.ts'

const noteKey = 'clock'
const shape = once(() => z.object({ offsetMs: z.number(), at: instantShape }))

/** A daily round compares with the one of the day before. */
const maxAgeMs = 26 * 3_600_000

/** Of the incidents of a server: they are what talks to GitHub in a run. */
export const incidentsKey = (repository: string, server: string) => ({ repository, server, project: '', action: 'incidents' })

/** Kept with the run's state, when GitHub said what time it is. */
export const rememberClock = (state: Pick<State, 'setNote'>, offsetMs: number | undefined, at: Instant): void => {
  if (offsetMs !== undefined) state.setNote(noteKey, JSON.stringify({ offsetMs, at }))
}

const decoded = (note: string): SeenClock | undefined => {
  // A damaged note is no comparison; the next run makes one.
  return shape().safeParse(jsonValue(note), { jitless: true }).data
}

type Where = { readonly store: Pick<StateStore, 'noteUnder'>; readonly repository: string; readonly server: string }

/** The last comparison; undefined without one of the last day, or with one that says it was made later than now. */
export const recallClock = ({ store, repository, server }: Where, now: Instant): SeenClock | undefined => {
  const seen = decoded(store.noteUnder(incidentsKey(repository, server), noteKey) ?? '')
  return seen !== undefined && seen.at <= now && now - seen.at <= maxAgeMs ? seen : undefined
}
