import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { beforeAll, expect, test } from '@jest/globals'
import { startBrokenServer } from '../support/broken-server.ts'
import { drip, flood, say, sayAndEnd, startHostile } from '../support/hostile-server.ts'
import { recordingServer } from '../support/http-server.ts'
import { plainOnTlsPort } from '../support/tls-server.ts'

const head = (...lines: readonly string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')
const redirect = (place: string) => sayAndEnd(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${place}\r\ncontent-length: 0\r\n\r\n`)
const reset = (socket: Socket) => void socket.resetAndDestroy()
const record = (type: number, length: number) => Buffer.from([type, 3, 3, length >> 8, length & 0xff])

type Act = (socket: Socket) => void
type Case = readonly [does: string, scheme: 'http' | 'https', act: Act, when: 'at once' | 'asked', says: RegExp]

/** What listeners of webhooks do, and what is told of each. */
const cases: readonly Case[] = [
  ['says nothing', 'http', () => {}, 'asked', /no answer within 10000 ms/],
  ['answers byte by byte', 'http', drip(head(`x: ${'y'.repeat(15_000)}`), 5), 'asked', /no answer within 10000 ms/],
  ['sends headers without end', 'http', flood('x: y\r\n', 'HTTP/1.1 200 OK\r\n'), 'asked', /HPE_HEADER_OVERFLOW/],
  ['sends interim answers without end', 'http', flood('HTTP/1.1 100 Continue\r\n\r\n'), 'asked', /no answer within|HPE_/],
  ['sends a body without end', 'http', flood('x'.repeat(65_536), head()), 'asked', /the answer is too long/],
  [
    'sends chunks of one byte without end',
    'http',
    flood('1\r\nx\r\n'.repeat(999), head('transfer-encoding: chunked')),
    'asked',
    /too long/,
  ],
  [
    'sends trailers without end',
    'http',
    flood('x: y\r\n', `${head('transfer-encoding: chunked')}0\r\n`),
    'asked',
    /HPE_HEADER_OVERFLOW|cut/,
  ],
  ['redirects to itself', 'http', redirect('/'), 'asked', /it answered 307; redirects are not followed/],
  ['redirects to the metadata service', 'http', redirect('http://169.254.169.254/'), 'asked', /redirects are not followed/],
  ['resets the connection', 'http', reset, 'asked', /cut \(ECONNRESET\)|EPIPE/],
  ['resets it before it has heard anything', 'http', reset, 'at once', /cut \(ECONNRESET\)|EPIPE/],
  ['cuts its answer', 'http', sayAndEnd(`${head('content-length: 100')}short`), 'asked', /cut/],
  ['speaks plain text where TLS is meant', 'https', sayAndEnd(head('content-length: 0')), 'asked', /ERR_SSL|EPROTO|failed/],
  ['sends garbage for TLS', 'https', say(randomBytes(4_096)), 'asked', /ERR_SSL|EPROTO|failed/],
  [
    'sends a record of TLS without end',
    'https',
    flood(Buffer.concat([record(22, 16_384), Buffer.alloc(16_384, 1)])),
    'asked',
    /ERR_SSL|EPROTO|failed/,
  ],
  [
    'drips a record of TLS',
    'https',
    drip(`\x16\x03\x03\x40\x00${'\x02'.repeat(9_000)}`, 5),
    'asked',
    /no answer within 10000 ms|ERR_SSL|failed/,
  ],
  ['says nothing to a hello', 'https', () => {}, 'asked', /no answer within 10000 ms/],
]

type Ran = {
  readonly signal: string | null
  readonly exitCode: number | null
  readonly status: string | undefined
  readonly told: string | undefined
  readonly log: string
  readonly ms: number
  readonly titles: readonly string[]
}
const secret = 'verysecretpath'
let ran: Ran
let heard: readonly string[] = []

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  const servers = await Promise.all(cases.map(async ([, , act, when]) => stack.use(await startHostile(act, when))))
  const plain = stack.use(await plainOnTlsPort())
  const hears = stack.use(await recordingServer())
  const urls = [
    ...cases.map(([, scheme], index) => `${scheme}://127.0.0.1:${servers[index]?.port}/${secret}`),
    `${plain.origin}/${secret}`,
    `${hears.origin}/good`,
  ]
  const server = stack.use(await startBrokenServer({ more: `notify: [${urls.map((url) => `{ webhook: "${url}" }`).join(', ')}]\n` }))
  server.break()
  const startedAt = performance.now()
  const { signal, exitCode, log, reports, outputs } = await server.look({ timeoutMs: 120_000 })
  const ms = performance.now() - startedAt
  heard = hears.received.map(({ url }) => url)
  ran = { signal, exitCode, status: reports[0]?.status, told: outputs['status'], log, ms, titles: server.issues().map((one) => one.title) }
}, 150_000)

test.each(cases.map(([does, , , , says], index) => ({ does, says, place: `notify[${index}] (webhook) was not told of 1 of 1: ` })))(
  'a listener that $does is one warning that names it',
  ({ says, place }) => {
    const own = ran.log.split('\n').filter((line) => line.includes(place))
    expect(own).toHaveLength(1)
    const why = own[0]?.slice(own[0].indexOf(place) + place.length) ?? ''
    // All of them at once on a busy machine: that the time was over first is as true.
    expect(why).toMatch(new RegExp(`${says.source}|^no answer within 10000 ms$`))
  },
)

test('all of them cost the time of one that does not answer, and no secret', () => {
  // Ten seconds, a second of waiting, and ten seconds for the second try.
  expect(ran.ms).toBeLessThan(45_000)
  expect(ran.log).not.toContain(secret)
})

test('the good listener beside them hears, and the issue is opened', () => {
  expect(ran).toMatchObject({ signal: null, exitCode: 0, status: 'critical', told: 'critical' })
  expect(heard).toEqual(['/good'])
  expect(ran.titles).toEqual([expect.stringContaining('503')])
})
