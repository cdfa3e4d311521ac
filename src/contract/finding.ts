import type { Status } from './status.ts'

export type Audience = 'technical' | 'security' | 'infrastructure'

/** A number behind a finding, kept for trends. `unit` is a short word such as `ms`, `bytes`, `%`, `connections`. */
export type Measurement = { readonly name: string; readonly value: number; readonly unit: string }

/** One judged fact about one subject, as a policy says it. Texts may hold untrusted parts: they are redacted and escaped when published, not before. */
export type JudgedFinding<Id extends string = string> = {
  /** Stable and public, `endpoint.latency`: incidents and runbooks are found by it. */
  readonly id: Id
  /** What it is about: `service/db`, `disk:/`, `https://quiz.example/api/health`. */
  readonly subject: string
  /** What the person calls the subject; its address is then told beside the evidence only. */
  readonly label?: string
  readonly status: Status
  /** Why it was not looked at, though nobody asked for it: then the status is ok, and nothing is proven by it. */
  readonly notChecked?: string
  readonly title: string
  readonly observed: string
  readonly expected: string
  readonly advice: string
  readonly evidence: readonly string[]
  /** A hard fact (a container exited) opens an incident at once; a soft one (a sampled value) is confirmed first. */
  readonly certainty: 'hard' | 'soft'
  /** Beyond the clear value, not merely under the warning. */
  readonly cleared: boolean
  /** A declared dependency that would explain this finding. */
  readonly parent?: { readonly id: string; readonly subject: string }
  readonly audience: Audience
  /** Findings that share one incident. */
  readonly incidentKey?: string
  readonly location?: { readonly path: string; readonly line: number }
  readonly measurements: readonly Measurement[]
}

/** What a policy does not know and whoever ran it adds. */
export type FindingStamp = {
  /** The part that looked, an entry of the report's `scope` when it was completed, or the action's own name for the run as a whole: only a completed check closes incidents. */
  readonly check: string
  /** Under what it is shown; by default its check. */
  readonly group?: string
  /** What it tells may come from Ronde's own work on the project, which then explains it. */
  readonly disturbedByWork?: true
}

/** A judged fact with the check that looked, as reports publish it. */
export type Finding<Id extends string = string> = JudgedFinding<Id> & FindingStamp

/** What the run of an action gives: what it did not stamp itself is of the run as a whole. */
export type ActionFinding<Id extends string = string> = JudgedFinding<Id> & Partial<FindingStamp>

type Needed = 'id' | 'subject' | 'status' | 'title' | 'observed' | 'expected' | 'audience'

/** Fills what most findings share: no advice, no evidence, soft, and cleared when it is ok. */
export const finding = <const Id extends string>(
  given: Pick<JudgedFinding<Id>, Needed> & Partial<Omit<JudgedFinding<Id>, Needed>>,
): JudgedFinding<Id> => ({
  advice: '',
  evidence: [],
  certainty: 'soft',
  cleared: given.status === 'ok',
  measurements: [],
  ...given,
})

/** Findings with the check that looked. */
export const stamped = <Id extends string>(findings: readonly JudgedFinding<Id>[], stamp: FindingStamp): readonly Finding<Id>[] =>
  findings.map((one) => ({ ...one, ...stamp }))

/** Ids of what no action declares, since any may say it: the state of Ronde itself, that a check could not look, what dead runs left, and that the configuration is gone. */
export const houseIds = [
  'state.unwritable',
  'monitoring.broken',
  'recovery.pending',
  'recovery.unreadable',
  'configuration.missing',
] as const
export type HouseId = (typeof houseIds)[number]
