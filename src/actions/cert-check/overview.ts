import type { Finding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Instant } from '../../contract/seen.ts'
import { byWorstStatus } from '../../contract/status.ts'
import type { CertificateRow, Looked } from './part.ts'
import { daysLeft } from './policies/expiry.ts'

const columns = ['name', 'address', 'issuer', 'expires', 'days', 'chain', 'findings']
const maxIds = 4

/** What is wrong with a row, the worst first: `critical: cert.name, cert.trust`. */
const findingWords = (findings: readonly Finding[]): string => {
  const bad = findings.filter((one) => one.status !== 'ok').toSorted((a, b) => byWorstStatus(a.status, b.status))
  const ids = [...new Set(bad.map((one) => one.id))]
  const [worst] = bad
  return worst === undefined ? 'ok' : `${worst.status}: ${ids.slice(0, maxIds).join(', ')}${ids.length > maxIds ? ', …' : ''}`
}

/** Findings by the subject that they are about; those of a chain's element are about `subject (element)`. */
const bySubject = (findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> =>
  Map.groupBy(findings, ({ id, subject }) => (id === 'cert.chain-expiry' ? subject.slice(0, subject.lastIndexOf(' (')) : subject))

const soonestFirst = (a: CertificateRow, b: CertificateRow): number => a.certificate.notAfter - b.certificate.notAfter

const tableOf = (rows: readonly CertificateRow[], findings: readonly Finding[], now: Instant): JsonObject => {
  const found = bySubject(findings)
  return {
    title: 'Certificates',
    columns,
    rows: rows
      .toSorted(soonestFirst)
      .map(({ subject, name, address, certificate, chain }) => [
        name,
        address,
        certificate.issuer,
        new Date(certificate.notAfter).toISOString().slice(0, 10),
        String(daysLeft(certificate, now)),
        chain,
        findingWords(found.get(subject) ?? []),
      ]),
  }
}

const distinct = (rows: readonly CertificateRow[]): number => new Set(rows.map((one) => one.certificate.sha256)).size

/** `3 certificates, the next expires in 41 days (quiz.example:443)` */
const lineOf = (rows: readonly CertificateRow[], now: Instant): string => {
  const [next] = rows.toSorted(soonestFirst)
  const count = distinct(rows)
  const counted = count === 1 ? '1 certificate' : `${count} certificates`
  if (next === undefined) return 'no certificate seen'
  const days = daysLeft(next.certificate, now)
  const when = days < 0 ? 'has expired' : `expires in ${days} ${days === 1 ? 'day' : 'days'}`
  return `${counted}, ${count === 1 ? 'it' : 'the next'} ${when} (${next.subject})`
}

export type Overview = {
  readonly outputs: { readonly 'expires-in-days': string | number; readonly certificates: number }
  readonly facts: JsonObject
}

/** What all parts saw, for the outputs, the table of the summary and the line of the log. */
export const overviewOf = (looked: readonly Looked[], now: Instant): Overview => {
  const rows = looked.flatMap((one) => one.certificates)
  const findings = looked.flatMap((one) => one.findings)
  const [next] = rows.toSorted(soonestFirst)
  return {
    outputs: { 'expires-in-days': next === undefined ? '' : daysLeft(next.certificate, now), certificates: distinct(rows) },
    facts: { lines: { 'cert-check': lineOf(rows, now) }, tables: rows.length === 0 ? [] : [tableOf(rows, findings, now)] },
  }
}
