import type { Status } from '../contract/status.ts'
import { isDeep, isSlow, pastOf, valuesOf } from './confirm.ts'
import { severeLabel } from './escalate.ts'
import { flappingLabel, isFlappingNow } from './flap.ts'
import type { IncidentOpening } from './group.ts'
import { agreedNow, fingerprint, identityOf } from './marker.ts'
import type { Incident, IncidentVerdict, Marker, PlannedWrites, ReconcileInput, Severity } from './model.ts'
import { type ReopenReason, reopenedComment } from './texts/comments.ts'
import { issueBody, issueTitle } from './texts/issue.ts'
import { notificationOf } from './texts/notification.ts'
import { viewFor } from './texts/view.ts'
import { commentWrites, eventsWith, labelChange, toldDigest } from './update.ts'

/** The only one that Ronde needs. */
const rondeLabel = 'ronde'

const dayMs = 24 * 3_600_000
/** How far back closed issues are listed before a creation. */
export const closedLookBackMs = 30 * dayMs

/** Which way is worse, as the last good value tells. */
const directionOf = (verdict: IncidentVerdict): number => {
  const [first] = verdict.finding.measurements
  const good = pastOf(verdict, verdict.finding).find((one) => one.status === 'ok')
  if (first === undefined || good === undefined) return 0
  const before = verdict.history.measurements(verdict.finding.subject, first.name, 50).find((one) => one.at === good.at)
  return before === undefined ? 0 : Math.sign(first.value - before.value)
}

/** When this bad stretch began, as the state tells. */
const sinceOf = (verdict: IncidentVerdict, input: ReconcileInput): number => {
  if (!input.stateUsable || verdict.kind === 'monitoring') return input.now
  const past = pastOf(verdict, verdict.finding)
  const end = past.findIndex((one) => one.status === 'ok')
  const stretch = (end === -1 ? past : past.slice(0, end)).filter((one) => one.status !== 'unknown')
  // A run takes its time, and is remembered by its beginning.
  return stretch.at(-1)?.at ?? Math.min(input.now, Date.parse(verdict.report.startedAt))
}

/** The marker of what opens now. */
export const newMarker = ({ verdict, status, children }: IncidentOpening, input: ReconcileInput): Marker => {
  const { finding, parts } = verdict
  const { now, run } = input
  const since = sinceOf(verdict, input)
  const past = pastOf(verdict, finding).filter((one) => one.at >= since && one.status !== 'ok' && one.status !== 'unknown')
  const base: Marker = {
    ...parts,
    fingerprint: fingerprint(parts),
    since,
    status,
    worst: { status, observed: input.publicRepository ? '' : finding.observed },
    worstValue: finding.measurements[0]?.value,
    direction: directionOf(verdict),
    hard: finding.certainty === 'hard' && verdict.kind === 'service',
    slow: isSlow(verdict),
    round: input.round ?? '',
    check: finding.check,
    disturbed: finding.disturbedByWork ?? false,
    audience: finding.audience,
    criticalSince: status === 'critical' ? now : undefined,
    lastBad: now,
    seen: input.stateUsable && verdict.kind === 'service' ? past.length + 1 : 1,
    values: input.publicRepository ? [] : valuesOf(verdict, { values: [] }, input),
    reminders: { count: 0, last: 0 },
    good: { runs: 0, since: 0 },
    gone: 0,
    reopened: 0,
    children: [...children],
    flapping: isFlappingNow(verdict, { flapping: false, good: { runs: 0, since: 0 } }, input),
    escalated: false,
    cause: '',
    fix: '',
    comments: { count: 0, last: 0, at: 0 },
    updated: now,
    digest: '',
    firstRun: run.url,
    latestRun: run.url,
    events: [{ at: now, what: `opened, ${status}` }],
    duplicate: false,
  }
  return { ...base, digest: toldDigest(base, verdict) }
}

const rankOf = (status: Severity) => (status === 'critical' ? 'open-critical' : 'open')

/** Rule 4: one POST, labels and assignees included. */
const creation = (opening: IncidentOpening, earlier: number | undefined, input: ReconcileInput): PlannedWrites => {
  const marker = newMarker(opening, input)
  const view = { ...viewFor(marker, opening.verdict, input), earlier }
  return {
    rank: rankOf(opening.status),
    notifications: [notificationOf('opened', { marker, verdict: opening.verdict, issue: undefined }, input)],
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
  unsure: 'closed by a person and bad, reopened',
}

/** A `/silence` outlives the closing: it is the same incident. Void when it comes back worse. */
const keptSilence = (old: Marker, fresh: Marker, { now }: ReconcileInput): Marker['silenced'] => {
  const silenced = agreedNow(old, 'silenced', now)
  return silenced?.status === 'warning' && fresh.status === 'critical' ? undefined : silenced
}

/** Rule 8: the same issue again. */
const reopening = (
  opening: IncidentOpening,
  { incident, why }: { incident: Incident; why: ReopenReason },
  input: ReconcileInput,
): PlannedWrites => {
  const { issue, marker: old } = incident
  const fresh = newMarker(opening, input)
  const silenced = keptSilence(old, fresh, input)
  const isQuiet = silenced !== undefined
  const bare: Marker = {
    ...fresh,
    silenced,
    since: why === 'again' || why === 'unsure' ? fresh.since : old.since,
    worst: old.worst.status === 'critical' && fresh.status === 'warning' ? old.worst : fresh.worst,
    seen: old.seen + 1,
    reopened: old.reopened + 1,
    cause: old.cause,
    fix: old.fix,
    firstRun: old.firstRun,
    comments: { ...old.comments, count: issue.comments + (issue.locked || isQuiet ? 0 : 1) },
    events: eventsWith(old, input.now, reopenedEvents[why]),
  }
  const marker = { ...bare, digest: toldDigest(bare, opening.verdict) }
  const view = viewFor(marker, opening.verdict, input)
  const body = issueBody(view)
  const labels = labelChange(issue.labels, [
    ...issue.labels.filter((one) => one !== severeLabel && one !== flappingLabel),
    ...(marker.flapping ? [flappingLabel] : []),
  ])
  return {
    rank: rankOf(opening.status),
    notifications: isQuiet ? [] : [notificationOf('opened', { marker, verdict: opening.verdict, issue }, input)],
    writes: [
      {
        kind: 'update',
        number: issue.number,
        body,
        state: 'open',
        stateReason: 'reopened',
        ...(labels === undefined ? {} : { labels }),
        basedOn: issue.body,
      },
      ...(isQuiet ? [] : commentWrites(issue, reopenedComment(view, why), body)),
    ],
  }
}

/** Whether it was good in between, so that its closing by a person was no acknowledgement of this stretch; undefined when nothing tells. */
const wasGood = (verdict: IncidentVerdict, closedAt: number, { stateUsable }: ReconcileInput): boolean | undefined => {
  const past = pastOf(verdict, verdict.kind === 'monitoring' ? (verdict.findings[0] ?? verdict.finding) : verdict.finding)
  const good = (status: Status): boolean => (verdict.kind === 'monitoring' ? status !== 'unknown' : status === 'ok')
  const before = past.find((one) => one.at <= closedAt)
  if (past.some((one) => good(one.status) && one.at > closedAt)) return true
  if (before === undefined && isDeep(past)) return false
  return !stateUsable || before === undefined ? undefined : good(before.status)
}

/** Without a memory of the time around its closing, an acknowledgement by closing holds only so long: what is bad then may have begun anew. */
const unsureMs = 30 * 60_000

type HeldFinding = { readonly held: string }

/** Rule 8 for what a person closed while it was bad: an acknowledgement of 24 hours, void when it gets worse. */
const closedByPerson = (
  opening: IncidentOpening,
  incident: Incident,
  recent: boolean,
  input: ReconcileInput,
): PlannedWrites | HeldFinding => {
  const { issue, marker } = incident
  if (!recent) return reopening(opening, { incident, why: 'still-bad' }, input)
  if (marker.status === 'warning' && opening.status === 'critical') return reopening(opening, { incident, why: 'worse' }, input)
  return { held: `#${issue.number} was closed by a person: acknowledged for 24 hours` }
}

/** The same where nothing tells whether it was good in between: reopening is the safe side. */
const closedUnsure = (
  opening: IncidentOpening,
  incident: Incident,
  closedAt: number,
  input: ReconcileInput,
): PlannedWrites | HeldFinding => {
  const { issue, marker } = incident
  const worse = marker.status === 'warning' && opening.status === 'critical'
  const lasted = input.now - closedAt
  if (lasted < unsureMs && !worse)
    return { held: `#${issue.number} was closed by a person: acknowledged for 30 minutes, for no state tells more` }
  return lasted < dayMs ? reopening(opening, { incident, why: worse ? 'worse' : 'unsure' }, input) : creation(opening, issue.number, input)
}

/** Creates, reopens, or holds back what a person closed while it was bad. `previous` is the last closed one of the same identity. */
export const openingWrites = (
  opening: IncidentOpening,
  previous: Incident | undefined,
  input: ReconcileInput,
): PlannedWrites | HeldFinding => {
  if (previous === undefined) return creation(opening, undefined, input)
  const { issue, marker } = previous
  const closedAt = marker.closed ?? issue.closedAt ?? issue.updatedAt
  const recent = input.now - closedAt < dayMs
  const wasGoodSince = marker.closed === undefined ? wasGood(opening.verdict, closedAt, input) : true
  if (wasGoodSince === false) return closedByPerson(opening, previous, recent, input)
  if (wasGoodSince === undefined) return closedUnsure(opening, previous, closedAt, input)
  return recent ? reopening(opening, { incident: previous, why: 'again' }, input) : creation(opening, issue.number, input)
}
