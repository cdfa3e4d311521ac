import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Instant } from '../../../contract/seen.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import { readStaple, type Staple } from '../../../domain/x509/ocsp.ts'
import { shownInstant } from './expiry.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

type Verdict = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>

const expected = 'a stapled OCSP response that says "good" and is not out of date'

const withoutStaple = (mustStaple: boolean, show: string | undefined): Verdict =>
  mustStaple
    ? {
        status: 'critical',
        title: 'no OCSP response is stapled, and the certificate demands one',
        observed: 'none; browsers refuse it',
        advice: advise('turn stapling on in its server, or get a certificate without must-staple', show),
      }
    : {
        status: 'ok',
        title: 'no OCSP response is stapled',
        observed: 'none; the certificate does not demand one',
        advice: 'turn stapling on, so that visitors need not ask its authority',
      }

const ofStaple = (staple: Staple, mustStaple: boolean, now: Instant, show: string | undefined): Verdict => {
  const bad = mustStaple ? ('critical' as const) : ('warning' as const)
  const refresh = advise('let its server fetch a new one: see its log, and whether it reaches its authority', show)
  if (staple.kind === 'broken')
    return { status: bad, title: 'the stapled OCSP response cannot be read', observed: 'broken', advice: refresh }
  if (staple.kind === 'revoked')
    return {
      status: 'critical',
      title: 'the certificate is revoked',
      observed: `revoked, by a response of ${shownInstant(staple.thisUpdate)}`,
      advice: advise('get a new certificate with a new key at once', show),
    }
  if (staple.kind === 'unknown')
    return { status: bad, title: 'its authority does not know the certificate', observed: 'unknown', advice: refresh }
  const until = staple.nextUpdate
  const observed = `good, ${until === undefined ? 'without an end' : `until ${shownInstant(until)}`}`
  return until !== undefined && until < now
    ? { status: bad, title: 'the stapled OCSP response is out of date', observed, advice: refresh }
    : { status: 'ok', title: 'a good OCSP response is stapled', observed, advice: '' }
}

/** Stapling, judged only where it says something: the certificate carries an OCSP URL, or must be stapled. */
export const judgeStaple = (
  { leaf, staple }: { readonly leaf: Certificate; readonly staple: Buffer | undefined },
  where: CertificatePlace,
  now: Instant,
): readonly JudgedFinding<'cert.staple'>[] => {
  const { mustStaple, ocspUrls } = leaf
  if (!mustStaple && ocspUrls.length === 0) return []
  const verdict = staple === undefined ? withoutStaple(mustStaple, where.show) : ofStaple(readStaple(staple), mustStaple, now, where.show)
  return [judged(where, { id: 'cert.staple', expected, ...verdict })]
}
