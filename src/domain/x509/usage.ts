import { type Der, elementsOf, objectId } from './der.ts'

/** What a certificate may be used for, as far as it says so. */
export type Usage = {
  /** Extended purposes; undefined: any. */
  readonly purposes: readonly string[] | undefined
  /** Bits of the key's usage; undefined: any. */
  readonly keyBits: number | undefined
  /** How many authorities may stand below this one; undefined: any number. */
  readonly depth: number | undefined
  /** DNS names that an authority may sign for; empty: any. */
  readonly permitted: readonly string[]
  readonly excluded: readonly string[]
}

const ids = {
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  nameConstraints: '2.5.29.30',
} as const

const anyUsage: Usage = { purposes: undefined, keyBits: undefined, depth: undefined, permitted: [], excluded: [] }

/** Bit 0 of the standard is the highest of the first byte. */
const bitsOf = (extension: Der | undefined): number | undefined => extension?.content.at(1)

const depthOf = (extension: Der | undefined): number | undefined => {
  const number = extension === undefined ? undefined : elementsOf(extension.content).find((one) => one.tag === 0x02)
  return number === undefined || number.content.length > 4 || number.content.length === 0
    ? undefined
    : number.content.readUIntBE(0, number.content.length)
}

const namesIn = (extension: Der | undefined, tag: 0xa0 | 0xa1): readonly string[] =>
  (extension === undefined ? [] : elementsOf(extension.content))
    .filter((one) => one.tag === tag)
    .flatMap((subtrees) => elementsOf(subtrees.content))
    .flatMap((subtree) => elementsOf(subtree.content).slice(0, 1))
    .filter((base) => base.tag === 0x82)
    .map((base) => base.content.toString('latin1', 0, 255).toLowerCase())

/** Reads the extensions that limit what a certificate is for. */
export const usageOf = (extensions: ReadonlyMap<string, Der>): Usage => {
  if (extensions.size === 0) return anyUsage
  const [purposes, constraints] = [extensions.get(ids.extendedKeyUsage), extensions.get(ids.nameConstraints)]
  return {
    purposes: purposes === undefined ? undefined : elementsOf(purposes.content).map((one) => objectId(one.content)),
    keyBits: bitsOf(extensions.get(ids.keyUsage)),
    depth: depthOf(extensions.get(ids.basicConstraints)),
    permitted: namesIn(constraints, 0xa0),
    excluded: namesIn(constraints, 0xa1),
  }
}

/** Server authentication, and the two numbers that it once had. */
const forServers: ReadonlySet<string> = new Set(['1.3.6.1.5.5.7.3.1', '2.16.840.1.113730.4.1', '1.3.6.1.4.1.311.10.3.3'])

/** Signing, encryption or agreement: one of them belongs to a handshake. */
const handshakeBits = 0x80 | 0x20 | 0x08
const signsCertificates = 0x04

type Used = { readonly usage: Usage; readonly isCa: boolean; readonly dnsNames: readonly string[] }

/** Why a chain may not serve, whoever is trusted: by which certificate, counted from the leaf. */
export type Misuse = { readonly kind: 'not-for-servers' | 'no-authority' | 'too-deep' | 'not-for-name'; readonly index: number }

const isForServers = ({ purposes }: Usage): boolean => purposes === undefined || purposes.some((one) => forServers.has(one))

const isBelow = (name: string, base: string): boolean => {
  const plain = base.replace(/^\./, '')
  return base === '' || name.endsWith(`.${plain}`) || (name === plain && !base.startsWith('.'))
}

const mayName = ({ permitted, excluded }: Usage, names: readonly string[]): boolean =>
  names.every((name) => {
    const plain = name.toLowerCase()
    const allowed = permitted.length === 0 || permitted.some((base) => isBelow(plain, base))
    return allowed && !excluded.some((base) => isBelow(plain, base))
  })

const ofIssuer = ({ usage, isCa }: Used, index: number, names: readonly string[]): Misuse['kind'] | undefined => {
  if (!isCa || ((usage.keyBits ?? signsCertificates) & signsCertificates) === 0) return 'no-authority'
  if (!isForServers(usage)) return 'not-for-servers'
  if (usage.depth !== undefined && index - 1 > usage.depth) return 'too-deep'
  return mayName(usage, names) ? undefined : 'not-for-name'
}

const ofLeaf = ({ usage }: Used): Misuse['kind'] | undefined =>
  isForServers(usage) && ((usage.keyBits ?? handshakeBits) & handshakeBits) !== 0 ? undefined : 'not-for-servers'

/** The first certificate of a path that may not do what it does there: be a server's, or sign the one below it. Pure. */
export const misuseOf = (path: readonly Used[]): Misuse | undefined => {
  const names = path[0]?.dnsNames ?? []
  for (const [index, one] of path.entries()) {
    const kind = index === 0 ? ofLeaf(one) : ofIssuer(one, index, names)
    if (kind !== undefined) return { kind, index }
  }
  return undefined
}
