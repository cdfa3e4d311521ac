import { basename } from 'node:path'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byTag } from '../../../../core/by-tag.ts'
import { readCertificate } from '../../../../domain/x509/certificate.ts'
import { contentOf, type FileContent } from '../../../../domain/x509/file-content.ts'
import type { ReadFile } from '../../../../probes/files/read.ts'
import { type CertificateFileVerdict, type FileId, type FileRules, judgeLeaf } from './verdict.ts'
import { type FileWords, openssl, strange, unreadable } from './words.ts'

/** A path and what stood there. */
export type SeenFile = { readonly path: string; readonly read: ReadFile }

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
  if (judgedLeaf === undefined) return damaged(path, 'no certificate in it can be read')
  const told: FileWords = { status: 'ok', title: 'can be read', observed: countWords(content), advice: '' }
  return { ...judgedLeaf, findings: [fileFinding(path, told), ...judgedLeaf.findings] }
}

/** Names of files that hold a certificate and no key: one that may not be read is missed. */
const surelyCertificate = /^(?:cert|chain|fullchain|ca|ca-bundle|bundle)\d*\.pem$|\.(?:crt|cer)$/i

/** Everything about one file: what it is, and where it holds certificates, what they are worth. */
export const judgeFile = ({ path, read }: SeenFile, rules: FileRules): CertificateFileVerdict => {
  if (read.kind === 'file') return judgeContent(path, contentOf(read.bytes), read.modifiedAt, rules)
  const words = byTag('kind', unreadable, read, path, rules.grant)
  const missed =
    read.kind === 'failed' || read.kind === 'dangling' || (read.kind === 'not-permitted' && surelyCertificate.test(basename(path)))
  return alone(fileFinding(path, words), missed ? undefined : words.observed)
}
