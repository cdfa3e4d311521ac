import { describe, expect, test } from '@jest/globals'
import type { Observation } from '../../../../../src/actions/health-check/parts/endpoints/observation.ts'
import { judgeEndpoint } from '../../../../../src/actions/health-check/parts/endpoints/policy.ts'
import type { FaultKind, Phase } from '../../../../../src/probes/net/fault.ts'
import { answer, once, target, verdicts } from '../../../../support/endpoints.ts'

const health = target({ name: 'api health', url: 'https://quiz.example/api/health' })
const home = target('http://quiz.example/')
const fault = (kind: FaultKind, phase: Phase = 'first-byte', detail = ''): Observation => ({
  kind: 'fault',
  fault: { kind, phase, detail },
  redirects: [],
  timing: { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 9 },
})

const proven = ['endpoint.reachable ok', 'endpoint.certificate ok', 'endpoint.redirect ok']
const healthy = [...proven, 'endpoint.status ok', 'endpoint.body ok', 'endpoint.latency ok']

describe('an endpoint', () => {
  const rows: readonly (readonly [string, Observation, readonly string[]])[] = [
    ['that answers as expected is ok for every id that it may fail by', answer(), healthy],
    ['that is slow warns', answer({ totalMs: 200 }), [...healthy.slice(0, -1), 'endpoint.latency warning']],
    ['that answers 503 is critical by its status only', answer({ status: 503 }), [...proven, 'endpoint.status critical']],
    [
      'that says it is degraded is critical by its body',
      answer({ body: { text: '{"status":"degraded"}', whole: true } }),
      [...proven, 'endpoint.status ok', 'endpoint.body critical', 'endpoint.latency ok'],
    ],
    [
      'with an expired certificate answers, but',
      fault('certificate', 'tls', 'CERT_HAS_EXPIRED'),
      ['endpoint.reachable ok', 'endpoint.certificate critical'],
    ],
    [
      'that redirects elsewhere answers, but',
      fault('redirect-origin'),
      ['endpoint.reachable ok', 'endpoint.certificate ok', 'endpoint.redirect critical'],
    ],
    ['that redirects without end is not reachable', fault('redirect-loop'), ['endpoint.reachable critical']],
    ['that refuses is not reachable', fault('refused', 'connect'), ['endpoint.reachable critical']],
    [
      'that could not be looked at is unknown',
      { kind: 'unseen', cause: 'no DNS', advice: 'a', lasting: false },
      ['endpoint.reachable unknown'],
    ],
  ]
  test.each(rows)('%s', (_name, observation, expected) => {
    expect(verdicts(judgeEndpoint(health, once(observation)))).toEqual(expected)
  })

  test('is judged by the median of its samples', () => {
    const latency = (...ms: readonly number[]) => judgeEndpoint(health, once(answer(), ...ms)).find((one) => one.id === 'endpoint.latency')
    expect(latency(900, 40, 50)).toMatchObject({ status: 'ok', observed: '50 ms (limit 200 ms), median of 3', cleared: true })
    expect(latency(900, 40, 300)).toMatchObject({
      status: 'warning',
      title: 'api health: slow, 300 ms (limit 200 ms)',
      measurements: [{ name: 'latency', value: 300, unit: 'ms' }],
      cleared: false,
    })
  })

  test('without a limit of its own warns at 500 ms and is critical at 1 s', () => {
    const status = (ms: number) => judgeEndpoint(home, once(answer({ totalMs: ms }))).at(-1)
    expect(status(499)).toMatchObject({ status: 'ok', observed: '499 ms (limit 500 ms)' })
    expect(status(500)).toMatchObject({ status: 'warning' })
    expect(status(1400)).toMatchObject({
      status: 'critical',
      observed: '1.4 s (limit 1 s)',
      evidence: [expect.stringContaining('first byte')],
    })
  })

  test('tells every number with its limit, what to do, and what the attempts before saw', () => {
    const observed = { attempts: [fault('reset'), fault('refused', 'connect', 'ECONNREFUSED'), answer({ status: 502 })], latenciesMs: [] }
    const finding = judgeEndpoint(health, observed).at(-1)
    expect(finding).toMatchObject({
      subject: 'https://quiz.example/api/health',
      title: 'api health: answered 502 instead of status 2xx or 3xx',
      observed: 'status 502 after 38 ms, attempt 3 of 3',
      expected: 'status 2xx or 3xx',
      advice: expect.stringContaining('the proxy answers'),
      evidence: ['attempt 1: connection reset before an answer came', 'attempt 2: connection refused (ECONNREFUSED)'],
      certainty: 'soft',
    })
  })

  test('that answers on a later attempt is ok and says so', () => {
    const [reachable] = judgeEndpoint(home, { attempts: [fault('timeout'), answer()], latenciesMs: [38] })
    expect(reachable).toMatchObject({
      status: 'ok',
      observed: 'answered from 127.0.0.1 in 38 ms, on attempt 2',
      evidence: ['attempt 1: no answer within 10 s'],
    })
  })

  test('whose answer does not end warns when nothing is expected of it, and is critical when something is', () => {
    const endless = { ended: false, lengthKnown: false, bodyBytes: 8_400_000 }
    expect(judgeEndpoint(home, once(answer({ ...endless, body: undefined })))[0]).toMatchObject({
      status: 'warning',
      title: 'http://quiz.example/: its answer is too long to read to its end',
      observed: '8.4 MB read without an end',
    })
    expect(judgeEndpoint(home, once(answer({ ...endless, lengthKnown: true, body: undefined })))[0]).toMatchObject({ status: 'ok' })
    const cut = answer({ ...endless, body: { text: '{"status":"ok"', whole: false } })
    expect(verdicts(judgeEndpoint(health, once(cut)))).toContain('endpoint.body critical')
  })

  const bodies: readonly (readonly [string, object, string, string | undefined])[] = [
    ['text that is there', { text: 'ell' }, 'hello', undefined],
    ['text that is not there', { text: 'x' }, 'hello', 'the text is not in the body, which begins with "hello"'],
    ['text in an empty body', { text: 'x' }, '', 'the text is not in the body, which begins with nothing'],
    ['JSON that is none', { json: { a: 1 } }, '<html>', 'its body is not JSON: "<html>"'],
    ['JSON that is there', { json: { a: [1] } }, '{"a":[1],"b":2}', undefined],
    ['JSON and text', { json: { a: 1 }, text: 'b' }, '{"a":1}', 'the text is not in the body, which begins with "{\\"a\\":1}"'],
  ]
  test.each(bodies)('with %s', (_name, expected, text, mistake) => {
    const one = target({ url: 'http://quiz.example/', ...expected })
    const body = judgeEndpoint(one, once(answer({ body: { text, whole: true } }))).find(({ id }) => id === 'endpoint.body')
    expect(body).toMatchObject(mistake === undefined ? { status: 'ok' } : { status: 'critical', observed: mistake })
  })

  test('has words for every fault', () => {
    const kinds: readonly FaultKind[] = ['unresolved', 'unreachable', 'closed', 'cancelled', 'tls', 'garbage', 'cut']
    for (const kind of kinds) {
      const finding = judgeEndpoint(home, once(fault(kind))).at(-1)
      expect(finding?.status).toBe('critical')
      for (const text of [finding?.title, finding?.observed, finding?.expected, finding?.advice]) expect(text).toMatch(/\w/)
    }
  })
})

describe('a status', () => {
  test.each([
    [undefined, 302, 'ok'],
    [undefined, 404, 'critical'],
    [200, 201, 'critical'],
    [[200, 404], 404, 'ok'],
    ['4xx', 418, 'ok'],
    ['200-204', 204, 'ok'],
    ['200-204', 205, 'critical'],
  ])('expected %j, seen %i, is %s', (status, seen, expected) => {
    const one = target({ url: 'http://quiz.example/', ...(status === undefined ? {} : { status }) })
    expect(judgeEndpoint(one, once(answer({ status: seen }))).find(({ id }) => id === 'endpoint.status')?.status).toBe(expected)
  })
})

describe('an endpoint that fails', () => {
  /** Codes as Node 24 with OpenSSL 3.5 gave them for real servers. */
  test.each<[string, FaultKind, string, string]>([
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'wants a certificate of the client', 'answers without one'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls', 'wants a certificate of the client', 'ciphers'],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'tls', 'does not speak HTTP/1.1', 'beside HTTP/2'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls', 'only a TLS version that is too old', 'TLS 1.2'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'does not speak TLS', 'http://'],
    ['ERR_SSL_SOMETHING_NEW', 'tls', 'the TLS handshake failed', 'speaks HTTPS at all'],
    ['CERT_EE_CERTIFICATE_KEY_TOO_WEAK', 'certificate', 'too weak', '2,048 bits'],
  ])('whose TLS fails with %s says why', (code, kind, title, advice) => {
    const failed = judgeEndpoint(health, once(fault(kind, 'tls', code))).at(-1)
    expect(failed).toMatchObject({ status: 'critical', title: expect.stringContaining(title), advice: expect.stringContaining(advice) })
  })

  test('shows how its body begins, in one line of 200 characters', () => {
    const failed = answer({ status: 500, body: undefined, beginning: `{"error":\n"db"}${'x'.repeat(900)}` })
    const [line = ''] = judgeEndpoint(home, once(failed)).find((one) => one.id === 'endpoint.status')?.evidence ?? []
    expect(line).toMatch(/^its body begins with "\{\\"error\\": \\"db\\"\}x+…"$/)
    expect(line.length).toBeLessThan(240)
  })

  test('and then is reached over a redirect to https has a certificate as well', () => {
    expect(verdicts(judgeEndpoint(home, once(answer({ redirects: ['https://quiz.example/'] }))))).toContain('endpoint.certificate ok')
  })
})
