import { describe, expect, test } from '@jest/globals'
import { action } from '../../../../../src/actions/health-check/action.ts'
import { jsonDifference } from '../../../../../src/actions/health-check/parts/endpoints/json-subset.ts'
import { type Endpoint, endpointsOption } from '../../../../../src/actions/health-check/parts/endpoints/options.ts'
import { targetsOf } from '../../../../../src/actions/health-check/parts/endpoints/target.ts'
import { flatIssues, houseError } from '../../../../../src/runtime/parse/issues.ts'
import { parsedEndpoints, target } from '../../../../support/endpoints.ts'
import { mistakesOf, parseTold } from '../../../../support/parse-run.ts'

/** As a person reads them: `[0].url: …`. */
const mistakes = (written: readonly unknown[]): readonly string[] => {
  const { error } = endpointsOption.safeParse(written, { error: houseError })
  return error === undefined ? [] : flatIssues(error, endpointsOption).map(({ path, message }) => `${path.join('.')}: ${message}`)
}
const url = 'https://quiz.example/'

describe('an endpoint that is written wrong', () => {
  const rows: readonly (readonly [string, readonly unknown[], string])[] = [
    ['has no scheme', ['quiz.example'], 'has no scheme; write https://quiz.example'],
    ['has another scheme', ['ftp://quiz.example'], 'expected https, http or tcp'],
    ['has no port', ['tcp://db'], 'has no port'],
    ['is there twice', [url, 'https://QUIZ.example'], 'the same as [0]'],
    [
      'has the name of another',
      [
        { name: 'a', url },
        { name: 'a', url: `${url}b` },
      ],
      '1.name: the same as [0].name',
    ],
    ['expects JSON in quotes', [{ url, json: '{"status":"ok"}' }], 'JSON in quotes is text; leave the quotes out'],
    [
      'expects several statuses in one text',
      [{ url, status: '200, 204' }],
      '"200, 204" is not a status such as 200, 2xx or 200-299; write [200, 204]',
    ],
    ['has a name that is too long', [{ url, name: 'x'.repeat(81) }], 'is too long; at most 80 characters'],
    ['has a misspelt key', [{ url, 'max-latncy': '1s' }], 'max-latncy'],
    ['has a time without a unit', [{ url, timeout: '10' }], 'has no unit'],
    ['has no attempt', [{ url, attempts: 0 }], 'attempts'],
    ['expects no status', [{ url, status: '6xx' }], 'is not a status'],
    ['expects a range the wrong way round', [{ url, status: '299-200' }], 'is not a status'],
    ['sets a header that frames the request', [{ url, headers: { 'Content-Length': '5' } }], 'is set by Ronde itself'],
    ['has a header with a line break', [{ url, headers: { A: 'b\r\nEvil: c' } }], 'has a line break'],
    ['has a body without POST', [{ url, body: 'x' }], 'only a POST has a body'],
    ['compares what HEAD does not bring', [{ url, method: 'HEAD', text: 'x' }], 'has no body'],
    ['speaks of TLS without TLS', [{ url: 'http://quiz.example', 'tls-verify': false, redirects: 'none' }], 'has no TLS'],
    [
      'is there twice under two names',
      [
        { url, name: 'a' },
        { url, name: 'b', attempts: 1, timeout: '5s' },
      ],
      'the same as [0]',
    ],
    [
      'is there twice with the same header',
      [
        { url, headers: { A: 'b' } },
        { url, headers: { a: 'b' } },
      ],
      'the same as [0]',
    ],
    ['is a Unix socket', ['http://unix:/run/x.sock:/health'], 'is a Unix socket'],
    ['has a port that is none', ['http://127.0.0.1:0/'], 'has the port 0'],
    ['has a TCP port that is none', ['tcp://db:0'], 'has the port 0'],
    [
      'compares a number that cannot be kept',
      [{ url, json: { id: Number('12345678901234567890') } }],
      'json.id: a number with more digits',
    ],
    ['compares a number deep inside', [{ url, json: [{ a: [1, 2 ** 53] }] }], 'more digits'],
    ['compares a fraction that cannot be kept', [{ url, json: { a: Number('0.12345678901234567') } }], 'more digits'],
    ['asks a port for HTTP things', [{ url: 'tcp://db:5432', status: 200 }], 'it only connects'],
    ['writes', [{ url, method: 'DELETE' }], 'method'],
  ]
  test.each(rows)('because it %s is told', (_name, written, message) => {
    expect(mistakes(written).join('\n')).toContain(message)
  })

  test('may differ in method, path or the container from which it is asked', () => {
    const written = [url, { url, method: 'HEAD' }, { url, from: 'web' }, `${url}x`]
    expect(mistakes(written)).toEqual([])
  })

  test.each<[string, object, object]>([
    ['a header', { headers: { Host: 'shop.example' } }, { headers: { Host: 'blog.example' } }],
    ['the text', { text: 'one' }, { text: 'two' }],
    ['the JSON', { json: { a: 1 } }, { json: { a: 2 } }],
    ['the status', { status: 200 }, { status: 404 }],
    ['the body', { method: 'POST', body: 'a' }, { method: 'POST', body: 'b' }],
  ])('may differ in %s', (_, one, other) => {
    expect(
      mistakes([
        { url, ...one },
        { url, ...other },
      ]),
    ).toEqual([])
  })

  test('over http may say of TLS what holds where it redirects to', () => {
    expect(mistakes([{ url: 'http://quiz.example', ca: '/etc/ca.pem', 'server-name': 'shop.example' }])).toEqual([])
  })

  test('keeps every key of its JSON on the way from the file', async () => {
    const file = 'health-check: { endpoints: [{ url: "http://quiz.example/", json: { "__proto__": { admin: true }, n: 1.5 } }] }\n'
    const { optionsFor } = await parseTold({ action, file, registry: { 'health-check': async () => ({ action }) } })
    const { options } = await optionsFor('health-check', {})
    const [one] = options['endpoints'] as readonly Endpoint[]
    expect(JSON.stringify(one?.json)).toBe('{"__proto__":{"admin":true},"n":1.5}')
    expect(jsonDifference(one?.json ?? null, { status: 'ok' })).toContain('$.__proto__ is missing')
  })

  test.each(['12345678901234567890', '1.00000000000000000001'])('of %s is refused when the file is read', async (number) => {
    const file = `health-check: { endpoints: [{ url: "http://quiz.example/", json: { id: ${number} } }] }\n`
    expect((await mistakesOf({ action, file })).join('\n')).toContain('more digits than can be kept or compared')
  })
})

describe('an endpoint', () => {
  test('ending in /api/health expects status ok, and warns over 200 ms', () => {
    expect(target('https://quiz.example/api/health')).toMatchObject({
      json: { status: 'ok' },
      latency: { warning: 200, critical: Infinity },
    })
    expect(target('https://quiz.example/api/health/').json).toEqual({ status: 'ok' })
  })

  test.each([
    ['HEAD', { method: 'HEAD' }],
    ['a text', { text: 'up' }],
    ['an error', { status: 503 }],
    ['other JSON', { json: { up: true } }],
  ])('ending in /api/health with %s does not expect it', (_name, more) => {
    expect(target({ url: 'https://quiz.example/api/health', ...more }).json).not.toEqual({ status: 'ok' })
  })

  test('otherwise has the limits of p95, 500 ms and 1 s when none are given', () => {
    expect(target('https://quiz.example/').latency).toMatchObject({ warning: 500, critical: 1000 })
    const p95 = { warning: 1, critical: 2, clear: 1, worse: 'above' } as const
    expect(target('https://quiz.example/', p95).latency).toEqual(p95)
    expect(target({ url, 'max-latency': '3s' }, p95).latency).toMatchObject({ warning: 3000, critical: Infinity })
  })

  test('is spoken of without credentials and query values', () => {
    expect(target('https://user:pass@quiz.example/a?token=abc').subject).toBe('https://quiz.example/a?token=…')
    expect(target({ url: 'tcp://DB:5432', from: 'web' }).subject).toBe('tcp://db:5432 from web')
    expect(target({ url, method: 'HEAD' }).subject).toBe('HEAD https://quiz.example/')
  })

  test('that differs only in what is not shown has a subject of its own', () => {
    const written = [`${url}?a=1`, `${url}?a=2`, { name: 'third', url: `${url}?a=3` }]
    const subjects = targetsOf(parsedEndpoints(written), undefined).map((one) => one.subject)
    expect(subjects).toEqual([`${url}?a=…`, `${url}?a=… (no. 2)`, `${url}?a=… (third)`])
  })
})
