import type { Obstacle } from '../../../../contract/seen.ts'
import type { HttpSeen } from '../../../../probes/http.ts'
import type { TcpSeen } from '../../../../probes/tcp.ts'

/** What one attempt brought. `unseen`: could not look; `lasting` when another attempt cannot change it. `killed`: what it sends ends who looks. */
export type Observation =
  | HttpSeen
  | TcpSeen
  | ({ readonly kind: 'unseen'; readonly lasting: boolean } & Obstacle)
  | { readonly kind: 'killed'; readonly ended: string }

/** All attempts at one endpoint, the last of which decides, and the latencies in ms that were sampled when it answered. */
export type EndpointAttempts = {
  readonly attempts: readonly Observation[]
  readonly latenciesMs: readonly number[]
  /** Samples that were no answers, too few to decide. */
  readonly failedSamples?: readonly Observation[]
}
