import { currentSeverity, isSlow, seenCount, valuesOf } from './confirm.ts'
import { isAcknowledged, isAuthor, isMuted, isSilenced } from './marker.ts'
import type { CommentWithRights, IncidentUpdate, IncidentVerdict, Marker, ReconcileInput, Severity } from './model.ts'
import { betterComment, escalationComment, reminderComment, worseComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { eventsWith, withComment, withLabel, withMarker, withNotification } from './update.ts'

const brokenCriticalMs = 30 * 60_000

/** The worst status and value so far, this run included. */
const worstOf = (
  marker: Marker,
  status: Severity,
  verdict: IncidentVerdict,
  input: ReconcileInput,
): Pick<Marker, 'worst' | 'worstValue'> => {
  const observed = input.publicRepository ? '' : verdict.finding.observed
  const value = verdict.finding.measurements[0]?.value
  const isWorse = status === 'critical' && marker.worst.status === 'warning'
  const before = marker.worstValue
  const further = status === marker.worst.status && value !== undefined && before !== undefined && (value - before) * marker.direction > 0
  return isWorse || further ? { worst: { status, observed }, worstValue: value } : { worst: marker.worst, worstValue: before }
}

/** The severity now; that monitoring is broken gets critical with time. */
const statusOf = (verdict: IncidentVerdict, { marker }: IncidentUpdate, input: ReconcileInput): Severity => {
  if (verdict.kind === 'service') return currentSeverity(verdict, marker.status, input)
  return input.now - marker.since >= brokenCriticalMs ? 'critical' : 'warning'
}

/** Rule 5: a change of severity is told. */
const withSeverity = (
  update: IncidentUpdate,
  { was, status }: { was: Severity; status: Severity },
  input: ReconcileInput,
): IncidentUpdate => {
  const { marker } = update
  const worse = status === 'critical'
  const voids = worse && marker.silenced?.status === 'warning'
  const changed = withMarker(
    update,
    {
      status,
      criticalSince: worse ? input.now : undefined,
      events: eventsWith(marker, input.now, worse ? 'got critical' : 'got better: warning'),
      ...(voids ? { silenced: undefined } : {}),
    },
    worse ? 'worse' : 'change',
  )
  if (isMuted(changed.marker, input.now)) return changed
  const view = viewOf(changed, input)
  return worse
    ? withNotification(withComment(changed, worseComment(view, was)), 'worsened', input)
    : withComment(changed, betterComment(view, was))
}

/** Without state the marker remembers since when it has been bad without a good run between. */
const badStretch = ({ good }: Marker, now: number): Marker['good'] => (good.runs === 0 && good.since > 0 ? good : { runs: 0, since: now })

/** Seen bad again: the numbers of the body, and a change of severity with its comment. */
export const withBadRun = (update: IncidentUpdate, verdict: IncidentVerdict, input: ReconcileInput): IncidentUpdate => {
  const { now } = input
  const was = update.marker.status
  const status = statusOf(verdict, update, input)
  const reset = update.marker.gone > 0 || (!input.stateUsable && update.marker.good.runs > 0)
  const marker: Marker = {
    ...update.marker,
    ...worstOf(update.marker, status, verdict, input),
    seen: seenCount(verdict, update.marker, input),
    values: input.publicRepository ? [] : valuesOf(verdict, update.marker, input),
    hard: verdict.finding.certainty === 'hard',
    slow: isSlow(verdict),
    audience: verdict.finding.audience,
    round: input.round ?? '',
    check: verdict.finding.check,
    disturbed: verdict.finding.disturbedByWork ?? false,
    lastBad: now,
    good: input.stateUsable ? { runs: 0, since: 0 } : badStretch(update.marker, now),
    gone: 0,
    latestRun: input.run.url,
  }
  const seen: IncidentUpdate = { ...update, marker, urgent: update.urgent || reset }
  return status === was ? seen : withSeverity(seen, { was, status }, input)
}

const escalateMs = 30 * 60_000
const mostReminders = 6
/** The label of an escalated incident. */
export const severeLabel = 'sev1'

const clocksDifferMs = 2 * 60_000

/** GitHub took the escalation and not its comment: the last write was that one, and no comment of ours came after it. */
const isUntold = ({ incident: { issue, marker } }: IncidentUpdate, { comments, options }: ReconcileInput): boolean => {
  const isLastWrite = marker.reminders.count === 0 && marker.reminders.last === marker.updated
  const read = isLastWrite && !issue.locked ? comments.get(issue.number) : undefined
  const isOurs = ({ author, createdAt }: CommentWithRights): boolean =>
    isAuthor(options.authors, author) && createdAt >= marker.updated - clocksDifferMs
  return read !== undefined && !read.some(isOurs)
}

/** Rule 6: critical and not acknowledged for 30 minutes is told to its contacts, and again every `reminder`, six times at most. */
export const withEscalation = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  const { marker } = update
  const { now } = input
  if (marker.status !== 'critical' || isAcknowledged(marker, now) || isSilenced(marker, now)) return update
  if (!marker.escalated) {
    if (now - (marker.criticalSince ?? marker.since) < escalateMs) return update
    const events = eventsWith(marker, now, 'escalated')
    const severe = withMarker(update, { escalated: true, reminders: { count: 0, last: now }, events }, 'escalate')
    return withLabel(withComment(severe, escalationComment(viewOf(severe, input))), severeLabel)
  }
  const { count, last } = marker.reminders
  if (isUntold(update, input))
    return withComment(withMarker(update, { reminders: { count, last: now } }, 'escalate'), escalationComment(viewOf(update, input)))
  if (marker.flapping || count >= mostReminders || now - last < input.options.reminder) return update
  const reminded = withMarker(update, { reminders: { count: count + 1, last: now } }, 'remind')
  return withComment(reminded, reminderComment(viewOf(reminded, input), mostReminders))
}
