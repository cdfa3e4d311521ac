import { hash } from 'node:crypto'
import type { Issue, LabelChange, Write } from '../contract/issues.ts'
import { bodyEveryMs } from './confirm.ts'
import { hasUnreadComments } from './identify.ts'
import { closedFact } from './journal.ts'
import { withoutMarker } from './marker.ts'
import {
  type Incident,
  type IncidentUpdate,
  type IncidentVerdict,
  type Marker,
  type NotificationKind,
  type PlannedWrites,
  type ReconcileInput,
  ranks,
  type WriteRank,
} from './model.ts'
import { bodyWithVerdict, issueBody, issueTitle, withoutOrders } from './texts/issue.ts'
import { notificationOf } from './texts/notification.ts'
import { closedLine, verdictLine } from './texts/phrases.ts'
import { viewOf } from './texts/view.ts'

/** The more important one. */
const firstRank = (a: WriteRank, b: WriteRank): WriteRank => (ranks.indexOf(a) <= ranks.indexOf(b) ? a : b)

/** An update that changes nothing yet. */
export const beginUpdate = (incident: Incident, verdict: IncidentVerdict | undefined): IncidentUpdate => ({
  incident,
  marker: incident.marker,
  verdict,
  comments: [],
  notifications: [],
  labels: incident.issue.labels,
  urgent: incident.healed,
  rank: 'update',
  closing: undefined,
})

/** Changes the marker and says that it must be written now. */
export const withMarker = (update: IncidentUpdate, marker: Partial<Marker>, rank: WriteRank): IncidentUpdate => ({
  ...update,
  marker: { ...update.marker, ...marker },
  urgent: true,
  rank: firstRank(update.rank, rank),
})

/** With one more paragraph of the comment that this run writes. */
export const withComment = (update: IncidentUpdate, comment: string): IncidentUpdate => ({
  ...update,
  comments: [...update.comments, comment],
})
/** With a label, once. */
export const withLabel = (update: IncidentUpdate, label: string): IncidentUpdate => ({
  ...update,
  labels: [...update.labels.filter((one) => one !== label), label],
})
/** Without a label. */
export const withoutLabel = (update: IncidentUpdate, label: string): IncidentUpdate => ({
  ...update,
  labels: update.labels.filter((one) => one !== label),
})

/** With what the webhooks hear; of one kind the last is told. */
export const withNotification = (update: IncidentUpdate, kind: NotificationKind, input: ReconcileInput): IncidentUpdate => {
  const one = notificationOf(kind, { marker: update.marker, verdict: update.verdict, issue: update.incident.issue }, input)
  return { ...update, notifications: [...update.notifications.filter((before) => before.kind !== kind), one] }
}

/** The marker's timeline with one more event. */
export const eventsWith = (marker: Marker, at: number, what: string): Marker['events'] => [...marker.events, { at, what }]

/** A locked issue takes no comment of a job's token: its body tells. */
export const commentWrites = ({ number, locked }: Pick<Issue, 'number' | 'locked'>, body: string, basedOn: string): readonly Write[] =>
  locked || body === '' ? [] : [{ kind: 'comment', number, body, basedOn }]

/** A digest of everything that the body tells, times and links left out: only a change of it is worth a write. */
export const toldDigest = (marker: Marker, verdict: IncidentVerdict | undefined): string => {
  const { status, worst, seen, acknowledged, silenced, children, flapping, cause, fix } = marker
  const { title = '', observed = '', expected = '', advice = '', evidence = [] } = verdict?.finding ?? {}
  const told = [status, worst, seen, acknowledged, silenced, children, flapping, cause, fix, title, observed, expected, advice, evidence]
  return hash('sha256', JSON.stringify(told)).slice(0, 12)
}

/** Its own comments are counted with it, so that only a person's makes it look again. */
const commentsAfter = ({ incident, comments }: IncidentUpdate, input: ReconcileInput): number => {
  const unread = hasUnreadComments(incident) && !input.comments.has(incident.issue.number)
  return (unread ? incident.marker.comments.count : incident.issue.comments) + (comments.length > 0 && !incident.issue.locked ? 1 : 0)
}

/** The body: whole while it is bad, else a new verdict above what stands there. */
const bodyOf = (update: IncidentUpdate, input: ReconcileInput): string => {
  const view = viewOf(update, input)
  if (update.verdict?.says === 'bad' && update.closing === undefined) return issueBody(view)
  const rest = withoutMarker(update.incident.issue.body)
  if (update.closing === undefined) return bodyWithVerdict(rest, { marker: view.marker, verdict: verdictLine(view) })
  return bodyWithVerdict(withoutOrders(rest), { marker: view.marker, verdict: closedLine(view, update.closing.how) })
}

/** What becomes of an issue's labels; undefined when nothing does. */
export const labelChange = (before: readonly string[], after: readonly string[]): LabelChange | undefined => {
  const without = (all: readonly string[], known: readonly string[]) =>
    all.filter((one) => !known.some((other) => other.toLowerCase() === one.toLowerCase()))
  const [add, remove] = [without(after, before), without(before, after)]
  return add.length + remove.length === 0 ? undefined : { add, remove }
}

/** A title that a person chose stays; ours changes with the severity only, since every change is told on the issue's page. */
const isOurTitle = ({ title }: Issue, { server }: Marker): boolean => title.startsWith(`[${server}] `)

const updateOf = (update: IncidentUpdate, body: string, input: ReconcileInput): Write => {
  const { issue } = update.incident
  const labels = labelChange(issue.labels, update.labels)
  const renamed =
    update.verdict?.says === 'bad' && update.marker.status !== update.incident.marker.status && isOurTitle(issue, update.marker)
  const title = renamed ? issueTitle(viewOf(update, input)) : issue.title
  return {
    kind: 'update',
    number: issue.number,
    body,
    ...(title === issue.title ? {} : { title }),
    ...(labels === undefined ? {} : { labels }),
    // What is said is said once: not by two runs that saw the same.
    ...(update.comments.length === 0 ? {} : { basedOn: issue.body }),
    ...(update.closing === undefined ? {} : { state: 'closed', stateReason: 'completed' }),
  }
}

/**
 * The writes of an update: at most one update and one comment, and nothing for what did not change. The update goes first: it remembers what is
 * said, so that nothing is said twice because GitHub did not take it.
 */
export const updateWrites = (update: IncidentUpdate, input: ReconcileInput): PlannedWrites | undefined => {
  const count = commentsAfter(update, input)
  const isBad = update.verdict?.says === 'bad'
  const digest = isBad ? toldDigest(update.marker, update.verdict) : update.marker.digest
  const { comments: before } = update.incident.marker
  const changed = (isBad && digest !== update.incident.marker.digest) || count !== before.count || update.marker.comments.at !== before.at
  const due = input.now - update.incident.marker.updated >= bodyEveryMs
  if (!update.urgent && update.comments.length === 0 && !(changed && due)) return undefined
  const marker: Marker = { ...update.marker, digest, updated: input.now, comments: { ...update.marker.comments, count } }
  const whole: IncidentUpdate = { ...update, marker }
  const body = bodyOf(whole, input)
  const comment = commentWrites(update.incident.issue, update.comments.join('\n\n'), body)
  return {
    rank: update.rank,
    writes: [updateOf(whole, body, input), ...comment],
    notifications: update.notifications,
    closed: closedFact(whole, input),
  }
}
