import { describe, expect, test } from '@jest/globals'
import { createTransport } from '../../../src/github/exchange.ts'
import type { Notification } from '../../../src/incidents/model.ts'
import { type Listener, type NotifyOptions, notify } from '../../../src/runtime/incidents/notify.ts'
import {
  changingServer,
  closingServer,
  endlessServer,
  fixedServer,
  hangingServer,
  recordingServer,
  redirectToServer,
  type TestServer,
  unusedPort,
} from '../../support/http-server.ts'

const one: Notification = {
  kind: 'opened',
  title: 'db is down',
  server: 'quiz-prod',
  status: 'critical',
  url: 'https://github.com/quiz/operations/issues/7',
  text: 'password hunter22 was refused',
}

/** Gives the warnings. */
const tell = async (listeners: readonly Listener[], more: Partial<NotifyOptions> & { notifications?: readonly Notification[] } = {}) => {
  const warnings: string[] = []
  const { notifications = [one], ...options } = more
  await notify(notifications, {
    listeners,
    openTransport: () => createTransport({}),
    redact: (text) => text.replaceAll('hunter22', '***'),
    warn: (text) => warnings.push(text),
    signal: new AbortController().signal,
    timeoutMs: 300,
    retryGapMs: 10,
    ...options,
  })
  return warnings
}

describe('listeners', () => {
  test('each hear of each notification once, in order and redacted', async () => {
    await using server = await recordingServer()
    const listeners = [{ webhook: `${server.origin}/hook` }, { ntfy: `${server.origin}/topic` }, { slack: `${server.origin}/slack` }]
    const closed: Notification = { ...one, kind: 'closed', status: 'ok' }
    expect(await tell(listeners, { notifications: [one, closed] })).toEqual([])
    expect(server.received.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
      'POST /',
      'POST /',
      'POST /hook',
      'POST /hook',
      'POST /slack',
      'POST /slack',
    ])
    const hooks = server.received.filter((request) => request.url === '/hook').map((request) => JSON.parse(request.body) as Notification)
    expect(hooks.map((hook) => hook.kind)).toEqual(['opened', 'closed'])
    expect(hooks[0]?.text).toBe('password *** was refused')
    expect(server.received[0]?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'user-agent': 'ronde' })
  })

  test('that answer 503 once are tried once again', async () => {
    await using server = await changingServer([{ status: 503 }, { status: 200 }])
    expect(await tell([{ webhook: server.origin }])).toEqual([])
  })

  test('that are gone do not keep the others from hearing, and cost one time-out', async () => {
    await using dead = await hangingServer()
    await using server = await recordingServer()
    const warnings = await tell([{ slack: `${dead.origin}/T0/secret` }, { webhook: server.origin }], { notifications: [one, one, one] })
    expect(warnings).toEqual(['notify[0] (slack) was not told of 3 of 3: no answer within 300 ms'])
    expect(server.received).toHaveLength(3)
    expect(dead.connections()).toBe(2)
  })

  test('with credentials in their URL get them as a header', async () => {
    await using server = await recordingServer()
    await tell([{ ntfy: `http://ana:word@127.0.0.1:${server.port}/topic` }])
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ana:word').toString('base64')}`)
  })

  test('are reached through the proxy that the environment names', async () => {
    await using proxy = await recordingServer()
    expect(
      await tell([{ webhook: 'http://hooks.example/x' }], { openTransport: () => createTransport({ http_proxy: proxy.origin }) }),
    ).toEqual([])
    expect(proxy.received[0]?.url).toBe('http://hooks.example/x')
  })
})

const path = '/services/T0/B0/verysecret'
type Row = { what: string; serve: () => Promise<TestServer>; cause: string; tries: number }
const rows: readonly Row[] = [
  {
    what: 'redirects',
    serve: () => redirectToServer('http://127.0.0.1:1/'),
    cause: 'it answered 302; redirects are not followed',
    tries: 1,
  },
  { what: 'says no', serve: () => fixedServer({ status: 403 }), cause: 'it answered 403', tries: 1 },
  { what: 'stays ill', serve: () => fixedServer({ status: 500 }), cause: 'it answered 500', tries: 2 },
  { what: 'hangs', serve: hangingServer, cause: 'no answer within 300 ms', tries: 2 },
  { what: 'closes', serve: closingServer, cause: 'the connection was cut (ECONNRESET)', tries: 2 },
  { what: 'never stops', serve: () => endlessServer(), cause: 'the answer is too long (ETOOLONG)', tries: 2 },
]

describe('a warning and nothing else', () => {
  test.each(rows)('comes of a listener that $what', async ({ serve, cause, tries }) => {
    await using server = await serve()
    expect(await tell([{ slack: `${server.origin}${path}` }])).toEqual([`notify[0] (slack) was not told of 1 of 1: ${cause}`])
    // The connection is kept between two tries when the server keeps it.
    expect(server.connections()).toBeLessThanOrEqual(tries)
  })

  test.each([
    [`http://127.0.0.1:PORT${path}`, 'it refuses the connection (ECONNREFUSED)'],
    [`http://nowhere.invalid${path}`, ''],
    [`http://169.254.169.254${path}`, 'never connects to'],
    [`http://2852039166${path}`, 'never connects to'],
    [`http://[::ffff:169.254.169.254]${path}`, 'never connects to'],
    [`http://[fe80::1]${path}`, 'never connects to'],
    [`file://${path}`, 'neither https: nor http:'],
    ['no url', 'no URL'],
  ])('comes of %s', async (url, cause) => {
    const warnings = await tell([{ slack: url.replace('PORT', String(await unusedPort())) }], { timeoutMs: 3_000 })
    expect(warnings).toEqual([expect.stringContaining(cause)])
    expect(warnings.join()).not.toContain('verysecret')
  })
})

test.each([
  { addresses: ['169.254.169.254'] },
  { addresses: ['127.0.0.1', '169.254.169.254'] },
  { addresses: ['fe80::1'] },
  { addresses: [] },
])('a name that resolves to $addresses is not connected to', async ({ addresses }) => {
  await using server = await recordingServer()
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const warnings = await tell([{ slack: `http://hooks.example:${server.port}/x` }], {
    openTransport: () => createTransport({}, (_name, _options, done) => done(null, found)),
  })
  expect(warnings).toEqual([expect.stringContaining('EREFUSED_ADDRESS')])
  expect(server.received).toEqual([])
})

test('nobody is asked anything when there is nothing to tell', async () => {
  await using server = await recordingServer()
  expect(await tell([{ webhook: server.origin }], { notifications: [] })).toEqual([])
  expect(server.received).toEqual([])
})
