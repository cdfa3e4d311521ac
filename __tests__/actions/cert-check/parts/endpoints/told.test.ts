import { describe, expect, test } from '@jest/globals'
import { faultWords } from '../../../../../src/actions/cert-check/parts/endpoints/fault-words.ts'
import { downFinding, unseenFinding, upFinding } from '../../../../../src/actions/cert-check/parts/endpoints/reachable.ts'
import type { CertTarget } from '../../../../../src/actions/cert-check/parts/endpoints/target.ts'
import { judgeStaple } from '../../../../../src/actions/cert-check/policies/staple.ts'
import { judgeVersions, type Versions } from '../../../../../src/actions/cert-check/policies/versions.ts'
import type { CertificatePlace } from '../../../../../src/actions/cert-check/policies/where.ts'
import type { Certificate } from '../../../../../src/domain/x509/certificate.ts'
import type { FaultKind, Phase } from '../../../../../src/probes/net/fault.ts'
import type { TlsSeen } from '../../../../../src/probes/tls.ts'
import { stapleOf } from '../../../../support/staple.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/cert-check/parts/endpoints/told.txt')

const target = (given: Partial<CertTarget> = {}): CertTarget => ({
  endpoint: { host: 'quiz.example', port: 443 },
  subject: 'quiz.example:443',
  serverName: 'quiz.example',
  asked: true,
  authorities: [],
  ...given,
})
const mail = target({
  endpoint: { host: 'mail.example', port: 25, starttls: 'smtp' },
  subject: 'mail.example:25',
  serverName: 'mail.example',
})
/** No shell could be given its name. */
const odd = target({ endpoint: { host: 'quiz_.example', port: 443 } })
const local = target({ endpoint: { host: 'localhost', port: 443 }, subject: 'localhost:443', serverName: 'localhost' })
const below = target({ endpoint: { host: 'app.localhost', port: 443 }, subject: 'app.localhost:443', serverName: 'app.localhost' })

const words = (kind: FaultKind, phase: Phase, detail = '', of = target()) => {
  const { title, observed, advice } = faultWords({ kind, phase, detail }, of)
  return [`title: ${title}`, `observed: ${observed}`, `advice: ${advice}`]
}
const shaken = (address: string, protocol = 'TLSv1.3'): TlsSeen => ({
  kind: 'shaken',
  address,
  protocol,
  presented: [],
  refusal: undefined,
  staple: undefined,
  old: { kind: 'refused' },
})
const fault = (address: string) =>
  ({ kind: 'fault', address, fault: { kind: 'refused', phase: 'connect', detail: 'ECONNREFUSED' } }) as const
const unseen = (address: string) =>
  ({ kind: 'unseen', address, unseen: { seen: false, cause: 'no route over IPv6', advice: 'see its IPv6', lasting: true } }) as const

const where: CertificatePlace = { subject: 'quiz.example:443', place: '', show: 'show it', renew: 'renew it' }
const versions = (given: Partial<Versions> = {}) =>
  toldOf(judgeVersions({ protocol: 'TLSv1.3', old: { kind: 'refused' }, showOld: 'show old', ...given }, where))

const now = Date.parse('2026-12-05T08:00:00Z')
const staple = (bytes: Buffer, mustStaple = false) =>
  toldOf(judgeStaple({ leaf: { mustStaple, ocspUrls: ['http://ocsp.example'] } as unknown as Certificate, staple: bytes }, where, now))
const thisUpdate = '2026-12-01T08:00:00Z'

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['a name that does not exist', () => words('unresolved', 'dns', 'ENOTFOUND')],
  ['a refused connection', () => words('refused', 'connect', 'ECONNREFUSED')],
  ['a host that is not reachable', () => words('unreachable', 'connect', 'EHOSTUNREACH')],
  ['a reset while its name was looked up', () => words('reset', 'dns')],
  ['a reset while connecting', () => words('reset', 'connect')],
  ['a reset in the handshake', () => words('reset', 'tls')],
  ['a close before TLS', () => words('closed', 'first-byte')],
  ['a close after the handshake', () => words('closed', 'body')],
  ['a time-out of the name', () => words('timeout', 'dns')],
  ['a time-out of the connection', () => words('timeout', 'connect')],
  ['a time-out of the handshake', () => words('timeout', 'tls')],
  ['a time-out before TLS', () => words('timeout', 'first-byte', '', mail)],
  ['a time-out after the handshake', () => words('timeout', 'body')],
  ['the deadline of the run', () => words('cancelled', 'tls')],
  ['plain text', () => words('tls', 'tls', 'ERR_SSL_WRONG_VERSION_NUMBER')],
  ['packets of no TLS', () => words('tls', 'tls', 'ERR_SSL_PACKET_LENGTH_TOO_LONG')],
  ['an unknown name', () => words('tls', 'tls', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME')],
  ['another failure of the handshake', () => words('tls', 'tls', 'ERR_SSL_NO_PROTOCOLS')],
  ['a certificate that OpenSSL refuses', () => words('certificate', 'tls', 'EE_KEY_TOO_SMALL')],
  ['a certificate that nobody can read', () => words('garbage', 'tls')],
  ['no STARTTLS', () => words('garbage', 'first-byte', '502 5.5.2 not recognized', mail)],
  ['no STARTTLS, without a word', () => words('garbage', 'first-byte', '', mail)],
  ['a cut answer', () => words('cut', 'body')],
  ['redirects without end', () => words('redirect-loop', 'body')],
  ['a redirect to another origin', () => words('redirect-origin', 'body')],
  ['a name that fits no shell', () => words('refused', 'connect', 'ECONNREFUSED', odd)],

  ['one that could not be looked at', () => toldOf(unseenFinding(target(), { cause: 'the DNS server is down', advice: 'start it' }))],
  [
    'one that nobody asked for',
    () => toldOf(unseenFinding(target({ asked: false }), { cause: 'the DNS server is down', advice: 'start it' })),
  ],
  ['no address asked', () => toldOf(downFinding(target(), []))],
  ['one address that is down', () => toldOf(downFinding(target(), [fault('192.0.2.1')]))],
  ['two addresses that are down', () => toldOf(downFinding(target(), [fault('192.0.2.1'), fault('2001:db8::1')]))],
  ['one that answers', () => toldOf(upFinding(target(), [shaken('192.0.2.1')]))],
  ['one that answers by TLS 1.0', () => toldOf(upFinding(target(), [shaken('192.0.2.1', 'TLSv1')]))],
  [
    'one that answers by TLS 1.2 at two addresses',
    () => toldOf(upFinding(target(), [shaken('192.0.2.1', 'TLSv1.2'), shaken('192.0.2.2')])),
  ],
  ['one of two addresses that is down', () => toldOf(upFinding(target(), [shaken('192.0.2.1'), fault('2001:db8::1')]))],
  ['an address that could not be looked at', () => toldOf(upFinding(target(), [shaken('192.0.2.1'), unseen('2001:db8::1')]))],
  ['localhost at one of its two addresses', () => toldOf(upFinding(local, [shaken('127.0.0.1'), fault('::1'), unseen('::2')]))],
  ['a name below localhost', () => toldOf(upFinding(below, [shaken('127.0.0.1'), fault('::1')]))],

  ['TLS 1.3', () => versions()],
  ['TLS 1.2', () => versions({ protocol: 'TLSv1.2' })],
  ['TLS 1.1 alone', () => versions({ protocol: 'TLSv1.1' })],
  ['TLS 1.0 alone, without a command', () => versions({ protocol: 'TLSv1', showOld: undefined })],
  ['TLS 1.0 too', () => versions({ old: { kind: 'accepted', protocol: 'TLSv1' } })],
  ['a word of nobody', () => versions({ protocol: 'SSLv9' })],
  ['old versions that cannot be asked for', () => versions({ protocol: 'TLSv1.2', old: { kind: 'untestable' } })],
  ['old versions that cannot be asked for by hand either', () => versions({ old: { kind: 'untestable' }, showOld: undefined })],

  ['a good staple', () => staple(stapleOf('good', thisUpdate, '2026-12-08T08:00:00Z'))],
  ['a good staple without an end', () => staple(stapleOf('good', thisUpdate))],
  ['a staple that ends now', () => staple(stapleOf('good', thisUpdate, '2026-12-05T08:00:00Z'))],
  ['a staple of a second ago', () => staple(stapleOf('good', thisUpdate, '2026-12-05T07:59:59Z'))],
  ['a staple of a second ago, and one is demanded', () => staple(stapleOf('good', thisUpdate, '2026-12-05T07:59:59Z'), true)],
  ['a revoked certificate', () => staple(stapleOf('revoked', thisUpdate, '2026-12-08T08:00:00Z'))],
  ['a certificate that its authority does not know', () => staple(stapleOf('unknown', thisUpdate, '2026-12-08T08:00:00Z'))],
]
describe('what people are told of TLS endpoints', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test('one that nobody asked for is not cleared by not looking', () => {
  expect(unseenFinding(target({ asked: false }), { cause: 'a', advice: 'b' }).cleared).toBe(false)
})
