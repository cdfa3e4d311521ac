import { happened, labelled, said, urgently } from './life.ts'
import { isAcknowledged, isSilenced } from './marker.ts'
import type { Life, ReconcileInput } from './model.ts'
import { escalationComment, reminderComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'

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
