import type { Audience, Finding } from '../../contract/finding.ts'
import type { Instant } from '../../contract/seen.ts'
import { neededRuns } from '../confirm.ts'
import type { IncidentUpdate, IncidentVerdict, Marker, ReconcileInput } from '../model.ts'

/** What all texts of an incident need to know. */
export type IssueView = {
  readonly marker: Marker
  /** The latest bad word on it, redacted. */
  readonly finding: Finding
  readonly now: Instant
  readonly timeZone: string
  /** Of the finding's audience, from the configuration: the only mentions. */
  readonly contacts: readonly string[]
  /** Base URL of the runbooks, with its last slash. */
  readonly runbooks?: string | undefined
  /** Then ids and advice only: no subject, value, evidence or telephone number. */
  readonly publicRepository: boolean
  readonly closesAfter: { readonly runs: number; readonly settleMs: number }
  /** An older issue of the same incident, closed long ago. */
  readonly earlier?: number | undefined
}

const audiences: readonly Audience[] = ['technical', 'security', 'infrastructure']

/** Those of the finding's audience; without one, everybody: better told twice than to nobody. */
export const contactsOf = ({ audience }: Pick<Finding, 'audience'>, { contacts }: ReconcileInput): readonly string[] => {
  const own = contacts[audience] ?? []
  return own.length > 0 ? own : [...new Set(audiences.flatMap((one) => contacts[one] ?? []))]
}

/** What stands in for the finding when this run says nothing of it. */
const remembered = (marker: Marker): Finding => ({
  id: marker.id,
  check: marker.check,
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

/** The view of a marker and what this run says of it. */
export const viewFor = (marker: Marker, verdict: IncidentVerdict | undefined, input: ReconcileInput): IssueView => {
  const finding = verdict === undefined || verdict.says === 'unseen' ? remembered(marker) : verdict.finding
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

/** The view of an update. */
export const viewOf = ({ marker, verdict }: IncidentUpdate, input: ReconcileInput): IssueView => viewFor(marker, verdict, input)
