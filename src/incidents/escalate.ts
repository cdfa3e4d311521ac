import { isSlow, seenCount, severityNow, valuesOf } from './confirm.ts'
import { isAcknowledged, isMuted, isSilenced } from './marker.ts'
import type { Case, Life, Marker, ReconcileInput, Severity } from './model.ts'
import { betterComment, escalationComment, reminderComment, worseComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { happened, labelled, notified, said, urgently } from './update.ts'

const escalateMs = 30 * 60_000
const mostReminders = 6
export const severeLabel = 'sev1'

/** Rule 6: critical and not acknowledged for 30 minutes is told to its contacts, and again every `reminder`, six times at most. */
export const escalated = (life: Life, input: ReconcileInput): Life => {
  const { marker } = life
  const { now } = input
  if (marker.status !== 'critical' || isAcknowledged(marker, now) || isSilenced(marker, now)) return life
  if (!marker.escalated) {
    if (now - (marker.criticalSince ?? marker.since) < escalateMs) return life
    const events = happened(marker, now, 'escalated')
    const severe = urgently(life, { escalated: true, reminders: { count: 0, last: now }, events }, 'escalate')
    return labelled(said(severe, escalationComment(viewOf(severe, input))), severeLabel)
  }
  const { count, last } = marker.reminders
  if (marker.flapping || count >= mostReminders || now - last < input.options.reminder) return life
  const reminded = urgently(life, { reminders: { count: count + 1, last: now } }, 'remind')
  return said(reminded, reminderComment(viewOf(reminded, input), mostReminders))
}

const brokenCriticalMs = 30 * 60_000

const worstOf = (marker: Marker, status: Severity, word: Case, input: ReconcileInput): Pick<Marker, 'worst' | 'worstValue'> => {
  const observed = input.publicRepository ? '' : word.finding.observed
  const value = word.finding.measurements[0]?.value
  const isWorse = status === 'critical' && marker.worst.status === 'warning'
  const before = marker.worstValue
  const further = status === marker.worst.status && value !== undefined && before !== undefined && (value - before) * marker.direction > 0
  return isWorse || further ? { worst: { status, observed }, worstValue: value } : { worst: marker.worst, worstValue: before }
}

const statusOf = (word: Case, { marker }: Life, input: ReconcileInput): Severity => {
  if (word.kind === 'service') return severityNow(word, marker.status, input)
  return input.now - marker.since >= brokenCriticalMs ? 'critical' : 'warning'
}

/** Seen bad again: the numbers of the body, and a change of severity with its comment. */
export const seenBad = (life: Life, word: Case, input: ReconcileInput): Life => {
  const { now } = input
  const was = life.marker.status
  const status = statusOf(word, life, input)
  const reset = life.marker.gone > 0 || (!input.stateUsable && life.marker.good.runs > 0)
  const marker: Marker = {
    ...life.marker,
    ...worstOf(life.marker, status, word, input),
    seen: seenCount(word, life.marker, input),
    values: input.publicRepository ? [] : valuesOf(word, life.marker, input),
    hard: word.finding.certainty === 'hard',
    slow: isSlow(word),
    audience: word.finding.audience,
    round: input.round ?? '',
    check: word.finding.check ?? '',
    lastBad: now,
    good: { runs: 0, since: 0 },
    gone: 0,
    latestRun: input.run.url,
  }
  const seen: Life = { ...life, marker, urgent: life.urgent || reset }
  return status === was ? seen : changedSeverity(seen, { was, status }, input)
}

const changedSeverity = (life: Life, { was, status }: { was: Severity; status: Severity }, input: ReconcileInput): Life => {
  const { marker } = life
  const worse = status === 'critical'
  const voids = worse && marker.silenced?.status === 'warning'
  const changed = urgently(
    life,
    {
      status,
      criticalSince: worse ? input.now : undefined,
      events: happened(marker, input.now, worse ? 'got critical' : 'got better: warning'),
      ...(voids ? { silenced: undefined } : {}),
    },
    worse ? 'worse' : 'change',
  )
  if (isMuted(changed.marker, input.now)) return changed
  const view = viewOf(changed, input)
  return worse ? notified(said(changed, worseComment(view, was)), 'worsened', input) : said(changed, betterComment(view, was))
}
