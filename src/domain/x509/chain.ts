import { type Certificate, isIssuedBy } from './certificate.ts'

/** What was presented, the leaf first, and what it is worth as a chain, without a look into any store. */
export type Chain = {
  readonly leaf: Certificate
  readonly presented: readonly Certificate[]
  /** From the leaf upwards, each issued by the next. */
  readonly path: readonly Certificate[]
  /** Presented, and not on that path. */
  readonly extra: readonly Certificate[]
  /** The path stands in its order at the beginning of what was presented. */
  readonly ordered: boolean
}

const sameAs = (one: Certificate) => (other: Certificate) => other.sha256 === one.sha256

const pathFrom = (leaf: Certificate, others: readonly Certificate[]): readonly Certificate[] => {
  const path = [leaf]
  for (let top = leaf; !top.selfSigned; ) {
    const current = top
    const next = others.find((one) => !path.some(sameAs(one)) && isIssuedBy(current, one))
    if (next === undefined) break
    path.push(next)
    top = next
  }
  return path
}

/** What was presented -> the chain in it; `undefined` when nothing was. */
export const chainOf = (presented: readonly Certificate[]): Chain | undefined => {
  const [leaf, ...others] = presented
  if (leaf === undefined) return undefined
  const path = pathFrom(leaf, others)
  return {
    leaf,
    presented,
    path,
    extra: presented.filter((one, index) => presented.findIndex(sameAs(one)) !== index || !path.some(sameAs(one))),
    ordered: path.every((one, index) => presented[index]?.sha256 === one.sha256),
  }
}

type Roots = (subject: Buffer) => readonly Certificate[]

const issuerAmong = (certificate: Certificate, roots: Roots): Certificate | undefined =>
  roots(certificate.selfSigned ? certificate.subjectDer : certificate.issuerDer).find(
    (root) => root.selfSigned && (root.sha256 === certificate.sha256 || isIssuedBy(certificate, root)),
  )

/**
 * The authority of a store that the chain ends at, from the top down, for an old root may have signed a newer one. Only roots count: an
 * intermediate that merely lies in the store of this machine mends nothing for others. `undefined`: the chain is incomplete, or nobody here knows its root.
 */
export const rootOf = ({ path }: Chain, roots: Roots): Certificate | undefined => {
  for (const one of path.toReversed()) {
    const root = issuerAmong(one, roots)
    if (root !== undefined) return root
  }
  return undefined
}

/** A chain with the authority of a store that it ends at. */
export type RootedChain = { readonly chain: Chain; readonly root: Certificate | undefined }

/** Builds each distinct chain once, however many servers present it: every signature in it is verified for that. */
export const createChainReader = (roots: Roots): ((presented: readonly Certificate[]) => RootedChain | undefined) => {
  const known = new Map<string, RootedChain | undefined>()
  return (presented) => {
    const key = presented.map((one) => one.sha256).join('')
    if (known.has(key)) return known.get(key)
    const chain = chainOf(presented)
    const rooted = chain === undefined ? undefined : { chain, root: rootOf(chain, roots) }
    known.set(key, rooted)
    return rooted
  }
}
