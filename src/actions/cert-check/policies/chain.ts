import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import type { Chain } from '../../../domain/x509/chain.ts'
import { advise, type CertificatePlace, judged } from './where.ts'

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

/** `root`: the authority of a store that it ends at. A self-signed leaf is complete by itself, whatever it is worth. */
export const isComplete = ({ path }: Chain, root: Certificate | undefined): boolean => {
  const top = path.at(-1)
  // A chain that ends at an authority of which nobody here knows the root is as complete as a server can make it.
  return top !== undefined && (top.selfSigned || root !== undefined || (top.isCa && path.length > 1))
}

/** Whether the chain leads to a root by itself, even when a store of this machine could mend it. */
export const judgeComplete = (chain: Chain, root: Certificate | undefined, where: CertificatePlace): JudgedFinding<'cert.incomplete'> => {
  const complete = isComplete(chain, root)
  const top = chain.path.at(-1)
  return judged(where, {
    id: 'cert.incomplete',
    status: complete ? 'ok' : 'critical',
    title: complete
      ? 'chain is complete'
      : chain.path.length > 1
        ? 'chain is incomplete: an intermediate certificate is missing'
        : 'chain is incomplete: an intermediate certificate is missing, or its authority is not known here',
    observed: complete
      ? `${chain.path.length} in the chain`
      : `it ends at ${top?.subject}, issued by ${top?.issuer}, which is neither presented nor a trusted root`,
    expected: 'every certificate up to the one that a root issued',
    advice: complete ? '' : advise('serve fullchain.pem instead of cert.pem; an authority of your own belongs in ca-file', where.show),
  })
}

/** The chain in words, for the table. */
export const chainWords = (chain: Chain, root: Certificate | undefined): string => {
  if (chain.leaf.selfSigned) return 'self-signed'
  if (!isComplete(chain, root)) return 'incomplete'
  if (!chain.ordered) return 'wrong order'
  return chain.presented.length === 1 ? '1 certificate' : `${chain.presented.length} certificates`
}
