import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { nodeAmongMounts } from '../support/fault-tools.ts'
import { address, alias, byTcp, type DnsAct, forA, hostileDns, label, record, reply } from '../support/hostile-dns.ts'
import { fixedServer } from '../support/http-server.ts'
import { type RondeResult, runRonde, temporaryFolder } from '../support/ronde.ts'

const place = '127.53.1.53'
const many = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index))
const here = address('127.0.0.1')
const cut = (query: Buffer) => [reply(query, [], 0x8380)]
const withId = (answer: Buffer): Buffer => Buffer.concat([randomBytes(2), answer.subarray(2)])

type Case = readonly [name: string, act: DnsAct, told: RegExp]
const noName = /^unknown|^critical/
const good = /^ok /

/** What the name server does for each name, and what becomes of the endpoint of that name. */
const cases: readonly Case[] = [
  ['silent', { udp: () => [] }, noName],
  ['garbage', { udp: () => [randomBytes(500)] }, noName],
  ['empty', { udp: () => [Buffer.alloc(0)] }, noName],
  ['short', { udp: (query) => [query.subarray(0, 7)] }, noName],
  ['echo', { udp: (query) => [query] }, noName],
  ['other-id', { udp: (query) => many(50, () => withId(reply(query, [here]))) }, noName],
  ['loop', { udp: forA(() => [alias('loop.test')]) }, noName],
  ['two-loops', { udp: forA(() => [alias('a.test'), alias('two-loops.test', label('a.test'))]) }, noName],
  [
    'long-chain',
    { udp: forA(() => many(200, (index) => alias(`n${index + 1}.test`, index === 0 ? undefined : label(`n${index}.test`)))) },
    noName,
  ],
  [
    'pointer-to-itself',
    { udp: (query) => [reply(query, [record(Buffer.from([0xc0, query.length]), 1, Buffer.from([127, 0, 0, 1]))])] },
    noName,
  ],
  ['lying-length', { udp: (query) => [reply(query, [Buffer.from('c00c00010001000000fffff0', 'hex')])] }, noName],
  [
    'lying-count',
    {
      udp: (query) => [
        Buffer.concat([
          reply(
            query,
            many(60_000, () => Buffer.alloc(0)),
          ),
        ]),
      ],
    },
    noName,
  ],
  ['text-for-an-address', { udp: forA(() => [record(Buffer.from([0xc0, 0x0c]), 16, Buffer.alloc(255, 1))]) }, noName],
  ['cut-for-ever', { udp: cut, tcp: (query, socket) => void socket.write(reply(query, [], 0x8380)) }, noName],
  ['cut-and-silent', { udp: cut, tcp: () => {} }, noName],
  ['cut-and-endless', { udp: cut, tcp: (_query, socket) => void socket.write(Buffer.alloc(1_000_000, 0xff)) }, noName],
  ['cut-and-reset', { udp: cut, tcp: (_query, socket) => void socket.resetAndDestroy() }, noName],
  ['metadata', { udp: forA(() => [address('169.254.169.254')]) }, noName],
  ['thousands', { udp: cut, tcp: byTcp(many(4_000, () => here)) }, good],
  ['thousands-elsewhere', { udp: cut, tcp: byTcp(many(4_000, (index) => address(`127.99.${index >> 8}.${index & 0xff}`))) }, noName],
  ['two-thousand-by-udp', { udp: forA(() => many(2_000, () => here)) }, /./],
  ['good', { udp: forA(() => [here]) }, good],
]

const isRoot = process.getuid?.() === 0
const found = (ran: RondeResult, name: string) => ran.findings.filter((one) => one.subject.includes(`//${name}.test:`))

/** Only root may listen on port 53, and have an /etc/resolv.conf of its own. */
const possible = isRoot ? cases : []

describe('a name server that is hostile', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: Awaited<ReturnType<typeof fixedServer>>
  let names: AsyncDisposable
  let health: RondeResult
  let certs: RondeResult
  let [healthMs, certsMs] = [0, 0]

  const run = async (name: string, file: string): Promise<readonly [RondeResult, number]> => {
    const node = await nodeAmongMounts(folder.path, 'own-names', [
      `mount --bind "${folder.path}/resolv.conf" /etc/resolv.conf`,
      `mount --bind "${folder.path}/hosts" /etc/hosts`,
    ])
    const startedAt = performance.now()
    const ran = await runRonde(name, { node, files: { '.github/ronde.yml': file }, timeoutMs: 120_000 })
    return [ran, performance.now() - startedAt]
  }

  beforeAll(async () => {
    if (!isRoot) return
    folder = await temporaryFolder()
    server = await fixedServer()
    names = await hostileDns(place, Object.fromEntries(cases.map(([name, act]) => [`${name}.test`, act])))
    await writeFile(join(folder.path, 'resolv.conf'), `nameserver ${place}\noptions timeout:1 attempts:1\n`)
    await writeFile(join(folder.path, 'hosts'), '127.0.0.1 localhost\n')
    const urls = cases.map(([name]) => `{ url: "http://${name}.test:${server.port}/", attempts: 1, timeout: 4s }`).join(', ')
    ;[health, healthMs] = await run('health-check', `health-check: { checks: [endpoints], timeout: 40s, endpoints: [${urls}] }\n`)
    const places = cases.map(([name]) => `"${name}.test:${server.port}"`).join(', ')
    ;[certs, certsMs] = await run('cert-check', `cert-check: { timeout: 40s, letsencrypt: false, endpoints: [${places}] }\n`)
  }, 240_000)
  afterAll(async () => {
    await names?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  test.each(possible.map(([name, , told]) => ({ name, told })))('for $name is told of that endpoint', ({ name, told }) => {
    const own = found(health, name)
    const worst = ['critical', 'unknown', 'warning', 'ok'].find((status) =>
      own.some((one) => one.id !== 'endpoint.latency' && one.status === status),
    )
    expect(`${worst} ${own.map((one) => one.observed).join('; ')}`).toMatch(told)
  })

  test('hides no other and outlives no time-out', () => {
    if (!isRoot) return
    expect([health.signal, certs.signal]).toEqual([null, null])
    expect(health.findings.filter((one) => one.id === 'check.failed' || one.id === 'health-check.failed')).toEqual([])
    expect(healthMs).toBeLessThan(50_000)
    // cert-check looks at a server that speaks no TLS: each of its names is told once, by why.
    for (const [name] of cases)
      expect(certs.findings.filter((one) => one.id === 'tls.reachable' && one.subject.startsWith(`${name}.test:`))).toHaveLength(1)
    expect(certs.findings.filter((one) => one.id === 'cert.unfinished')).toEqual([])
    expect(certsMs).toBeLessThan(60_000)
  })
})
