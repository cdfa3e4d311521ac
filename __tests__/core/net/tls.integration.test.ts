import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createDial } from '../../../src/probes/net/dial.ts'
import { createResolve } from '../../../src/probes/net/resolve.ts'
import { createStop } from '../../../src/probes/net/stop.ts'
import { chainText, createAuthority } from '../../support/authority.ts'
import { connectProxy } from '../../support/connect-proxy.ts'
import { listening } from '../../support/http-server.ts'
import { anyCurve, oddChains } from '../../support/odd-chains.ts'
import { tlsServer } from '../../support/tls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const { issue } = authority
const chains = oddChains(authority)

/** In a process of its own, which trusts this root: if it dies, the test fails and not the tests. */
const run = async (name: string, root: { readonly certPath: string }, args: readonly string[], environment = {}): Promise<unknown> => {
  const script = join(import.meta.dirname, '../../support/children', name)
  const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: root.certPath, ...environment }
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env, timeout: 20_000 })
  return JSON.parse(stdout)
}

describe.each(chains)('$what', ({ served, root }) => {
  test('is answered over the transport of GitHub and webhooks', async () => {
    await using server = await tlsServer(served, undefined, anyCurve)
    expect(await run('exchange.ts', root, [server.origin])).toMatchObject({ answered: true, status: 200, text: 'secure' })
  })

  test('is answered through a proxy', async () => {
    await using server = await tlsServer(served, undefined, anyCurve)
    await using proxy = await connectProxy()
    expect(await run('exchange.ts', root, [server.origin], { https_proxy: proxy.origin })).toMatchObject({ answered: true, text: 'secure' })
    expect(proxy.tunnels()).toBe(1)
  })

  test('is refused for another name, before anything is sent', async () => {
    let heard = 0
    const listener = createServer({ ...served, ...anyCurve }, (socket) => {
      socket.on('error', () => {}).on('data', () => (heard += 1))
    }).on('tlsClientError', () => {})
    await using server = await listening(listener, '127.0.0.1', 'https')
    const answer = await run('exchange.ts', root, [server.origin.replace('127.0.0.1', 'localhost')])
    expect(answer).toEqual({ answered: false, cause: 'the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)' })
    expect(heard).toBe(0)
  })
})

describe("Node's own verdict on names", () => {
  const root = issue({ name: 'Test Root', ca: true, until: 3_000 })
  const named = issue({ name: 'common.example', by: root, names: ['DNS:quiz.example', 'DNS:*.wild.example', 'IP:127.0.0.1'] })
  const commonNameOnly = issue({ name: 'common.example', by: root, subject: '/O=One + CN=not me/CN=common.example' })
  const several = issue({ name: 'several', by: root, subject: '/CN=first.example/CN=second.example' })
  const joined = issue({ name: 'joined', by: root, subject: '/CN=joined.example+OU=a \\+ CN=common.example' })
  const constrained = issue({
    name: 'Narrow',
    ca: true,
    by: root,
    until: 2_000,
    extensions: ['nameConstraints = critical, permitted;DNS:allowed.example'],
  })
  const outside = issue({ name: 'quiz.example', by: constrained, names: ['DNS:quiz.example'] })
  const expired = issue({ name: 'quiz.example', by: root, names: ['DNS:quiz.example'], from: -60, until: -1 })
  const client = issue({ name: 'quiz.example', by: root, names: ['DNS:quiz.example'], extensions: ['extendedKeyUsage = clientAuth'] })
  const names = ['quiz.example', 'QUIZ.example', 'common.example', 'a.wild.example', 'a.b.wild.example', '127.0.0.1', 'first.example']
  const more = ['second.example', 'joined.example', 'other.example', 'not me']

  test.each([
    ['names of all kinds', named.key, named.cert],
    ['a common name only', commonNameOnly.key, commonNameOnly.cert],
    ['several common names', several.key, several.cert],
    ['a common name beside other text', joined.key, joined.cert],
    ['an authority that may not sign for the name', outside.key, chainText(outside, constrained)],
    ['a date in the past', expired.key, expired.cert],
    ['a purpose that is not a server', client.key, client.cert],
  ])('stays what it is for a certificate with %s', async (_what, key, cert) => {
    await using server = await tlsServer({ key, cert })
    const verdicts = await run('server-names.ts', root, [new URL(server.origin).port, ...names, ...more])
    const { byNode, byUs, asked } = verdicts as { byNode: string[]; byUs: string[]; asked: number }
    expect(byUs).toEqual(byNode)
    // Whenever the chain verifies, Node asks the socket, and so asks us.
    const verified = byNode.filter((one) => one === 'authorized' || one === 'ERR_TLS_CERT_ALTNAME_INVALID')
    expect(asked).toBe(verified.length)
  })
})

test('a wildcard for a part of a label counts for nobody', async () => {
  const root = issue({ name: 'Test Root', ca: true, until: 3_000 })
  const partial = issue({ name: 'quiz.example', by: root, names: ['DNS:q*.quiz.example', 'DNS:*.b.example', 'DNS:x.*.example'] })
  await using server = await tlsServer(partial)
  const dial = createDial(createResolve({ signal: new AbortController().signal }))
  const asked = async (serverName: string): Promise<string> => {
    const stop = createStop(5_000, new AbortController().signal)
    const dialed = await dial({ hostname: '127.0.0.1', port: server.port, tls: { verify: true, ca: root.cert, serverName } }, stop)
    stop.release()
    if ('socket' in dialed) dialed.socket.destroy()
    return 'socket' in dialed ? 'taken' : 'fault' in dialed ? dialed.fault.detail : 'unseen'
  }
  expect(await Promise.all(['q1.quiz.example', 'a.b.example', 'x.y.example'].map(asked))).toEqual([
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'taken',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])
})
