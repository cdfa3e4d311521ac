import type { Status } from './status.ts'

export type Audience = 'technical' | 'security' | 'infrastructure'

/** A number behind a finding, kept for trends. `unit` is a short word such as `ms`, `bytes`, `%`, `connections`. */
export type Measurement = { readonly name: string; readonly value: number; readonly unit: string }

/** One judged fact about one subject. Texts may hold untrusted parts: they are redacted and escaped when published, not before. */
export type Finding = {
  /** Stable and public, `endpoint.latency`: incidents and runbooks are found by it. */
  readonly id: string
  /** The entry of the report's `scope` that it belongs to, where its id does not tell: only a completed check closes its incidents. */
  readonly check?: string
  /** What it is about: `service/db`, `disk:/`, `https://quiz.example/api/health`. */
  readonly subject: string
  readonly status: Status
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

type Needed = Pick<Finding, 'id' | 'subject' | 'status' | 'title' | 'observed' | 'expected' | 'audience'>

/** Fills what most findings share: no advice, no evidence, soft, and cleared when it is ok. */
export const finding = (given: Needed & Partial<Finding>): Finding => ({
  advice: '',
  evidence: [],
  certainty: 'soft',
  cleared: given.status === 'ok',
  measurements: [],
  ...given,
})
