import { opensWith, pastOf } from './confirm.ts'
import { wordsOf } from './judge.ts'
import type { Case, IncidentNotification, ReconcileInput } from './model.ts'
import { born } from './open.ts'
import { openingsOf } from './openings.ts'
import { notificationOf } from './texts/notification.ts'

/** The same word one run earlier, as the state tells it; undefined when it was not bad then. */
const before = (word: Case): Case | undefined => {
  const [previous] = pastOf(word, word.finding)
  if (previous === undefined || (previous.status !== 'warning' && previous.status !== 'critical')) return undefined
  const report = { ...word.report, startedAt: new Date(previous.at).toISOString() }
  return { ...word, report, finding: { ...word.finding, status: previous.status } }
}

/** Rule 11: GitHub cannot be asked, and what opens in this very run is told by webhooks all the same. */
export const openedUnseen = (input: ReconcileInput): readonly IncidentNotification[] => {
  const none: ReadonlySet<string> = new Set()
  return openingsOf(wordsOf(input), { known: none, open: none }, input)
    .openings.filter(({ word }) => {
      const earlier = word.kind === 'monitoring' ? undefined : before(word)
      return earlier === undefined || opensWith(earlier, input) === undefined
    })
    .map((opening) => notificationOf('opened', { marker: born(opening, input), word: opening.word, issue: undefined }, input))
}
