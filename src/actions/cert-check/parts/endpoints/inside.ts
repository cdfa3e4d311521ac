import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { CreateLook } from '../../../../contract/isolation.ts'
import { proxyObstacle } from '../../../../core/net/proxy.ts'
import type { EndpointsSetup, SeenOfOne } from '../../looks.ts'
import type { CertificateFacts, CertificateRow, Served } from '../../part.ts'
import { judgeEndpoint, type TlsEndpointId } from './judge.ts'
import { createLook as createTlsLook, type Trusted } from './look.ts'
import { downFinding, unseenFinding } from './reachable.ts'
import type { CertTarget } from './target.ts'

const without = (findings: readonly JudgedFinding<TlsEndpointId>[], completed: boolean): SeenOfOne<TlsEndpointId> => ({
  completed,
  findings,
  certificates: [],
  served: [],
})

const factsOf = (certificate: CertificateFacts): CertificateFacts => {
  const { subject, issuer, issuerOrganization, dnsNames, addresses, moreNames, notBefore, notAfter, sha256 } = certificate
  const { key, selfSigned, isCa, mustStaple, serial } = certificate
  return {
    subject,
    issuer,
    issuerOrganization,
    dnsNames,
    addresses,
    moreNames,
    notBefore,
    notAfter,
    sha256,
    key,
    selfSigned,
    isCa,
    mustStaple,
    serial,
  }
}

/** The same facts once for all lines that show them, and nothing that cannot leave this process. */
const createFacts = () => {
  const known = new Map<string, CertificateFacts>()
  const once = (certificate: CertificateFacts): CertificateFacts => {
    const kept = known.get(certificate.sha256) ?? factsOf(certificate)
    known.set(certificate.sha256, kept)
    return kept
  }
  const row = (line: CertificateRow): CertificateRow => {
    const { endsBefore: above } = line
    const endsBefore = above === undefined ? undefined : { subject: above.subject, notAfter: above.notAfter }
    return { ...line, certificate: once(line.certificate), endsBefore }
  }
  return { row, served: (line: Served): Served => ({ ...line, certificate: once(line.certificate) }) }
}

/** Looks at an endpoint and judges it, where it cannot harm the run. */
export const createLook: CreateLook<EndpointsSetup, CertTarget, SeenOfOne<TlsEndpointId>> = ({ rule, now, how }, inside) => {
  const look = createTlsLook({ signal: inside.signal, now }, how)
  const facts = createFacts()
  const judging = ({ chainOf, trouble }: Trusted) => ({ rule, now, chainOf, trouble })
  return async (target) => {
    const observed = await look(target)
    if ('unseen' in observed) return without([unseenFinding(target, observed.unseen)], false)
    if ('fault' in observed && observed.fault.kind === 'unresolved' && target.byProxy === true)
      return without([unseenFinding(target, proxyObstacle)], false)
    if ('fault' in observed) return without([downFinding(target, [{ address: '', fault: observed.fault }])], true)
    const { seen, trusted } = observed
    if (seen.some((one) => one.kind === 'shaken')) {
      const { findings, rows, served } = judgeEndpoint(target, seen, judging(trusted))
      return { completed: true, findings, certificates: rows.map(facts.row), served: served.map(facts.served) }
    }
    const faults = seen.filter((one) => one.kind === 'fault')
    if (faults.length > 0) return without([downFinding(target, faults)], true)
    const unseen = seen.find((one) => one.kind === 'unseen')
    return without([unseenFinding(target, unseen?.unseen ?? { cause: 'the name has no address', advice: 'look at its DNS record' })], false)
  }
}
