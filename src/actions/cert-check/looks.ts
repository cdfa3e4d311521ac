import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Isolated, LookName } from '../../contract/isolation.ts'
import type { Instant } from '../../contract/seen.ts'
import type { CertificateRow, Served } from './part.ts'
import type { TlsEndpointId } from './parts/endpoints/judge.ts'
import type { LookOptions } from './parts/endpoints/look.ts'
import { type CertTarget, showCommand } from './parts/endpoints/target.ts'
import type { HeaderId } from './parts/headers/policy.ts'
import type { ExpiryRule } from './policies/expiry.ts'
import { advise } from './policies/where.ts'

/** What a look at one endpoint brings back. */
export type SeenOfOne<Id extends string = string> = {
  readonly completed: boolean
  readonly findings: readonly JudgedFinding<Id>[]
  readonly certificates: readonly CertificateRow[]
  readonly served: readonly Served[]
}

/** `now`: the one clock of the run. */
export type HeadersSetup = { readonly now: Instant }
export type EndpointsSetup = HeadersSetup & { readonly rule: ExpiryRule; readonly how: LookOptions }

/** Foreign servers are looked at in another process: what they send may end it. */
export const endpointsLook: LookName<EndpointsSetup, CertTarget, SeenOfOne<TlsEndpointId>> = { name: 'cert-check/endpoints' }
export const headersLook: LookName<HeadersSetup, CertTarget, SeenOfOne<HeaderId>> = { name: 'cert-check/headers' }

type LookingPart = 'endpoints' | 'headers'

const unfinished = (target: CertTarget, check: LookingPart, ended: string): JudgedFinding<'cert.unfinished'> =>
  finding({
    id: 'cert.unfinished',
    // Both parts may meet the same end at the same endpoint.
    subject: check === 'endpoints' ? target.subject : `${target.subject} (${check})`,
    status: 'unknown',
    title: `${target.subject}: the look at it was ended by ${ended}`,
    observed: `${ended}, whenever it is looked at`,
    expected: 'a look that comes to its end',
    advice: advise('see what that server sends, and report it as a mistake of Ronde', showCommand(target)),
    certainty: 'hard',
    audience: 'technical',
  })

/** The answer of another process; where that one was ended, a finding that says so, of this endpoint alone. */
export const seenOrUnfinished = <Id extends string>(
  answer: Isolated<SeenOfOne<Id>>,
  target: CertTarget,
  check: LookingPart,
): SeenOfOne<Id | 'cert.unfinished'> =>
  answer.lived ? answer.value : { completed: false, findings: [unfinished(target, check, answer.ended)], certificates: [], served: [] }
