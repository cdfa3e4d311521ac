import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Instant } from '../../../contract/seen.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import { isAbout, readStaple, type Staple } from '../../../domain/x509/ocsp.ts'
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

/** Clocks differ by minutes. */
const slackMs = 5 * 60_000

type Answer = Exclude<Staple, { kind: 'broken' }>
type Stapled = { readonly answer: Answer; readonly leaf: Certificate }
type Words = Omit<Verdict, 'status'> & { readonly grave?: true }

/** What is wrong with an answer that says "good", or is none for this certificate. */
const doubtsOf = ({ answer, leaf }: Stapled, now: Instant, refresh: string): Words | undefined => {
  const until = answer.nextUpdate
  const observed = `${answer.kind}, ${until === undefined ? 'without an end' : `until ${shownInstant(until)}`}`
  if (until !== undefined && until < now) return { title: 'the stapled OCSP response is out of date', observed, advice: refresh }
  if (!isAbout(leaf, answer.about))
    return {
      title: 'the stapled OCSP response is for another certificate',
      observed: `for number ${answer.about?.serial ?? ''}, and this one is ${leaf.serial}`,
      advice: refresh,
    }
  if (answer.thisUpdate <= now + slackMs) return undefined
  return {
    title: 'the stapled OCSP response is of the future',
    observed: `${observed}, and not before ${shownInstant(answer.thisUpdate)}`,
    advice: `compare the clocks of its server and of this machine; ${refresh}`,
  }
}

const wordsOf = (stapled: Stapled, now: Instant, show: string | undefined): Words | undefined => {
  const { answer, leaf } = stapled
  const refresh = advise('let its server fetch a new one: see its log, and whether it reaches its authority', show)
  if (answer.kind === 'good' || !isAbout(leaf, answer.about)) return doubtsOf(stapled, now, refresh)
  if (answer.kind === 'unknown') return { title: 'its authority does not know the certificate', observed: 'unknown', advice: refresh }
  return {
    grave: true,
    title: 'the certificate is revoked',
    observed: `revoked, by a response of ${shownInstant(answer.thisUpdate)}`,
    advice: advise('get a new certificate with a new key at once', show),
  }
}

const ofStaple = (staple: Staple, leaf: Certificate, now: Instant, show: string | undefined): Verdict => {
  const bad = leaf.mustStaple ? ('critical' as const) : ('warning' as const)
  const advice = advise('let its server fetch a new one: see its log, and whether it reaches its authority', show)
  if (staple.kind === 'broken') return { status: bad, title: 'the stapled OCSP response cannot be read', observed: 'broken', advice }
  const words = wordsOf({ answer: staple, leaf }, now, show)
  if (words !== undefined) {
    const { grave, ...told } = words
    return { status: grave === true ? 'critical' : bad, ...told }
  }
  const until = staple.nextUpdate
  const observed = `good, ${until === undefined ? 'without an end' : `until ${shownInstant(until)}`}`
  return { status: 'ok', title: 'a good OCSP response is stapled', observed, advice: '' }
}

/** Stapling, judged only where it says something: the certificate carries an OCSP URL, or must be stapled. */
export const judgeStaple = (
  { leaf, staple }: { readonly leaf: Certificate; readonly staple: Buffer | undefined },
  where: CertificatePlace,
  now: Instant,
): readonly JudgedFinding<'cert.staple'>[] => {
  const { mustStaple, ocspUrls } = leaf
  if (!mustStaple && ocspUrls.length === 0) return []
  const verdict = staple === undefined ? withoutStaple(mustStaple, where.show) : ofStaple(readStaple(staple, leaf), leaf, now, where.show)
  return [judged(where, { id: 'cert.staple', expected, ...verdict })]
}
