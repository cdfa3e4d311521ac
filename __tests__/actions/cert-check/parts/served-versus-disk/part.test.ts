import { describe, expect, test } from '@jest/globals'
import type { OnDisk, Served } from '../../../../../src/actions/cert-check/part.ts'
import { judgeServedVersusDisk } from '../../../../../src/actions/cert-check/parts/served-versus-disk/part.ts'
import { type Certificate, readCertificate } from '../../../../../src/domain/x509/certificate.ts'
import { parsedOptions } from '../../../../support/cert-check.ts'
import { selfSigned } from '../../../../support/self-signed.ts'

const dayMs = 86_400_000
const minuteMs = 60_000
const now = Date.now()

const make = (daysAgo: number, names: readonly string[] = ['quiz.example']): Certificate => {
  const notBefore = new Date(now - daysAgo * dayMs)
  const made = readCertificate(selfSigned({ names, notBefore, notAfter: new Date(now + 60 * dayMs) }).cert)
  if (made === undefined) throw new Error('not a certificate')
  return made
}

const [old, renewed] = [make(60), make(1)]

const served = (certificate: Certificate, more: Partial<Served> = {}): Served => ({
  subject: 'quiz.example:443',
  serverName: 'quiz.example',
  address: '192.0.2.1',
  port: 443,
  certificate,
  ...more,
})
const onDisk = (certificate: Certificate, more: Partial<OnDisk> = {}): OnDisk => ({
  subject: 'file:/certs/a.pem',
  path: '/certs/a.pem',
  modifiedAt: now - 20 * minuteMs,
  certificate,
  ...more,
})

const compare = (seen: readonly Served[], files: readonly OnDisk[], written: Readonly<Record<string, unknown>> = {}) =>
  judgeServedVersusDisk({ served: seen, onDisk: files }, parsedOptions(written), now)

const statuses = (seen: readonly Served[], files: readonly OnDisk[]) =>
  compare(seen, files).findings.map(({ id, status, cleared }) => `${id} ${status}${cleared || status !== 'ok' ? '' : ' not cleared'}`)

const good = ['cert.not-reloaded ok', 'cert.wrong-path ok']

describe('what is served, beside what is on disk', () => {
  test.each<[string, readonly Served[], readonly OnDisk[], readonly string[]]>([
    ['the same', [served(renewed)], [onDisk(renewed)], good],
    ['the disk is newer', [served(old)], [onDisk(renewed)], ['cert.not-reloaded warning', 'cert.wrong-path ok']],
    [
      'the disk is newer since a moment',
      [served(old)],
      [onDisk(renewed, { modifiedAt: now - 9 * minuteMs })],
      ['cert.not-reloaded ok not cleared', 'cert.wrong-path ok'],
    ],
    ['what is served is newer', [served(renewed)], [onDisk(old)], ['cert.not-reloaded ok', 'cert.wrong-path warning']],
    ['an old file lies beside the one that is served', [served(renewed)], [onDisk(old), onDisk(renewed, { path: '/certs/b.pem' })], good],
    ['a newer lineage for the name is not the one in use', [served(old)], [onDisk(renewed), onDisk(old, { path: '/certs/b.pem' })], good],
    ['no file is for the name', [served(old)], [onDisk(make(1, ['other.example']))], []],
    [
      'a wildcard is for the name',
      [served(old, { serverName: 'www.quiz.example' })],
      [onDisk(make(1, ['*.quiz.example']))],
      ['cert.not-reloaded warning', 'cert.wrong-path ok'],
    ],
    [
      'one of two addresses was not reloaded',
      [served(renewed), served(old, { address: '2001:db8::1' })],
      [onDisk(renewed)],
      [...good, 'cert.not-reloaded warning', 'cert.wrong-path ok'],
    ],
    ['nothing is served', [], [onDisk(renewed)], []],
    ['nothing is on disk', [served(old)], [], []],
  ])('%s', (_what, seen, files, expected) => {
    expect(statuses(seen, files)).toEqual(expected)
  })

  test('is completed only where something could be compared', () => {
    expect(compare([served(old)], [onDisk(renewed)]).completed).toBe(true)
    expect(compare([served(old)], [onDisk(make(1, ['other.example']))]).completed).toBe(false)
  })

  test('each name and address is a subject of its own', () => {
    const both = [served(renewed), served(old, { address: '2001:db8::1' })]
    expect(compare(both, [onDisk(renewed)]).findings.map((one) => one.subject)).toEqual([
      'quiz.example:443@192.0.2.1',
      'quiz.example:443@192.0.2.1',
      'quiz.example:443@[2001:db8::1]',
      'quiz.example:443@[2001:db8::1]',
    ])
  })

  test.each([
    [{ 'nginx-service': 'nginx' }, 'run: docker compose exec nginx nginx -s reload, then mend the deploy hook'],
    [{ 'nginx-service': 'a; reboot' }, 'reload the server that presents it, then mend the deploy hook'],
    [{}, 'reload the server that presents it, then mend the deploy hook'],
  ])('with %j the advice is: %s', (written, advice) => {
    expect(compare([served(old)], [onDisk(renewed)], written).findings[0]?.advice).toBe(advice)
  })

  test('the grace is that of the option', () => {
    expect(compare([served(old)], [onDisk(renewed)], { 'reload-grace': '30m' }).findings[0]?.status).toBe('ok')
  })
})

describe('of what a proxy serves', () => {
  const of = (certificate: Certificate, issuerOrganization: string): Certificate => ({ ...certificate, issuerOrganization })

  const rows: readonly {
    what: string
    seen: readonly [number, string]
    disk: readonly [number, string]
    expected: readonly string[]
    title: RegExp
  }[] = [
    {
      what: 'another authority, before the renewal',
      seen: [20, 'Edge CA'],
      disk: [1, 'Home CA'],
      expected: ['ok', 'ok'],
      title: /by somebody else/,
    },
    {
      what: 'another authority, after the renewal',
      seen: [1, 'Edge CA'],
      disk: [20, 'Home CA'],
      expected: ['ok', 'ok'],
      title: /by somebody else/,
    },
    {
      what: 'the same authority, before the renewal',
      seen: [70, 'Home CA'],
      disk: [1, 'Home CA'],
      expected: ['warning', 'ok'],
      title: /not loaded/,
    },
    {
      what: 'the same authority, after the renewal',
      seen: [1, 'home ca '],
      disk: [20, 'Home CA'],
      expected: ['ok', 'warning'],
      title: /newer/,
    },
  ]
  test.each(rows)('a certificate of $what', ({ seen: [servedDays, servedBy], disk: [diskDays, diskBy], expected, title }) => {
    const disk = onDisk(of(make(diskDays), diskBy), { modifiedAt: now - dayMs })
    const { findings } = compare([served(of(make(servedDays), servedBy))], [disk])
    expect(findings.map((one) => one.status)).toEqual(expected)
    expect(findings[0]?.title).toMatch(title)
  })

  test('one that its lineage had before is not reloaded, whoever made it', () => {
    const before = of(make(70), 'Old CA')
    const lineage = { name: 'quiz.example', earlier: new Set([before.sha256]) }
    const disk = onDisk(of(make(1), 'New CA'), { modifiedAt: now - dayMs, lineage })
    expect(compare([served(before)], [disk]).findings[0]?.status).toBe('warning')
  })
})
