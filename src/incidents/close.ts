import { markdownText } from '../core/text/markdown.ts'
import { bodyEveryMs, recoveryOf, seenCount } from './confirm.ts'
import { labelled, said, unlabelled, urgently } from './life.ts'
import type { Case, Life, ReconcileInput } from './model.ts'
import { closedComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { flappingLabel, notified } from './worsen.ts'

const longMs = 30 * 60_000
export const postMortemLabel = 'postmortem-needed'

const over = (life: Life, how: string, input: ReconcileInput): Life => {
  const { marker } = life
  const postMortem = marker.escalated || input.now - marker.since > longMs || marker.reopened >= 2
  const closing = { how, postMortem }
  const closed = urgently({ ...life, closing }, { closed: input.now, flapping: false, latestRun: input.run.url }, 'close')
  const marked = unlabelled(postMortem ? labelled(closed, postMortemLabel) : closed, flappingLabel)
  return notified(said(marked, closedComment(viewOf(marked, input), closing)), 'closed', input)
}

const wordsOf = (word: Case, runs: number, { publicRepository }: ReconcileInput): string => {
  const good = `${runs === 1 ? '1 good run' : `${runs} good runs`} in a row`
  const seen = publicRepository || word.finding.observed === '' ? '' : `, now ${markdownText(word.finding.observed, { inTable: false })}`
  return good + seen
}

/** The marker is written every 30 minutes at most: what was seen bad since stands in the state. This run is good, and does not count. */
const counted = (life: Life, word: Case, input: ReconcileInput): Life => {
  if (!input.stateUsable || word.kind === 'monitoring') return life
  return { ...life, marker: { ...life.marker, seen: seenCount(word, life.marker, input) - 1 } }
}

/** Rule 8: closes after enough good runs beyond the clear value, and not before it has settled. */
export const recovered = (life: Life, word: Case, input: ReconcileInput): Life => {
  const { marker } = life
  const { runs, needed, settled } = recoveryOf(word, marker, input)
  if (!marker.flapping && runs >= needed && settled) return over(counted(life, word, input), wordsOf(word, runs, input), input)
  if (input.stateUsable) return marker.gone > 0 ? urgently(life, { gone: 0 }, 'update') : life
  return urgently(life, { good: { runs, since: marker.good.since === 0 ? input.now : marker.good.since }, gone: 0 }, 'update')
}

/** Ok, and not beyond the clear value: neither good nor bad, and good runs begin anew. */
export const hovering = (life: Life, input: ReconcileInput): Life => {
  const { marker } = life
  if (!input.stateUsable) return marker.good.runs > 0 ? urgently(life, { good: { runs: 0, since: 0 } }, 'update') : life
  return input.now - (marker.uncleared ?? 0) >= bodyEveryMs ? urgently(life, { uncleared: input.now }, 'update') : life
}

/** Rule 2: its subject is not there any more, `recover` completed checks long. */
export const missing = (life: Life, input: ReconcileInput): Life => {
  const gone = life.marker.gone + 1
  const counted = urgently(life, { gone }, 'update')
  return gone >= input.options.recover ? over(counted, 'no longer monitored', input) : counted
}
