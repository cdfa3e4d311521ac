import { afterAll, describe, expect, test } from '@jest/globals'
import type { HttpRequest } from '../../src/probes/http/request.ts'
import { type HttpSeen, probeHttp } from '../../src/probes/http.ts'
import { createDial } from '../../src/probes/net/dial.ts'
import type { Fault, Probed } from '../../src/probes/net/fault.ts'
import { createResolve } from '../../src/probes/net/resolve.ts'
import { type Certificate, makeCertificates } from '../support/certificates.ts'
import { dnsServer } from '../support/dns-server.ts'
import {
  bytesServer,
  closingServer,
  cutChunkServer,
  cutServer,
  endlessServer,
  fixedServer,
  garbageServer,
  gzipBombServer,
  hangingServer,
  recordingServer,
  redirectServer,
  redirectToServer,
  resettingServer,
  slowServer,
  type TestServer,
  unusedPort,
} from '../support/http-server.ts'
import { hangingTlsServer, largeTlsServer, oldTlsServer, plainOnTlsPort, tlsServer } from '../support/tls-server.ts'

const certificates = makeCertificates()
afterAll(() => certificates[Symbol.dispose]())
const authority = async () => (await import('node:fs')).readFileSync(certificates.authorityPath, 'utf8')

const network = (servers?: readonly string[], signal = new AbortController().signal) => ({
  dial: createDial(createResolve({ ...(servers === undefined ? {} : { servers }), system: false, queryTimeoutMs: 100, signal })),
  signal,
  now: Date.now,
})

const request = (url: string, overrides: Partial<HttpRequest> = {}): HttpRequest => ({
  url: new URL(url),
  method: 'GET',
  headers: {},
  body: undefined,
  tls: { verify: true },
  redirects: 'same-origin',
  isAnswer: () => false,
  wantsBody: true,
  timeoutMs: 5_000,
  ...overrides,
})

const ask = (url: string, overrides: Partial<HttpRequest> = {}, where = network()) => probeHttp(request(url, overrides), where)

const answerOf = (probed: Probed<HttpSeen>) => {
  if (!probed.seen || probed.value.kind !== 'answer') throw new Error(`no answer: ${JSON.stringify(probed)}`)
  return probed.value
}
const textOf = (probed: Probed<HttpSeen>): string | undefined => {
  const { body } = answerOf(probed)
  return body !== undefined && 'text' in body ? body.text : undefined
}
const faultOf = (probed: Probed<HttpSeen>): Fault => {
  if (!probed.seen || probed.value.kind !== 'fault') throw new Error(`no fault: ${JSON.stringify(probed)}`)
  return probed.value.fault
}

describe('an answer', () => {
  test('is brought back with status, text, address and phases that add up', async () => {
    await using server = await slowServer({ headMs: 60, bodyMs: 60, body: 'héllo' })
    const probed = await ask(`${server.origin}/page?day=1`)
    const { status, address, timing, ended } = answerOf(probed)
    expect({ status, address, ended, text: textOf(probed) }).toEqual({ status: 200, address: '127.0.0.1', ended: true, text: 'héllo' })
    expect(timing.firstByteMs).toBeGreaterThanOrEqual(50)
    expect(timing.totalMs).toBeGreaterThanOrEqual(timing.firstByteMs + 50)
    expect(timing.tlsMs).toBe(0)
  })

  test('comes over IPv6 too, and over localhost when only one family listens', async () => {
    await using server = await fixedServer({ body: 'six' }, '::1')
    expect(textOf(await ask(server.origin))).toBe('six')
    expect(textOf(await ask(`http://localhost:${server.port}/`))).toBe('six')
  })

  test('is asked for with our headers, the user part of the URL as credentials, and the body', async () => {
    await using server = await recordingServer()
    await ask(server.origin.replace('//', '//user:p%40ss%@'), {
      method: 'POST',
      headers: { 'X-Key': 'abc', 'User-Agent': 'mine' },
      body: 'héllo',
    })
    expect(server.received).toMatchObject([
      { method: 'POST', url: '/', body: 'héllo', headers: { 'x-key': 'abc', 'user-agent': 'mine', 'accept-encoding': 'identity' } },
    ])
    const { authorization = '' } = server.received[0]?.headers ?? {}
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('user:p@ss%')
  })

  test.each([
    ['chunked', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n', 'abcde'],
    ['ended by the connection', 'HTTP/1.0 200 OK\r\n\r\nabcde', 'abcde'],
    ['behind interim answers', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde', 'abcde'],
    ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nabcde', 'abcde'],
  ])('is read whole when it is %s', async (_name, bytes, text) => {
    await using server = await bytesServer(bytes)
    expect(textOf(await ask(server.origin))).toBe(text)
  })

  test('that is packed although nobody asked is unpacked, but a bomb is not', async () => {
    await using small = await gzipBombServer(1000)
    await using bomb = await gzipBombServer()
    expect(textOf(await ask(small.origin))).toBe('x'.repeat(1000))
    expect(answerOf(await ask(bomb.origin)).body).toEqual({ unreadable: 'it unpacks to more than what is read' })
  })

  test('without end is left after 1 MiB when its text is wanted, after 8 MiB when not', async () => {
    await using server = await endlessServer()
    const wanted = answerOf(await ask(server.origin))
    expect(wanted).toMatchObject({ ended: false, lengthKnown: false, body: { whole: false } })
    expect(textOf(await ask(server.origin))).toHaveLength(1024 * 1024)
    const dropped = answerOf(await ask(server.origin, { wantsBody: false }))
    expect(dropped).toMatchObject({ ended: false, body: undefined })
    expect(dropped.bodyBytes).toBeGreaterThan(8 * 1024 * 1024)
    expect(dropped.bodyBytes).toBeLessThan(10 * 1024 * 1024)
  })
})

describe('a fault of the server', () => {
  const timeoutMs = 150
  const rows: readonly (readonly [string, () => Promise<TestServer>, Partial<Fault>])[] = [
    ['hangs before the head', hangingServer, { kind: 'timeout', phase: 'first-byte' }],
    ['hangs inside the body', () => slowServer({ bodyMs: 2_000 }), { kind: 'timeout', phase: 'body' }],
    ['never finishes the TLS handshake', hangingTlsServer, { kind: 'timeout', phase: 'tls' }],
    ['resets the connection', resettingServer, { kind: 'reset', phase: 'first-byte', detail: 'ECONNRESET' }],
    ['closes without a word', closingServer, { kind: 'closed', phase: 'first-byte' }],
    ['speaks something else', garbageServer, { kind: 'garbage' }],
    ['answers binary rubbish', () => bytesServer(Buffer.from([0, 1, 2, 10, 255])), { kind: 'garbage' }],
    [
      'answers with two lengths',
      () => bytesServer('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'),
      { kind: 'garbage' },
    ],
    ['sends a head of megabytes', () => bytesServer(`HTTP/1.1 200 OK\r\n${'X-Big: x\r\n'.repeat(40_000)}`), { kind: 'oversize' }],
    ['cuts the body', cutServer, { kind: 'cut', phase: 'body' }],
    ['cuts the last chunk', cutChunkServer, { kind: 'cut', phase: 'body' }],
    ['cuts the head', () => bytesServer('HTTP/1.1 200 OK\r\nContent-Le'), { kind: 'cut' }],
    ['redirects in a circle', () => redirectServer({ loop: true }), { kind: 'redirect-loop' }],
    ['redirects too often', () => redirectServer({ length: 40 }), { kind: 'redirect-loop', detail: 'it goes on after 10 redirects' }],
    [
      'redirects to another origin',
      () => redirectToServer('http://127.0.0.1:1/x?token=secret'),
      { kind: 'redirect-origin', detail: 'http://127.0.0.1:1/x?token=…, another origin' },
    ],
    ['redirects to a file', () => redirectToServer('file:///etc/passwd'), { kind: 'redirect-origin' }],
    ['speaks plain HTTP on its TLS port', plainOnTlsPort, { kind: 'tls', detail: 'ERR_SSL_WRONG_VERSION_NUMBER' }],
    [
      'speaks only HTTP/2',
      () => tlsServer(certificates.valid, undefined, { ALPNProtocols: ['h2'] }),
      { kind: 'tls', detail: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' },
    ],
    ['speaks only an old TLS', () => oldTlsServer(certificates.valid), { kind: 'tls' }],
  ]
  test.each(rows)('that %s is seen', async (_name, start, expected) => {
    await using server = await start()
    // What has a fault of its own is told as that, however busy this machine is.
    const waits = expected.kind === 'timeout' ? { timeoutMs } : {}
    expect(faultOf(await ask(`${server.origin}/0`, waits))).toMatchObject(expected)
  })

  test('that wants a certificate of the client says so by its alert', async () => {
    await using server = await tlsServer(certificates.valid, undefined, { requestCert: true })
    expect(faultOf(await ask(server.origin, { tls: { verify: false } }))).toMatchObject({
      kind: 'tls',
      detail: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    })
  })

  test('that is not there is refused', async () => {
    expect(faultOf(await ask(`http://127.0.0.1:${await unusedPort()}/`))).toEqual({
      kind: 'refused',
      phase: 'connect',
      detail: 'ECONNREFUSED',
    })
  })

  test('is cancelled at the abort, and tells so', async () => {
    await using server = await hangingServer()
    const probed = await ask(server.origin, {}, network(undefined, AbortSignal.timeout(50)))
    expect(faultOf(probed)).toEqual({ kind: 'cancelled', phase: 'first-byte', detail: '' })
  })
})

describe('TLS', () => {
  const refused: readonly (readonly [string, Certificate, string])[] = [
    ['has expired', certificates.expired, 'CERT_HAS_EXPIRED'],
    ['is for another name', certificates.wrongName, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['is self-signed', certificates.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ]
  test.each(refused)('a certificate that %s is refused, and accepted unverified', async (_name, certificate, detail) => {
    await using server = await tlsServer(certificate)
    const ca = await authority()
    expect(faultOf(await ask(server.origin, { tls: { verify: true, ca } }))).toEqual({ kind: 'certificate', phase: 'tls', detail })
    expect(textOf(await ask(server.origin, { tls: { verify: false } }))).toBe('secure')
  })

  test('a certificate of our own authority is accepted when it is named, and not otherwise', async () => {
    await using server = await tlsServer(certificates.valid)
    expect(faultOf(await ask(server.origin)).kind).toBe('certificate')
    const probed = await ask(server.origin, { tls: { verify: true, ca: await authority() } })
    expect(textOf(probed)).toBe('secure')
    expect(answerOf(probed).timing.tlsMs).toBeGreaterThan(0)
  })

  test('another name is verified when it is given', async () => {
    await using server = await tlsServer(certificates.wrongName)
    const tls = { verify: true, ca: await authority(), serverName: 'other.example' }
    expect(textOf(await ask(server.origin, { tls }))).toBe('secure')
  })

  test('ten megabytes are left after what is read', async () => {
    await using server = await largeTlsServer(certificates.valid)
    const answer = answerOf(await ask(server.origin, { tls: { verify: true, ca: await authority() } }))
    expect(answer).toMatchObject({ status: 200, ended: false, lengthKnown: true, body: { whole: false } })
  })
})

describe('redirects', () => {
  const secrets = { Authorization: 'Bearer abc', Cookie: 'session=1', 'X-Api-Key': 'key', Accept: 'text/plain' }

  test('within the origin are followed with credentials', async () => {
    await using server = await redirectServer({ length: 10 })
    const probed = await ask(`${server.origin}/0`)
    expect(textOf(probed)).toBe('arrived')
    expect(answerOf(probed).redirects).toHaveLength(10)
  })

  test('are not followed when the status is what was expected, or when none are wanted', async () => {
    await using server = await redirectServer()
    expect(answerOf(await ask(`${server.origin}/0`, { isAnswer: (status) => status === 302 })).status).toBe(302)
    expect(answerOf(await ask(`${server.origin}/0`, { redirects: 'none' })).status).toBe(302)
  })

  test('to another origin take no credentials along, not even those of our own headers', async () => {
    await using other = await recordingServer()
    await using server = await redirectToServer(`${other.origin}/landing`)
    const probed = await ask(server.origin.replace('//', '//user:pass@'), { redirects: 'any', headers: secrets })
    expect(textOf(probed)).toBe('recorded')
    expect(other.received).toHaveLength(1)
    const { headers = {} } = other.received[0] ?? {}
    expect(headers.accept).toBe('text/plain')
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(headers).not.toHaveProperty(name)
  })

  test('to another origin never take a body along', async () => {
    await using other = await recordingServer()
    await using server = await redirectToServer(other.origin, 307)
    const probed = await ask(server.origin, { redirects: 'any', method: 'POST', body: 'secret' })
    expect(faultOf(probed).kind).toBe('redirect-origin')
    expect(other.received).toEqual([])
  })

  test('to a metadata address are not opened, whatever is allowed', async () => {
    await using server = await redirectToServer('http://169.254.169.254/latest/meta-data/')
    expect(await ask(server.origin, { redirects: 'any' })).toMatchObject({ seen: false, lasting: true })
  })
})

describe('names', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['a metadata address', 'http://169.254.169.254/'],
    ['a metadata address in decimal', 'http://2852039166/'],
    ['one mapped into IPv6', 'http://[::ffff:169.254.169.254]/'],
    ['the IPv6 metadata address', 'http://[fd00:ec2::254]/'],
    ['a link-local IPv6 address', 'http://[fe80::1]/'],
    ['a name that leads to one', 'http://metadata.example/'],
    ['a name of which one address is one', 'http://mixed.example/'],
  ]
  test.each(rows)('%s is not opened', async (_name, url) => {
    await using dns = await dnsServer({ 'metadata.example': ['100.100.100.200'], 'mixed.example': ['127.0.0.1', 'fe80::1'] })
    const probed = await ask(url, {}, network([dns.address]))
    expect(probed).toMatchObject({ seen: false, lasting: true, cause: expect.stringContaining('metadata') })
  })

  test('are asked once a run, and lead to the server', async () => {
    await using server = await fixedServer({ body: 'named' })
    await using dns = await dnsServer({ 'quiz.example': ['127.0.0.1'] })
    const where = network([dns.address])
    for (const path of ['a', 'b', 'c']) expect(textOf(await ask(`http://QUIZ.example:${server.port}/${path}`, {}, where))).toBe('named')
    expect(dns.asked.toSorted()).toEqual(['quiz.example', 'quiz.example'])
  })

  test.each([
    ['a slow server', { delayMs: 70 }, 60],
    ['a question for an address of the other family that is dropped', { dropped: 'AAAA' as const }, 100],
  ])('take the time of %s whenever they are asked for', async (_, how, leastMs) => {
    await using server = await fixedServer({ body: 'named' })
    await using dns = await dnsServer({ 'quiz.example': ['127.0.0.1'] }, how)
    const where = network([dns.address])
    let asked = 0
    for (const path of ['a', 'b']) {
      const { timing } = answerOf(await ask(`http://quiz.example:${server.port}/${path}`, {}, where))
      expect(timing.dnsMs).toBeGreaterThanOrEqual(leastMs)
      expect(timing.totalMs).toBeGreaterThanOrEqual(timing.dnsMs)
      asked = timing.dnsMs
    }
    await using redirecting = await redirectServer({ length: 3 })
    const { timing } = answerOf(await ask(`http://quiz.example:${redirecting.port}/0`, {}, where))
    expect(timing.dnsMs).toBeLessThan(2 * asked)
  })

  test('that do not exist are a fault; a DNS server that fails, refuses, is silent or is down is not seen', async () => {
    await using knows = await dnsServer({})
    expect(faultOf(await ask('http://quiz.example/', {}, network([knows.address])))).toMatchObject({ kind: 'unresolved', phase: 'dns' })
    for (const behaviour of ['servfail', 'refused', 'drop'] as const) {
      await using broken = await dnsServer(behaviour)
      expect(await ask('http://quiz.example/', {}, network([broken.address]))).toMatchObject({ seen: false, lasting: false })
    }
    expect(await ask('http://quiz.example/', {}, network([`127.0.0.1:${await unusedPort()}`]))).toMatchObject({ seen: false })
  })

  test('that are looked up for longer than the time-out are not seen', async () => {
    await using silent = await dnsServer('drop')
    expect(await ask('http://quiz.example/', { timeoutMs: 50 }, network([silent.address]))).toMatchObject({
      seen: false,
      cause: 'the name could not be looked up in time',
    })
  })
})
