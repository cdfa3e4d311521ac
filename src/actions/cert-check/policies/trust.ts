import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import type { Chain } from '../../../domain/x509/chain.ts'
import { type Misuse, misuseOf } from '../../../domain/x509/usage.ts'
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

const isTrusted = ({ refusal, root, chain }: TrustInput): boolean =>
  refusal === undefined || (ofDates.has(refusal) && root !== undefined && misuseOf(chain.path) === undefined)

type Words = readonly [title: string, advice: string]

const ofMisuse: Record<Misuse['kind'], (subject: string, isLeaf: boolean) => Words> = {
  'not-for-servers': (subject, isLeaf) =>
    isLeaf
      ? ['it is not made for servers', 'get one whose purposes hold server authentication (or that names none)']
      : [`${subject}, which signed it, may not sign for servers`, 'get a certificate that its issuer makes for servers'],
  'no-authority': (subject) => [
    `${subject}, which signed it, is no authority`,
    'whoever issued it must sign with a certificate that says CA:TRUE and may sign certificates: ask there for another chain',
  ],
  'too-deep': (subject) => [
    `${subject} may not have so many authorities below it`,
    'ask whoever issued it for a certificate nearer to the root',
  ],
  'not-for-name': (subject) => [
    `its authority may not sign for this name (${subject})`,
    'get the certificate from an authority without such limits, or with this name within them',
  ],
}

/** Why it may not serve although its authority is known; undefined when that is not to be seen in it. */
export const misuseWords = ({ path }: Chain): Words | undefined => {
  const misuse = misuseOf(path)
  const one = misuse === undefined ? undefined : path[misuse.index]
  return misuse === undefined || one === undefined ? undefined : ofMisuse[misuse.kind](one.subject, misuse.index === 0)
}

const untrustedWords = ({ chain, root, refusal }: TrustInput): Words => {
  if (root !== undefined)
    return misuseWords(chain) ?? [`its chain is refused (${refusal})`, 'see what is wrong with it, and ask whoever issued it for another']
  if (chain.path.at(-1)?.selfSigned === true)
    return ['its root is not trusted', 'get the certificate from a public authority, or name the PEM file of this root in ca-file']
  if (!isComplete(chain, root))
    return ['its authority is not known here', 'serve the whole chain first; an authority of your own belongs in ca-file']
  return ['its authority is not trusted', 'get the certificate from a public authority, or name the PEM file of this one in ca-file']
}

/** What OpenSSL would have said of a chain that it did not judge. */
export const ownRefusal = ({ chain, root }: Omit<TrustInput, 'refusal'>): string | undefined => {
  if (root === undefined) return chain.leaf.selfSigned ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
  return misuseOf(chain.path) === undefined ? undefined : 'INVALID_PURPOSE'
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
  const { chain, root } = trust
  const own = chain.leaf.selfSigned
  const accepted = own && isTrusted(trust)
  const [refused, mend] = (root === undefined ? undefined : misuseWords(chain)) ?? [
    'certificate is self-signed',
    'get one from an authority, or name this one in ca-file',
  ]
  return judged(where, {
    id: 'cert.self-signed',
    status: own && !accepted ? 'critical' : 'ok',
    title: own ? (accepted ? 'self-signed, and trusted by name' : refused) : 'signed by an authority',
    observed: own ? `${chain.leaf.subject} signed itself` : `signed by ${chain.leaf.issuer}`,
    expected: 'signed by an authority',
    advice: own && !accepted ? advise(mend, where.renew) : '',
  })
}

/** Who signed it: itself, or an authority, trusted or not. A self-signed one has no authority that could be judged. */
export const judgeTrust = (trust: TrustInput, where: CertificatePlace): readonly JudgedFinding<'cert.trust' | 'cert.self-signed'>[] => [
  judgeSelfSigned(trust, where),
  ...(trust.chain.leaf.selfSigned ? [] : [judgeAuthority(trust, where)]),
]
