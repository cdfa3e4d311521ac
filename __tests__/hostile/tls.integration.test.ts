import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { createServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chainText, createAuthority, withDates } from '../support/authority.ts'
import { listening, type TestServer } from '../support/http-server.ts'
import { authorityOfBits, hugeRsaKey } from '../support/huge-keys.ts'
import { type RondeResult, runRonde } from '../support/ronde.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const { issue } = authority
const names = ['DNS:quiz.example', 'IP:127.0.0.1']
const root = issue({ name: 'Test Root', ca: true, until: 3_000 })
const leaf = issue({ name: 'quiz.example', by: root, names, extensions: ['tlsfeature = status_request'] })

type Staple = Buffer | 'never'
type Served = { readonly key: string; readonly cert: string }

/** Answers HTTP over TLS; a staple that never comes holds the handshake. */
const serve = (served: Served, staple?: Staple, options: TlsOptions = {}): Promise<TestServer> => {
  const server = createServer({ ...served, ...options }, (socket: TLSSocket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'))
  }).on('tlsClientError', () => {})
  if (staple !== undefined)
    server.on('OCSPRequest', (_leaf: Buffer, _issuer: Buffer, done: (error: Error | null, response: Buffer) => void) => {
      if (staple !== 'never') done(null, staple)
    })
  return listening(server, '127.0.0.1', 'https')
}

const nested = (tag: string, depth: number) => Buffer.from(`${tag}80`.repeat(depth), 'hex')
const long = (bytes: number) =>
  Buffer.concat([Buffer.from('3084', 'hex'), Buffer.from([bytes >> 24, bytes >> 16, bytes >> 8, bytes]), Buffer.alloc(bytes)])
/** A response that begins as one does (successful, basic), and holds this. */
const basic = (inner: Buffer) => {
  const wrap = (tag: number, body: Buffer) =>
    Buffer.concat([Buffer.from([tag, 0x83, body.length >> 16, body.length >> 8, body.length]), body])
  const oid = Buffer.from('06092b0601050507300101', 'hex')
  const bytes = wrap(0x30, Buffer.concat([oid, wrap(0x04, inner)]))
  return wrap(0x30, Buffer.concat([Buffer.from('0a0100', 'hex'), wrap(0xa0, bytes)]))
}

const broken = /^cert\.staple critical: broken$/
const closed = /^tls\.reachable critical: /
/** Staples, and what is told of the endpoint beside what is told of a good one. */
const staples: readonly (readonly [what: string, staple: Staple, told: RegExp, options?: TlsOptions])[] = [
  ['of one byte', Buffer.from([0]), broken],
  ['of zeros', Buffer.alloc(8_000), broken],
  ['of sequences in sequences', nested('30', 8_000), broken],
  ['of contexts in contexts', nested('a0', 8_000), broken],
  ['with a length beyond everything', Buffer.from('3084ffffffff3003', 'hex'), broken],
  ['that begins well and is empty', basic(Buffer.alloc(0)), broken],
  ['that begins well and goes on in sequences', basic(nested('30', 7_000)), broken],
  ['that begins well and lists thousands of empty answers', basic(Buffer.from('3000'.repeat(7_000), 'hex')), broken],
  // Twice what OpenSSL takes for a chain.
  ['of 200 kB', long(200_000), closed],
  ['of 200 kB by TLS 1.2', long(200_000), closed, { maxVersion: 'TLSv1.2' }],
  ['of 60 kB', long(60_000), broken],
  ['that never comes', 'never', closed],
]

const inters = Array.from({ length: 8 }, () => issue({ name: 'Test Mesh', ca: true, by: root, until: 2_000 }))
const low = issue({ name: 'quiz.example', by: inters[7], names })
const huge = hugeRsaKey()
const hugeLeaf = issue({ name: 'quiz.example', by: root, names, privateKey: huge })
const hugeRoot = issue({ name: 'Huge Root', ca: true, privateKey: huge, until: 3_000 })
const below = issue({ name: 'quiz.example', by: hugeRoot, names })
const beyond = authorityOfBits(65_536, authority, root, 'Beyond')
const namesake = issue({ name: 'Beyond', ca: true, until: 3_000 })
const belowBeyond = issue({ name: 'quiz.example', by: namesake, names })
const small = { key: low.key }

const chains: readonly (readonly [what: string, served: Served, told: RegExp])[] = [
  ['a leaf of 16,384 bits', hugeLeaf, /^$/],
  ['an authority of 16,384 bits that is trusted', { key: below.key, cert: chainText(below, hugeRoot) }, /^(cert\.order warning: .*)?$/],
  ['an authority of 65,536 bits', { key: belowBeyond.key, cert: belowBeyond.cert + beyond }, /cert\.trust critical/],
  ['dates that are none', withDates(low, 'xxxxxxxxxxxxZ', '\0\0\0\0\0\0\0\0\0\0\0\0\0'), /critical/],
  ['an end on the 45th of a month', withDates(low, '261130000000Z', '269945000000Z'), /critical/],
  ['a beginning on the 45th of a month', withDates(low, '269945000000Z', '271130000000Z'), /critical/],
  ['seventy authorities of one name and key', { ...small, cert: low.cert + (inters[7]?.cert ?? '').repeat(70) }, /./],
  ['authorities of one name and other keys', { ...small, cert: low.cert + chainText(...inters).repeat(8) }, /./],
  ['a chain that is longer than OpenSSL takes', { ...small, cert: low.cert + chainText(...inters).repeat(60) }, closed],
]

let servers: readonly TestServer[] = []
let good: TestServer
let certs: RondeResult
let health: RondeResult
let [certMs, healthMs] = [0, 0]

const timed = async (run: () => Promise<RondeResult>): Promise<readonly [RondeResult, number]> => {
  const startedAt = performance.now()
  return [await run(), performance.now() - startedAt]
}

beforeAll(async () => {
  servers = await Promise.all([
    ...staples.map(([, staple, , options]) => serve(leaf, staple, options)),
    ...chains.map(([, served]) => serve(served)),
  ])
  good = await serve(issue({ name: 'quiz.example', by: root, names }))
  const all = [...servers, good]
  const trusted = join(authority.folder, 'roots.pem')
  writeFileSync(trusted, root.cert + hugeRoot.cert)
  const endpoints = all.map(({ port }) => `"127.0.0.1:${port}?servername=quiz.example"`).join(', ')
  const urls = all.map(({ origin }) => `{ url: "${origin}/", ca: ${trusted}, attempts: 1, timeout: 5s }`).join(', ')
  const run = (name: string, file: string) => timed(() => runRonde(name, { files: { '.github/ronde.yml': file }, timeoutMs: 120_000 }))
  ;[certs, certMs] = await run('cert-check', `cert-check: { ca-file: ${trusted}, letsencrypt: false, endpoints: [${endpoints}] }\n`)
  ;[health, healthMs] = await run('health-check', `health-check: { checks: [endpoints], endpoints: [${urls}] }\n`)
}, 240_000)
afterAll(async () => {
  await Promise.all([...servers, good].map((server) => server[Symbol.asyncDispose]()))
})

/** The servers of this file share one process: how fast they answer says nothing. */
const toldOf = ({ findings }: RondeResult, port = 0) =>
  findings
    .filter((one) => one.status !== 'ok' && one.id !== 'endpoint.latency' && one.subject.includes(`:${port}`))
    .map((one) => `${one.id} ${one.status}: ${one.observed}`)

describe('cert-check', () => {
  test.each(staples.map(([what, , told], index) => ({ what, told, index })))('tells a staple $what once', ({ told, index }) => {
    expect(toldOf(certs, servers[index]?.port)).toEqual([expect.stringMatching(told)])
  })

  test.each(chains.map(([what, , told], index) => ({ what, told, index })))('judges $what', ({ told, index }) => {
    expect(toldOf(certs, servers[staples.length + index]?.port).join('\n')).toMatch(told)
  })

  test('finds the good endpoint beside them good, in bounded time', () => {
    expect([certs.signal, certs.reports[0]?.status ?? certs.log]).toEqual([null, 'critical'])
    expect(toldOf(certs, good.port)).toEqual([])
    expect(certs.findings.filter((one) => one.id === 'cert.trust' && one.subject.includes(`:${good.port}`))).toMatchObject([
      { status: 'ok' },
    ])
    expect(certs.findings.filter((one) => one.id === 'cert.unfinished')).toEqual([])
    expect(certMs).toBeLessThan(60_000)
  })
})

test('health-check looks at each of them, and finds the good one good', () => {
  expect(health.signal).toBeNull()
  expect(toldOf(health, good.port)).toEqual([])
  expect(health.findings.filter((one) => one.id === 'check.failed')).toEqual([])
  // It asks for no staple; a chain that cannot be verified is refused.
  for (const { port } of servers.slice(0, staples.length)) expect(toldOf(health, port)).toEqual([])
  expect(toldOf(health, servers.at(-1)?.port)).toEqual([expect.stringMatching(/critical/)])
  expect(toldOf(health, servers[staples.length]?.port)).toEqual([])
  expect(healthMs).toBeLessThan(60_000)
})
