import type { JudgedFinding } from '../../../contract/finding.ts'
import type { OldVersions } from '../../../probes/tls.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

const names: Readonly<Record<string, string>> = { 'TLSv1.3': 'TLS 1.3', 'TLSv1.2': 'TLS 1.2', 'TLSv1.1': 'TLS 1.1', TLSv1: 'TLS 1.0' }
const shown = (protocol: string): string => names[protocol] ?? protocol
const current: ReadonlySet<string> = new Set(['TLSv1.3', 'TLSv1.2'])

export type Versions = {
  /** What was negotiated. */
  readonly protocol: string
  readonly old: OldVersions
  /** The group of Diffie-Hellman that was agreed on, if it was one. */
  readonly dhBits?: number | undefined
  /** Something that was left out on purpose. */
  readonly unasked?: string | undefined
  /** Shows whether TLS 1.1 is spoken. */
  readonly showOld: string | undefined
}

type Verdict = Pick<JudgedFinding, 'status' | 'notChecked' | 'title' | 'observed' | 'advice'>

/** RFC 9325: smaller groups are not used. Below the other, no client of today connects. */
const [leastDhBits, refusedDhBits] = [2048, 1024]

const ofSmallGroup = (dhBits: number, protocol: string): Verdict => ({
  status: dhBits < refusedDhBits ? 'critical' : 'warning',
  title: `agrees on a Diffie-Hellman group of ${dhBits} bits`,
  observed: `${shown(protocol)}, Diffie-Hellman of ${dhBits} bits`,
  advice: 'offer ECDHE suites first, or make a group of 2048 bits or more: openssl dhparam -out dhparam.pem 2048, in nginx ssl_dhparam',
})

const verdictOfVersions = ({ protocol, old, showOld }: Versions): Verdict => {
  const settings = 'allow TLS 1.2 and 1.3 only, in nginx by ssl_protocols TLSv1.2 TLSv1.3'
  if (!current.has(protocol))
    return {
      status: 'critical',
      title: `speaks no current TLS, only ${shown(protocol)}`,
      observed: shown(protocol),
      advice: advise(settings, showOld),
    }
  if (old.kind === 'accepted')
    return {
      status: 'warning',
      title: `still speaks ${shown(old.protocol)}`,
      observed: `${shown(protocol)}, and ${shown(old.protocol)} too`,
      advice: advise(settings, showOld),
    }
  if (old.kind === 'untestable')
    return {
      status: 'ok',
      title: `speaks ${shown(protocol)}`,
      observed: shown(protocol),
      notChecked: 'whether TLS 1.1 and earlier are refused, for it could not be asked',
      advice: advise('', showOld),
    }
  const advice = protocol === 'TLSv1.2' ? 'TLS 1.3 is not offered: allow it too' : ''
  return { status: 'ok', title: `speaks ${shown(protocol)}`, observed: `${shown(protocol)}; TLS 1.1 and earlier are refused`, advice }
}

const verdictOf = (versions: Versions): Verdict => {
  const { dhBits, protocol, unasked } = versions
  if (dhBits !== undefined && dhBits < leastDhBits && current.has(protocol)) return ofSmallGroup(dhBits, protocol)
  const verdict = verdictOfVersions(versions)
  return unasked === undefined || verdict.status !== 'ok' ? verdict : { notChecked: unasked, ...verdict }
}

/** Whether current versions of TLS are offered and old ones are refused. */
export const judgeVersions = (versions: Versions, where: CertificatePlace): JudgedFinding<'tls.versions'> =>
  judged(where, { id: 'tls.versions', expected: 'TLS 1.2 or 1.3, and no earlier one', ...verdictOf(versions) })
