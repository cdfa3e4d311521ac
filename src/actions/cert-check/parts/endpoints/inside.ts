import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { CreateLook } from '../../../../contract/isolation.ts'
import { proxyObstacle } from '../../../../core/net/proxy.ts'
import type { EndpointsSetup, SeenOfOne } from '../../looks.ts'
import type { CertificateFacts } from '../../part.ts'
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

/** The same facts once for all lines that show them. */
const createFacts = () => {
  const known = new Map<string, CertificateFacts>()
  return <T extends { readonly certificate: CertificateFacts }>(line: T): T => {
    const { x509: _, ...facts } = line.certificate as CertificateFacts & { readonly x509?: unknown }
    const kept = known.get(facts.sha256) ?? facts
    known.set(facts.sha256, kept)
    return { ...line, certificate: kept }
  }
}

/** Looks at an endpoint and judges it, where it cannot harm the run. */
export const createLook: CreateLook<EndpointsSetup, CertTarget, SeenOfOne<TlsEndpointId>> = ({ rule, now, how }, inside) => {
  const look = createTlsLook(inside, how)
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
      return { completed: true, findings, certificates: rows.map(facts), served: served.map(facts) }
    }
    const faults = seen.filter((one) => one.kind === 'fault')
    if (faults.length > 0) return without([downFinding(target, faults)], true)
    const unseen = seen.find((one) => one.kind === 'unseen')
    return without([unseenFinding(target, unseen?.unseen ?? { cause: 'the name has no address', advice: 'look at its DNS record' })], false)
  }
}
