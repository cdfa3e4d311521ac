import type { JudgedFinding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Instant } from '../../contract/seen.ts'
import { byWorstStatus } from '../../contract/status.ts'
import type { CertificateRow } from './part.ts'
import { daysLeft } from './policies/expiry.ts'

const columns = ['name', 'address', 'issuer', 'expires', 'days', 'chain', 'findings']
const maxIds = 4

/** What is wrong with a row, the worst first: `critical: cert.name, cert.trust`. */
const findingWords = (findings: readonly JudgedFinding[]): string => {
  const bad = findings.filter((one) => one.status !== 'ok').toSorted((a, b) => byWorstStatus(a.status, b.status))
  const ids = [...new Set(bad.map((one) => one.id))]
  const [worst] = bad
  return worst === undefined ? 'ok' : `${worst.status}: ${ids.slice(0, maxIds).join(', ')}${ids.length > maxIds ? ', …' : ''}`
}

/** Findings by the subject that they are about; those of a chain's element are about `subject (element)`. */
const bySubject = (findings: readonly JudgedFinding[]): ReadonlyMap<string, readonly JudgedFinding[]> =>
  Map.groupBy(findings, ({ id, subject }) => (id === 'cert.chain-expiry' ? subject.slice(0, subject.lastIndexOf(' (')) : subject))

/** What counts of a line: the certificate, or an authority above it that ends before. */
const endOf = ({ certificate, endsBefore }: CertificateRow) => endsBefore ?? certificate

const soonestFirst = (a: CertificateRow, b: CertificateRow): number => endOf(a).notAfter - endOf(b).notAfter

const tableOf = (rows: readonly CertificateRow[], findings: readonly JudgedFinding[], now: Instant): JsonObject => {
  const found = bySubject(findings)
  return {
    title: 'Certificates',
    columns,
    rows: rows
      .toSorted(soonestFirst)
      .map((row) => [
        row.name,
        row.address,
        row.certificate.issuer,
        new Date(endOf(row).notAfter).toISOString().slice(0, 10),
        String(daysLeft(endOf(row), now)),
        row.chain,
        findingWords(found.get(row.subject) ?? []),
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
  const days = daysLeft(endOf(next), now)
  const which = next.endsBefore === undefined ? (count === 1 ? 'it' : 'the next') : `the authority ${next.endsBefore.subject}`
  const when = days < 0 ? 'has expired' : `expires in ${days} ${days === 1 ? 'day' : 'days'}`
  return `${counted}, ${which} ${when} (${next.subject})`
}

export type Overview = {
  readonly outputs: { readonly 'expires-in-days': string | number; readonly certificates: number }
  readonly facts: JsonObject
}

/** What all parts saw, for the outputs, the table of the summary and the line of the log. */
export const overviewOf = (
  { rows, findings }: { readonly rows: readonly CertificateRow[]; readonly findings: readonly JudgedFinding[] },
  now: Instant,
): Overview => {
  const [next] = rows.toSorted(soonestFirst)
  return {
    outputs: { 'expires-in-days': next === undefined ? '' : daysLeft(endOf(next), now), certificates: distinct(rows) },
    facts: { lines: { 'cert-check': lineOf(rows, now) }, tables: rows.length === 0 ? [] : [tableOf(rows, findings, now)] },
  }
}
