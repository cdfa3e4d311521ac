import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Instant } from '../../../contract/seen.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import type { RootedChain } from '../../../domain/x509/chain.ts'
import { type ExpiryRule, judgeChainExpiry, judgeSpareExpiry } from './expiry.ts'
import type { CertificatePlace } from './where.ts'

/** Above the leaf: what clients need, the root that they have, and what nobody needs. */
export const judgeAbove = (
  { chain, root }: RootedChain,
  where: CertificatePlace,
  rule: ExpiryRule,
  now: Instant,
): readonly JudgedFinding<'cert.chain-expiry'>[] => {
  const isSent = root === undefined || chain.path.some((one) => one.sha256 === root.sha256)
  // Of a root that is not sent only a reason to act is told.
  const ofRoot = isSent ? [] : judgeChainExpiry([root], where, rule, now).filter((one) => one.status !== 'ok')
  return [...judgeChainExpiry(chain.path.slice(1), where, rule, now), ...ofRoot, ...judgeSpareExpiry(chain.spare, where, rule, now)]
}

/** The first to end of several, where it ends before this one. */
export const endingBefore = (leaf: Certificate, others: readonly Certificate[]): Certificate | undefined => {
  const first = others.reduce((soonest, one) => (one.notAfter < soonest.notAfter ? one : soonest), leaf)
  return first === leaf ? undefined : first
}

/** What clients need besides the leaf. */
export const neededAbove = ({ chain, root }: RootedChain): readonly Certificate[] => [
  ...chain.path.slice(1),
  ...(root === undefined ? [] : [root]),
]
