import type { Write } from '../contract/issues.ts'
import { markdownText } from '../core/text/markdown.ts'
import { bodyEveryMs, recoveryOf, seenCount } from './confirm.ts'
import { flappingLabel } from './flap.ts'
import { knownIncidents } from './identify.ts'
import { needsPostMortem, postMortemLabel } from './journal.ts'
import { goodByAbsence, isGone } from './judge.ts'
import { withoutMarker } from './marker.ts'
import type { Incident, IncidentUpdate, IncidentVerdict, PlannedWrites, ReconcileInput } from './model.ts'
import { closedComment, duplicateComment } from './texts/comments.ts'
import { bodyWithVerdict } from './texts/issue.ts'
import { viewOf } from './texts/view.ts'
import { commentWrites, withComment, withLabel, withMarker, withNotification, withoutLabel } from './update.ts'

/** The update that closes, with its comment. */
const closedUpdate = (update: IncidentUpdate, how: string, input: ReconcileInput): IncidentUpdate => {
  const { marker } = update
  const postMortem = needsPostMortem(marker, input)
  const closing = { how, postMortem }
  const closed = withMarker({ ...update, closing }, { closed: input.now, flapping: false, latestRun: input.run.url }, 'close')
  const marked = withoutLabel(postMortem ? withLabel(closed, postMortemLabel) : closed, flappingLabel)
  return withNotification(withComment(marked, closedComment(viewOf(marked, input), closing)), 'closed', input)
}

const goodRunsText = (verdict: IncidentVerdict, runs: number, { publicRepository }: ReconcileInput): string => {
  const good = `${runs === 1 ? '1 good run' : `${runs} good runs`} in a row`
  const seen =
    publicRepository || verdict.finding.observed === '' ? '' : `, now ${markdownText(verdict.finding.observed, { inTable: false })}`
  return good + seen
}

/** The marker is written every 30 minutes at most: what was seen bad since stands in the state. This run is good, and does not count. */
const withSeenCount = (update: IncidentUpdate, verdict: IncidentVerdict, input: ReconcileInput): IncidentUpdate => {
  if (!input.stateUsable) return update
  return { ...update, marker: { ...update.marker, seen: Math.max(update.marker.seen, seenCount(verdict, update.marker, input) - 1) } }
}

/** Rule 8: closes after enough good runs beyond the clear value, and not before it has settled. */
export const withGoodRun = (update: IncidentUpdate, verdict: IncidentVerdict, input: ReconcileInput): IncidentUpdate => {
  const { marker } = update
  const { runs, needed, settled } = recoveryOf(verdict, marker, input)
  if (!marker.flapping && runs >= needed && settled)
    return closedUpdate(withSeenCount(update, verdict, input), goodRunsText(verdict, runs, input), input)
  // Without state the marker counts, as far as it matters: not once more each run while it settles.
  const isCounted = input.stateUsable || marker.good.runs >= needed
  const good = isCounted ? marker.good : { runs, since: marker.good.runs === 0 ? input.now : marker.good.since }
  return isCounted && marker.gone === 0 ? update : withMarker(update, { good, gone: 0 }, 'update')
}

/** Ok, and not beyond the clear value: neither good nor bad, and good runs begin anew. */
export const withUnclearedRun = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  const { marker } = update
  if (!input.stateUsable) return marker.good.runs > 0 ? withMarker(update, { good: { runs: 0, since: 0 } }, 'update') : update
  return input.now - (marker.uncleared ?? 0) >= bodyEveryMs ? withMarker(update, { uncleared: input.now }, 'update') : update
}

/** Rule 2: its subject is not there any more, `recover` completed checks long. */
const withAbsence = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  const gone = update.marker.gone + 1
  const counted = withMarker(update, { gone }, 'update')
  return gone >= input.options.recover ? closedUpdate(counted, 'no longer monitored', input) : counted
}

const reportFor = ({ marker }: Incident, { reports }: ReconcileInput, fits: (report: ReconcileInput['reports'][number]) => boolean) =>
  reports.find((report) => report.server === marker.server && report.action === marker.action && fits(report))

/** An open incident that no finding speaks of: good if it were told only while bad, gone if its check was completed. */
export const withNoVerdict = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  const { incident } = update
  const good = reportFor(incident, input, (report) => goodByAbsence(incident.marker, report, input) !== undefined)
  const verdict = good === undefined ? undefined : goodByAbsence(incident.marker, good, input)
  if (verdict !== undefined) return withGoodRun({ ...update, verdict }, verdict, input)
  const gone = reportFor(incident, input, (report) => isGone(incident.marker, report, input))
  return gone === undefined ? update : withAbsence(update, input)
}

const duplicateClosing = ({ issue, marker }: Incident, kept: number, input: ReconcileInput): PlannedWrites => {
  const closed = { ...marker, closed: input.now, duplicate: true }
  const body = bodyWithVerdict(withoutMarker(issue.body), { marker: closed, verdict: `**Closed**: the same as #${kept}.` })
  return {
    rank: 'duplicate',
    notifications: [],
    writes: [
      { kind: 'update', number: issue.number, body, state: 'closed', stateReason: 'duplicate', basedOn: issue.body },
      ...commentWrites(issue, duplicateComment(kept), body),
    ],
  }
}

/** Rule 4: of several open ones of one identity the lowest number stays. */
export const duplicateClosings = (input: ReconcileInput): readonly PlannedWrites[] =>
  knownIncidents(input).duplicates.map(({ kept, incident }) => duplicateClosing(incident, kept, input))

/** The writes that close doubles after a creation, when the open issues were listed again. */
export const duplicateWrites = (input: ReconcileInput): readonly Write[] => duplicateClosings(input).flatMap((one) => one.writes)
