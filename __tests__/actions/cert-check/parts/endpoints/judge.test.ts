import { describe, expect, test } from '@jest/globals'
import { type Judging, judgeEndpoint } from '../../../../../src/actions/cert-check/parts/endpoints/judge.ts'
import type { CertTarget } from '../../../../../src/actions/cert-check/parts/endpoints/target.ts'
import { type Certificate, readCertificate } from '../../../../../src/domain/x509/certificate.ts'
import type { TlsSeen } from '../../../../../src/probes/tls.ts'
import { selfSigned } from '../../../../support/self-signed.ts'
import { toldOf } from '../../../../support/told.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-12-05T08:00:00Z')
const real = readCertificate(selfSigned({ names: ['quiz.example'] }).cert)
if (real === undefined) throw new Error('no certificate')
const leafOf = (given: Partial<Certificate> = {}): Certificate => ({
  ...real,
  subject: 'quiz.example',
  issuer: 'Let us R3',
  notBefore: now - 30 * dayMs,
  notAfter: now + 60 * dayMs,
  sha256: 'a'.repeat(64),
  selfSigned: false,
  ...given,
})
const older = leafOf({ sha256: 'b'.repeat(64), notAfter: now + 5 * dayMs })
const root = leafOf({ subject: 'Root X', sha256: 'c', isCa: true })

const target: CertTarget = {
  endpoint: { host: 'quiz.example', port: 8443 },
  subject: 'quiz.example:8443',
  serverName: 'quiz.example',
  asked: true,
  authorities: [],
}
type Shaken = Extract<TlsSeen, { kind: 'shaken' }>
const shaken = (address: string, leaf: Certificate, more: Partial<Shaken> = {}): Shaken => ({
  kind: 'shaken',
  address,
  protocol: 'TLSv1.3',
  presented: [leaf],
  refusal: undefined,
  staple: undefined,
  old: { kind: 'refused' },
  ...more,
})
const judging = (more: Partial<Judging> = {}): Judging => ({
  rule: { renewalPeriodMs: 12 * 3_600_000 },
  now,
  chainOf: ([leaf]) =>
    leaf === undefined
      ? undefined
      : { chain: { leaf, presented: [leaf], path: [leaf], extra: [], spare: [], ordered: true }, root, isPublic: true },
  trouble: undefined,
  ...more,
})
const judge = (seen: readonly TlsSeen[], more: Partial<Judging> = {}) => judgeEndpoint(target, seen, judging(more))
const of = (id: string, seen: readonly TlsSeen[], more: Partial<Judging> = {}) => judge(seen, more).findings.filter((one) => one.id === id)

describe('an endpoint', () => {
  test('is judged for all that it shows, in this order', () => {
    const ids = judge([shaken('192.0.2.1', leafOf({ ocspUrls: ['http://ocsp.example'] }))]).findings.map(({ id }) => id)
    expect(ids).toEqual([
      'tls.reachable',
      'cert.addresses',
      'cert.expiry',
      'cert.not-yet-valid',
      'cert.name',
      'cert.self-signed',
      'cert.trust',
      'cert.order',
      'cert.incomplete',
      'cert.strength',
      'cert.lifetime',
      'cert.staple',
      'tls.versions',
    ])
  })

  test('that presents one certificate at all addresses says so', () => {
    expect(toldOf(of('cert.addresses', [shaken('192.0.2.1', leafOf())])).slice(0, 2)).toEqual([
      'ok cert.addresses: quiz.example:8443: one certificate at every address',
      'observed: the same at 1 address',
    ])
    const two = [shaken('192.0.2.1', leafOf()), shaken('192.0.2.2', leafOf())]
    expect(of('cert.addresses', two)[0]?.observed).toBe('the same at all 2 addresses')
  })

  test('that presents two is told by both, and each place by its own', () => {
    const seen = [shaken('192.0.2.1', leafOf()), shaken('192.0.2.2', older), shaken('192.0.2.3', older)]
    const words = [
      '192.0.2.1: quiz.example, until 2027-02-03, SHA-256 aaaaaaaaaaaaaaaa…',
      '192.0.2.2, 192.0.2.3: quiz.example, until 2026-12-10, SHA-256 bbbbbbbbbbbbbbbb…',
    ]
    expect(toldOf(of('cert.addresses', seen))).toEqual([
      'warning cert.addresses: quiz.example:8443: its 3 addresses present 2 different certificates',
      `observed: ${words.join('; ')}`,
      'expected: the same certificate at every address of the name',
      'advice: copy the newer one to the other servers, or reload those that still hold the older',
      ...words.map((one) => `evidence: ${one}`),
    ])
    // The worst of each id is told, once, with where it was seen.
    const expiry = of('cert.expiry', seen)
    expect(expiry).toHaveLength(1)
    expect(expiry[0]?.status).not.toBe('ok')
    expect(expiry[0]?.observed).toMatch(/, at 192\.0\.2\.2, 192\.0\.2\.3$/)
  })

  test('shows three of its certificates in a line, and all below it', () => {
    const four = ['a', 'b', 'c', 'd'].map((letter, nth) => shaken(`192.0.2.${nth}`, leafOf({ sha256: letter.repeat(64) })))
    const [addresses] = of('cert.addresses', four)
    expect(addresses?.observed.split('; ')).toHaveLength(3)
    expect(addresses?.evidence).toHaveLength(4)
  })

  test('whose places differ in the version, the refusal or the old versions is judged at each', () => {
    for (const more of [
      { protocol: 'TLSv1.2' },
      { refusal: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      { old: { kind: 'accepted', protocol: 'TLSv1' } as const },
    ])
      expect(judge([shaken('192.0.2.1', leafOf()), shaken('192.0.2.2', leafOf(), more)]).rows).toHaveLength(2)
    expect(judge([shaken('192.0.2.1', leafOf()), shaken('192.0.2.2', leafOf())]).rows).toHaveLength(1)
  })

  test('is not said to be untrusted while an authority that was named cannot be read', () => {
    const untrusted = [shaken('192.0.2.1', leafOf(), { refusal: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })]
    const noRoot: Partial<Judging> = {
      chainOf: ([leaf]) =>
        leaf === undefined
          ? undefined
          : { chain: { leaf, presented: [leaf], path: [leaf], extra: [], spare: [], ordered: true }, root: undefined, isPublic: false },
    }
    expect(of('cert.trust', untrusted, noRoot)[0]?.status).toBe('critical')
    const trouble = { cause: 'ca.pem cannot be read', advice: 'mend ca.pem' }
    expect(of('cert.trust', untrusted, { ...noRoot, trouble })[0]).toMatchObject({
      status: 'unknown',
      observed: 'ca.pem cannot be read',
      advice: 'mend ca.pem',
      cleared: false,
    })
    // What is trusted all the same is trusted.
    expect(of('cert.trust', [shaken('192.0.2.1', leafOf())], { trouble })[0]?.status).toBe('ok')
  })

  test('gives a line of the table for each answer, and what it serves for each address', () => {
    const judged = judge([shaken('192.0.2.1', leafOf()), shaken('192.0.2.2', leafOf()), shaken('192.0.2.3', older)])
    expect(judged.rows.map(({ subject, name, address }) => [subject, name, address])).toEqual([
      ['quiz.example:8443', 'quiz.example:8443 (quiz.example)', '192.0.2.1, 192.0.2.2'],
      ['quiz.example:8443', 'quiz.example:8443 (quiz.example)', '192.0.2.3'],
    ])
    expect(judged.served.map(({ address, port, serverName }) => [address, port, serverName])).toEqual([
      ['192.0.2.1', 8443, 'quiz.example'],
      ['192.0.2.2', 8443, 'quiz.example'],
      ['192.0.2.3', 8443, 'quiz.example'],
    ])
  })

  test('that presents nothing that can be read is neither served nor a line', () => {
    const judged = judge([shaken('192.0.2.1', leafOf(), { presented: [] })])
    expect([judged.rows, judged.served, judged.findings.map(({ id }) => id)]).toEqual([[], [], ['tls.reachable', 'cert.addresses']])
  })
})

test.each([
  [undefined, 'ok'],
  [2_048, 'ok'],
  [2_047, 'warning'],
  [1_024, 'warning'],
  [1_023, 'critical'],
])('a group of Diffie-Hellman of %j bits is %s', (dhBits, status) => {
  expect(of('tls.versions', [shaken('192.0.2.1', leafOf(), { protocol: 'TLSv1.2', dhBits })])[0]?.status).toBe(status)
})
