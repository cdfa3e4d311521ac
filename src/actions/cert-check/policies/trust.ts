import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import type { Chain } from '../../../domain/x509/chain.ts'
import { isComplete } from './chain.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

/** What trust is judged by. */
export type TrustInput = {
  readonly chain: Chain
  /** The authority of the stores that it ends at. */
  readonly root: Certificate | undefined
  /** OpenSSL's code for what it does not accept, with the stores of this run; `undefined` when it accepts all. */
  readonly refusal: string | undefined
}

/** Dates are judged apart: for trust, only whom it leads to counts. */
const ofDates: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

const isTrusted = ({ refusal, root }: TrustInput): boolean => refusal === undefined || (ofDates.has(refusal) && root !== undefined)

const untrustedWords = ({ chain, root }: TrustInput): readonly [title: string, advice: string] => {
  if (chain.path.at(-1)?.selfSigned === true)
    return ['its root is not trusted', 'get the certificate from a public authority, or name the PEM file of this root in ca-file']
  if (!isComplete(chain, root))
    return ['its authority is not known here', 'serve the whole chain first; an authority of your own belongs in ca-file']
  return ['its authority is not trusted', 'get the certificate from a public authority, or name the PEM file of this one in ca-file']
}

const judgeAuthority = (trust: TrustInput, where: CertificatePlace): JudgedFinding<'cert.trust'> => {
  const { chain, root, refusal } = trust
  const trusted = isTrusted(trust)
  const [title, advice] = trusted ? ['its authority is trusted', ''] : untrustedWords(trust)
  const ends = root?.subject ?? chain.path.at(-1)?.issuer ?? ''
  return judged(where, {
    id: 'cert.trust',
    status: trusted ? 'ok' : 'critical',
    title,
    observed: trusted ? `it leads to ${ends}` : `it leads to ${ends} (${refusal})`,
    expected: "an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
    advice: trusted ? '' : advise(advice, where.show),
    ...(trusted || isComplete(chain, root) ? {} : { parent: { id: 'cert.incomplete', subject: where.subject } }),
  })
}

const judgeSelfSigned = (trust: TrustInput, where: CertificatePlace): JudgedFinding<'cert.self-signed'> => {
  const { chain } = trust
  const own = chain.leaf.selfSigned
  const accepted = own && isTrusted(trust)
  return judged(where, {
    id: 'cert.self-signed',
    status: own && !accepted ? 'critical' : 'ok',
    title: own ? (accepted ? 'self-signed, and trusted by name' : 'certificate is self-signed') : 'signed by an authority',
    observed: own ? `${chain.leaf.subject} signed itself` : `signed by ${chain.leaf.issuer}`,
    expected: 'signed by an authority',
    advice: own && !accepted ? advise('get one from an authority, or name this one in ca-file', where.renew) : '',
  })
}

/** Who signed it: itself, or an authority, trusted or not. A self-signed one has no authority that could be judged. */
export const judgeTrust = (trust: TrustInput, where: CertificatePlace): readonly JudgedFinding<'cert.trust' | 'cert.self-signed'>[] => [
  judgeSelfSigned(trust, where),
  ...(trust.chain.leaf.selfSigned ? [] : [judgeAuthority(trust, where)]),
]
