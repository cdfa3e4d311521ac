import { describe, expect, test } from '@jest/globals'
import type { CertTarget } from '../../../src/actions/cert-check/parts/endpoints/target.ts'
import { judgeHeaders } from '../../../src/actions/cert-check/parts/headers/policy.ts'
import { chainWords, judgeComplete, judgeOrder } from '../../../src/actions/cert-check/policies/chain.ts'
import {
  daysLeft,
  judgeChainExpiry,
  judgeExpiry,
  judgeLifetime,
  judgeNotYetValid,
} from '../../../src/actions/cert-check/policies/expiry.ts'
import { judgeName, namesOf } from '../../../src/actions/cert-check/policies/name.ts'
import { judgeStaple } from '../../../src/actions/cert-check/policies/staple.ts'
import { judgeStrength } from '../../../src/actions/cert-check/policies/strength.ts'
import { judgeTrust } from '../../../src/actions/cert-check/policies/trust.ts'
import { advise, type CertificatePlace, judged } from '../../../src/actions/cert-check/policies/where.ts'
import { type Certificate, readCertificate } from '../../../src/domain/x509/certificate.ts'
import type { Chain } from '../../../src/domain/x509/chain.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { toldOf, toldOn } from '../../support/told.ts'

const page = toldOn('__tests__/actions/cert-check/told.txt')

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-12-05T08:00:00Z')
const where: CertificatePlace = { subject: 'quiz.example:443', place: '', show: 'show it', renew: 'renew it' }
const bare: CertificatePlace = { ...where, show: undefined, renew: undefined }

const real = readCertificate(selfSigned({ names: ['quiz.example', '192.0.2.7'] }).cert)
if (real === undefined) throw new Error('no certificate')
/** A leaf of an authority, of 90 days, of which 60 are left. */
const leafOf = (given: Partial<Certificate> = {}): Certificate => ({
  ...real,
  subject: 'quiz.example',
  issuer: 'Let us R3',
  notBefore: now - 30 * dayMs,
  notAfter: now + 60 * dayMs,
  sha256: 'aa',
  key: { type: 'ec', bits: 256, curve: 'P-256' },
  signature: { algorithm: 'ECDSA with SHA-256', weak: false },
  selfSigned: false,
  isCa: false,
  mustStaple: false,
  ocspUrls: [],
  ...given,
})
const leaf = leafOf()
const authority = leafOf({ subject: 'Let us R3', issuer: 'Root X', sha256: 'bb', isCa: true })
const root = leafOf({ subject: 'Root X', issuer: 'Root X', sha256: 'cc', isCa: true, selfSigned: true })
const chainOf = (given: Partial<Chain> = {}): Chain => ({
  leaf,
  presented: [leaf, authority],
  path: [leaf, authority],
  extra: [],
  spare: [],
  ordered: true,
  ...given,
})
const own = leafOf({ selfSigned: true, issuer: 'quiz.example' })
const rule = { renewalPeriodMs: 12 * hourMs }
const expiring = (leftMs: number) => judgeExpiry(leafOf({ notBefore: now + leftMs - 90 * dayMs, notAfter: now + leftMs }), where, rule, now)
const rsa = (bits: number, type = 'rsa') => leafOf({ key: { type, bits, curve: '' } })
const sha1 = { algorithm: 'RSA with SHA-1', weak: true }

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['a name that fits', () => toldOf(judgeName(leaf, 'quiz.example', where))],
  ['another name', () => toldOf(judgeName(leaf, 'other.example', where))],
  ['another name, without a command', () => toldOf(judgeName(leaf, 'other.example', bare))],
  ['EC P-256', () => toldOf(judgeStrength([leaf], where))],
  ['EC of 224 bits', () => toldOf(judgeStrength([leafOf({ key: { type: 'ec', bits: 224, curve: 'P-224' } })], where))],
  ['EC of 255 bits', () => toldOf(judgeStrength([leafOf({ key: { type: 'ec', bits: 255, curve: 'odd' } })], bare))],
  ['RSA of 2048 bits', () => toldOf(judgeStrength([rsa(2048)], where))],
  ['RSA of 2047 bits', () => toldOf(judgeStrength([rsa(2047)], where))],
  ['RSA-PSS of 2048 bits', () => toldOf(judgeStrength([rsa(2048, 'rsa-pss')], where))],
  ['RSA-PSS of 1024 bits', () => toldOf(judgeStrength([rsa(1024, 'rsa-pss')], where))],
  ['Ed25519', () => toldOf(judgeStrength([leafOf({ key: { type: 'ed25519', bits: 0, curve: '' } })], where))],
  ['DSA', () => toldOf(judgeStrength([rsa(4096, 'dsa')], where))],
  ['a leaf by SHA-1', () => toldOf(judgeStrength([leafOf({ signature: sha1 })], where))],
  ['a self-signed leaf by SHA-1', () => toldOf(judgeStrength([leafOf({ signature: sha1, selfSigned: true })], where))],
  ['a root by SHA-1', () => toldOf(judgeStrength([leaf, leafOf({ ...root, signature: sha1 })], where))],
  [
    'four weaknesses',
    () =>
      toldOf(
        judgeStrength(
          [1, 2, 3, 4].map((one) => rsa(one)),
          where,
        ),
      ),
  ],
  ['a chain in order', () => toldOf(judgeOrder(chainOf(), where))],
  [
    'a chain with its root',
    () => toldOf(judgeOrder(chainOf({ path: [leaf, authority, root], presented: [leaf, authority, root] }), where)),
  ],
  ['a chain in the wrong order', () => toldOf(judgeOrder(chainOf({ ordered: false, presented: [authority, leaf] }), where))],
  ['a stranger in the chain', () => toldOf(judgeOrder(chainOf({ extra: [authority] }), bare))],
  ['another root beside the chain', () => toldOf(judgeOrder(chainOf({ extra: [root] }), where))],
  ['a chain up to a known root', () => toldOf(judgeComplete(chainOf(), root, where))],
  ['a chain up to an authority that nobody knows', () => toldOf(judgeComplete(chainOf(), undefined, where))],
  ['a leaf alone', () => toldOf(judgeComplete(chainOf({ path: [leaf], presented: [leaf] }), undefined, where))],
  ['a trusted one', () => toldOf(judgeTrust({ chain: chainOf(), root, refusal: undefined }, where))],
  ['a trusted one that has expired', () => toldOf(judgeTrust({ chain: chainOf(), root, refusal: 'CERT_HAS_EXPIRED' }, where))],
  ['an expired one without a root', () => toldOf(judgeTrust({ chain: chainOf(), root: undefined, refusal: 'CERT_HAS_EXPIRED' }, where))],
  [
    'one whose root is not trusted',
    () =>
      toldOf(
        judgeTrust({ chain: chainOf({ path: [leaf, authority, root] }), root: undefined, refusal: 'SELF_SIGNED_CERT_IN_CHAIN' }, where),
      ),
  ],
  [
    'one of an unknown authority',
    () => toldOf(judgeTrust({ chain: chainOf({ path: [leaf] }), root: undefined, refusal: 'UNABLE_TO_VERIFY' }, bare)),
  ],
  [
    'a self-signed one',
    () => toldOf(judgeTrust({ chain: chainOf({ leaf: own, path: [own] }), root: undefined, refusal: 'DEPTH_ZERO' }, where)),
  ],
  [
    'a self-signed one that is trusted',
    () => toldOf(judgeTrust({ chain: chainOf({ leaf: own, path: [own] }), root: own, refusal: undefined }, where)),
  ],
  ['60 days left', () => toldOf(expiring(60 * dayMs))],
  ['a moment more than the warning', () => toldOf(expiring(29 * dayMs + 1))],
  ['just the warning', () => toldOf(expiring(29 * dayMs))],
  ['just the critical limit', () => toldOf(expiring(14 * dayMs))],
  ['20 days left', () => toldOf(expiring(20 * dayMs))],
  ['10 days left', () => toldOf(expiring(10 * dayMs))],
  ['nothing left', () => toldOf(expiring(0))],
  ['expired', () => toldOf(expiring(-2 * dayMs))],
  [
    'an authority that runs out, and its twin',
    () => toldOf(judgeChainExpiry([authority, leafOf({ ...authority, notAfter: now + 5 * dayMs })], where, rule, now)),
  ],
  ['valid already', () => toldOf(judgeNotYetValid([leaf, leafOf({ notBefore: now })], where, now))],
  ['valid from the next moment', () => toldOf(judgeNotYetValid([leaf, leafOf({ subject: 'R3', notBefore: now + 1 })], where, now))],
  ['a life of 200 days', () => toldOf(judgeLifetime(leafOf({ notAfter: now + 170 * dayMs }), where))],
  ['a life of a moment more', () => toldOf(judgeLifetime(leafOf({ notAfter: now + 170 * dayMs + 1 }), where))],
  ['no staple where none is wanted', () => toldOf(judgeStaple({ leaf, staple: undefined }, where, now))],
  ['no staple', () => toldOf(judgeStaple({ leaf: leafOf({ ocspUrls: ['http://ocsp.example'] }), staple: undefined }, where, now))],
  ['no staple, and one is demanded', () => toldOf(judgeStaple({ leaf: leafOf({ mustStaple: true }), staple: undefined }, where, now))],
  [
    'a broken staple',
    () => toldOf(judgeStaple({ leaf: leafOf({ ocspUrls: ['http://ocsp.example'] }), staple: Buffer.from('x') }, where, now)),
  ],
  [
    'a broken staple, and one is demanded',
    () => toldOf(judgeStaple({ leaf: leafOf({ mustStaple: true }), staple: Buffer.from('x') }, bare, now)),
  ],
]

describe('what people are told of', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

const target: CertTarget = {
  endpoint: { host: 'quiz.example', port: 8443 },
  subject: 'quiz.example:8443',
  serverName: 'quiz.example',
  asked: true,
  authorities: [],
}
const answer = (status: number, headers: Readonly<Record<string, string>>) =>
  ({ kind: 'answer', status, headers: new Map(Object.entries(headers)) }) as unknown as Parameters<typeof judgeHeaders>[1]['https']
const good = {
  'strict-transport-security': 'max-age=15768000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'self'",
  'referrer-policy': 'no-referrer',
}
const headersTold = (
  https: Parameters<typeof judgeHeaders>[1]['https'],
  plain?: Parameters<typeof judgeHeaders>[1]['plain'],
  of = target,
) => toldOf(judgeHeaders(of, { https, plain }))
const fault = { kind: 'fault', fault: { kind: 'refused' } } as unknown as Parameters<typeof judgeHeaders>[1]['https']
const unseen = { kind: 'unseen', cause: 'no DNS', advice: 'mend it' } as Parameters<typeof judgeHeaders>[1]['https']

const headerRows: readonly [what: string, told: () => readonly string[]][] = [
  ['all good, and a redirect from HTTP', () => headersTold(answer(200, good), answer(301, { location: 'https://quiz.example/' }))],
  ['none', () => headersTold(answer(200, {}), answer(200, {}))],
  [
    'weak ones',
    () =>
      headersTold(
        answer(200, {
          ...good,
          'strict-transport-security': 'max-age=15767999',
          'x-frame-options': 'allow',
          'referrer-policy': 'unsafe-url',
        }),
        answer(302, { location: 'http://quiz.example/' }),
      ),
  ],
  [
    'frames by the policy',
    () =>
      headersTold(answer(299, { ...good, 'x-frame-options': '', 'content-security-policy': "default-src 'self'; frame-ancestors 'none'" })),
  ],
  ['a redirect over HTTPS', () => headersTold(answer(300, {}), answer(400, { location: 'https://quiz.example/' }))],
  ['an error over HTTPS', () => headersTold(answer(400, good), fault)],
  ['no answer over HTTPS', () => headersTold(fault, unseen)],
  ['nothing seen', () => headersTold(unseen)],
  ['no answer of an address', () => headersTold(fault, undefined, { ...target, serverName: '2001:db8::1' })],
  ['no answer at the usual port', () => headersTold(fault, undefined, { ...target, endpoint: { ...target.endpoint, port: 443 } })],
]
describe('headers', () => {
  test.each(headerRows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test.each([
  [[], ['192.0.2.7', '2001:db8::1'], '192.0.2.7, 2001:db8::1'],
  [[], [], 'no name'],
  [
    ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'],
    ['192.0.2.7'],
    'a.example, b.example, c.example, d.example, e.example, 192.0.2.7',
  ],
  [
    ['a.example', 'b.example', 'c.example', 'd.example', 'e.example', 'f.example'],
    ['192.0.2.7'],
    'a.example, b.example, c.example, d.example, e.example, f.example and 1 more',
  ],
])('a certificate for the names %j and the addresses %j is for %s', (dnsNames, addresses, words) => {
  expect(namesOf(leafOf({ dnsNames, addresses }))).toBe(words)
})

test.each([
  ['look', 'ls', 'look; run: ls'],
  ['look', undefined, 'look'],
  ['', 'ls', 'run: ls'],
  ['', undefined, ''],
])('the advice %j with the command %j is %j', (text, command, advice) => {
  expect(advise(text, command)).toBe(advice)
})

test('what was seen says where, when there are several places', () => {
  const given = { id: 'cert.name', status: 'ok', title: 'fits', observed: 'seen', expected: '' } as const
  expect(judged({ ...where, place: 'presented at 192.0.2.1' }, given)).toMatchObject({
    observed: 'seen, presented at 192.0.2.1',
    certainty: 'hard',
    audience: 'security',
  })
})

test.each([
  [chainOf({ leaf: own }), root, 'self-signed'],
  [chainOf({ path: [leaf] }), undefined, 'incomplete'],
  [chainOf({ ordered: false }), root, 'wrong order'],
  [chainOf({ presented: [leaf] }), root, '1 certificate'],
  [chainOf(), root, '2 certificates'],
])('the chain no. %# in words: %3$s', (chain, top, words) => {
  expect(chainWords(chain, top)).toBe(words)
})

test.each([
  [dayMs, 1],
  [dayMs - 1, 0],
  [0, 0],
  [-1, -1],
])('with %i ms left, whole days left: %i', (leftMs, days) => {
  expect(daysLeft(leafOf({ notAfter: now + leftMs }), now)).toBe(days)
})

test('the page says nothing else', () => {
  expect([...page.keys()]).toEqual([...rows, ...headerRows].map(([what]) => what))
})
