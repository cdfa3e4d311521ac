import { describe, expect, test } from '@jest/globals'
import type { EndpointAttempts, Observation } from '../../../../../src/actions/health-check/parts/endpoints/observation.ts'
import { judgeEndpoint } from '../../../../../src/actions/health-check/parts/endpoints/policy.ts'
import type { FaultKind, Phase } from '../../../../../src/probes/net/fault.ts'
import { answer, once, target } from '../../../../support/endpoints.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/health-check/parts/endpoints/told.txt')

const home = target('https://quiz.example/')
const health = target({ name: 'api health', url: 'https://quiz.example/api/health', text: 'up' })
const open = target('tcp://quiz.example:5432')

const fault = (kind: FaultKind, phase: Phase = 'first-byte', detail = ''): Observation => ({
  kind: 'fault',
  fault: { kind, phase, detail },
  redirects: [],
  timing: { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 9 },
})
const of = (observed: EndpointAttempts, endpoint = home) => toldOf(judgeEndpoint(endpoint, observed))
/** The finding that tells the fault, alone. */
const failed = (kind: FaultKind, phase?: Phase, detail?: string, endpoint = home) =>
  toldOf(judgeEndpoint(endpoint, once(fault(kind, phase, detail))).slice(-1))
const status = (seen: number) => of(once(answer({ status: seen }))).filter((line) => line.startsWith('advice: '))
const connected: Observation = { kind: 'open', address: '192.0.2.1', dnsMs: 3, connectMs: 700 }

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['an answer as expected', () => of(once(answer()), home)],
  [
    'an answer to a redirect',
    () => of(once(answer({ redirects: ['a', 'b', 'c', 'd'] })), target({ url: 'https://quiz.example/', redirects: 'any' })),
  ],
  ['an answer where no redirect is followed', () => of(once(answer()), target({ url: 'http://quiz.example/', redirects: 'none' }))],
  ['a slow answer', () => of(once(answer({ totalMs: 1_000 })))],
  [
    'the wrong text and JSON',
    () =>
      of(
        once(answer({ body: { text: '{"status":"no"}', whole: true } })),
        target({ url: 'https://quiz.example/', json: { status: 'ok' }, text: 'no' }),
      ),
  ],
  ['text that is not in the first MiB', () => of(once(answer({ body: { text: 'x', whole: false } })), health)],
  ['JSON that goes on', () => of(once(answer({ body: { text: '{}', whole: false } })), target('https://quiz.example/api/health'))],
  ['a body that nobody can read', () => of(once(answer({ body: { unreadable: 'its gzip is damaged' } })), health)],
  ['an answer without an end', () => of(once(answer({ ended: false, lengthKnown: false, bodyBytes: 8_400_000 })))],
  ['status 304', () => status(304)],
  ['status 400', () => status(400)],
  ['status 401', () => status(401)],
  ['status 402', () => status(402)],
  ['status 403', () => status(403)],
  ['status 499', () => status(499)],
  ['status 500', () => status(500)],
  ['status 501', () => status(501)],
  ['status 502', () => status(502)],
  ['status 504', () => status(504)],
  ['status 505', () => status(505)],
  [
    'a status that nobody expects',
    () => of(once(answer({ status: 202 })), target({ url: 'https://quiz.example/', status: 200 })).slice(-5),
  ],

  ['a connection', () => of(once(connected, 700), open)],
  ['a connection that is refused', () => of(once(fault('refused', 'connect', 'ECONNREFUSED')), open)],
  [
    'a connection that could not be looked at',
    () => of(once({ kind: 'unseen', cause: 'no DNS', advice: 'start it', lasting: true }), open),
  ],
  [
    'an answer that could not be looked at',
    () => of({ attempts: [connected, { kind: 'unseen', cause: 'no DNS', advice: 'start it', lasting: true }], latenciesMs: [] }),
  ],
  ['one that was not asked', () => of({ attempts: [], latenciesMs: [] })],
  ['one that ends who looks', () => of({ attempts: [fault('reset'), { kind: 'killed', ended: 'SIGSEGV' }], latenciesMs: [] })],
  [
    'every kind of an attempt before the last',
    () =>
      of(
        {
          attempts: [
            { kind: 'killed', ended: 'SIGSEGV' },
            { kind: 'unseen', cause: 'no DNS', advice: 'start it', lasting: false },
            connected,
            answer({ status: 503 }),
            answer({ body: { text: 'down', whole: true } }),
            answer({ body: { text: 'up', whole: true } }),
            fault('timeout', 'tls'),
            answer({ status: 500 }),
          ],
          latenciesMs: [],
        },
        health,
      ).slice(-11),
  ],

  ['a name that does not exist', () => failed('unresolved', 'dns', 'ENOTFOUND')],
  ['a host that is not reachable', () => failed('unreachable', 'connect', 'EHOSTUNREACH')],
  ['a reset while its name was looked up', () => failed('reset', 'dns')],
  ['a reset while connecting', () => failed('reset', 'connect')],
  ['a reset in the handshake', () => failed('reset', 'tls')],
  ['a close before an answer', () => failed('closed', 'first-byte')],
  ['a close inside the answer', () => failed('closed', 'body')],
  ['a time-out of the name', () => failed('timeout', 'dns')],
  ['a time-out of the connection', () => failed('timeout', 'connect')],
  ['a time-out of the handshake', () => failed('timeout', 'tls')],
  ['a time-out of the answer', () => failed('timeout', 'first-byte')],
  ['a time-out inside the answer', () => failed('timeout', 'body')],
  ['the deadline of the run', () => failed('cancelled', 'connect')],
  ['plain text', () => failed('tls', 'tls', 'ERR_SSL_WRONG_VERSION_NUMBER')],
  ['another failure of the handshake', () => failed('tls', 'tls', 'ERR_SSL_NO_PROTOCOLS')],
  ['what is not HTTP', () => failed('garbage')],
  ['a cut answer', () => failed('cut', 'body')],
  ['redirects without end', () => failed('redirect-loop', 'first-byte', '11 redirects')],
  ['a certificate that expired', () => failed('certificate', 'tls', 'CERT_HAS_EXPIRED')],
  ['a certificate that is not valid yet', () => failed('certificate', 'tls', 'CERT_NOT_YET_VALID')],
  ['a certificate for another name', () => failed('certificate', 'tls', 'ERR_TLS_CERT_ALTNAME_INVALID')],
  ['a certificate of its own', () => failed('certificate', 'tls', 'DEPTH_ZERO_SELF_SIGNED_CERT')],
  ['a certificate of nobody known', () => of(once(fault('certificate', 'tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')))],
  ['a redirect to another origin', () => of(once(fault('redirect-origin', 'first-byte', 'https://login.example/')))],
]
describe('what people are told of endpoints', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})
