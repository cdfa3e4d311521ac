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
import { advise, judged, type Where } from '../../../src/actions/cert-check/policies/where.ts'
import { type Certificate, readCertificate } from '../../../src/domain/x509/certificate.ts'
import type { Chain } from '../../../src/domain/x509/chain.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { toldOf } from '../../support/told.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-12-05T08:00:00Z')
const where: Where = { check: 'endpoints', subject: 'quiz.example:443', place: '', show: 'show it', renew: 'renew it' }
const bare: Where = { ...where, show: undefined, renew: undefined }

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
  ordered: true,
  ...given,
})
const own = leafOf({ selfSigned: true, issuer: 'quiz.example' })
const rule = { renewalPeriodMs: 12 * hourMs }
const expiring = (leftMs: number) => judgeExpiry(leafOf({ notBefore: now + leftMs - 90 * dayMs, notAfter: now + leftMs }), where, rule, now)
const rsa = (bits: number, type = 'rsa') => leafOf({ key: { type, bits, curve: '' } })
const sha1 = { algorithm: 'RSA with SHA-1', weak: true }

const rows: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'a name that fits',
    () => toldOf(judgeName(leaf, 'quiz.example', where)),
    [
      'ok cert.name: quiz.example:443: certificate is for this name',
      'observed: it is for quiz.example, 192.0.2.7',
      'expected: for quiz.example',
    ],
  ],
  [
    'another name',
    () => toldOf(judgeName(leaf, 'other.example', where)),
    [
      'critical cert.name: quiz.example:443: certificate is for another name than other.example',
      'observed: it is for quiz.example, 192.0.2.7',
      'expected: for other.example',
      'advice: get a certificate that holds this name, or correct which one the server presents for it; run: show it',
    ],
  ],
  [
    'another name, without a command',
    () => toldOf(judgeName(leaf, 'other.example', bare)),
    [
      'critical cert.name: quiz.example:443: certificate is for another name than other.example',
      'observed: it is for quiz.example, 192.0.2.7',
      'expected: for other.example',
      'advice: get a certificate that holds this name, or correct which one the server presents for it',
    ],
  ],
  [
    'EC P-256',
    () => toldOf(judgeStrength([leaf], where)),
    [
      'ok cert.strength: quiz.example:443: key and signature are strong',
      'observed: key EC P-256, signed by ECDSA with SHA-256',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
    ],
  ],
  [
    'EC of 224 bits',
    () => toldOf(judgeStrength([leafOf({ key: { type: 'ec', bits: 224, curve: 'P-224' } })], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key EC P-224',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: key EC P-224',
    ],
  ],
  [
    'EC of 255 bits',
    () => toldOf(judgeStrength([leafOf({ key: { type: 'ec', bits: 255, curve: 'odd' } })], bare)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key EC odd',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today',
      'evidence: quiz.example: key EC odd',
    ],
  ],
  [
    'RSA of 2048 bits',
    () => toldOf(judgeStrength([rsa(2048)], where)),
    [
      'ok cert.strength: quiz.example:443: key and signature are strong',
      'observed: key RSA 2048 bits, signed by ECDSA with SHA-256',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
    ],
  ],
  [
    'RSA of 2047 bits',
    () => toldOf(judgeStrength([rsa(2047)], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key RSA 2047 bits',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: key RSA 2047 bits',
    ],
  ],
  [
    'RSA-PSS of 2048 bits',
    () => toldOf(judgeStrength([rsa(2048, 'rsa-pss')], where)),
    [
      'ok cert.strength: quiz.example:443: key and signature are strong',
      'observed: key RSA 2048 bits, signed by ECDSA with SHA-256',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
    ],
  ],
  [
    'RSA-PSS of 1024 bits',
    () => toldOf(judgeStrength([rsa(1024, 'rsa-pss')], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key RSA 1024 bits',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: key RSA 1024 bits',
    ],
  ],
  [
    'Ed25519',
    () => toldOf(judgeStrength([leafOf({ key: { type: 'ed25519', bits: 0, curve: '' } })], where)),
    [
      'ok cert.strength: quiz.example:443: key and signature are strong',
      'observed: key Ed25519, signed by ECDSA with SHA-256',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
    ],
  ],
  [
    'DSA',
    () => toldOf(judgeStrength([rsa(4096, 'dsa')], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key dsa',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: key dsa',
    ],
  ],
  [
    'a leaf by SHA-1',
    () => toldOf(judgeStrength([leafOf({ signature: sha1 })], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: signed by RSA with SHA-1',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: signed by RSA with SHA-1',
    ],
  ],
  [
    'a self-signed leaf by SHA-1',
    () => toldOf(judgeStrength([leafOf({ signature: sha1, selfSigned: true })], where)),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: signed by RSA with SHA-1',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: signed by RSA with SHA-1',
    ],
  ],
  [
    'a root by SHA-1',
    () => toldOf(judgeStrength([leaf, leafOf({ ...root, signature: sha1 })], where)),
    [
      'ok cert.strength: quiz.example:443: key and signature are strong',
      'observed: key EC P-256, signed by ECDSA with SHA-256',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
    ],
  ],
  [
    'four weaknesses',
    () =>
      toldOf(
        judgeStrength(
          [1, 2, 3, 4].map((one) => rsa(one)),
          where,
        ),
      ),
    [
      'critical cert.strength: quiz.example:443: key or signature is too weak',
      'observed: quiz.example: key RSA 1 bits; quiz.example: key RSA 2 bits; quiz.example: key RSA 3 bits',
      'expected: RSA of 2048 bits or more, EC P-256 or more, Ed25519; no MD5, no SHA-1',
      'advice: get a certificate with a new key from an authority of today; run: renew it',
      'evidence: quiz.example: key RSA 1 bits',
      'evidence: quiz.example: key RSA 2 bits',
      'evidence: quiz.example: key RSA 3 bits',
      'evidence: quiz.example: key RSA 4 bits',
    ],
  ],
  [
    'a chain in order',
    () => toldOf(judgeOrder(chainOf(), where)),
    ['ok cert.order: quiz.example:443: chain is in order', 'observed: quiz.example, Let us R3', 'expected: quiz.example, Let us R3'],
  ],
  [
    'a chain with its root',
    () => toldOf(judgeOrder(chainOf({ path: [leaf, authority, root], presented: [leaf, authority, root] }), where)),
    [
      'ok cert.order: quiz.example:443: chain is in order',
      'observed: quiz.example, Let us R3, Root X',
      'expected: quiz.example, Let us R3, Root X',
      'advice: the root need not be sent: who trusts it has it',
    ],
  ],
  [
    'a chain in the wrong order',
    () => toldOf(judgeOrder(chainOf({ ordered: false, presented: [authority, leaf] }), where)),
    [
      'warning cert.order: quiz.example:443: chain is in the wrong order',
      'observed: Let us R3, quiz.example',
      'expected: quiz.example, Let us R3',
      'advice: put the leaf first, then each certificate that issued the one before; run: show it',
    ],
  ],
  [
    'a stranger in the chain',
    () => toldOf(judgeOrder(chainOf({ extra: [authority] }), bare)),
    [
      'warning cert.order: quiz.example:443: chain holds certificates that do not belong to it',
      'observed: quiz.example, Let us R3',
      'expected: quiz.example, Let us R3',
      'advice: take what does not lead to the authority out of the file',
    ],
  ],
  [
    'another root beside the chain',
    () => toldOf(judgeOrder(chainOf({ extra: [root] }), where)),
    ['ok cert.order: quiz.example:443: chain is in order', 'observed: quiz.example, Let us R3', 'expected: quiz.example, Let us R3'],
  ],
  [
    'a chain up to a known root',
    () => toldOf(judgeComplete(chainOf(), root, where)),
    [
      'ok cert.incomplete: quiz.example:443: chain is complete',
      'observed: 2 in the chain',
      'expected: every certificate up to the one that a root issued',
    ],
  ],
  [
    'a chain up to an authority that nobody knows',
    () => toldOf(judgeComplete(chainOf(), undefined, where)),
    [
      'ok cert.incomplete: quiz.example:443: chain is complete',
      'observed: 2 in the chain',
      'expected: every certificate up to the one that a root issued',
    ],
  ],
  [
    'a leaf alone',
    () => toldOf(judgeComplete(chainOf({ path: [leaf], presented: [leaf] }), undefined, where)),
    [
      'critical cert.incomplete: quiz.example:443: chain is incomplete: an intermediate certificate is missing',
      'observed: it ends at quiz.example, issued by Let us R3, which is neither presented nor a trusted root',
      'expected: every certificate up to the one that a root issued',
      'advice: serve fullchain.pem instead of cert.pem; run: show it',
    ],
  ],
  [
    'a trusted one',
    () => toldOf(judgeTrust({ chain: chainOf(), root, refusal: undefined }, where)),
    [
      'ok cert.self-signed: quiz.example:443: signed by an authority',
      'observed: signed by Let us R3',
      'expected: signed by an authority',
      'ok cert.trust: quiz.example:443: its authority is trusted',
      'observed: it leads to Root X',
      "expected: an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
    ],
  ],
  [
    'a trusted one that has expired',
    () => toldOf(judgeTrust({ chain: chainOf(), root, refusal: 'CERT_HAS_EXPIRED' }, where)),
    [
      'ok cert.self-signed: quiz.example:443: signed by an authority',
      'observed: signed by Let us R3',
      'expected: signed by an authority',
      'ok cert.trust: quiz.example:443: its authority is trusted',
      'observed: it leads to Root X',
      "expected: an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
    ],
  ],
  [
    'an expired one without a root',
    () => toldOf(judgeTrust({ chain: chainOf(), root: undefined, refusal: 'CERT_HAS_EXPIRED' }, where)),
    [
      'ok cert.self-signed: quiz.example:443: signed by an authority',
      'observed: signed by Let us R3',
      'expected: signed by an authority',
      'critical cert.trust: quiz.example:443: its authority is not trusted',
      'observed: it leads to Root X (CERT_HAS_EXPIRED)',
      "expected: an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
      'advice: get the certificate from a public authority, or name the PEM file of this one in ca-file; run: show it',
    ],
  ],
  [
    'one whose root is not trusted',
    () =>
      toldOf(
        judgeTrust({ chain: chainOf({ path: [leaf, authority, root] }), root: undefined, refusal: 'SELF_SIGNED_CERT_IN_CHAIN' }, where),
      ),
    [
      'ok cert.self-signed: quiz.example:443: signed by an authority',
      'observed: signed by Let us R3',
      'expected: signed by an authority',
      'critical cert.trust: quiz.example:443: its root is not trusted',
      'observed: it leads to Root X (SELF_SIGNED_CERT_IN_CHAIN)',
      "expected: an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
      'advice: get the certificate from a public authority, or name the PEM file of this root in ca-file; run: show it',
    ],
  ],
  [
    'one of an unknown authority',
    () => toldOf(judgeTrust({ chain: chainOf({ path: [leaf] }), root: undefined, refusal: 'UNABLE_TO_VERIFY' }, bare)),
    [
      'ok cert.self-signed: quiz.example:443: signed by an authority',
      'observed: signed by Let us R3',
      'expected: signed by an authority',
      'critical cert.trust: quiz.example:443: its authority is not known here',
      'observed: it leads to Let us R3 (UNABLE_TO_VERIFY)',
      "expected: an authority of Node's store, of NODE_EXTRA_CA_CERTS or of ca-file",
      'advice: serve the whole chain first; an authority of your own belongs in ca-file',
    ],
  ],
  [
    'a self-signed one',
    () => toldOf(judgeTrust({ chain: chainOf({ leaf: own, path: [own] }), root: undefined, refusal: 'DEPTH_ZERO' }, where)),
    [
      'critical cert.self-signed: quiz.example:443: certificate is self-signed',
      'observed: quiz.example signed itself',
      'expected: signed by an authority',
      'advice: get one from an authority, or name this one in ca-file; run: renew it',
    ],
  ],
  [
    'a self-signed one that is trusted',
    () => toldOf(judgeTrust({ chain: chainOf({ leaf: own, path: [own] }), root: own, refusal: undefined }, where)),
    [
      'ok cert.self-signed: quiz.example:443: self-signed, and trusted by name',
      'observed: quiz.example signed itself',
      'expected: signed by an authority',
    ],
  ],
  [
    '60 days left',
    () => toldOf(expiring(60 * dayMs)),
    [
      'ok cert.expiry: quiz.example:443: certificate expires in 60 d',
      'observed: expires in 60 d, at 2027-02-03 08:00 UTC (limit 29 d)',
      'expected: more than 29 d left of 90 d',
      'measured: days-left 60 d',
    ],
  ],
  [
    'a moment more than the warning',
    () => toldOf(expiring(29 * dayMs + 1)),
    [
      'ok cert.expiry: quiz.example:443: certificate expires in 29 d',
      'observed: expires in 29 d, at 2027-01-03 08:00 UTC (limit 29 d)',
      'expected: more than 29 d left of 90 d',
      'measured: days-left 29 d',
    ],
  ],
  [
    'just the warning',
    () => toldOf(expiring(29 * dayMs)),
    [
      'warning cert.expiry: quiz.example:443: certificate expires in 29 d',
      'observed: expires in 29 d, at 2027-01-03 08:00 UTC (limit 29 d)',
      'expected: more than 29 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left 29 d',
    ],
  ],
  [
    'just the critical limit',
    () => toldOf(expiring(14 * dayMs)),
    [
      'critical cert.expiry: quiz.example:443: certificate expires in 14 d',
      'observed: expires in 14 d, at 2026-12-19 08:00 UTC (limit 14 d)',
      'expected: more than 14 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left 14 d',
    ],
  ],
  [
    '20 days left',
    () => toldOf(expiring(20 * dayMs)),
    [
      'warning cert.expiry: quiz.example:443: certificate expires in 20 d',
      'observed: expires in 20 d, at 2026-12-25 08:00 UTC (limit 29 d)',
      'expected: more than 29 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left 20 d',
    ],
  ],
  [
    '10 days left',
    () => toldOf(expiring(10 * dayMs)),
    [
      'critical cert.expiry: quiz.example:443: certificate expires in 10 d',
      'observed: expires in 10 d, at 2026-12-15 08:00 UTC (limit 14 d)',
      'expected: more than 14 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left 10 d',
    ],
  ],
  [
    'nothing left',
    () => toldOf(expiring(0)),
    [
      'critical cert.expiry: quiz.example:443: certificate expires in 0 ms',
      'observed: expires in 0 ms, at 2026-12-05 08:00 UTC (limit 14 d)',
      'expected: more than 14 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left 0 d',
    ],
  ],
  [
    'expired',
    () => toldOf(expiring(-2 * dayMs)),
    [
      'critical cert.expiry: quiz.example:443: certificate expired 2 d ago',
      'observed: expired 2 d ago, at 2026-12-03 08:00 UTC (limit 14 d)',
      'expected: more than 14 d left of 90 d',
      'advice: renew it, then let its server load it; run: renew it',
      'measured: days-left -2 d',
    ],
  ],
  [
    'an authority that runs out, and its twin',
    () => toldOf(judgeChainExpiry([authority, leafOf({ ...authority, notAfter: now + 5 * dayMs })], where, rule, now)),
    [
      'ok cert.chain-expiry: quiz.example:443 (Let us R3): its authority expires in 60 d',
      'observed: expires in 60 d, at 2027-02-03 08:00 UTC (limit 29 d)',
      'expected: more than 29 d left of 90 d',
      'measured: days-left 60 d',
      'warning cert.chain-expiry: quiz.example:443 (Let us R3, no. 2): its authority expires in 5 d',
      'observed: expires in 5 d, at 2026-12-10 08:00 UTC (limit 10 d 16 h)',
      'expected: more than 10 d 16 h left of 35 d',
      'advice: renew the certificate with the authority that replaces this one, and serve that chain; run: show it',
      'measured: days-left 5 d',
    ],
  ],
  [
    'valid already',
    () => toldOf(judgeNotYetValid([leaf, leafOf({ notBefore: now })], where, now)),
    [
      'ok cert.not-yet-valid: quiz.example:443: already valid',
      'observed: valid already',
      'expected: valid from before now, 2026-12-05 08:00 UTC',
    ],
  ],
  [
    'valid from the next moment',
    () => toldOf(judgeNotYetValid([leaf, leafOf({ subject: 'R3', notBefore: now + 1 })], where, now)),
    [
      'critical cert.not-yet-valid: quiz.example:443: certificate is not valid yet',
      'observed: R3 is valid from 2026-12-05 08:00 UTC',
      'expected: valid from before now, 2026-12-05 08:00 UTC',
      'advice: compare the clocks of this machine and of who made it; run: timedatectl',
    ],
  ],
  [
    'a life of 200 days',
    () => toldOf(judgeLifetime(leafOf({ notAfter: now + 170 * dayMs }), where)),
    [
      'ok cert.lifetime: quiz.example:443: lifetime of 200 d',
      'observed: lives 200 d, issued 2026-11-05 08:00 UTC',
      'expected: at most 200 d, for a certificate of that day',
    ],
  ],
  [
    'a life of a moment more',
    () => toldOf(judgeLifetime(leafOf({ notAfter: now + 170 * dayMs + 1 }), where)),
    [
      'warning cert.lifetime: quiz.example:443: lifetime of 200 d is above the maximum of 200 d',
      'observed: lives 200 d, issued 2026-11-05 08:00 UTC',
      'expected: at most 200 d, for a certificate of that day',
      'advice: get one that lives shorter and is renewed by a program: browsers refuse longer ones; run: renew it',
    ],
  ],
  ['no staple where none is wanted', () => toldOf(judgeStaple({ leaf, staple: undefined }, where, now)), []],
  [
    'no staple',
    () => toldOf(judgeStaple({ leaf: leafOf({ ocspUrls: ['http://ocsp.example'] }), staple: undefined }, where, now)),
    [
      'ok cert.staple: quiz.example:443: no OCSP response is stapled',
      'observed: none; the certificate does not demand one',
      'expected: a stapled OCSP response that says "good" and is not out of date',
      'advice: turn stapling on, so that visitors need not ask its authority',
    ],
  ],
  [
    'no staple, and one is demanded',
    () => toldOf(judgeStaple({ leaf: leafOf({ mustStaple: true }), staple: undefined }, where, now)),
    [
      'critical cert.staple: quiz.example:443: no OCSP response is stapled, and the certificate demands one',
      'observed: none; browsers refuse it',
      'expected: a stapled OCSP response that says "good" and is not out of date',
      'advice: turn stapling on in its server, or get a certificate without must-staple; run: show it',
    ],
  ],
  [
    'a broken staple',
    () => toldOf(judgeStaple({ leaf: leafOf({ ocspUrls: ['http://ocsp.example'] }), staple: Buffer.from('x') }, where, now)),
    [
      'warning cert.staple: quiz.example:443: the stapled OCSP response cannot be read',
      'observed: broken',
      'expected: a stapled OCSP response that says "good" and is not out of date',
      'advice: let its server fetch a new one: see its log, and whether it reaches its authority; run: show it',
    ],
  ],
  [
    'a broken staple, and one is demanded',
    () => toldOf(judgeStaple({ leaf: leafOf({ mustStaple: true }), staple: Buffer.from('x') }, bare, now)),
    [
      'critical cert.staple: quiz.example:443: the stapled OCSP response cannot be read',
      'observed: broken',
      'expected: a stapled OCSP response that says "good" and is not out of date',
      'advice: let its server fetch a new one: see its log, and whether it reaches its authority',
    ],
  ],
]

describe('what people are told of', () => {
  test.each(rows)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
  })
})

const target: CertTarget = {
  endpoint: { host: 'quiz.example', port: 8443 } as CertTarget['endpoint'],
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

const headerRows: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'all good, and a redirect from HTTP',
    () => headersTold(answer(200, good), answer(301, { location: 'https://quiz.example/' })),
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 200',
      'expected: an answer to GET /',
      'ok headers.hsts: quiz.example:8443: strict-transport-security is set',
      'observed: max-age=15768000; includeSubDomains',
      'expected: max-age of at least 15768000 s (half a year)',
      'ok headers.content-type-options: quiz.example:8443: x-content-type-options is set',
      'observed: nosniff',
      'expected: nosniff',
      'ok headers.frame-options: quiz.example:8443: x-frame-options is set',
      'observed: DENY',
      'expected: DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
      'ok headers.content-security-policy: quiz.example:8443: content-security-policy is set',
      "observed: default-src 'self'",
      'expected: a policy',
      'ok headers.referrer-policy: quiz.example:8443: referrer-policy is set',
      'observed: no-referrer',
      'expected: a policy other than unsafe-url',
      'ok headers.redirect: quiz.example:8443: HTTP redirects to HTTPS',
      'observed: status 301 to https://quiz.example/',
      'expected: a redirect to https://',
    ],
  ],
  [
    'none',
    () => headersTold(answer(200, {}), answer(200, {})),
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 200',
      'expected: an answer to GET /',
      'warning headers.hsts: quiz.example:8443: strict-transport-security is missing',
      'observed: no such header',
      'expected: max-age of at least 15768000 s (half a year)',
      'advice: write into the server of nginx: `add_header Strict-Transport-Security "max-age=31536000" always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.content-type-options: quiz.example:8443: x-content-type-options is missing',
      'observed: no such header',
      'expected: nosniff',
      'advice: write into the server of nginx: `add_header X-Content-Type-Options nosniff always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.frame-options: quiz.example:8443: x-frame-options is missing',
      'observed: no such header',
      'expected: DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
      'advice: write into the server of nginx: `add_header X-Frame-Options SAMEORIGIN always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.content-security-policy: quiz.example:8443: content-security-policy is missing',
      'observed: no such header',
      'expected: a policy',
      'advice: write into the server of nginx: `add_header Content-Security-Policy "default-src \'self\'" always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.referrer-policy: quiz.example:8443: referrer-policy is missing',
      'observed: no such header',
      'expected: a policy other than unsafe-url',
      'advice: write into the server of nginx: `add_header Referrer-Policy strict-origin-when-cross-origin always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.redirect: quiz.example:8443: HTTP does not redirect to HTTPS',
      'observed: status 200',
      'expected: a redirect to https://',
      'advice: write into the server of port 80 of nginx: `return 301 https://$host$request_uri;`; run: curl -sI http://quiz.example/',
    ],
  ],
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
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 200',
      'expected: an answer to GET /',
      'warning headers.hsts: quiz.example:8443: strict-transport-security is too weak',
      'observed: max-age=15767999',
      'expected: max-age of at least 15768000 s (half a year)',
      'advice: write into the server of nginx: `add_header Strict-Transport-Security "max-age=31536000" always;`; run: curl -sI https://quiz.example:8443/',
      'ok headers.content-type-options: quiz.example:8443: x-content-type-options is set',
      'observed: nosniff',
      'expected: nosniff',
      'warning headers.frame-options: quiz.example:8443: x-frame-options is too weak',
      'observed: allow',
      'expected: DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
      'advice: write into the server of nginx: `add_header X-Frame-Options SAMEORIGIN always;`; run: curl -sI https://quiz.example:8443/',
      'ok headers.content-security-policy: quiz.example:8443: content-security-policy is set',
      "observed: default-src 'self'",
      'expected: a policy',
      'warning headers.referrer-policy: quiz.example:8443: referrer-policy is too weak',
      'observed: unsafe-url',
      'expected: a policy other than unsafe-url',
      'advice: write into the server of nginx: `add_header Referrer-Policy strict-origin-when-cross-origin always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.redirect: quiz.example:8443: HTTP does not redirect to HTTPS',
      'observed: status 302 to http://quiz.example/',
      'expected: a redirect to https://',
      'advice: write into the server of port 80 of nginx: `return 301 https://$host$request_uri;`; run: curl -sI http://quiz.example/',
    ],
  ],
  [
    'frames by the policy',
    () =>
      headersTold(answer(299, { ...good, 'x-frame-options': '', 'content-security-policy': "default-src 'self'; frame-ancestors 'none'" })),
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 299',
      'expected: an answer to GET /',
      'ok headers.hsts: quiz.example:8443: strict-transport-security is set',
      'observed: max-age=15768000; includeSubDomains',
      'expected: max-age of at least 15768000 s (half a year)',
      'ok headers.content-type-options: quiz.example:8443: x-content-type-options is set',
      'observed: nosniff',
      'expected: nosniff',
      'ok headers.frame-options: quiz.example:8443: x-frame-options is set',
      'observed: set by content-security-policy',
      'expected: DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
      'ok headers.content-security-policy: quiz.example:8443: content-security-policy is set',
      "observed: default-src 'self'; frame-ancestors 'none'",
      'expected: a policy',
      'ok headers.referrer-policy: quiz.example:8443: referrer-policy is set',
      'observed: no-referrer',
      'expected: a policy other than unsafe-url',
    ],
  ],
  [
    'a redirect over HTTPS',
    () => headersTold(answer(300, {}), answer(400, { location: 'https://quiz.example/' })),
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 300',
      'expected: an answer to GET /',
      'warning headers.hsts: quiz.example:8443: strict-transport-security is missing',
      'observed: no such header',
      'expected: max-age of at least 15768000 s (half a year)',
      'advice: write into the server of nginx: `add_header Strict-Transport-Security "max-age=31536000" always;`; run: curl -sI https://quiz.example:8443/',
      'warning headers.redirect: quiz.example:8443: HTTP does not redirect to HTTPS',
      'observed: status 400 to https://quiz.example/',
      'expected: a redirect to https://',
      'advice: write into the server of port 80 of nginx: `return 301 https://$host$request_uri;`; run: curl -sI http://quiz.example/',
    ],
  ],
  [
    'an error over HTTPS',
    () => headersTold(answer(400, good), fault),
    [
      'ok headers.reachable: quiz.example:8443: its headers were seen',
      'observed: status 400',
      'expected: an answer to GET /',
      'ok headers.hsts: quiz.example:8443: strict-transport-security is set',
      'observed: max-age=15768000; includeSubDomains',
      'expected: max-age of at least 15768000 s (half a year)',
      'ok headers.content-type-options: quiz.example:8443: x-content-type-options is set',
      'observed: nosniff',
      'expected: nosniff',
      'ok headers.frame-options: quiz.example:8443: x-frame-options is set',
      'observed: DENY',
      'expected: DENY or SAMEORIGIN, or frame-ancestors in Content-Security-Policy',
      'ok headers.content-security-policy: quiz.example:8443: content-security-policy is set',
      "observed: default-src 'self'",
      'expected: a policy',
      'ok headers.referrer-policy: quiz.example:8443: referrer-policy is set',
      'observed: no-referrer',
      'expected: a policy other than unsafe-url',
      'ok headers.redirect: quiz.example:8443: nothing is served over HTTP',
      'observed: port 80: refused',
      'expected: a redirect to https://, or no answer',
    ],
  ],
  [
    'no answer over HTTPS',
    () => headersTold(fault, unseen),
    [
      'unknown headers.reachable: quiz.example:8443: its headers could not be seen',
      'observed: no answer over HTTPS (refused)',
      'expected: an answer to GET /',
      'advice: see whether it speaks HTTP at all; run: curl -sI https://quiz.example:8443/',
    ],
  ],
  [
    'nothing seen',
    () => headersTold(unseen),
    [
      'unknown headers.reachable: quiz.example:8443: its headers could not be seen',
      'observed: no DNS',
      'expected: an answer to GET /',
      'advice: mend it',
    ],
  ],
  [
    'no answer of an address',
    () => headersTold(fault, undefined, { ...target, serverName: '2001:db8::1' }),
    [
      'unknown headers.reachable: quiz.example:8443: its headers could not be seen',
      'observed: no answer over HTTPS (refused)',
      'expected: an answer to GET /',
      'advice: see whether it speaks HTTP at all',
    ],
  ],
  [
    'no answer at the usual port',
    () => headersTold(fault, undefined, { ...target, endpoint: { ...target.endpoint, port: 443 } }),
    [
      'unknown headers.reachable: quiz.example:8443: its headers could not be seen',
      'observed: no answer over HTTPS (refused)',
      'expected: an answer to GET /',
      'advice: see whether it speaks HTTP at all; run: curl -sI https://quiz.example/',
    ],
  ],
]
describe('headers', () => {
  test.each(headerRows)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
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
    check: 'endpoints',
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
