import { afterAll, describe, expect, test } from '@jest/globals'
import { part } from '../../../src/actions/cert-check/parts/endpoints/part.ts'
import { chainText, createAuthority, type Issued } from '../../support/authority.ts'
import { found, runPart, troubles } from '../../support/cert-check.ts'
import { tlsServer } from '../../support/tls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const { issue } = authority

const root = issue({ name: 'Test Root', ca: true, until: 3_650 })
const intermediate = issue({ name: 'Test Intermediate', by: root, ca: true, until: 1_000 })
const strange = issue({ name: 'Strange Root', ca: true, until: 3_650 })
const late = issue({ name: 'Late Intermediate', by: root, ca: true, from: -400, until: -1 })
const soon = issue({ name: 'Soon Intermediate', by: root, ca: true, from: -400, until: 3 })
const old = issue({ name: 'Old Intermediate', by: root, ca: true, until: 1_000, digest: 'sha1' })

const names = ['DNS:quiz.example', 'DNS:*.quiz.example', 'DNS:xn--bcher-kva.example', 'IP:127.0.0.1', 'IP:::1']
const leaf = (more: Partial<Parameters<typeof issue>[0]> = {}): Issued => issue({ name: 'quiz.example', by: intermediate, names, ...more })
const valid = leaf()

type Row = {
  readonly what: string
  /** The leaf first. */
  readonly chain: readonly Issued[]
  readonly servername?: string
  /** Only TLS 1.2 can present it. */
  readonly maxVersion?: 'TLSv1.2'
  readonly troubles: readonly string[]
  /** What its worst finding shows. */
  readonly observed?: RegExp
}

const rows: readonly Row[] = [
  { what: 'a valid one', chain: [valid, intermediate], troubles: [] },
  { what: 'a valid one with its root', chain: [valid, intermediate, root], troubles: [] },
  {
    what: 'an expired one',
    chain: [leaf({ from: -90, until: -3 }), intermediate],
    troubles: ['cert.expiry critical'],
    observed: /^expired 3 d ago, at \d{4}-\d\d-\d\d \d\d:\d\d UTC \(limit 13 d/,
  },
  { what: 'one with a third of its life left', chain: [leaf({ from: -62, until: 28 }), intermediate], troubles: ['cert.expiry warning'] },
  {
    what: 'one with a seventh of its life left',
    chain: [leaf({ from: -77, until: 12 }), intermediate],
    troubles: ['cert.expiry critical'],
  },
  {
    what: 'one that is not valid yet',
    chain: [leaf({ from: 2, until: 80 }), intermediate],
    troubles: ['cert.not-yet-valid critical'],
    observed: /^quiz\.example is valid from \d{4}-/,
  },
  {
    what: 'one for another name',
    chain: [leaf({ names: ['DNS:other.example', 'DNS:www.other.example'] }), intermediate],
    troubles: ['cert.name critical'],
    observed: /^it is for other\.example, www\.other\.example$/,
  },
  {
    what: 'one whose name stands in its subject only',
    chain: [leaf({ names: ['DNS:other.example'] }), intermediate],
    troubles: ['cert.name critical'],
  },
  { what: 'a wildcard', chain: [valid, intermediate], servername: 'www.quiz.example', troubles: [] },
  { what: 'a wildcard for two labels', chain: [valid, intermediate], servername: 'a.www.quiz.example', troubles: ['cert.name critical'] },
  { what: 'an IDN', chain: [valid, intermediate], servername: 'bücher.example', troubles: [] },
  { what: 'an IDN in its other form', chain: [valid, intermediate], servername: 'xn--bcher-kva.example', troubles: [] },
  { what: 'a numeric address', chain: [valid, intermediate], servername: '127.0.0.1', troubles: [] },
  { what: 'another numeric address', chain: [valid, intermediate], servername: '127.0.0.2', troubles: ['cert.name critical'] },
  { what: 'a self-signed one', chain: [issue({ name: 'quiz.example', names })], troubles: ['cert.self-signed critical'] },
  {
    what: 'one that bears its issuer as subject, and was not signed by itself',
    chain: [issue({ name: 'Test Root', by: root, names })],
    troubles: [],
  },
  {
    what: 'one of an untrusted root',
    chain: [leaf({ by: strange }), strange],
    troubles: ['cert.trust critical'],
    observed: /Strange Root \(SELF_SIGNED_CERT_IN_CHAIN\)/,
  },
  {
    what: 'one of an untrusted root that is not sent',
    chain: [leaf({ by: strange })],
    troubles: ['cert.incomplete critical', 'cert.trust critical'],
  },
  {
    what: 'one with an expired intermediate',
    chain: [leaf({ by: late }), late],
    troubles: ['cert.chain-expiry critical'],
    observed: /^expired 1 d ago/,
  },
  { what: 'one whose intermediate expires soon', chain: [leaf({ by: soon }), soon], troubles: ['cert.chain-expiry critical'] },
  {
    what: 'one whose intermediate is missing',
    chain: [valid],
    troubles: ['cert.incomplete critical', 'cert.trust critical'],
    observed: /^it ends at quiz\.example, issued by Test Intermediate/,
  },
  {
    what: 'one in the wrong order',
    chain: [valid, root, intermediate],
    troubles: ['cert.order warning'],
    observed: /^quiz\.example, Test Root, Test Intermediate$/,
  },
  { what: 'one with another certificate between', chain: [valid, late, intermediate], troubles: ['cert.order warning'] },
  { what: 'one with another certificate behind', chain: [valid, intermediate, late], troubles: ['cert.order warning'] },
  { what: 'one that is sent twice', chain: [valid, valid, intermediate], troubles: ['cert.order warning'] },
  {
    what: 'one of RSA 1024',
    chain: [leaf({ key: 'rsa:1024' }), intermediate],
    troubles: ['cert.strength critical'],
    observed: /^quiz\.example: key RSA 1024 bits$/,
  },
  { what: 'one of RSA 2048', chain: [leaf({ key: 'rsa:2048' }), intermediate], troubles: [] },
  {
    what: 'one signed by SHA-1',
    chain: [leaf({ digest: 'sha1' }), intermediate],
    troubles: ['cert.strength critical'],
    observed: /signed by ECDSA with SHA-1$/,
  },
  {
    what: 'one whose intermediate was signed by SHA-1',
    chain: [leaf({ by: old }), old],
    troubles: ['cert.strength critical'],
    observed: /^Old Intermediate: /,
  },
  { what: 'one of EC P-384', chain: [leaf({ key: 'ec:P-384' }), intermediate], troubles: [] },
  {
    what: 'one of EC P-224',
    maxVersion: 'TLSv1.2',
    chain: [leaf({ key: 'ec:P-224' }), intermediate],
    troubles: ['cert.strength critical'],
  },
  { what: 'one of Ed25519', chain: [leaf({ key: 'ed25519' }), intermediate], troubles: [] },
  {
    what: 'one that must be stapled, and is not',
    chain: [leaf({ extensions: ['tlsfeature = status_request'] }), intermediate],
    troubles: ['cert.staple critical'],
  },
  {
    what: 'one with an OCSP address, and no staple',
    chain: [leaf({ extensions: ['authorityInfoAccess = OCSP;URI:http://ocsp.test.example/'] }), intermediate],
    troubles: [],
  },
  {
    what: 'one that lives longer than its day of issue allows',
    chain: [leaf({ from: -100, until: 150 }), intermediate],
    troubles: ['cert.lifetime warning'],
    observed: /^lives 250 d, issued /,
  },
  {
    what: 'one of before 2026-03-15 that lives as long as was allowed then',
    chain: [leaf({ from: -330, until: 60 }), intermediate],
    troubles: [],
  },
  {
    what: 'an expired one for another name of an untrusted root',
    chain: [leaf({ by: strange, names: ['DNS:other.example'], from: -90, until: -3 }), strange],
    troubles: ['cert.expiry critical', 'cert.name critical', 'cert.trust critical'],
  },
]

describe('of what a server presents,', () => {
  test.each(rows)(
    '$what',
    async ({ chain: [leafOf, ...rest], servername = 'quiz.example', troubles: expected, observed = /./, maxVersion }) => {
      if (leafOf === undefined) throw new Error('no leaf')
      await using server = await tlsServer({ key: leafOf.key, cert: chainText(leafOf, ...rest) }, '', {
        ciphers: 'DEFAULT@SECLEVEL=0',
        ecdhCurve: 'X25519:P-256:P-384:P-224',
        maxVersion: maxVersion ?? 'TLSv1.3',
      })
      const endpoint = { host: '127.0.0.1', port: server.port, servername }
      const { findings, completed, certificates } = await runPart(part, { endpoints: [endpoint], 'ca-file': root.certPath })
      expect(troubles(findings)).toEqual(expected)
      expect(completed).toBe(true)
      expect(certificates).toHaveLength(1)
      expect(new Set(findings.map((one) => one.check))).toEqual(new Set(['endpoints']))
      const [first = 'cert.expiry'] = expected.map((one) => one.split(' ')[0] ?? '')
      expect(found(findings, first).observed).toMatch(observed)
    },
  )
})
