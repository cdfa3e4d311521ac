import { basename } from 'node:path'
import type { JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { Certificate } from '../../../../domain/x509/certificate.ts'
import type { ReadChain, RootedChain } from '../../../../domain/x509/chain.ts'
import type { CertificateRow, OnDisk } from '../../part.ts'
import { endingBefore, judgeAbove, neededAbove } from '../../policies/above.ts'
import { chainWords, judgeComplete, judgeIssuerNames, judgeOrder } from '../../policies/chain.ts'
import { type ExpiryRule, judgeChainExpiry, judgeExpiry, judgeLifetime, judgeNotYetValid, judgeSpareExpiry } from '../../policies/expiry.ts'
import { namesOf } from '../../policies/name.ts'
import { judgeStrength } from '../../policies/strength.ts'
import { misuseWords } from '../../policies/trust.ts'
import { advise, type CertificatePlace, judged } from '../../policies/where.ts'
import type { ReadGrant } from './words.ts'

/** What a file and the certificates in it are judged by. */
export const fileIds = [
  'cert.file',
  'cert.expiry',
  'cert.chain-expiry',
  'cert.not-yet-valid',
  'cert.strength',
  'cert.order',
  'cert.incomplete',
  'cert.issuer-name',
  'cert.trust',
  'cert.lifetime',
] as const
export type FileId = (typeof fileIds)[number]

export type FileRules = {
  readonly chainOf: ReadChain
  /** False: an authority that was named could not be read, so nobody can say where a chain ends. */
  readonly rootsKnown: boolean
  readonly rule: ExpiryRule
  readonly now: Instant
  /** What a chain is whose root may only be unknown. */
  readonly doubt: 'ok' | 'warning'
  readonly grant: ReadGrant
  /** A command that makes the certificate of this path anew, when one is known. */
  readonly renew: (path: string) => string | undefined
}

export type CertificateFileVerdict = {
  readonly findings: readonly JudgedFinding<FileId>[]
  readonly rows: readonly CertificateRow[]
  readonly onDisk: readonly OnDisk[]
  /** False: it could not be looked at, so nothing about it is known. */
  readonly looked: boolean
  /** Why it is none that a pattern means, in words: something else, or closed to the runner. */
  readonly passed?: string | undefined
}

/** A self-signed certificate of a server often says that it is an authority; one that stands for a name is a server's all the same. */
const isAuthority = ({ isCa, dnsNames, addresses }: Certificate) => isCa && dnsNames.length + addresses.length === 0

/** Of a bundle of authorities each stands for itself: their order means nothing, and no server presents them. */
const isBundle = (presented: readonly Certificate[]) => presented.length > 1 && presented.every(isAuthority)

type Leaf = { readonly path: string; readonly presented: readonly Certificate[]; readonly modifiedAt: Instant; readonly unread: number }

/** A file with the leaf alone may be one half of two, as certbot also writes them. */
const isWhole = ({ path, presented, unread }: Leaf) => presented.length + unread > 1 || basename(path) === 'fullchain.pem'

/** Told only where it is wrong: whom a file is for is not said in it, and neither is who shall trust it. */
const judgeUse = ({ chain }: RootedChain, where: CertificatePlace): readonly JudgedFinding<'cert.trust'>[] => {
  const words = misuseWords(chain)
  if (words === undefined) return []
  const [title, advice] = words
  return [
    judged(where, {
      id: 'cert.trust',
      status: 'warning',
      title,
      observed: `${title}: a client of a web server refuses it`,
      expected: 'a certificate for servers, each issuer above it an authority that may sign for it',
      advice: advise(advice, where.show),
    }),
  ]
}

const judgeChain = (file: Leaf, rooted: RootedChain, where: CertificatePlace, rules: FileRules): readonly JudgedFinding<FileId>[] => [
  judgeOrder(rooted.chain, where),
  ...(rules.rootsKnown && isWhole(file) ? [judgeComplete(rooted.chain, rooted.root, where, rules.doubt)] : []),
  ...judgeIssuerNames(rooted.chain, rooted.root, where),
  ...judgeUse(rooted, where),
]

/** Each of a bundle stands for itself; of a chain, what does not belong to it is needed by nobody. */
const judgeOthers = ({ presented }: Leaf, rooted: RootedChain, where: CertificatePlace, { rule, now }: FileRules) => {
  if (isBundle(presented))
    return [
      ...judgeChainExpiry(presented.slice(1), where, rule, now),
      judgeNotYetValid(presented, where, now),
      judgeStrength(presented, where),
    ]
  const { path, extra, spare } = rooted.chain
  const strange = extra.filter((one) => !path.some(({ sha256 }) => sha256 === one.sha256))
  return [
    ...judgeAbove(rooted, where, rule, now),
    ...judgeSpareExpiry(strange, where, rule, now),
    judgeNotYetValid(path, where, now),
    judgeStrength(path, where, [...spare, ...strange]),
  ]
}

const rowOf = (file: Leaf, rooted: RootedChain, bundle: boolean): CertificateRow => {
  const { leaf } = rooted.chain
  const chain = bundle ? 'bundle' : isWhole(file) ? chainWords(rooted.chain, rooted.root) : '1 certificate'
  const endsBefore = endingBefore(leaf, bundle ? file.presented : neededAbove(rooted))
  return { subject: `file:${file.path}`, name: namesOf(leaf), address: file.path, certificate: leaf, endsBefore, chain }
}

/** What the certificates of a file are worth, however it holds them. Undefined: none of them can be read. */
export const judgeLeaf = (file: Leaf, rules: FileRules): CertificateFileVerdict | undefined => {
  const { path, presented, modifiedAt } = file
  const bundle = isBundle(presented)
  // A server takes the first; where that is an authority, cert.order tells.
  const rooted = rules.chainOf(presented, bundle ? presented[0] : presented.find((one) => !isAuthority(one)))
  if (rooted === undefined) return undefined
  const { leaf } = rooted.chain
  const subject = `file:${path}`
  const show = shellCommand(['sudo', 'openssl', 'x509', '-noout', '-text', '-in', { kind: 'path', name: path }])
  const where: CertificatePlace = { subject, place: '', show, renew: rules.renew(path) }
  return {
    findings: [
      judgeExpiry(leaf, where, rules.rule, rules.now),
      ...judgeOthers(file, rooted, where, rules),
      ...(bundle ? [] : judgeChain(file, rooted, where, rules)),
      ...(isAuthority(leaf) ? [] : [judgeLifetime(leaf, where, rooted.root !== undefined && !rooted.isPublic)]),
    ],
    rows: [rowOf(file, rooted, bundle)],
    onDisk: isAuthority(leaf) ? [] : [{ subject, path, modifiedAt, certificate: leaf }],
    looked: true,
  }
}
