import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Report } from '../../../src/contract/report.ts'
import { errorText } from '../../../src/core/error-chain.ts'
import { createRedactor, weakSecret } from '../../../src/core/redact/redact.ts'
import { redactReport } from '../../../src/core/redact/report.ts'
import { visibleText } from '../../../src/core/text/plain.ts'
import { anyText } from '../../support/hostile-texts.ts'
import { sampleFinding, sampleReport } from '../../support/sample-report.ts'

const told = (...secrets: readonly string[]) => {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}
const key = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEowIBAAKCAQEA0Z3VS5JJcds3xf',
  'GHkqk1aUzYqvZ2mQy2d0bLQ2Zz9XkF',
  '-----END RSA PRIVATE KEY-----',
]

test('a text that was looked at before a secret was told is looked at anew', () => {
  const redactor = told('hunter2hunter')
  expect([redactor.redact('a b swordfish'), redactor.redact('a b swordfish')]).toEqual(['a b swordfish', 'a b swordfish'])
  redactor.add('swordfish')
  expect(redactor.redact('a b swordfish')).toBe('a b ***')
})

describe('a secret that was told', () => {
  const secret = 'p@ss w+rd/"1\\ü'
  const forms: readonly { form: string; text: string }[] = [
    { form: 'as it is', text: secret },
    { form: 'URL-encoded', text: encodeURIComponent(secret) },
    { form: 'URL-encoded in lower case', text: encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase()) },
    { form: 'form-encoded', text: new URLSearchParams({ x: secret }).toString().slice(2) },
    { form: 'in JSON', text: JSON.stringify({ x: secret }) },
    { form: 'as base64', text: Buffer.from(secret).toString('base64') },
    { form: 'as base64url', text: Buffer.from(secret).toString('base64url') },
    { form: 'in basic credentials', text: Buffer.from(`quiz:${secret}`).toString('base64') },
    { form: 'in longer basic credentials', text: Buffer.from(`quizz:${secret}`).toString('base64') },
    { form: 'in the password of a URL', text: Object.assign(new URL('postgres://db/quiz'), { password: secret }).href },
  ]
  const raw = Buffer.from(secret).toString('base64').slice(4, 14)
  test.each(forms)('is replaced $form', ({ text }) => {
    const seen = told(secret).redact(`before ${text} after`)
    expect(seen).toMatch(/^before .*\*\*\*.* after$/)
    expect(seen).not.toContain('ss')
    expect(seen).not.toContain(raw)
  })

  test('is replaced decoded when it was told URL-encoded', () => {
    expect(told('p%40ssword').redact('p@ssword p%40ssword')).toBe('*** ***')
  })

  test('is replaced line by line when it has several', () => {
    const redactor = told(`${key.join('\n')}\n`)
    for (const line of key) expect(redactor.redact(`cut: ${line}`)).toBe('cut: ***')
  })

  test('gives way to a longer one that holds it', () => {
    expect(told('quiz', 'quiz-secret').redact('a quiz-secret and a quiz')).toBe('a *** and a ***')
  })

  test('is replaced however long it is, and however many lines it has', () => {
    const long = 'aB3$ü'.repeat(8_000)
    const lines = Array.from({ length: 3_000 }, (_, index) => `line-${index}-of-it`)
    const redactor = told(long, lines.join('\n'))
    expect(redactor.redact(`a ${long} b ${encodeURIComponent(long)} c ${lines[1_500]} d`)).toBe('a *** b *** c *** d')
  })

  test.each([
    ['at the end', 'said: correct horse batt…', 'said: ***…'],
    ['in quotes', 'its body begins with "token correct horse…"', 'its body begins with "token ***…"'],
    ['in several places', 'corr… and correct horse battery sta…', '***… and ***…'],
    ['URL-encoded', 'https://h/?a=correct%20horse%20ba…', 'https://h/?a=***'],
  ])('is replaced when only its beginning was kept, %s', (_, cut, seen) => {
    expect(told('correct horse battery staple').redact(cut)).toBe(seen)
  })

  test('shorter than four characters is not looked for, or ordinary words would go', () => {
    expect(told('abc', '').redact('abcdef')).toBe('abcdef')
  })

  test('cannot be formed again by what stands around a replaced one', () => {
    expect(told('abcd*', '****').redact('abcd**  *****')).not.toMatch(/abcd\*|\*{4}/)
  })

  const secrets = fc.array(
    fc.oneof(
      anyText.map((text) => text.toWellFormed()),
      fc.string({ minLength: 4, maxLength: 20 }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  test('survives nowhere, in no encoding, whatever it is', () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (all, before, after) => {
        const known = all.filter((one) => visibleText(one).replace(/\s/g, '').length >= 4)
        const redactor = told(...known)
        for (const secret of known) {
          for (const form of [
            secret,
            encodeURIComponent(secret),
            Buffer.from(secret).toString('base64'),
            JSON.stringify(secret).slice(1, -1),
          ]) {
            const seen = redactor.redact(before + form + after)
            expect(
              known.filter((one) =>
                [one, encodeURIComponent(one), Buffer.from(one).toString('base64')].some((other) => seen.includes(other)),
              ),
            ).toEqual([])
          }
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('inside an error’s cause is redacted with the error', () => {
    const error = new Error('connect failed', { cause: new Error(`password authentication failed: ${secret}`) })
    expect(told(secret).redact(errorText(error))).toBe('connect failed: password authentication failed: ***')
  })
})

describe('what looks like a secret', () => {
  const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJlLXNpZ25hdHVyZQ'].join('.')
  const github = `ghp_${'a1B2'.repeat(9)}`
  const rows: readonly { text: string; seen: string }[] = [
    { text: 'postgres://quiz:hunter2@db:5432/quiz', seen: 'postgres://quiz:***@db:5432/quiz' },
    { text: 'postgres://quiz:p@ss/w:rd@db/quiz', seen: 'postgres://quiz:***@db/quiz' },
    { text: 'redis://:hunter2@cache:6379/0', seen: 'redis://:***@cache:6379/0' },
    { text: `https://${github}@github.com/org/repo`, seen: 'https://***@github.com/org/repo' },
    { text: 'PGPASSWORD=hunter2 pg_dump', seen: 'PGPASSWORD=*** pg_dump' },
    { text: 'host=db password=hunter2 user=quiz', seen: 'host=db password=*** user=quiz' },
    { text: "password='two words' user=quiz", seen: "password='***' user=quiz" },
    { text: 'password="cut off he', seen: 'password="***' },
    { text: 'password = hunter2', seen: 'password = ***' },
    { text: 'DJANGO_SECRET_KEY=abc&def;ghi next', seen: 'DJANGO_SECRET_KEY=*** next' },
    { text: 'AWS_SECRET_ACCESS_KEY=abc', seen: 'AWS_SECRET_ACCESS_KEY=***' },
    { text: '{"password": "hunter2", "user": "quiz"}', seen: '{"password": "***", "user": "quiz"}' },
    { text: 'db:\n  password: hunter2\n  user: quiz', seen: 'db:\n  password: ***\n  user: quiz' },
    { text: 'Authorization: Bearer abc.def', seen: 'Authorization: ***' },
    { text: 'authorization: Basic cXVpejpo\nAccept: */*', seen: 'authorization: ***\nAccept: */*' },
    { text: 'Set-Cookie: sessionid=abc; Path=/', seen: 'Set-Cookie: ***' },
    { text: '{"cookie":"a=b","x":1}', seen: '{"cookie":"***","x":1}' },
    { text: 'sent Bearer abcdefgh12345678', seen: 'sent Bearer ***' },
    { text: 'GET /login?next=/home&token=abc HTTP/1.1', seen: 'GET /login?next=***&token=*** HTTP/1.1' },
    { text: 'https://quiz.example/api?a=1#top', seen: 'https://quiz.example/api?a=***#top' },
    { text: `token is ${github}.`, seen: 'token is ***.' },
    { text: `github_pat_${'x1'.repeat(20)}`, seen: '***' },
    { text: `got ${jwt} back`, seen: 'got *** back' },
    { text: 'https://hooks.slack.com/services/T0/B0/abc', seen: 'https://hooks.slack.com/services/***' },
    { text: `a ${key.join('\n')} b`, seen: 'a *** b' },
    { text: `a ${key.slice(0, 2).join('\n')}`, seen: 'a ***' },
  ]
  test.each(rows)('is replaced: $text', ({ text, seen }) => {
    expect(createRedactor().redact(text)).toBe(seen)
    expect(createRedactor().redact(seen)).toBe(seen)
  })

  const kept: readonly string[] = [
    'https://quiz.example:8080/@me',
    'http://[::1]:8080/x@y',
    'ssh://git@github.com/org/repo',
    'password authentication failed for user "quiz"',
    'POSTGRES_PASSWORD_FILE=/run/secrets/db',
    'wrong password: the one of the service db is another',
    'basic authentication is used',
    '12 of 97 connections, no blocked session, cache hits 99.4 %',
    'sudo setfacl -m u:runner:r /var/log/nginx/error.log',
    'max_tokens of 100',
  ]
  test.each(kept.map((text) => ({ text })))('is not everything: $text', ({ text }) => {
    expect(createRedactor().redact(text)).toBe(text)
  })
})

describe('structured data', () => {
  test('is redacted in every text and key, and by the names of its keys', () => {
    const data = { routes: { '/a?t=hunter22': 1 }, password: 'x', list: ['hunter22', { api_key: 7, n: null, ok: true }], count: 3 }
    expect(told('hunter22').redactDeep(data)).toEqual({
      routes: { '/a?t=***': 1 },
      password: '***',
      list: ['***', { api_key: '***', n: null, ok: true }],
      count: 3,
    })
  })

  test('hides a private key that lies over several lines of evidence', () => {
    expect(createRedactor().redactDeep(['before', ...key, 'after'])).toEqual(['before', '***', '***', '***', '***', 'after'])
  })
})

describe('a report', () => {
  test('is redacted in every text, and keeps its shape even when a secret is one of our own words', () => {
    const bad = sampleFinding({
      id: 'critical.title',
      status: 'critical',
      subject: 'https://u:hunter22@quiz.example',
      title: 'hunter22',
      evidence: ['hunter22'],
      advice: 'hunter22',
      location: { path: 'hunter22', line: 1 },
      parent: { id: 'a.b', subject: 'hunter22' },
      incidentKey: 'hunter22',
      measurements: [{ name: 'hunter22', value: 1, unit: 'ms' }],
    })
    const report: Report = sampleReport([bad], { facts: { lines: { compose: 'hunter22' } } })
    const seen = redactReport(report, told('hunter22', 'critical', 'title', 'infrastructure'))
    expect(JSON.stringify(seen)).not.toContain('hunter22')
    expect(seen).toMatchObject({
      status: 'critical',
      server: 'quiz-prod',
      findings: [{ id: 'critical.title', status: 'critical', title: '***', audience: 'infrastructure' }],
    })
  })
})

describe('a weak secret', () => {
  const places = { server: 'quiz-prod', paths: ['/srv/application/data'] }
  const rows: readonly { secret: string; why: RegExp }[] = [
    { secret: 'abc', why: /shorter than 4/ },
    { secret: 'hunter2', why: /shorter than 8/ },
    { secret: 'quiz', why: /server's name/ },
    { secret: 'quiz-prod', why: /server's name/ },
    { secret: 'application', why: /path/ },
    { secret: 'hunter22', why: /^fine$/ },
    { secret: '', why: /^fine$/ },
  ]
  test.each(rows)('"$secret" is told with its reason: $why', ({ secret, why }) => {
    expect(weakSecret(secret, places) ?? 'fine').toMatch(why)
  })
})

test.each([
  'p\\xe4ssw\\U0001f511rd-long-1',
  'P\\XE4SSW\\U0001F511RD-LONG-1',
  'p\\U000000e4ssw\\U0001f511rd-long-1',
  'p\\U00E4ssw\\uD83D\\uDD11rd-long-1',
])('a secret outside of the first plane, as Python writes it: %s', (written) => {
  const { add, redact } = createRedactor()
  add('p\u00e4ssw\u{1f511}rd-long-1')
  expect(redact(`it was ${written} there`)).toBe('it was *** there')
})
