import { describe, expect, test } from '@jest/globals'
import { overviewOf } from '../../../src/actions/cert-check/overview.ts'
import type { CertificateRow } from '../../../src/actions/cert-check/part.ts'
import { finding, type JudgedFinding } from '../../../src/contract/finding.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-12-05T08:00:00Z')
const row = (subject: string, daysLeft: number, sha256 = subject): CertificateRow => ({
  subject,
  name: `${subject} (quiz.example)`,
  address: '192.0.2.1',
  certificate: { issuer: 'Let us R3', notAfter: now + daysLeft * dayMs, sha256 } as CertificateRow['certificate'],
  chain: '3 certificates',
})
const found = (id: string, subject: string, status: JudgedFinding['status']): JudgedFinding =>
  finding({ id, subject, status, title: '', observed: '', expected: '', audience: 'security' })
const lineOf = (...rows: readonly CertificateRow[]) => overviewOf({ rows, findings: [] }, now).facts['lines']
const lastColumn = (...findings: readonly JudgedFinding[]): unknown => {
  const { facts } = overviewOf({ rows: [row('a:443', 41)], findings }, now)
  const [table] = facts['tables'] as unknown as readonly { readonly rows: readonly (readonly string[])[] }[]
  return table?.rows[0]?.at(-1)
}

describe('the line of the log', () => {
  test.each([
    [[], 'no certificate seen'],
    [[row('a:443', 41)], '1 certificate, it expires in 41 days (a:443)'],
    [[row('a:443', 1)], '1 certificate, it expires in 1 day (a:443)'],
    [[row('a:443', 0)], '1 certificate, it expires in 0 days (a:443)'],
    [[row('a:443', -1)], '1 certificate, it has expired (a:443)'],
    [[row('a:443', 41), row('b:443', 12)], '2 certificates, the next expires in 12 days (b:443)'],
    [[row('a:443', 41, 'same'), row('b:443', 41, 'same')], '1 certificate, it expires in 41 days (a:443)'],
  ])('%#', (rows, line) => {
    expect(lineOf(...rows)).toEqual({ 'cert-check': line })
  })
})

test('an authority that ends before the certificate counts, and is named', () => {
  const above = { ...row('a:443', 80), endsBefore: { subject: 'Old R3', notAfter: now + 3 * dayMs } }
  const { outputs, facts } = overviewOf({ rows: [above, row('b:443', 12)], findings: [] }, now)
  expect(outputs['expires-in-days']).toBe(3)
  expect(facts['lines']).toEqual({ 'cert-check': '2 certificates, the authority Old R3 expires in 3 days (a:443)' })
})

describe('the table', () => {
  test('is not there without a certificate', () => {
    const { outputs, facts } = overviewOf({ rows: [], findings: [] }, now)
    expect([outputs, facts['tables']]).toEqual([{ 'expires-in-days': '', certificates: 0 }, []])
  })

  test('says all of each certificate, the one that ends first on top', () => {
    const { outputs, facts } = overviewOf({ rows: [row('a:443', 41), row('b:443', 12)], findings: [] }, now)
    expect(outputs).toEqual({ 'expires-in-days': 12, certificates: 2 })
    expect(facts['tables']).toEqual([
      {
        title: 'Certificates',
        columns: ['name', 'address', 'issuer', 'expires', 'days', 'chain', 'findings'],
        rows: [
          ['b:443 (quiz.example)', '192.0.2.1', 'Let us R3', '2026-12-17', '12', '3 certificates', 'ok'],
          ['a:443 (quiz.example)', '192.0.2.1', 'Let us R3', '2027-01-15', '41', '3 certificates', 'ok'],
        ],
      },
    ])
  })

  test('ends with what is wrong, the worst first, each id once, four at most', () => {
    expect(lastColumn(found('cert.name', 'a:443', 'ok'), found('cert.name', 'b:443', 'critical'))).toBe('ok')
    expect(lastColumn(found('cert.order', 'a:443', 'warning'), found('cert.trust', 'a:443', 'critical'))).toBe(
      'critical: cert.trust, cert.order',
    )
    expect(lastColumn(found('cert.order', 'a:443', 'warning'), found('cert.order', 'a:443', 'warning'))).toBe('warning: cert.order')
    const ids = ['cert.a', 'cert.b', 'cert.c', 'cert.d', 'cert.e']
    expect(lastColumn(...ids.slice(0, 4).map((id) => found(id, 'a:443', 'warning')))).toBe('warning: cert.a, cert.b, cert.c, cert.d')
    expect(lastColumn(...ids.map((id) => found(id, 'a:443', 'warning')))).toBe('warning: cert.a, cert.b, cert.c, cert.d, …')
  })

  test('counts what an element of its chain is found to be', () => {
    expect(lastColumn(found('cert.chain-expiry', 'a:443 (Let us R3)', 'critical'))).toBe('critical: cert.chain-expiry')
    expect(lastColumn(found('cert.name', 'a:443 (Let us R3)', 'critical'))).toBe('ok')
  })
})
