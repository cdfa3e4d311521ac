import { basename } from 'node:path'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byTag } from '../../../../core/by-tag.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import { type Certificate, readCertificate } from '../../../../domain/x509/certificate.ts'
import type { RootedChain } from '../../../../domain/x509/chain.ts'
import { contentOf, type FileContent } from '../../../../domain/x509/file-content.ts'
import type { ReadFile } from '../../../../probes/files/read.ts'
import type { CertificateRow, OnDisk } from '../../part.ts'
import { chainWords, judgeComplete, judgeOrder } from '../../policies/chain.ts'
import { type ExpiryRule, judgeChainExpiry, judgeExpiry, judgeLifetime, judgeNotYetValid } from '../../policies/expiry.ts'
import { namesOf } from '../../policies/name.ts'
import { judgeStrength } from '../../policies/strength.ts'
import type { CertificatePlace } from '../../policies/where.ts'
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
  'cert.lifetime',
] as const
export type FileId = (typeof fileIds)[number]

/** A path and what stood there. */
export type SeenFile = { readonly path: string; readonly read: ReadFile }

export type FileRules = {
  readonly chainOf: (presented: readonly Certificate[]) => RootedChain | undefined
  /** False: an authority that was named could not be read, so nobody can say where a chain ends. */
  readonly rootsKnown: boolean
  readonly rule: ExpiryRule
  readonly now: Instant
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

const alone = (finding: JudgedFinding<FileId>): CertificateFileVerdict => ({
  findings: [finding],
  rows: [],
  onDisk: [],
  looked: finding.status !== 'unknown',
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

const countWords = ({ certificates, form, withKey, cut }: Certificates): string => {
  const count = certificates.length === 1 ? '1 certificate' : `${certificates.length} certificates`
  return `${count}${cut ? ' and more, which are not looked at' : ''}, ${form.toUpperCase()}${withKey ? ', with a private key in the same file' : ''}`
}

/** A self-signed certificate of a server often says that it is an authority; one that stands for a name is a server's all the same. */
const isAuthority = ({ isCa, dnsNames, addresses }: Certificate) => isCa && dnsNames.length + addresses.length === 0

/** Of a bundle of authorities each stands for itself: their order means nothing, and no server presents them. */
const isBundle = (presented: readonly Certificate[]) => presented.length > 1 && presented.every(isAuthority)

/** A file with the leaf alone may be one half of two, as certbot also writes them. */
const isWhole = (path: string, presented: readonly Certificate[]) => presented.length > 1 || basename(path) === 'fullchain.pem'

const judgeChain = (
  path: string,
  { chain, root }: RootedChain,
  where: CertificatePlace,
  rules: FileRules,
): readonly JudgedFinding<FileId>[] => [
  judgeOrder(chain, where),
  ...(rules.rootsKnown && isWhole(path, chain.presented) ? [judgeComplete(chain, root, where)] : []),
]

type Leaf = { readonly path: string; readonly presented: readonly Certificate[]; readonly modifiedAt: Instant }

const judgeLeaf = ({ path, presented, modifiedAt }: Leaf, rules: FileRules): CertificateFileVerdict => {
  const rooted = rules.chainOf(presented)
  const [leaf, ...above] = presented
  if (rooted === undefined || leaf === undefined) return damaged(path, 'no certificate in it can be read')
  const subject = `file:${path}`
  const show = shellCommand(['sudo', 'openssl', 'x509', '-noout', '-text', '-in', { kind: 'path', name: path }])
  const where: CertificatePlace = { subject, place: '', show, renew: rules.renew(path) }
  const bundle = isBundle(presented)
  const chain = bundle ? 'bundle' : isWhole(path, presented) ? chainWords(rooted.chain, rooted.root) : '1 certificate'
  return {
    findings: [
      judgeExpiry(leaf, where, rules.rule, rules.now),
      ...judgeChainExpiry(above, where, rules.rule, rules.now),
      judgeNotYetValid(presented, where, rules.now),
      judgeStrength(presented, where),
      ...(bundle ? [] : judgeChain(path, rooted, where, rules)),
      ...(isAuthority(leaf) ? [] : [judgeLifetime(leaf, where)]),
    ],
    rows: [{ subject, name: namesOf(leaf), address: path, certificate: leaf, chain }],
    onDisk: isAuthority(leaf) ? [] : [{ subject, path, modifiedAt, certificate: leaf }],
    looked: true,
  }
}

const judgeContent = (path: string, content: FileContent, modifiedAt: Instant, rules: FileRules): CertificateFileVerdict => {
  if (content.kind === 'damaged') return damaged(path, `line ${content.line}: ${content.why}`)
  if (content.kind !== 'certificates') return alone(fileFinding(path, strange[content.kind](path)))
  const presented = content.certificates.map((der) => readCertificate(der))
  const broken = presented.findIndex((one) => one === undefined)
  if (broken !== -1) {
    if (content.form === 'der') return alone(fileFinding(path, strange.other(path)))
    return damaged(path, `certificate ${broken + 1} of ${presented.length} cannot be read`)
  }
  const judged = judgeLeaf({ path, presented: presented.filter((one) => one !== undefined), modifiedAt }, rules)
  const told: FileWords = { status: 'ok', title: 'can be read', observed: countWords(content), advice: '' }
  return { ...judged, findings: [fileFinding(path, told), ...judged.findings] }
}

/** Everything about one file: what it is, and where it holds certificates, what they are worth. */
export const judgeFile = ({ path, read }: SeenFile, rules: FileRules): CertificateFileVerdict => {
  if (read.kind === 'file') return judgeContent(path, contentOf(read.bytes), read.modifiedAt, rules)
  return alone(fileFinding(path, byTag('kind', unreadable, read, path, rules.grant)))
}
