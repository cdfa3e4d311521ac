import { getDiffieHellman } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createPart } from '../../../src/actions/cert-check/parts/endpoints/part.ts'
import { createResolve, type Resolve } from '../../../src/probes/net/resolve.ts'
import { chainText, createAuthority } from '../../support/authority.ts'
import { found, runPart, troubles } from '../../support/cert-check.ts'
import { dnsServer } from '../../support/dns-server.ts'
import { closingServer, type TestServer, unusedPort } from '../../support/http-server.ts'
import { opensslServer } from '../../support/openssl-server.ts'
import { floodingServer, sayingServer } from '../../support/starttls-server.ts'
import { hangingTlsServer, tlsServer, tlsServerAt } from '../../support/tls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const { issue, staple } = authority
const root = issue({ name: 'Test Root', ca: true, until: 3_650 })
const names = ['DNS:quiz.example', 'DNS:localhost']
const valid = issue({ name: 'quiz.example', by: root, names })
const newer = issue({ name: 'quiz.example', by: root, names, until: 85 })
const stapled = issue({ name: 'quiz.example', by: root, names, extensions: ['tlsfeature = status_request'] })
const trusted = { 'ca-file': root.certPath }
const quick = createPart({ timeoutMs: 500 })

const namesOf = (table: Readonly<Record<string, readonly string[]>>): Resolve => {
  const none = createResolve({ hostsFile: '/does/not/exist', servers: ['127.0.0.1:1'], system: false })
  return (hostname) => {
    const addresses = table[hostname]
    return addresses === undefined
      ? none(hostname)
      : { addresses: addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) }
  }
}
const twoAddresses = createPart({ resolve: namesOf({ 'quiz.example': ['127.0.0.1', '127.0.0.2'] }), timeoutMs: 1_500 })

describe('a name with two addresses', () => {
  test('that present the same certificate is one line of the table', async () => {
    await using first = await tlsServerAt('127.0.0.1', 0, valid)
    await using _second = await tlsServerAt('127.0.0.2', first.port, valid)
    const { findings, certificates, served } = await runPart(twoAddresses, { endpoints: [`quiz.example:${first.port}`], ...trusted })
    expect(troubles(findings)).toEqual([])
    expect(certificates.map((one) => one.address)).toEqual(['127.0.0.1, 127.0.0.2'])
    expect(served?.map((one) => [one.address, one.serverName])).toEqual([
      ['127.0.0.1', 'quiz.example'],
      ['127.0.0.2', 'quiz.example'],
    ])
  })

  test('that present different certificates has a finding of its own, with both', async () => {
    await using first = await tlsServerAt('127.0.0.1', 0, valid)
    await using _second = await tlsServerAt('127.0.0.2', first.port, newer)
    const { findings, certificates } = await runPart(twoAddresses, { endpoints: [`quiz.example:${first.port}`], ...trusted })
    expect(troubles(findings)).toEqual(['cert.addresses warning'])
    expect(found(findings, 'cert.addresses').evidence).toEqual([
      expect.stringMatching(/^127\.0\.0\.1: quiz\.example, until \d{4}-\d\d-\d\d, SHA-256 [0-9a-f]{16}…$/),
      expect.stringMatching(/^127\.0\.0\.2: /),
    ])
    expect(certificates.map((one) => one.address)).toEqual(['127.0.0.1', '127.0.0.2'])
  })

  test('of which one presents a bad one is judged by the worse, which is named', async () => {
    const expired = issue({ name: 'quiz.example', by: root, names, from: -60, until: -1 })
    await using first = await tlsServerAt('127.0.0.1', 0, valid)
    await using _second = await tlsServerAt('127.0.0.2', first.port, expired)
    const { findings } = await runPart(twoAddresses, { endpoints: [`quiz.example:${first.port}`], ...trusted })
    expect(troubles(findings)).toEqual(['cert.addresses warning', 'cert.expiry critical'])
    expect(found(findings, 'cert.expiry').observed).toMatch(/at 127\.0\.0\.2$/)
    expect(findings.filter((one) => one.id === 'cert.expiry')).toHaveLength(1)
  })

  test('of which one refuses is a warning, with the address that does', async () => {
    await using first = await tlsServerAt('127.0.0.1', 0, valid)
    const { findings } = await runPart(twoAddresses, { endpoints: [`quiz.example:${first.port}`], ...trusted })
    expect(troubles(findings)).toEqual(['tls.reachable warning'])
    expect(found(findings, 'tls.reachable').observed).toBe('127.0.0.2: connection refused (ECONNREFUSED)')
  })

  test('called localhost is well when one of them answers', async () => {
    await using server = await tlsServerAt('127.0.0.1', 0, valid)
    const { findings } = await runPart(quick, { endpoints: [`localhost:${server.port}`], ...trusted })
    expect(troubles(findings)).toEqual([])
  })
})

describe('of TLS itself,', () => {
  const s_server: readonly (readonly [what: string, options: readonly string[], troubles: readonly string[], observed: string])[] = [
    ['1.3 and 1.2 only', ['-min_protocol', 'TLSv1.2'], [], 'TLS 1.3; TLS 1.1 and earlier are refused'],
    ['1.2 only', ['-tls1_2'], [], 'TLS 1.2; TLS 1.1 and earlier are refused'],
    [
      'everything down to 1.0',
      ['-min_protocol', 'TLSv1', '-cipher', 'DEFAULT@SECLEVEL=0'],
      ['tls.versions warning'],
      'TLS 1.3, and TLS 1.1 too',
    ],
    ['1.1 only', ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0'], ['tls.versions critical'], 'TLS 1.1'],
    ['1.0 only', ['-tls1', '-cipher', 'DEFAULT@SECLEVEL=0'], ['tls.versions critical'], 'TLS 1.0'],
  ]
  test.each(s_server)('openssl s_server that speaks %s', async (_what, options, expected, observed) => {
    await using server = await opensslServer(valid, options)
    const { findings } = await runPart(quick, { endpoints: [`127.0.0.1:${server.port}?servername=quiz.example`], ...trusted })
    expect(troubles(findings)).toEqual(expected)
    expect(found(findings, 'tls.versions').observed).toBe(observed)
  })

  const staples: readonly (readonly [what: string, response: () => Buffer, expected: readonly string[], observed: RegExp])[] = [
    ['is good', () => staple(stapled, root), [], /^good, until \d{4}-/],
    ['is not one', () => Buffer.from('nonsense'), ['cert.staple critical'], /^broken$/],
    [
      'is for the certificate before it',
      () => staple(valid, root),
      ['cert.staple critical'],
      /^for number [0-9a-f]+, and this one is [0-9a-f]+$/,
    ],
    ['says that it is revoked', () => staple(stapled, root, 'revoked'), ['cert.staple critical'], /^revoked, by a response of/],
  ]
  test.each(staples)('a stapled OCSP response that %s', async (_what, response, expected, observed) => {
    const der = response()
    await using server = await tlsServerAt('127.0.0.1', 0, stapled)
    server.events.on('OCSPRequest', (_certificate: Buffer, _issuer: Buffer, answer: (error: null, der: Buffer) => void) =>
      answer(null, der),
    )
    const { findings } = await runPart(quick, { endpoints: [`127.0.0.1:${server.port}?servername=quiz.example`], ...trusted })
    expect(troubles(findings)).toEqual(expected)
    expect(found(findings, 'cert.staple').observed).toMatch(observed)
  })

  test('a stapled OCSP response that is out of date is told by the clock of the run', async () => {
    const der = staple(issue({ name: 'other', by: root }), root)
    await using server = await tlsServerAt('127.0.0.1', 0, stapled)
    server.events.on('OCSPRequest', (_certificate: Buffer, _issuer: Buffer, answer: (error: null, der: Buffer) => void) =>
      answer(null, der),
    )
    const written = { endpoints: [`127.0.0.1:${server.port}?servername=quiz.example`], ...trusted }
    const { findings } = await runPart(quick, written, { now: Date.now() + 3_600_000 })
    expect(found(findings, 'cert.staple')).toMatchObject({ status: 'critical', title: expect.stringContaining('out of date') })
  })
})

/** A group of Diffie-Hellman as a file of PEM: its prime, and the generator 2. */
const groupFile = (name: string): string => {
  const prime = getDiffieHellman(name).getPrime()
  const long = (tag: number, ...parts: readonly Buffer[]) => {
    const content = Buffer.concat(parts)
    return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]), content])
  }
  const der = long(0x30, long(0x02, Buffer.from([0]), prime), Buffer.from([0x02, 0x01, 0x02]))
  const path = join(authority.folder, `${name}.pem`)
  writeFileSync(path, `-----BEGIN DH PARAMETERS-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END DH PARAMETERS-----\n`)
  return path
}
const rsa = issue({ name: 'quiz.example', by: root, names, key: 'rsa:2048', from: -60, until: -2 })
const rsaGood = issue({ name: 'quiz.example', by: root, names, key: 'rsa:2048' })
const at = (port: number) => ({ endpoints: [`127.0.0.1:${port}?servername=quiz.example`], ...trusted })

describe('a server that wants a certificate of its client shows its own:', () => {
  const mutual = { requestCert: true, rejectUnauthorized: true, ca: root.cert } as const
  test.each([
    ['valid', valid, []],
    ['with RSA', rsaGood, []],
    ['expired', rsa, ['cert.expiry critical']],
  ] as const)('by TLS 1.2, %s', async (_what, certificate, expected) => {
    await using server = await tlsServerAt('127.0.0.1', 0, certificate, { ...mutual, maxVersion: 'TLSv1.2' })
    const { findings, certificates } = await runPart(quick, at(server.port))
    expect(troubles(findings)).toEqual(expected)
    expect(certificates).toHaveLength(1)
    expect(found(findings, 'tls.reachable').title).toContain('asks for a client certificate')
  })

  test('by TLS 1.3', async () => {
    await using server = await tlsServerAt('127.0.0.1', 0, valid, mutual)
    expect(troubles((await runPart(quick, at(server.port))).findings)).toEqual([])
  })

  test('openssl s_server that insists', async () => {
    await using server = await opensslServer(valid, ['-Verify', '1', '-verify_return_error', '-tls1_2'])
    const { findings } = await runPart(quick, at(server.port))
    expect(troubles(findings)).toEqual([])
    expect(found(findings, 'cert.trust').observed).toBe('it leads to Test Root')
  })

  test('one of an authority that nobody knows is not trusted', async () => {
    const strange = issue({ name: 'quiz.example', by: issue({ name: 'Strange Root', ca: true }), names })
    await using server = await tlsServerAt('127.0.0.1', 0, strange, { ...mutual, maxVersion: 'TLSv1.2' })
    expect(troubles((await runPart(quick, at(server.port))).findings)).toEqual(['cert.incomplete critical', 'cert.trust critical'])
  })
})

describe('a server with two certificates', () => {
  test('is judged by the one for RSA too, and says to whom it is shown', async () => {
    await using server = await tlsServerAt('127.0.0.1', 0, { key: [rsa.key, valid.key], cert: [rsa.cert, valid.cert] })
    const { findings, certificates } = await runPart(quick, at(server.port))
    expect(troubles(findings)).toEqual(['cert.expiry critical'])
    expect(found(findings, 'cert.expiry').observed).toMatch(/^expired 2 d ago.*to clients that know RSA only$/)
    expect(certificates).toHaveLength(2)
  })

  test('that are both good is good', async () => {
    await using server = await tlsServerAt('127.0.0.1', 0, { key: [rsaGood.key, valid.key], cert: [rsaGood.cert, valid.cert] })
    expect(troubles((await runPart(quick, at(server.port))).findings)).toEqual([])
  })
})

test.each([
  ['modp2', 'warning'],
  ['modp5', 'warning'],
  ['modp14', 'ok'],
])('a group of Diffie-Hellman such as %s is %s', async (group, status) => {
  const options = ['-tls1_2', '-cipher', 'DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0', '-dhparam', groupFile(group)]
  await using server = await opensslServer(rsaGood, options)
  expect(found((await runPart(quick, at(server.port))).findings, 'tls.versions').status).toBe(status)
})

type Down = { readonly what: string; readonly server: () => Promise<TestServer>; readonly title: RegExp }
const downs: readonly Down[] = [
  { what: 'closes without a word', server: closingServer, title: /connection (closed|reset) in the TLS handshake/ },
  { what: 'never finishes the handshake', server: hangingTlsServer, title: /the TLS handshake did not finish within 5 s/ },
  { what: 'speaks in the clear', server: () => sayingServer('220 mail.example ESMTP\r\n'), title: /its port does not speak TLS/ },
  { what: 'sends 10 MB and more of garbage', server: () => floodingServer('garbage '), title: /TLS/ },
  {
    what: 'sends handshake messages without an end',
    server: () => floodingServer('\u0016\u0003\u0003\u0000\u0004\u0000\u0000\u0000\u0000'),
    title: /TLS/,
  },
]

describe('down, or could not look:', () => {
  test.each(downs)('a server that $what is critical, in bounded time', async ({ server: start, title }) => {
    await using server = await start()
    const startedAt = performance.now()
    const { findings, completed } = await runPart(quick, { endpoints: [`127.0.0.1:${server.port}`] })
    expect(troubles(findings)).toEqual(['tls.reachable critical'])
    expect(findings[0]?.title).toMatch(title)
    expect(findings[0]?.advice).toContain(`run: openssl s_client -connect 127.0.0.1:${server.port} -showcerts`)
    expect(completed).toBe(true)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })

  test('a refused connection is critical', async () => {
    const { findings } = await runPart(quick, { endpoints: [`127.0.0.1:${await unusedPort()}`] })
    expect(findings).toMatchObject([{ id: 'tls.reachable', status: 'critical', certainty: 'soft', audience: 'security' }])
  })

  test('a name that does not exist is critical', async () => {
    await using dns = await dnsServer({})
    const resolve = createResolve({ hostsFile: '/does/not/exist', servers: [dns.address], system: false })
    const { findings } = await runPart(createPart({ resolve }), { endpoints: ['nowhere.example'] })
    expect(findings).toMatchObject([
      { subject: 'nowhere.example:443', status: 'critical', title: 'nowhere.example:443: its name does not exist' },
    ])
  })

  const broken = ['servfail', 'refused'] as const
  test.each(broken)('name servers that answer %s are unknown when the endpoint was asked for, else not checked', async (behaviour) => {
    await using dns = await dnsServer(behaviour)
    const resolve = createResolve({ hostsFile: '/does/not/exist', servers: [dns.address], system: false })
    const asked = await runPart(createPart({ resolve }), { endpoints: ['quiz.example'] })
    expect(asked).toMatchObject({ completed: false, findings: [{ status: 'unknown', advice: expect.stringContaining('resolv.conf') }] })
    const inferred = await runPart(createPart({ resolve }), {}, { borrowed: [{ url: 'https://quiz.example/' }] })
    expect(inferred).toMatchObject({
      completed: false,
      findings: [{ status: 'ok', cleared: false, notChecked: expect.stringMatching(/^the name could not be looked up/) }],
    })
  })

  test('a metadata address is not opened', async () => {
    const { findings } = await runPart(quick, { endpoints: ['169.254.169.254:443'] })
    expect(findings).toMatchObject([{ status: 'unknown', observed: expect.stringContaining('which Ronde never opens') }])
  })

  test('an authority that cannot be read leaves only the trust unknown', async () => {
    await using server = await tlsServer({ key: valid.key, cert: chainText(valid) })
    const written = { endpoints: [`127.0.0.1:${server.port}?servername=quiz.example`], 'ca-file': '/does/not/exist.pem' }
    const { findings } = await runPart(quick, written)
    expect(found(findings, 'cert.trust')).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining('/does/not/exist.pem cannot be used (ENOENT)'),
    })
    expect(found(findings, 'cert.name').status).toBe('ok')
  })

  test('a run that is cancelled, or whose deadline comes at once, has seen nothing', async () => {
    await using server = await hangingTlsServer()
    const written = { endpoints: [`127.0.0.1:${server.port}`] }
    const cancel = new AbortController()
    setTimeout(() => cancel.abort('cancelled'), 50)
    const cancelled = await runPart(quick, written, { signal: cancel.signal })
    expect(cancelled.findings).toMatchObject([{ status: 'unknown', observed: 'the run was cancelled before it could answer' }])
    const late = await runPart(quick, written, { signal: AbortSignal.timeout(20) })
    expect(late.findings).toMatchObject([{ status: 'unknown', observed: "the run's deadline came before it could answer" }])
  })

  test('a hundred black holes take as long as one', async () => {
    await using wide = createServer((socket) => void socket.resume())
    await new Promise<void>((resolve) => {
      wide.listen(0, '0.0.0.0', resolve)
    })
    const address = wide.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const endpoints = Array.from({ length: 100 }, (_, index) => `127.0.1.${index + 1}:${port}`)
    const startedAt = performance.now()
    const { findings } = await runPart(quick, { endpoints })
    expect(new Set(findings.map((one) => one.subject)).size).toBe(100)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})
