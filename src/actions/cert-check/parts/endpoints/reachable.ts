import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import type { TlsSeen } from '../../../../probes/tls.ts'
import { faultWords, timeoutMs } from './fault-words.ts'
import type { CertTarget } from './target.ts'

type Given = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'> & Partial<Omit<JudgedFinding, 'id'>>

const make = ({ subject }: CertTarget, given: Given): JudgedFinding<'tls.reachable'> =>
  finding({
    id: 'tls.reachable',
    subject,
    expected: `a TLS handshake within ${formatDuration(timeoutMs)}`,
    audience: 'security',
    ...given,
    title: `${subject}: ${given.title}`,
  })

/** Could not look: unknown when the endpoint was asked for, otherwise not checked. */
export const unseenFinding = (target: CertTarget, { cause, advice }: Obstacle): JudgedFinding<'tls.reachable'> =>
  make(
    target,
    target.asked
      ? { status: 'unknown', title: 'could not look', observed: cause, advice }
      : { status: 'ok', title: 'not checked', observed: cause, notChecked: cause, advice, cleared: false },
  )

type Fault = Extract<TlsSeen, { kind: 'fault' }>

/** No address answers: down. */
export const downFinding = (target: CertTarget, faults: readonly Pick<Fault, 'address' | 'fault'>[]): JudgedFinding<'tls.reachable'> => {
  const [first] = faults
  if (first === undefined) return unseenFinding(target, { cause: 'it was not asked', advice: 'run it again' })
  const { title, observed, advice } = faultWords(first.fault, target)
  const evidence = faults.length < 2 ? [] : faults.map(({ address, fault }) => `${address}: ${faultWords(fault, target).observed}`)
  return make(target, { status: 'critical', title, observed, advice, evidence })
}

/** `localhost` stands for two addresses of which a server often uses one. */
const isLocal = ({ endpoint: { host } }: CertTarget): boolean => host === 'localhost' || host.endsWith('.localhost')

const versionOf = (protocol: string): string => protocol.replace(/^TLSv1$/, 'TLS 1.0').replace('TLSv', 'TLS ')

/** At least one address presents a certificate; those that do not are told beside it. */
export const upFinding = (target: CertTarget, seen: readonly TlsSeen[]): JudgedFinding<'tls.reachable'> => {
  const up = seen.filter((one) => one.kind === 'shaken')
  const faults = isLocal(target) ? [] : seen.filter((one) => one.kind === 'fault')
  const [first] = up
  const asks = up.some((one) => one.asksForCertificate) ? ', and asks for a client certificate' : ''
  const what = `answers by ${versionOf(first?.protocol ?? '')} at ${up.map((one) => one.address).join(', ')}${asks}`
  const [fault] = faults
  if (fault !== undefined) {
    const { observed, advice } = faultWords(fault.fault, target)
    return make(target, {
      status: 'warning',
      title: `${faults.length} of ${seen.length} addresses do not answer`,
      observed: `${fault.address}: ${observed}`,
      expected: 'every address of the name answers',
      advice: `take that address out of the DNS, or ${advice}`,
      evidence: [what, ...faults.map((one) => `${one.address}: ${faultWords(one.fault, target).observed}`)],
    })
  }
  const left = isLocal(target) ? undefined : seen.find((one) => one.kind === 'unseen')
  const notChecked = left === undefined ? {} : { notChecked: `${left.address}, ${left.unseen.cause}` }
  return make(target, { status: 'ok', title: `answers${asks}`, observed: what, ...notChecked, advice: left?.unseen.advice ?? '' })
}
