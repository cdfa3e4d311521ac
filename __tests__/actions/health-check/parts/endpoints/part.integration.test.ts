import { afterAll, describe, expect, test } from '@jest/globals'
import { makeCertificates } from '../../../../support/certificates.ts'
import { runCheck, verdicts } from '../../../../support/endpoints.ts'
import {
  changingServer,
  fixedServer,
  hangingServer,
  recordingServer,
  redirectToServer,
  slowServer,
  unusedPort,
  warmingServer,
} from '../../../../support/http-server.ts'
import { tlsServer } from '../../../../support/tls-server.ts'

const certificates = makeCertificates()
afterAll(() => certificates[Symbol.dispose]())

const lineOf = (facts: unknown): unknown => (facts as { lines: { endpoints: string } }).lines.endpoints

describe('the endpoints check', () => {
  test('of healthy endpoints is ok, and says so in one line', async () => {
    await using api = await fixedServer({ body: '{"status":"ok","version":3}' })
    await using secure = await tlsServer(certificates.valid)
    const { findings, completed, facts } = await runCheck([
      { name: 'api health', url: `${api.origin}/api/health` },
      { name: 'shop', url: secure.origin, ca: certificates.authorityPath, text: 'secure' },
      { name: 'port', url: `tcp://127.0.0.1:${api.port}` },
    ])
    expect(new Set(findings.map((one) => one.status))).toEqual(new Set(['ok']))
    expect(completed).toBe(true)
    expect(lineOf(facts)).toMatch(
      /^api health [\d.]+ ms \(limit 200 ms\), shop [\d.]+ ms \(limit 500 ms\), port [\d.]+ ms \(limit 500 ms\)$/,
    )
  })

  test('tells each fault by its own finding and hides none', async () => {
    await using down = await fixedServer({ status: 503 })
    await using elsewhere = await redirectToServer('http://127.0.0.1:1/')
    await using expired = await tlsServer(certificates.expired)
    await using degraded = await fixedServer({ body: '{"status":"degraded"}' })
    const once = (url: string, more: object = {}) => ({ url, attempts: 1, ...more })
    const { findings, completed } = await runCheck([
      once(down.origin),
      once(elsewhere.origin),
      once(expired.origin, { ca: certificates.authorityPath }),
      once(`${degraded.origin}/api/health`),
      once(`http://127.0.0.1:${await unusedPort()}/`),
      once('http://169.254.169.254/latest/meta-data'),
      once(`${expired.origin}/x`, { ca: '/does/not/exist.pem' }),
      once('tcp://db:5432', { from: 'web' }),
    ])
    expect(verdicts(findings.filter((one) => one.status !== 'ok'))).toEqual([
      'endpoint.status critical',
      'endpoint.redirect critical',
      'endpoint.certificate critical',
      'endpoint.body critical',
      'endpoint.reachable critical',
      'endpoint.reachable unknown',
      'endpoint.reachable unknown',
      'endpoint.reachable unknown',
    ])
    expect(completed).toBe(true)
  })

  test('repeats a failure and is ok when the service comes back', async () => {
    await using flaky = await changingServer([{ status: 500 }, {}])
    const { findings } = await runCheck([{ url: flaky.origin, attempts: 2 }])
    expect(findings.map((one) => one.status)).not.toContain('critical')
    expect(findings[0]).toMatchObject({ observed: expect.stringContaining('on attempt 2'), evidence: ['attempt 1: status 500'] })
  }, 10_000)

  test('samples a slow answer twice more and judges the median', async () => {
    await using cold = await warmingServer(1, 120)
    await using slow = await slowServer({ headMs: 60 })
    const { findings } = await runCheck([
      { name: 'cold', url: cold.origin, 'max-latency': '50ms' },
      { name: 'slow', url: slow.origin, 'max-latency': '50ms' },
    ])
    expect(findings.filter((one) => one.id === 'endpoint.latency').map((one) => one.status)).toEqual(['ok', 'warning'])
    expect(cold.connections()).toBe(3)
  })

  test('sends secrets to the server and repeats none of them', async () => {
    await using server = await recordingServer('no')
    const { findings } = await runCheck([
      {
        url: `${server.origin}/?key=QUERYSECRET`,
        method: 'POST',
        headers: { 'X-Key': 'HEADERSECRET' },
        body: 'BODYSECRET',
        text: 'yes',
        attempts: 1,
      },
    ])
    expect(server.received).toMatchObject([{ url: '/?key=QUERYSECRET', headers: { 'x-key': 'HEADERSECRET' }, body: 'BODYSECRET' }])
    expect(JSON.stringify(findings)).not.toContain('SECRET')
  })
})

describe('the endpoints check, pressed for time or rights,', () => {
  test('of ten endpoints that hang ends at the deadline, each with its own finding', async () => {
    await using server = await hangingServer()
    const startedAt = performance.now()
    const urls = Array.from({ length: 10 }, (_, index) => `${server.origin}/${index}`)
    const { findings } = await runCheck(urls, { signal: AbortSignal.timeout(2_500) })
    expect(performance.now() - startedAt).toBeLessThan(6_000)
    expect(verdicts(findings)).toEqual(urls.map(() => 'endpoint.reachable critical'))
    expect(new Set(findings.map((one) => one.subject)).size).toBe(10)
    expect(findings[0]?.title).toContain('no answer until the deadline of the run')
  })

  test('that the deadline cuts at once has seen nothing', async () => {
    await using server = await hangingServer()
    const { findings, completed } = await runCheck([server.origin], { signal: AbortSignal.timeout(20) })
    expect(findings).toMatchObject([{ status: 'unknown', observed: "the run's deadline came before it could answer" }])
    expect(completed).toBe(false)
  })

  test('that somebody cancels has seen nothing, however long it waited', async () => {
    await using server = await hangingServer()
    const cancel = new AbortController()
    setTimeout(() => cancel.abort('cancelled'), 1_200)
    const { findings, completed } = await runCheck([server.origin], { signal: cancel.signal })
    expect(findings).toMatchObject([{ status: 'unknown', observed: 'the run was cancelled before it could answer' }])
    expect(completed).toBe(false)
  })

  test('of a hundred endpoints of 200 ms takes little more than one', async () => {
    await using server = await slowServer({ headMs: 200 })
    const startedAt = performance.now()
    const { findings } = await runCheck(Array.from({ length: 100 }, (_, index) => `${server.origin}/${index}`))
    expect(new Set(findings.map((one) => one.status))).toEqual(new Set(['ok']))
    // One after the other they take twenty seconds; the figure itself is measured in `bench/`.
    expect(performance.now() - startedAt).toBeLessThan(6_000)
  })

  test('of three hundred asks each once', async () => {
    await using server = await fixedServer()
    const { findings, facts } = await runCheck(Array.from({ length: 300 }, (_, index) => `${server.origin}/${index}`))
    expect(new Set(findings.map((one) => one.subject)).size).toBe(300)
    expect(server.connections()).toBe(300)
    expect(lineOf(facts)).toMatch(/296 more$/)
  })

  const services: readonly (readonly [string, readonly object[], string])[] = [
    ['does not exist', [], 'there is no container of service web'],
    ['has stopped', [{ service: 'web', oneOff: false, state: 'exited', pid: 0 }], 'service web is not running (exited)'],
  ]
  test.each(services)('from a service that %s could not look', async (_name, containers, cause) => {
    const { findings } = await runCheck([{ url: 'tcp://db:5432', from: 'web' }], { containers })
    expect(findings).toMatchObject([{ status: 'unknown', observed: cause }])
  })

  test('with nothing configured says nothing, unless it was asked for', async () => {
    expect(await runCheck([], { asked: false })).toEqual({ completed: false, findings: [] })
    expect((await runCheck([])).findings).toMatchObject([{ status: 'unknown', observed: 'no endpoint is configured' }])
  })
})
