import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import { drip, flood, say, sayAndEnd, startHostile } from '../support/hostile-server.ts'
import { runRonde } from '../support/ronde.ts'

const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')
const body = (text: string) => `${head(`content-length: ${Buffer.byteLength(text)}`)}${text}`
const chunked = head('transfer-encoding: chunked')
const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
const collisions = Array.from({ length: 60_000 }, (_, index) => `"${BigInt(index + 1) << 24n}":0`).join(',')

/** What the server does, and what is told of it. */
const cases = [
  ['headers without end', flood('x: y\r\n', 'HTTP/1.1 200 OK\r\n'), /not HTTP|garbage|understand/i],
  ['one header without end', flood('x'.repeat(4_096), 'HTTP/1.1 200 OK\r\nx: '), /not HTTP|garbage|understand/i],
  ['a status line without end', flood('x'.repeat(4_096), 'HTTP/1.1 200 '), /not HTTP|garbage|understand/i],
  ['interim answers without end', flood('HTTP/1.1 100 Continue\r\n\r\n'), /not HTTP|garbage|understand/i],
  ['spaces in a header that ends wrongly', flood(`x:${' '.repeat(15_000)}\rx\r\n`, 'HTTP/1.1 200 OK\r\n'), /not HTTP|garbage|understand/i],
  ['an answer byte by byte', drip(head(`x: ${'y'.repeat(10_000)}`)), /no answer|within|time/i],
  ['chunks of one byte without end', flood('1\r\nx\r\n'.repeat(1_000), chunked), /in the first MiB|text is not|did not end/i],
  ['extensions of chunks without end', flood(`1;${'x'.repeat(15_000)}\r\nx\r\n`, chunked), /./],
  ['a size of a chunk without end', flood('0'.repeat(4_096), chunked), /./],
  ['trailers without end', flood('x: y\r\n', `${chunked}0\r\n`), /./],
  ['a body without end', flood('x'.repeat(65_536), head()), /first MiB/],
  ['a length that is a lie', sayAndEnd(`${head('content-length: 1000000')}short`), /./],
  ['a length beyond all numbers', say(`${head('content-length: 99999999999999999999')}x`), /./],
  ['two lengths', sayAndEnd(`${head('content-length: 1', 'content-length: 2')}xx`), /./],
  [
    'a gzip bomb',
    sayAndEnd(Buffer.concat([Buffer.from(head('content-encoding: gzip', `content-length: ${bomb.length}`)), bomb])),
    /unpacks to more/,
  ],
  ['lists in lists', sayAndEnd(body('['.repeat(1_000_000))), /nested too deeply|not JSON/],
  ['half a million values', sayAndEnd(body(`[${'0,'.repeat(500_000)}0]`)), /holds more than/],
  ['keys with one hash', sayAndEnd(body(`{${collisions}}`)), /\$\.status is missing/],
  ['a text that nearly is there', sayAndEnd(body('a'.repeat(1_000_000))), /text is not|not JSON/],
  [
    'redirects without end',
    (socket: import('node:net').Socket) => void socket.end(`HTTP/1.1 302 x\r\nlocation: /${Math.random()}\r\n\r\n`),
    /after 10 redirects/,
  ],
  ['a place of 16 kB', sayAndEnd(`HTTP/1.1 302 x\r\nlocation: /?${'a&'.repeat(7_900)}\r\n\r\n`), /./],
  ['nothing', () => {}, /./],
] as const

const json = new Set(['lists in lists', 'half a million values', 'keys with one hash'])

test('each hostile web server is told, and the good one beside them is ok', async () => {
  await using stack = new AsyncDisposableStack()
  const servers = await Promise.all(cases.map(async ([, act]) => stack.use(await startHostile(act as never))))
  const good = stack.use(await startHostile(sayAndEnd(body('{"status":"ok"}'))))
  const expected = (name: string) => (json.has(name) ? 'json: { status: ok }' : `text: ${'a'.repeat(200)}b`)
  const endpoints = [
    ...servers.map(({ port }, index) => `{ url: "http://127.0.0.1:${port}/", ${expected(cases[index]?.[0] ?? '')} }`),
    `{ url: "http://127.0.0.1:${good.port}/", json: { status: ok } }`,
  ].map((one) => `    - ${one.replace(' }', ' }').replace(/ }$/, ', attempts: 1, timeout: 3s }')}`)
  const { findings, exitCode, signal, reports } = await runRonde('health-check', {
    files: { '.github/ronde.yml': `health-check:\n  checks: [endpoints]\n  timeout: 20s\n  endpoints:\n${endpoints.join('\n')}\n` },
    timeoutMs: 120_000,
  })
  expect({ exitCode, signal, status: reports[0]?.status }).toEqual({ exitCode: 1, signal: null, status: 'critical' })
  const told = cases.map(([name], index) => {
    const own = findings.filter((one) => one.subject.includes(`:${servers[index]?.port}/`))
    return { name, worst: own.some((one) => one.status === 'critical'), says: own.map((one) => `${one.title} ${one.observed}`).join(' ') }
  })
  for (const [index, [name, , says]] of cases.entries())
    expect(told[index]).toEqual({ name, worst: true, says: expect.stringMatching(says) })
  expect(findings.filter((one) => one.subject.includes(`:${good.port}/`)).map((one) => one.status)).not.toContain('critical')
}, 150_000)
