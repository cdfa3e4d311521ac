import type { HttpSeen } from '../../../../probes/http.ts'
import type { TcpSeen } from '../../../../probes/tcp.ts'

/** What one attempt brought. `unseen`: could not look; `lasting` when another attempt cannot change it. `killed`: what it sends ends who looks. */
export type Observation =
  | HttpSeen
  | TcpSeen
  | { readonly kind: 'unseen'; readonly cause: string; readonly advice: string; readonly lasting: boolean }
  | { readonly kind: 'killed'; readonly ended: string }

/** All attempts at one endpoint, the last of which decides, and the latencies in ms that were sampled when it answered. */
export type Observed = { readonly attempts: readonly Observation[]; readonly latenciesMs: readonly number[] }
