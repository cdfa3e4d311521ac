import { basename } from 'node:path'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byTag } from '../../../../core/by-tag.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import { type Certificate, readCertificate } from '../../../../domain/x509/certificate.ts'
import type { ReadChain, RootedChain } from '../../../../domain/x509/chain.ts'
import { contentOf, type FileContent } from '../../../../domain/x509/file-content.ts'
import type { ReadFile } from '../../../../probes/files/read.ts'
import type { CertificateRow, OnDisk } from '../../part.ts'
import { endingBefore, judgeAbove, neededAbove } from '../../policies/above.ts'
import { chainWords, judgeComplete, judgeIssuerNames, judgeOrder } from '../../policies/chain.ts'
import { type ExpiryRule, judgeChainExpiry, judgeExpiry, judgeLifetime, judgeNotYetValid, judgeSpareExpiry } from '../../policies/expiry.ts'
import { namesOf } from '../../policies/name.ts'
import { judgeStrength } from '../../policies/strength.ts'
import { misuseWords } from '../../policies/trust.ts'
import { advise, type CertificatePlace, judged } from '../../policies/where.ts'
import { type FileWords, openssl, type ReadGrant, strange, unreadable } from './words.ts'

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

/** A path and what stood there. */
export type SeenFile = { readonly path: string; readonly read: ReadFile }

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

const fileFinding = (path: string, told: FileWords, evidence: readonly string[] = []): JudgedFinding<'cert.file'> =>
  finding({
    id: 'cert.file',
    subject: `file:${path}`,
    ...told,
    title: `${path}: ${told.title}`,
    expected: 'a certificate that can be read, PEM or DER, at most 1 MiB',
    evidence,
    certainty: 'hard',
    audience: 'security',
  })

const alone = (finding: JudgedFinding<FileId>, passed?: string): CertificateFileVerdict => ({
  findings: [finding],
  rows: [],
  onDisk: [],
  looked: finding.status !== 'unknown',
  passed,
})

type Certificates = Extract<FileContent, { kind: 'certificates' }>

const damaged = (path: string, why: string): CertificateFileVerdict =>
  alone(
    fileFinding(path, {
      status: 'critical',
      title: 'is damaged',
      observed: why,
      advice: `a web server refuses it at its next start: put it back from a backup, or renew it${openssl(path)}`,
    }),
  )

const countWords = ({ certificates, form, withKey, cut, unread }: Certificates): string => {
  const count = certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`
  const hidden = unread === 0 ? '' : `; ${unread} more that no server reads, for the marker does not stand alone in its line`
  return `${count}${cut ? ' and more, which are not looked at' : ''}, ${form.toUpperCase()}${withKey ? ', with a private key in the same file' : ''}${hidden}`
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
  if (isBundle(presented)) return [...judgeChainExpiry(presented.slice(1), where, rule, now), judgeNotYetValid(presented, where, now), judgeStrength(presented, where)]
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

const judgeLeaf = (file: Leaf, rules: FileRules): CertificateFileVerdict => {
  const { path, presented, modifiedAt } = file
  const bundle = isBundle(presented)
  // A server takes the first; where that is an authority, cert.order tells.
  const rooted = rules.chainOf(presented, bundle ? presented[0] : presented.find((one) => !isAuthority(one)))
  if (rooted === undefined) return damaged(path, 'no certificate in it can be read')
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

const judgeContent = (path: string, content: FileContent, modifiedAt: Instant, rules: FileRules): CertificateFileVerdict => {
  if (content.kind === 'damaged') return damaged(path, `line ${content.line}: ${content.why}`)
  if (content.kind !== 'certificates') {
    const words = strange[content.kind](path)
    return alone(fileFinding(path, words), words.status === 'unknown' ? words.observed : undefined)
  }
  const presented = content.certificates.map((der) => readCertificate(der))
  const broken = presented.findIndex((one) => one === undefined)
  if (broken !== -1) {
    if (content.form === 'der') return alone(fileFinding(path, strange.other(path)), strange.other(path).observed)
    return damaged(path, `certificate ${broken + 1} of ${presented.length} cannot be read`)
  }
  const { unread } = content
  const judgedLeaf = judgeLeaf({ path, presented: presented.filter((one) => one !== undefined), modifiedAt, unread }, rules)
  const told: FileWords = { status: 'ok', title: 'can be read', observed: countWords(content), advice: '' }
  return { ...judgedLeaf, findings: [fileFinding(path, told), ...judgedLeaf.findings] }
}

/** Names of files that hold a certificate and no key: one that may not be read is missed. */
const surelyCertificate = /^(?:cert|chain|fullchain|ca|ca-bundle|bundle)\d*\.pem$|\.(?:crt|cer)$/i

/** Everything about one file: what it is, and where it holds certificates, what they are worth. */
export const judgeFile = ({ path, read }: SeenFile, rules: FileRules): CertificateFileVerdict => {
  if (read.kind === 'file') return judgeContent(path, contentOf(read.bytes), read.modifiedAt, rules)
  const words = byTag('kind', unreadable, read, path, rules.grant)
  const missed = read.kind === 'failed' || read.kind === 'dangling' || (read.kind === 'not-permitted' && surelyCertificate.test(basename(path)))
  return alone(fileFinding(path, words), missed ? undefined : words.observed)
}
