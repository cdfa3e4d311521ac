import { afterAll, describe, expect, test } from '@jest/globals'
import { targetsOf } from '../../../src/actions/cert-check/parts/endpoints/target.ts'
import { part } from '../../../src/actions/cert-check/parts/headers/part.ts'
import { judgeHeaders } from '../../../src/actions/cert-check/parts/headers/policy.ts'
import { found, parsedOptions, runPart, troubles } from '../../support/cert-check.ts'
import { makeCertificates } from '../../support/certificates.ts'
import { answer } from '../../support/endpoints.ts'
import { unusedPort } from '../../support/http-server.ts'
import { tlsServer } from '../../support/tls-server.ts'

const certificates = makeCertificates()
afterAll(() => certificates[Symbol.dispose]())

const good = [
  'Strict-Transport-Security: max-age=31536000; includeSubDomains',
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
  "Content-Security-Policy: default-src 'self'",
  'Referrer-Policy: same-origin',
]
const page = (headers: readonly string[], status = '200 OK') =>
  [`HTTP/1.1 ${status}`, ...headers, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n')
const without = (name: string, ...more: readonly string[]) => [...good.filter((one) => !one.startsWith(name)), ...more]

type Row = { readonly what: string; readonly answer: string; readonly troubles: readonly string[] }
const rows: readonly Row[] = [
  { what: 'all of them', answer: page(good), troubles: [] },
  {
    what: 'none of them',
    answer: page([]),
    troubles: [
      'headers.content-security-policy warning',
      'headers.content-type-options warning',
      'headers.frame-options warning',
      'headers.hsts warning',
      'headers.referrer-policy warning',
    ],
  },
  {
    what: 'an HSTS of a day',
    answer: page(without('Strict', 'Strict-Transport-Security: max-age=86400')),
    troubles: ['headers.hsts warning'],
  },
  {
    what: 'frame-ancestors instead of X-Frame-Options',
    answer: page(without('X-Frame', "Content-Security-Policy: frame-ancestors 'none'")),
    troubles: [],
  },
  {
    what: 'a referrer policy that tells everything',
    answer: page(without('Referrer', 'Referrer-Policy: unsafe-url')),
    troubles: ['headers.referrer-policy warning'],
  },
  {
    what: 'a redirect to another origin, of which only HSTS counts',
    answer: page(['Location: https://www.quiz.example/'], '301 Moved'),
    troubles: ['headers.hsts warning'],
  },
  { what: 'something that is not HTTP', answer: '220 mail ready\r\n', troubles: [] },
  { what: 'nothing at all', answer: '', troubles: [] },
  {
    what: 'a redirect down to HTTP',
    answer: page([...good, 'Location: http://quiz.example/'], '301 Moved'),
    troubles: ['headers.redirect warning'],
  },
  {
    what: 'an HSTS that is no number',
    answer: page(without('Strict', 'Strict-Transport-Security: max-age=31536000abc')),
    troubles: ['headers.hsts warning'],
  },
  {
    what: 'an HSTS that says two things',
    answer: page(without('Strict', 'Strict-Transport-Security: max-age=31536000; max-age=0')),
    troubles: ['headers.hsts warning'],
  },
  { what: 'an HSTS with blanks', answer: page(without('Strict', 'Strict-Transport-Security: max-age = 31536000')), troubles: [] },
  {
    what: 'frames for everybody',
    answer: page(without('X-Frame', 'Content-Security-Policy: frame-ancestors *').filter((one) => !one.includes('default-src'))),
    troubles: ['headers.frame-options warning'],
  },
  {
    what: 'a list of referrer policies, of which browsers take the last that they know',
    answer: page(without('Referrer', 'Referrer-Policy: unsafe-url, strict-origin-when-cross-origin, of-tomorrow')),
    troubles: [],
  },
]

const written = (port: number) => ({ endpoints: [`127.0.0.1:${port}?servername=quiz.example`], headers: true })

describe('the headers', () => {
  test.each(rows)('of a start page with $what', async ({ answer: bytes, troubles: expected }) => {
    await using server = await tlsServer(certificates.selfSigned, bytes)
    const { findings, completed } = await runPart(part, written(server.port))
    expect(troubles(findings)).toEqual(expected)
    expect(completed).toBe(true)
  })

  test('say what to write, and how to see it', async () => {
    await using server = await tlsServer(certificates.selfSigned, page([]))
    const { findings } = await runPart(part, written(server.port))
    expect(found(findings, 'headers.hsts').advice).toBe(
      `write into the server of nginx: \`add_header Strict-Transport-Security "max-age=31536000" always;\`; run: curl -sI https://quiz.example:${server.port}/`,
    )
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of a server that wants a certificate of its client, by %s, are not checked',
    async (maxVersion) => {
      const mutual = { requestCert: true, rejectUnauthorized: true, maxVersion }
      await using server = await tlsServer(certificates.valid, page(good), mutual)
      const { findings } = await runPart(part, written(server.port))
      expect(findings).toMatchObject([
        { id: 'headers.reachable', status: 'ok', notChecked: expect.stringContaining('without a certificate') },
      ])
    },
  )

  test('of a server that is down are unknown here; tls.reachable says that it is down', async () => {
    expect(troubles((await runPart(part, written(await unusedPort()))).findings)).toEqual(['headers.reachable unknown'])
  })

  test('are looked at only when they are wanted, and only of what speaks HTTPS from the start', () => {
    const wanted = (more: object) => part.configured?.(parsedOptions({ endpoints: ['quiz.example'], ...more }))
    expect([wanted({}), wanted({ headers: true }), wanted({ headers: true, endpoints: ['quiz.example?starttls=smtp'] })]).toEqual([
      false,
      true,
      false,
    ])
  })
})

const [target] = targetsOf(parsedOptions({ endpoints: ['quiz.example'] }))
const fault = (kind: 'refused' | 'timeout') =>
  ({ kind: 'fault', fault: { kind, phase: 'connect', detail: '' }, redirects: [], timing: answer().timing }) as const
const answered = (status: number, location?: string) =>
  answer({ status, headers: new Map(location === undefined ? [] : [['location', location]]) })

describe('the way from HTTP', () => {
  test.each([
    ['a redirect to HTTPS', answered(301, 'https://quiz.example/'), 'ok'],
    ['a redirect to HTTP', answered(302, 'http://quiz.example/home'), 'warning'],
    ['a page', answered(200), 'warning'],
    ['a refused connection', fault('refused'), 'ok'],
    ['no answer', fault('timeout'), 'ok'],
  ])('that is %s', (_what, plain, status) => {
    if (target === undefined) throw new Error('no target')
    expect(found(judgeHeaders(target, { https: answer(), plain }), 'headers.redirect').status).toBe(status)
  })

  test.each([
    [['https://www.quiz.example/'], 'ok', 'redirect straight to https://'],
    [['http://www.quiz.example/home'], 'warning', 'return 301'],
  ])('that goes on to %j is %s', (detour, status, advice) => {
    if (target === undefined) throw new Error('no target')
    const plain = answered(301, 'http://www.quiz.example/')
    const finding = found(judgeHeaders(target, { https: answer(), plain, detour }), 'headers.redirect')
    expect(finding.status).toBe(status)
    expect(finding.advice).toContain(advice)
  })
})
