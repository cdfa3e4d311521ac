import { hash } from 'node:crypto'
import type { Issue, Write } from '../contract/issues.ts'
import { bodyEveryMs } from './confirm.ts'
import { wantsComments } from './identify.ts'
import { commentOn } from './life.ts'
import { withoutMarker } from './marker.ts'
import type { Case, Life, Marker, Planned, ReconcileInput } from './model.ts'
import { bodyWithVerdict, issueBody, issueTitle, withoutOrders } from './texts/issue.ts'
import { closedLine, verdictLine } from './texts/phrases.ts'
import { viewOf } from './texts/view.ts'

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

const closedFact = ({ closing, marker, incident }: Life, { now }: ReconcileInput): Planned['closed'] =>
  closing === undefined
    ? undefined
    : {
        number: incident.issue.number,
        url: incident.issue.url,
        title: incident.issue.title,
        since: marker.since,
        until: now,
        cause: marker.cause,
        fix: marker.fix,
        postMortem: closing.postMortem,
      }
