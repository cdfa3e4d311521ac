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
  /** What it is called, and what to do. */
  readonly words?: RegExp
  /** What must not be said of it. */
  readonly unsaid?: RegExp
  /** The authority that is trusted besides; default: the root. */
  readonly trusted?: Issued
}

/** An authority that was signed by an older one too, with the same key. */
const newRoot = issue({ name: 'Root X1', ca: true, until: 3_650 })
const below = issue({ name: 'Test R10', by: newRoot, ca: true, until: 1_000 })
const crossed = leaf({ by: below })
const oldRoot = issue({ name: 'Old Root', ca: true, from: -4_000, until: 300 })
const crossEnded = issue({ name: 'Root X1', by: oldRoot, ca: true, privateKey: newRoot.key, from: -400, until: -5 })
const crossAlive = issue({ name: 'Root X1', by: oldRoot, ca: true, privateKey: newRoot.key, until: 299 })
const oldEnded = issue({ name: 'Old Root', ca: true, privateKey: oldRoot.key, from: -4_000, until: -30 })
const crossWeak = issue({ name: 'Root X1', by: oldRoot, ca: true, privateKey: newRoot.key, until: 299, digest: 'sha1' })
const endedIntermediate = issue({ name: 'Test Intermediate', by: root, ca: true, privateKey: intermediate.key, from: -400, until: -1 })
const upper = issue({ name: 'Upper CA', by: root, ca: true, until: 1_000 })
const low = issue({ name: 'Low CA', by: upper, ca: true, until: 1_000 })
const written = { name: 'Written So', by: root, ca: true, until: 1_000 } as const
const utf8 = issue(written)
const printable = issue({ ...written, privateKey: utf8.key, printable: true })
const shouting = issue({ ...written, privateKey: utf8.key, subject: '/CN=WRITTEN  so' })
const noAuthority = issue({ name: 'No Authority', by: root, until: 1_000 })
const noSigner = issue({ name: 'No Signer', by: root, ca: true, until: 1_000, extensions: ['keyUsage = critical, cRLSign'] })
const limited = (...constraints: readonly string[]) =>
  issue({ name: 'Limited CA', by: root, ca: true, until: 1_000, extensions: constraints.map((one) => `nameConstraints = critical,${one}`) })
const elsewhere = limited('permitted;DNS:allowed.example')
const excluding = limited('excluded;DNS:quiz.example')
const forClients = issue({ name: 'Client CA', by: root, ca: true, until: 1_000, extensions: ['extendedKeyUsage = clientAuth'] })
const own = issue({ name: 'quiz.example', names, extensions: ['extendedKeyUsage = clientAuth'] })
const onlyDns = { names: ['DNS:quiz.example'] }
const ended = issue({ name: 'Ended Root', ca: true, from: -400, until: -2 })
const notAuthority = /trusted|ca-file/

const rows: readonly Row[] = [
  {
    what: 'one whose authority was also signed by an old one, which is over',
    chain: [crossed, below, crossEnded],
    trusted: newRoot,
    troubles: ['cert.chain-expiry warning'],
    observed: /^expired 5 d ago/,
    words: /take it out of the file/,
  },
  {
    what: 'one with an old root that has ended',
    chain: [crossed, below, crossAlive, oldEnded],
    trusted: newRoot,
    troubles: ['cert.chain-expiry warning'],
  },
  {
    what: 'one with both forms of its root, the old one first',
    chain: [crossed, below, crossEnded, newRoot],
    trusted: newRoot,
    troubles: ['cert.chain-expiry warning'],
  },
  {
    what: 'one with both forms of its root, the new one first',
    chain: [crossed, below, newRoot, crossEnded],
    trusted: newRoot,
    troubles: ['cert.chain-expiry warning'],
  },
  { what: 'one with an old root that is not sent', chain: [crossed, below, crossAlive], trusted: newRoot, troubles: [] },
  { what: 'one whose other way up is alive', chain: [crossed, below, crossAlive], trusted: oldRoot, troubles: [] },
  {
    what: 'one whose other way up is weak',
    chain: [crossed, below, crossWeak],
    trusted: newRoot,
    troubles: ['cert.strength warning'],
    words: /take it out of the file/,
  },
  {
    what: 'one with an intermediate that has ended, and the one that replaced it',
    chain: [valid, endedIntermediate, intermediate],
    troubles: ['cert.chain-expiry warning'],
  },
  {
    what: 'one whose root has ended',
    chain: [leaf({ by: ended })],
    trusted: ended,
    troubles: ['cert.chain-expiry critical'],
    observed: /^expired 2 d ago/,
  },
  {
    what: 'one of two intermediates of which the upper is missing',
    chain: [leaf({ by: low }), low],
    troubles: ['cert.incomplete critical', 'cert.trust critical'],
    words: /chain is incomplete.*serve the whole chain/s,
  },
  { what: 'one of two intermediates', chain: [leaf({ by: low }), low, upper], troubles: [] },
  {
    what: 'a wildcard for a part of a label',
    chain: [leaf({ names: ['DNS:q*.quiz.example'] }), intermediate],
    servername: 'q1.quiz.example',
    troubles: ['cert.name critical'],
  },
  {
    what: 'one that is for clients',
    chain: [leaf({ extensions: ['extendedKeyUsage = clientAuth'] }), intermediate],
    troubles: ['cert.trust critical'],
    words: /not made for servers/,
    unsaid: notAuthority,
  },
  {
    what: 'a self-signed one for clients that is named',
    chain: [own],
    trusted: own,
    troubles: ['cert.self-signed critical'],
    words: /not made for servers/,
    unsaid: notAuthority,
  },
  {
    what: 'one by an authority for clients',
    chain: [leaf({ by: forClients }), forClients],
    troubles: ['cert.trust critical'],
    words: /Client CA, which signed it, may not sign for servers/,
    unsaid: notAuthority,
  },
  {
    what: 'one that somebody signed who is no authority',
    chain: [leaf({ by: noAuthority }), noAuthority],
    troubles: ['cert.trust critical'],
    words: /No Authority, which signed it, is no authority/,
    unsaid: notAuthority,
  },
  {
    what: 'one that somebody signed who may sign no certificates',
    chain: [leaf({ by: noSigner }), noSigner],
    troubles: ['cert.trust critical'],
    words: /No Signer, which signed it, is no authority/,
    unsaid: notAuthority,
  },
  {
    what: 'one whose authority may sign for others only',
    chain: [leaf({ by: elsewhere, ...onlyDns }), elsewhere],
    troubles: ['cert.trust critical'],
    words: /its authority may not sign for this name/,
    unsaid: notAuthority,
  },
  {
    what: 'one whose authority may not sign for this name',
    chain: [leaf({ by: excluding, ...onlyDns }), excluding],
    troubles: ['cert.trust critical'],
    words: /its authority may not sign for this name/,
    unsaid: notAuthority,
  },
  {
    what: 'one whose issuer is written as another type of string',
    chain: [leaf({ by: utf8 }), printable],
    troubles: ['cert.issuer-name warning'],
  },
  { what: 'one whose issuer is written in capitals', chain: [leaf({ by: utf8 }), shouting], troubles: ['cert.issuer-name warning'] },
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
    unsaid: /browsers|certbot/,
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
    async ({ chain: [leafOf, ...rest], servername = 'quiz.example', troubles: expected, observed = /./, maxVersion, ...more }) => {
      if (leafOf === undefined) throw new Error('no leaf')
      await using server = await tlsServer({ key: leafOf.key, cert: chainText(leafOf, ...rest) }, '', {
        ciphers: 'DEFAULT@SECLEVEL=0',
        ecdhCurve: 'X25519:P-256:P-384:P-224',
        maxVersion: maxVersion ?? 'TLSv1.3',
      })
      const endpoint = { host: '127.0.0.1', port: server.port, servername }
      const { findings, completed, certificates } = await runPart(part, {
        endpoints: [endpoint],
        'ca-file': (more.trusted ?? root).certPath,
      })
      expect(troubles(findings)).toEqual(expected)
      expect(completed).toBe(true)
      expect(certificates).toHaveLength(1)
      const [first = 'cert.expiry'] = expected.map((one) => one.split(' ')[0] ?? '')
      const worst = findings.find((one) => one.id === first && one.status !== 'ok') ?? found(findings, first)
      expect(worst.observed).toMatch(observed)
      expect(`${worst.title}\n${worst.advice}`).toMatch(more.words ?? /./)
      expect(`${worst.title}\n${worst.advice}`).not.toMatch(more.unsaid ?? /sudo certbot/)
    },
  )
})
