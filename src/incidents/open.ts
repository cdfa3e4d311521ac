import { isSlow, pastOf, valuesOf } from './confirm.ts'
import { severeLabel } from './escalate.ts'
import { flappingLabel, flapsNow } from './flap.ts'
import type { Opening } from './group.ts'
import { monitoringId } from './judge.ts'
import { fingerprint, identityOf } from './marker.ts'
import type { Case, Incident, Marker, Planned, ReconcileInput, Severity } from './model.ts'
import { type ReopenReason, reopenedComment } from './texts/comments.ts'
import { issueBody, issueTitle } from './texts/issue.ts'
import { notificationOf } from './texts/notification.ts'
import { viewFor } from './texts/view.ts'
import { commentOn, digestOf, happened } from './update.ts'

/** The only one that Ronde needs. */
const rondeLabel = 'ronde'

const dayMs = 24 * 3_600_000
/** How far back closed issues are listed before a creation. */
export const closedLookBackMs = 30 * dayMs

/** Which way is worse, as the last good value tells. */
const directionOf = (word: Case): number => {
  const [first] = word.finding.measurements
  const good = pastOf(word, word.finding).find((one) => one.status === 'ok')
  if (first === undefined || good === undefined) return 0
  const before = word.history.measurements(word.finding.subject, first.name, 50).find((one) => one.at === good.at)
  return before === undefined ? 0 : Math.sign(first.value - before.value)
}

/** When this bad stretch began, as the state tells. */
const sinceOf = (word: Case, input: ReconcileInput): number => {
  if (!input.stateUsable || word.kind === 'monitoring') return input.now
  const past = pastOf(word, word.finding)
  const end = past.findIndex((one) => one.status === 'ok')
  const stretch = (end === -1 ? past : past.slice(0, end)).filter((one) => one.status !== 'unknown')
  // A run takes its time, and is remembered by its beginning.
  return stretch.at(-1)?.at ?? Math.min(input.now, Date.parse(word.report.startedAt))
}

/** The marker of what opens now. */
export const born = ({ word, status, children }: Opening, input: ReconcileInput): Marker => {
  const { finding, parts } = word
  const { now, run } = input
  const since = sinceOf(word, input)
  const past = pastOf(word, finding).filter((one) => one.at >= since && one.status !== 'ok' && one.status !== 'unknown')
  const base: Marker = {
    ...parts,
    fingerprint: fingerprint(parts),
    since,
    status,
    worst: { status, observed: input.publicRepository ? '' : finding.observed },
    worstValue: finding.measurements[0]?.value,
    direction: directionOf(word),
    hard: finding.certainty === 'hard' && word.kind === 'service',
    slow: isSlow(word),
    round: input.round ?? '',
    check: finding.check ?? '',
    audience: finding.audience,
    criticalSince: status === 'critical' ? now : undefined,
    lastBad: now,
    seen: input.stateUsable && word.kind === 'service' ? past.length + 1 : 1,
    values: input.publicRepository ? [] : valuesOf(word, { values: [] }, input),
    reminders: { count: 0, last: 0 },
    good: { runs: 0, since: 0 },
    gone: 0,
    reopened: 0,
    children: [...children],
    flapping: flapsNow(word, { flapping: false }, input),
    escalated: false,
    cause: '',
    fix: '',
    comments: { count: 0, last: 0 },
    updated: now,
    digest: '',
    firstRun: run.url,
    latestRun: run.url,
    events: [{ at: now, what: `opened, ${status}` }],
    duplicate: false,
  }
  return { ...base, digest: digestOf(base, word) }
}

const rankOf = (status: Severity) => (status === 'critical' ? 'open-critical' : 'open')

/** Rule 4: one POST, labels and assignees included. */
export const created = (opening: Opening, earlier: number | undefined, input: ReconcileInput): Planned => {
  const marker = born(opening, input)
  const view = { ...viewFor(marker, opening.word, input), earlier }
  return {
    rank: rankOf(opening.status),
    notifications: [notificationOf('opened', { marker, word: opening.word, issue: undefined }, input)],
    writes: [
      {
        kind: 'create',
        fingerprint: identityOf(marker),
        title: issueTitle(view),
        body: issueBody(view),
        labels: [rondeLabel, ...input.options.labels, ...(marker.flapping ? [flappingLabel] : [])],
        assignees: input.options.assignees,
      },
    ],
  }
}

const reopenedEvents: Record<ReopenReason, string> = {
  again: 'bad again, reopened',
  'still-bad': 'closed by a person and still bad, reopened',
  worse: 'closed by a person and got critical, reopened',
}

/** Rule 8: the same issue again. */
const reopened = (opening: Opening, { incident, why }: { incident: Incident; why: ReopenReason }, input: ReconcileInput): Planned => {
  const { issue, marker: old } = incident
  const fresh = born(opening, input)
  const bare: Marker = {
    ...fresh,
    since: why === 'again' ? fresh.since : old.since,
    worst: old.worst.status === 'critical' && fresh.status === 'warning' ? old.worst : fresh.worst,
    seen: old.seen + 1,
    reopened: old.reopened + 1,
    cause: old.cause,
    fix: old.fix,
    firstRun: old.firstRun,
    comments: { count: issue.comments + (issue.locked ? 0 : 1), last: old.comments.last },
    events: happened(old, input.now, reopenedEvents[why]),
  }
  const marker = { ...bare, digest: digestOf(bare, opening.word) }
  const view = viewFor(marker, opening.word, input)
  return {
    rank: rankOf(opening.status),
    notifications: [notificationOf('opened', { marker, word: opening.word, issue }, input)],
    writes: [
      ...commentOn(issue, reopenedComment(view, why)),
      {
        kind: 'update',
        number: issue.number,
        body: issueBody(view),
        state: 'open',
        stateReason: 'reopened',
        labels: [
          ...issue.labels.filter((one) => one !== severeLabel && one !== flappingLabel),
          ...(marker.flapping ? [flappingLabel] : []),
        ],
      },
    ],
  }
}

/** It was good in between, so that its closing by a person was no acknowledgement of this stretch. */
const wasGood = (word: Case, closedAt: number): boolean => {
  if (word.parts.id === monitoringId) return false
  const past = pastOf(word, word.finding)
  return past.some((one) => one.status === 'ok' && one.at > closedAt) || past.find((one) => one.at <= closedAt)?.status === 'ok'
}

type Held = { readonly held: string }

/** Rule 8 for what a person closed while it was bad: an acknowledgement of 24 hours, void when it gets worse. */
const closedByPerson = (opening: Opening, incident: Incident, recent: boolean, input: ReconcileInput): Planned | Held => {
  const { issue, marker } = incident
  if (!recent) return reopened(opening, { incident, why: 'still-bad' }, input)
  if (marker.status === 'warning' && opening.status === 'critical') return reopened(opening, { incident, why: 'worse' }, input)
  return { held: `#${issue.number} was closed by a person: acknowledged for 24 hours` }
}

/** Creates, reopens, or holds back what a person closed while it was bad. `previous` is the last closed one of the same identity. */
export const opened = (opening: Opening, previous: Incident | undefined, input: ReconcileInput): Planned | Held => {
  if (previous === undefined) return created(opening, undefined, input)
  const { issue, marker } = previous
  const closedAt = marker.closed ?? issue.closedAt ?? issue.updatedAt
  const recent = input.now - closedAt < dayMs
  const byPerson = marker.closed === undefined && !wasGood(opening.word, closedAt)
  if (byPerson) return closedByPerson(opening, previous, recent, input)
  return recent ? reopened(opening, { incident: previous, why: 'again' }, input) : created(opening, issue.number, input)
}
