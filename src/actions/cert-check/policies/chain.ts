import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import type { Chain } from '../../../domain/x509/chain.ts'
import { advise, type CertificatePlace, type JudgedFact, judged } from './where.ts'

const names = (certificates: readonly Certificate[]): string => certificates.map((one) => one.subject).join(', ')

const orderWords = ({ ordered, extra, path, presented }: Chain): Pick<JudgedFinding, 'status' | 'title' | 'advice'> => {
  const [leaf] = presented
  if (!ordered)
    return {
      status: 'warning',
      title: 'chain is in the wrong order',
      advice: 'put the leaf first, then each certificate that issued the one before',
    }
  const strangers = extra.filter((one) => !(one.selfSigned && one !== leaf))
  if (strangers.length > 0)
    return {
      status: 'warning',
      title: 'chain holds certificates that do not belong to it',
      advice: 'take what does not lead to the authority out of the file',
    }
  const rootSent = path.length > 1 && path.at(-1)?.selfSigned === true
  return { status: 'ok', title: 'chain is in order', advice: rootSent ? 'the root need not be sent: who trusts it has it' : '' }
}

/** The order of what was presented, and what does not belong to it. */
export const judgeOrder = (chain: Chain, where: CertificatePlace): JudgedFinding<'cert.order'> => {
  const { status, title, advice } = orderWords(chain)
  return judged(where, {
    id: 'cert.order',
    status,
    title,
    observed: names(chain.presented),
    expected: names(chain.path),
    advice: status === 'ok' ? advice : advise(advice, where.show),
  })
}

/** `root`: the authority of a store that it ends at. A self-signed one ends by itself, whatever it is worth. */
export const isComplete = ({ path }: Chain, root: Certificate | undefined): boolean =>
  root !== undefined || path.at(-1)?.selfSigned === true

/** The last one is an authority: what is above it may be missing, or may be a root that nobody here knows. */
const endsInDoubt = ({ path }: Chain): boolean => path.length > 1 && path.at(-1)?.isCa === true

type Told = Omit<JudgedFact<'cert.incomplete'>, 'id' | 'expected'>
type Doubt = 'ok' | 'warning' | 'critical'

const endsWords = ({ path }: Chain): string =>
  `it ends at ${path.at(-1)?.subject}, issued by ${path.at(-1)?.issuer}, which is neither presented nor a trusted root`

/** Only the root may be unknown. */
const doubtfulWords = (chain: Chain, { show }: CertificatePlace, doubt: Doubt): Told => {
  const observed = endsWords(chain)
  if (doubt !== 'ok') {
    const serve = 'serve the whole chain, each certificate up to the one that a root issued; an authority of your own belongs in ca-file'
    return { status: doubt, title: 'chain is incomplete, or of an authority that is unknown here', observed, advice: advise(serve, show) }
  }
  return {
    status: 'ok',
    cleared: false,
    title: 'chain ends at an authority that is unknown here',
    observed,
    notChecked: `whether anything is missing above ${chain.path.at(-1)?.subject}`,
    advice: 'name the PEM file of its root in ca-file',
  }
}

const completeWords = (chain: Chain, root: Certificate | undefined, where: CertificatePlace, doubt: Doubt): Told => {
  if (isComplete(chain, root))
    return { status: 'ok', title: 'chain is complete', observed: `${chain.path.length} in the chain`, advice: '' }
  if (endsInDoubt(chain)) return doubtfulWords(chain, where, doubt)
  return {
    status: 'critical',
    title: 'chain is incomplete: an intermediate certificate is missing, or its authority is not known here',
    observed: endsWords(chain),
    advice: advise('serve fullchain.pem instead of cert.pem; an authority of your own belongs in ca-file', where.show),
  }
}

/** Whether the chain leads to a root by itself, even when a store of this machine could mend it. `doubt`: what it is where only the root may be unknown; ok for a chain that its authority delivered as it is. */
export const judgeComplete = (
  chain: Chain,
  root: Certificate | undefined,
  where: CertificatePlace,
  doubt: Doubt = 'critical',
): JudgedFinding<'cert.incomplete'> =>
  judged(where, {
    id: 'cert.incomplete',
    expected: 'every certificate up to the one that a root issued',
    ...completeWords(chain, root, where, doubt),
  })

/** Names of authorities that one certificate writes otherwise than the other: the same by RFC 5280, and not for everybody. Silent where there are none. */
export const judgeIssuerNames = (
  { path }: Chain,
  root: Certificate | undefined,
  where: CertificatePlace,
): readonly JudgedFinding<'cert.issuer-name'>[] => {
  const ends = root === undefined || path.some((one) => one.sha256 === root.sha256) ? path : [...path, root]
  const odd = ends.find((one, index) => index > 0 && ends[index - 1]?.issuerDer.equals(one.subjectDer) === false)
  const below = odd === undefined ? undefined : ends[ends.indexOf(odd) - 1]
  if (odd === undefined || below === undefined) return []
  return [
    judged(where, {
      id: 'cert.issuer-name',
      status: 'warning',
      title: 'the name of its authority is written in two ways',
      observed: `${below.subject} names its issuer, ${odd.subject}, with another type of string, case or blanks than that one has`,
      expected: 'the same bytes, which programs in Go, for one, demand',
      advice: advise(
        'ask its authority for a certificate that names it as it is written; OpenSSL and browsers accept this one',
        where.show,
      ),
    }),
  ]
}

/** The chain in words, for the table. */
export const chainWords = (chain: Chain, root: Certificate | undefined): string => {
  if (chain.leaf.selfSigned) return 'self-signed'
  if (!isComplete(chain, root)) return 'incomplete'
  if (!chain.ordered) return 'wrong order'
  return chain.presented.length === 1 ? '1 certificate' : `${chain.presented.length} certificates`
}
