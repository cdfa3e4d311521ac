import type { Audience, Finding } from '../contract/finding.ts'
import type { Issue, Write } from '../contract/issues.ts'
import { pastOf } from './confirm.ts'
import { type Case, type Incident, type Life, type Marker, type Rank, type ReconcileInput, ranks } from './model.ts'
import { neededRuns } from './recovery.ts'
import type { IssueView } from './texts/parts.ts'

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

const audiences: readonly Audience[] = ['technical', 'security', 'infrastructure']

/** Those of the finding's audience; without one, everybody: better told twice than to nobody. */
export const contactsOf = ({ audience }: Pick<Finding, 'audience'>, { contacts }: ReconcileInput): readonly string[] => {
  const own = contacts[audience] ?? []
  return own.length > 0 ? own : [...new Set(audiences.flatMap((one) => contacts[one] ?? []))]
}

/** What stands in for the finding when this run says nothing of it. */
const remembered = (marker: Marker): Finding => ({
  id: marker.id,
  subject: marker.key,
  status: marker.status,
  title: marker.id,
  observed: marker.worst.observed,
  expected: '',
  advice: '',
  evidence: [],
  certainty: marker.hard ? 'hard' : 'soft',
  cleared: false,
  audience: marker.audience,
  measurements: [],
})

export const viewFor = (marker: Marker, word: Case | undefined, input: ReconcileInput): IssueView => {
  const finding = word === undefined || word.word === 'unseen' ? remembered(marker) : word.finding
  return {
    marker,
    finding,
    now: input.now,
    timeZone: input.timeZone,
    contacts: contactsOf(finding, input),
    runbooks: input.runbooks,
    publicRepository: input.publicRepository,
    closesAfter: { runs: neededRuns(marker, input.options), settleMs: input.options.settle },
  }
}

export const viewOf = ({ marker, word }: Life, input: ReconcileInput): IssueView => viewFor(marker, word, input)

const shownValues = 8

/** The last values of its first measurement, oldest first. */
export const valuesOf = (one: Case, marker: Pick<Marker, 'values'>, input: ReconcileInput): number[] => {
  const [first] = one.finding.measurements
  if (first === undefined || !Number.isFinite(first.value)) return [...marker.values]
  const startedAt = Date.parse(one.report.startedAt)
  const past = one.history.measurements(one.finding.subject, first.name, shownValues).filter((entry) => entry.at < startedAt)
  const before = input.stateUsable ? past.map((entry) => entry.value).toReversed() : marker.values
  return [...before.slice(1 - shownValues), first.value]
}

/** How often it was seen bad since it opened, this run included. */
export const seenCount = (one: Case, marker: Pick<Marker, 'since' | 'seen' | 'updated'>, input: ReconcileInput): number => {
  if (!input.stateUsable || one.kind === 'monitoring') return marker.seen + 1
  const past = pastOf(one, one.finding).filter((entry) => entry.at >= marker.since && ['warning', 'critical'].includes(entry.status))
  // Whatever the past leaves out, what came since the marker was written is added to what it tells.
  return Math.max(past.length + 1, marker.seen + past.filter((entry) => entry.at > marker.updated).length + 1)
}
