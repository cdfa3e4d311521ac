import type { State } from '../../contract/context.ts'
import type { Instant } from '../../contract/seen.ts'
import { decodeFacts, encodeFacts, type Fact } from '../../incidents/outbox.ts'

const noteKey = 'incidents.outbox'

export type Outbox = {
  /** What earlier runs could not tell GitHub, for this run's reconcile. */
  readonly facts: readonly Fact[]
  /** What is left now, instead of what was there: kept when the state is recorded. Writes nothing when nothing changed. */
  readonly keep: (facts: readonly Fact[]) => void
}

/** The outbox is one note of the state: recorded with the run, all or none, and gone without a state. */
export const openOutbox = (state: Pick<State, 'note' | 'setNote'>, now: Instant): Outbox => {
  const before = state.note(noteKey)
  return {
    facts: before === undefined ? [] : decodeFacts(before, now),
    keep: (facts) => {
      const after = encodeFacts(facts, now)
      if (after !== (before ?? '[]')) state.setNote(noteKey, after)
    },
  }
}
