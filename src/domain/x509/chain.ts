import type { Instant } from '../../contract/seen.ts'
import { type Certificate, isIssuedBy } from './certificate.ts'

/** What was presented and what it is worth as a chain, as clients build it. */
export type Chain = {
  readonly leaf: Certificate
  readonly presented: readonly Certificate[]
  /** From the leaf upwards, each issued by the next: the way that a client takes. */
  readonly path: readonly Certificate[]
  /** Presented, and neither on that path nor above it, or there a second time. */
  readonly extra: readonly Certificate[]
  /** Presented, and above what is needed: other ways up, for clients that know other authorities. */
  readonly spare: readonly Certificate[]
  /** The leaf comes first, and whoever issued something comes behind it. */
  readonly ordered: boolean
}

/** A chain with the authority of a store that it ends at, if there is one. `isPublic`: browsers have it too. */
export type RootedChain = { readonly chain: Chain; readonly root: Certificate | undefined; readonly isPublic: boolean }

/** What is known of authorities, by the compared form of their name. */
export type Roots = {
  readonly named: (name: string) => readonly Certificate[]
  readonly isPublic: (root: Certificate) => boolean
}

type World = { readonly roots: Roots; readonly now: Instant }
type Way = readonly Certificate[]

const sameAs = (one: Certificate) => (other: Certificate) => other.sha256 === one.sha256
const distinct = (all: readonly Certificate[]) => all.filter((one, index) => all.findIndex(sameAs(one)) === index)

const isAlive = ({ notBefore, notAfter }: Certificate, now: Instant): boolean => notBefore <= now && now <= notAfter

/** The shortest way from the leaf to each certificate that is above it, the shortest first. */
const waysUp = (leaf: Certificate, others: readonly Certificate[], issued: typeof isIssuedBy): readonly Way[] => {
  const ways: Way[] = [[leaf]]
  const met = new Set([leaf.sha256])
  // Grows while it is gone through.
  for (const way of ways) {
    const top = way.at(-1) ?? leaf
    for (const next of others) {
      if (met.has(next.sha256) || !issued(top, next)) continue
      met.add(next.sha256)
      ways.push([...way, next])
    }
  }
  return ways
}

/** Each signature is verified once, however many ways lead over it. */
const remembered = (): typeof isIssuedBy => {
  const known = new Map<string, boolean>()
  return (one, issuer) => {
    if (one.issuerName !== issuer.subjectName) return false
    const key = one.sha256 + issuer.sha256
    const answer = known.get(key) ?? isIssuedBy(one, issuer)
    known.set(key, answer)
    return answer
  }
}

/** Only roots count: an intermediate that merely lies in the store of this machine mends nothing for others. The one that lives, and longest, before others of its name. */
const anchorOf = (top: Certificate, { roots, now }: World): Certificate | undefined =>
  roots
    .named(top.issuerName)
    .filter((root) => root.selfSigned && (root.sha256 === top.sha256 || isIssuedBy(top, root)))
    .toSorted((a, b) => Number(isAlive(b, now)) - Number(isAlive(a, now)) || b.notAfter - a.notAfter)[0]

type Anchored = { readonly way: Way; readonly root: Certificate | undefined }

const anchored = (ways: readonly Way[], world: World): readonly Anchored[] =>
  ways.flatMap((way) => {
    const top = way.at(-1)
    const root = top === undefined ? undefined : anchorOf(top, world)
    return root === undefined ? [] : [{ way, root }]
  })

/** Nobody here knows where it leads: to one that signed itself, or as far as it goes. */
const unanchored = (ways: readonly Way[]): Anchored => {
  const longest = ways.reduce<Way>((most, way) => (way.length > most.length ? way : most), ways[0] ?? [])
  return { way: ways.find((way) => way.at(-1)?.selfSigned === true) ?? longest, root: undefined }
}

/** As clients do: a way over what is alive to an authority that is, before any other; the shortest. */
const chosenWay = (leaf: Certificate, ways: readonly Way[], world: World): Anchored => {
  const found = anchored(ways, world)
  const lives = ({ way, root }: Anchored) =>
    [...way.slice(1), ...(root === undefined ? [] : [root])].every((one) => isAlive(one, world.now))
  return found.find(lives) ?? found[0] ?? unanchored(ways.length === 0 ? [[leaf]] : ways)
}

const isOrdered = (
  leaf: Certificate,
  presented: readonly Certificate[],
  above: readonly Certificate[],
  issued: typeof isIssuedBy,
): boolean => {
  const own = distinct(presented).filter((one) => one === leaf || above.some(sameAs(one)))
  const afterAnother = (one: Certificate, index: number) => own.slice(0, index).some((below) => issued(below, one))
  return presented[0]?.sha256 === leaf.sha256 && own.every((one, index) => index === 0 || afterAnother(one, index))
}

const buildChain = (presented: readonly Certificate[], leaf: Certificate, world: World): RootedChain => {
  const issued = remembered()
  const others = distinct(presented).filter((one) => one.sha256 !== leaf.sha256)
  const all = waysUp(leaf, others, issued)
  const alive = others.filter((one) => isAlive(one, world.now))
  const first = chosenWay(leaf, waysUp(leaf, alive, issued), world)
  const { way, root } = first.root === undefined ? chosenWay(leaf, all, world) : first
  const above = all.map((one) => one.at(-1)).filter((one) => one !== undefined && one !== leaf) as readonly Certificate[]
  const isRoot = (one: Certificate) => root !== undefined && one.sha256 === root.sha256 && !way.some(sameAs(one))
  const path = [...way, ...above.filter(isRoot)]
  const chain: Chain = {
    leaf,
    presented,
    path,
    extra: presented.filter(
      (one, index) => presented.findIndex(sameAs(one)) !== index || (one.sha256 !== leaf.sha256 && !above.some(sameAs(one))),
    ),
    spare: above.filter((one) => !path.some(sameAs(one))),
    ordered: isOrdered(leaf, presented, above, issued),
  }
  return { chain, root, isPublic: root !== undefined && world.roots.isPublic(root) }
}

/** What was presented, the leaf first where none is named -> the chain in it; undefined when nothing was. */
export type ReadChain = (presented: readonly Certificate[], leaf?: Certificate) => RootedChain | undefined

/** Builds each distinct chain once, however many servers present it: every signature in it is verified for that. */
export const createChainReader = (roots: Roots, now: Instant): ReadChain => {
  const known = new Map<string, RootedChain | undefined>()
  return (presented, leaf = presented[0]) => {
    const key = [...presented, leaf].map((one) => one?.sha256).join('')
    if (!known.has(key)) known.set(key, leaf === undefined ? undefined : buildChain(presented, leaf, { roots, now }))
    return known.get(key)
  }
}
