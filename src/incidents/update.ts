import { hash } from 'node:crypto'
import type { Issue, Write } from '../contract/issues.ts'
import { bodyEveryMs } from './confirm.ts'
import { wantsComments } from './identify.ts'
import { closedFact } from './journal.ts'
import { withoutMarker } from './marker.ts'
import {
  type Case,
  type Incident,
  type Life,
  type Marker,
  type NotificationKind,
  type Planned,
  type Rank,
  type ReconcileInput,
  ranks,
} from './model.ts'
import { bodyWithVerdict, issueBody, issueTitle, withoutOrders } from './texts/issue.ts'
import { notificationOf } from './texts/notification.ts'
import { closedLine, verdictLine } from './texts/phrases.ts'
import { viewOf } from './texts/view.ts'

export const firstRank = (a: Rank, b: Rank): Rank => (ranks.indexOf(a) <= ranks.indexOf(b) ? a : b)

export const bornOf = (incident: Incident, word: Case | undefined): Life => ({
  incident,
  marker: incident.marker,
  word,
  comments: [],
  notifications: [],
  labels: incident.issue.labels,
  urgent: false,
  rank: 'update',
  closing: undefined,
})

/** Changes the marker and says that it must be written now. */
export const urgently = (life: Life, marker: Partial<Marker>, rank: Rank): Life => ({
  ...life,
  marker: { ...life.marker, ...marker },
  urgent: true,
  rank: firstRank(life.rank, rank),
})

export const said = (life: Life, comment: string): Life => ({ ...life, comments: [...life.comments, comment] })
export const labelled = (life: Life, label: string): Life => ({ ...life, labels: [...life.labels.filter((one) => one !== label), label] })
export const unlabelled = (life: Life, label: string): Life => ({ ...life, labels: life.labels.filter((one) => one !== label) })
/** A locked issue takes no comment of a job's token: its body tells. */
export const commentOn = ({ number, locked }: Pick<Issue, 'number' | 'locked'>, body: string): readonly Write[] =>
  locked || body === '' ? [] : [{ kind: 'comment', number, body }]
export const happened = (marker: Marker, at: number, what: string): Marker['events'] => [...marker.events, { at, what }]

export const notified = (life: Life, kind: NotificationKind, input: ReconcileInput): Life => {
  const one = notificationOf(kind, { marker: life.marker, word: life.word, issue: life.incident.issue }, input)
  return { ...life, notifications: [...life.notifications.filter((before) => before.kind !== kind), one] }
}

/** Of everything that the body tells, times and links left out: only a change of it is worth a write. */
export const digestOf = (marker: Marker, word: Case | undefined): string => {
  const { status, worst, seen, acknowledged, silenced, children, flapping, cause, fix } = marker
  const { title = '', observed = '', expected = '', advice = '', evidence = [] } = word?.finding ?? {}
  const told = [status, worst, seen, acknowledged, silenced, children, flapping, cause, fix, title, observed, expected, advice, evidence]
  return hash('sha256', JSON.stringify(told)).slice(0, 12)
}

/** Its own comments are counted with it, so that only a person's makes it look again. */
const commentsAfter = ({ incident, comments }: Life, input: ReconcileInput): number => {
  const unread = wantsComments(incident) && !input.comments.has(incident.issue.number)
  return (unread ? incident.marker.comments.count : incident.issue.comments) + (comments.length > 0 && !incident.issue.locked ? 1 : 0)
}

const bodyOf = (life: Life, input: ReconcileInput): string => {
  const view = viewOf(life, input)
  if (life.word?.word === 'bad' && life.closing === undefined) return issueBody(view)
  const rest = withoutMarker(life.incident.issue.body)
  if (life.closing === undefined) return bodyWithVerdict(rest, { marker: view.marker, verdict: verdictLine(view) })
  return bodyWithVerdict(withoutOrders(rest), { marker: view.marker, verdict: closedLine(view, life.closing.how) })
}

const sameLabels = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.some((other) => other.toLowerCase() === one.toLowerCase()))

const updateOf = (life: Life, body: string, input: ReconcileInput): Write => {
  const { issue } = life.incident
  const renamed = life.word?.word === 'bad' && life.marker.status !== life.incident.marker.status && isOurTitle(issue, life.marker)
  const title = renamed ? issueTitle(viewOf(life, input)) : issue.title
  return {
    kind: 'update',
    number: issue.number,
    body,
    ...(title === issue.title ? {} : { title }),
    ...(sameLabels(life.labels, issue.labels) ? {} : { labels: life.labels }),
    ...(life.closing === undefined ? {} : { state: 'closed', stateReason: 'completed' }),
  }
}

/** A title that a person chose stays; ours changes with the severity only, since every change is told on the issue's page. */
const isOurTitle = ({ title }: Issue, { server }: Marker): boolean => title.startsWith(`[${server}] `)

/** What a life comes to: at most one comment and one update, and nothing for what did not change. */
export const finished = (life: Life, input: ReconcileInput): Planned | undefined => {
  const count = commentsAfter(life, input)
  const isBad = life.word?.word === 'bad'
  const digest = isBad ? digestOf(life.marker, life.word) : life.marker.digest
  const changed = (isBad && digest !== life.incident.marker.digest) || count !== life.incident.marker.comments.count
  const due = input.now - life.incident.marker.updated >= bodyEveryMs
  if (!life.urgent && life.comments.length === 0 && !(changed && due)) return undefined
  const marker: Marker = { ...life.marker, digest, updated: input.now, comments: { ...life.marker.comments, count } }
  const whole: Life = { ...life, marker }
  const comment = commentOn(life.incident.issue, life.comments.join('\n\n'))
  return {
    rank: life.rank,
    writes: [...comment, updateOf(whole, bodyOf(whole, input), input)],
    notifications: life.notifications,
    closed: closedFact(whole, input),
  }
}
