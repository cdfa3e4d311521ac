import { type Authority, chainText, type Issued } from './authority.ts'

/** What a server presents, and the file of the authority that it leads to. */
export type OddChain = { readonly what: string; readonly served: { readonly key: string; readonly cert: string }; readonly root: Issued }

/** Chains with keys on curves that are not NIST's, for `quiz.example` and 127.0.0.1: in the leaf, and in the authority above it. */
export const oddChains = ({ issue }: Pick<Authority, 'issue'>): readonly OddChain[] => {
  const names = ['DNS:quiz.example', 'IP:127.0.0.1']
  const root = issue({ name: 'Test Root', ca: true, until: 3_000 })
  const inter = issue({ name: 'Test E7', ca: true, by: root, until: 2_000 })
  const otherRoot = issue({ name: 'Other Root', ca: true, until: 3_000, key: 'ec:brainpoolP384r1' })
  const leaf = issue({ name: 'quiz.example', by: inter, names, key: 'ec:brainpoolP256r1' })
  const below = issue({ name: 'quiz.example', by: otherRoot, names, key: 'rsa:2048' })
  return [
    { what: 'a leaf with a key on a curve that is not NIST’s', served: { key: leaf.key, cert: chainText(leaf, inter) }, root },
    { what: 'an authority with a key on a curve that is not NIST’s', served: { key: below.key, cert: below.cert }, root: otherRoot },
  ]
}

/** A server must be told to present them. */
export const anyCurve = { ciphers: 'DEFAULT@SECLEVEL=0' }
