import type { Write } from '../contract/issues.ts'
import { markdownText } from '../core/text/markdown.ts'
import { bodyEveryMs, recoveryOf, seenCount } from './confirm.ts'
import { flappingLabel } from './flap.ts'
import { knownOf } from './identify.ts'
import { needsPostMortem, postMortemLabel } from './journal.ts'
import { absentGood, isGone } from './judge.ts'
import { withoutMarker } from './marker.ts'
import type { Case, Incident, Life, Planned, ReconcileInput } from './model.ts'
import { closedComment, duplicateComment } from './texts/comments.ts'
import { bodyWithVerdict } from './texts/issue.ts'
import { viewOf } from './texts/view.ts'
import { commentOn, labelled, notified, said, unlabelled, urgently } from './update.ts'

const over = (life: Life, how: string, input: ReconcileInput): Life => {
  const { marker } = life
  const postMortem = needsPostMortem(marker, input)
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

const reportOf = ({ marker }: Incident, { reports }: ReconcileInput, fits: (report: ReconcileInput['reports'][number]) => boolean) =>
  reports.find((report) => report.server === marker.server && report.action === marker.action && fits(report))

export const absent = (life: Life, input: ReconcileInput): Life => {
  const { incident } = life
  const good = reportOf(incident, input, (report) => absentGood(incident.marker, report, input) !== undefined)
  const word = good === undefined ? undefined : absentGood(incident.marker, good, input)
  if (word !== undefined) return recovered({ ...life, word }, word, input)
  const gone = reportOf(incident, input, (report) => isGone(incident.marker, report, input))
  return gone === undefined ? life : missing(life, input)
}

const duplicateClosing = ({ issue, marker }: Incident, kept: number, input: ReconcileInput): Planned => {
  const closed = { ...marker, closed: input.now, duplicate: true }
  const body = bodyWithVerdict(withoutMarker(issue.body), { marker: closed, verdict: `**Closed**: the same as #${kept}.` })
  return {
    rank: 'duplicate',
    notifications: [],
    writes: [
      ...commentOn(issue, duplicateComment(kept)),
      { kind: 'update', number: issue.number, body, state: 'closed', stateReason: 'duplicate' },
    ],
  }
}

/** Rule 4: of several open ones of one identity the lowest number stays. */
export const duplicatesOf = (input: ReconcileInput): readonly Planned[] =>
  knownOf(input).duplicates.map(({ kept, incident }) => duplicateClosing(incident, kept, input))

/** The writes that close doubles after a creation, when the open issues were listed again. */
export const duplicateWrites = (input: ReconcileInput): readonly Write[] => duplicatesOf(input).flatMap((one) => one.writes)
