import type { Audience, Finding } from '../contract/finding.ts'
import type { Issue, Write } from '../contract/issues.ts'
import { neededRuns } from './confirm.ts'
import { type Case, type Incident, type Life, type Marker, type Rank, type ReconcileInput, ranks } from './model.ts'
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
