import { type Finding, finding } from '../../contract/finding.ts'
import type { Isolated, LookName } from '../../contract/isolation.ts'
import type { Instant } from '../../contract/seen.ts'
import type { CertificateRow, PartName, Served } from './part.ts'
import type { LookOptions } from './parts/endpoints/look.ts'
import { type CertTarget, showCommand } from './parts/endpoints/target.ts'
import type { ExpiryRule } from './policies/expiry.ts'
import { advise } from './policies/where.ts'

/** What a look at one endpoint brings back. */
export type SeenOfOne = {
  readonly completed: boolean
  readonly findings: readonly Finding[]
  readonly certificates: readonly CertificateRow[]
  readonly served: readonly Served[]
}

/** `now`: the one clock of the run. */
export type HeadersSetup = { readonly now: Instant }
export type EndpointsSetup = HeadersSetup & { readonly rule: ExpiryRule; readonly how: LookOptions }

/** Foreign servers are looked at in another process: what they send may end it. */
export const endpointsLook: LookName<EndpointsSetup, CertTarget, SeenOfOne> = { name: 'cert-check/endpoints' }
export const headersLook: LookName<HeadersSetup, CertTarget, SeenOfOne> = { name: 'cert-check/headers' }

const unfinished = (target: CertTarget, check: PartName, ended: string): Finding =>
  finding({
    id: 'cert.unfinished',
    check,
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
export const seenOrUnfinished = (answer: Isolated<SeenOfOne>, target: CertTarget, check: PartName): SeenOfOne =>
  answer.lived ? answer.value : { completed: false, findings: [unfinished(target, check, answer.ended)], certificates: [], served: [] }
