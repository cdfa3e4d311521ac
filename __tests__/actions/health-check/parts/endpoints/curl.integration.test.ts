import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { runCheck } from '../../../../support/endpoints.ts'
import { listening } from '../../../../support/http-server.ts'

const execute = promisify(execFile)

/** What each path of one server answers, byte for byte, and whether it is as expected; `text` must be in it. */
type Answered = {
  readonly sends: Buffer
  readonly good: boolean
  readonly text?: string
  readonly json?: object
  readonly ours?: 'stricter' | 'wider'
}

const latin = (text: string) => Buffer.from(text, 'latin1')
const answer = (head: string, body: string | Buffer = '', rest: Partial<Answered> = {}): Answered => ({
  sends: Buffer.concat([latin(`${head}\r\n\r\n`), typeof body === 'string' ? latin(body) : body]),
  good: true,
  ...rest,
})
const ok = (headers: string, body: string | Buffer = '', rest: Partial<Answered> = {}) =>
  answer(`HTTP/1.1 200 OK\r\n${headers}${headers === '' ? '' : '\r\n'}Content-Length: ${body.length}`, body, rest)
const json = '{"status":"ok"}'
const expected = { json: { status: 'ok' } }
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const packed = (coding: string, body: Buffer, rest: Partial<Answered> = expected) => ok(`Content-Encoding: ${coding}`, body, rest)

const answers: Readonly<Record<string, Answered>> = {
  'a plain answer': ok('', 'hello', { text: 'hello' }),
  '503': answer('HTTP/1.1 503 Down\r\nContent-Length: 4', 'down', { good: false }),
  '404': answer('HTTP/1.1 404 No\r\nContent-Length: 0', '', { good: false }),
  'no HTTP': { sends: latin('220 mail.example ESMTP\r\n'), good: false },
  'nothing at all': { sends: latin(''), good: false },
  'a body that is cut': answer('HTTP/1.1 200 OK\r\nContent-Length: 100', 'short', { good: false }),
  'a chunk that is cut': answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', '5\r\nhello\r\n', { good: false }),
  'a chunk without a size': answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', 'zz\r\nhello\r\n0\r\n\r\n', { good: false }),
  'chunks with extensions and trailers': answer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked', '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n', {
    text: 'hello',
  }),
  'HTTP/1.0 until the end': answer('HTTP/1.0 200 OK', 'hello', { text: 'hello' }),
  'line feeds alone': { sends: latin('HTTP/1.1 200 OK\nContent-Length: 5\n\nhello'), good: true, text: 'hello' },
  'a status without words': answer('HTTP/1.1 200\r\nContent-Length: 5', 'hello', { text: 'hello' }),
  'an interim answer first': answer('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5', 'hello', {
    text: 'hello',
  }),
  'a folded header': answer(
    "HTTP/1.1 200 OK\r\nContent-Security-Policy: default-src 'self';\r\n  img-src *\r\nContent-Length: 5",
    'hello',
    { text: 'hello' },
  ),
  'a header folded by a tab, of its name alone': answer('HTTP/1.1 200 OK\r\nX-Long:\r\n\tfar away\r\nContent-Length: 5', 'hello', {
    text: 'hello',
  }),
  'a list of one length': answer('HTTP/1.1 200 OK\r\nContent-Length: 5, 5', 'hello', { text: 'hello' }),
  'one length in two lines': answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5', 'hello', { text: 'hello' }),
  'two lengths': answer('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6', 'hello', { good: false }),
  // curl 7.88 takes the first of a list without a look at the others.
  'a list of two lengths': answer('HTTP/1.1 200 OK\r\nContent-Length: 5, 6', 'hello', { good: false, ours: 'stricter' }),
  'one header of 17 kB': ok(`X: ${'x'.repeat(17_000)}`, 'hello', { text: 'hello' }),
  'seventy headers of 1 kB': ok(Array.from({ length: 70 }, (_, number) => `X-${number}: ${'x'.repeat(1_000)}`).join('\r\n'), 'hello', {
    text: 'hello',
  }),
  'one header of 120 kB': ok(`X: ${'x'.repeat(120_000)}`, 'hello', { good: false }),
  'an empty coding': ok('Content-Encoding: ', json, expected),
  'a coding called none': ok('Content-Encoding: none', json, { ...expected, ours: 'wider' }),
  'the coding identity': ok('Content-Encoding: Identity', json, expected),
  gzip: packed('gzip', gzipSync(json)),
  'x-gzip': packed('x-gzip', gzipSync(json)),
  // RFC 1952 lets a file have several; curl 7.88 reads the first.
  'two members of gzip': packed('gzip', Buffer.concat([gzipSync('{"status":'), gzipSync('"ok"}')]), { ...expected, ours: 'wider' }),
  deflate: packed('deflate', deflateSync(json)),
  'deflate without its wrapper': packed('deflate', deflateRawSync(json)),
  br: packed('br', brotliCompressSync(json)),
  zstd: packed('zstd', zstdCompressSync(Buffer.from(json))),
  'deflate in gzip': packed('deflate, gzip', gzipSync(deflateSync(json))),
  'gzip that is none': packed('gzip', latin(json), { ...expected, good: false }),
  'deflate that is none': packed('deflate', latin(json), { ...expected, good: false }),
  'a coding that nobody knows': packed('squash', latin(json), { ...expected, good: false }),
  'a packed answer of nothing': ok('Content-Encoding: gzip', '', {}),
  'a body in ISO-8859-1': ok('Content-Type: text/html; charset=ISO-8859-1', 'Sant\xe9', { text: 'Santé' }),
  'a body in a quoted charset': ok('Content-Type: text/html; Charset="windows-1252"', 'Sant\xe9 \x80', { text: 'Santé €' }),
  'a body in UTF-16 by its mark': ok('Content-Type: text/plain', Buffer.concat([latin('\xff\xfe'), Buffer.from('Santé', 'utf16le')]), {
    text: 'Santé',
  }),
  'a body in a charset that nobody knows': ok('Content-Type: text/plain; charset=klingon', utf8('Santé'), { text: 'Santé' }),
  'a mark of the byte order': ok('Content-Type: application/json', `\xef\xbb\xbf${json}`, expected),
  'a place in UTF-8': answer(`HTTP/1.1 302 Found\r\nLocation: ${utf8('/café')}\r\nContent-Length: 0`, '', { text: 'at caf%C3%A9' }),
  'a place that ends in a byte like a space': answer(`HTTP/1.1 302 Found\r\nLocation: ${utf8('/voilà')}\r\nContent-Length: 0`, '', {
    text: 'at voil%C3%A0',
  }),
  'a place in a query': answer(`HTTP/1.1 302 Found\r\nLocation: ${utf8('/x?q=é')}\r\nContent-Length: 0`, '', { text: 'at x?q=%C3%A9' }),
  'a place that is empty': answer('HTTP/1.1 302 Found\r\nLocation: \r\nContent-Length: 0'),
  'a redirect without a place': answer('HTTP/1.1 302 Found\r\nContent-Length: 0'),
  '304': answer('HTTP/1.1 304 Not Modified'),
  '204': answer('HTTP/1.1 204 No Content'),
}

const pathOf = (name: string) => `/${encodeURIComponent(name).replaceAll('%', '-')}`

/** One server for all: it answers by path, and any other path with its name. */
const scripted = () => {
  const byPath = new Map(Object.entries(answers).map(([name, { sends }]) => [pathOf(name), sends]))
  return listening(
    createServer((socket) =>
      socket.once('data', (data) => {
        const path = /^GET (\S+)/.exec(data.toString('latin1'))?.[1] ?? ''
        const [place] = [`at ${path.slice(1)}`]
        socket.end(byPath.get(path) ?? latin(`HTTP/1.1 200 OK\r\nContent-Length: ${place.length}\r\n\r\n${place}`))
      }),
    ),
  )
}

/** Whether curl brings the answer home, redirects followed and bodies unpacked. */
const curlTakes = async (url: string): Promise<boolean> => {
  const args = ['--silent', '--fail', '--location', '--compressed', '--max-time', '10', '--noproxy', '*', '--output', '-', url]
  return execute('curl', args, { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 }).then(
    () => true,
    () => false,
  )
}

describe('what servers really send', () => {
  test('is judged as curl judges it, but where it says otherwise', async () => {
    await using server = await scripted()
    const named = Object.entries(answers)
    const told = await Promise.all(
      named.map(async ([name, { text, json: wanted, good, ours }]) => {
        const url = `${server.origin}${pathOf(name)}`
        const { findings } = await runCheck([
          { url, attempts: 1, ...(text === undefined ? {} : { text }), ...(wanted === undefined ? {} : { json: wanted }) },
        ])
        const curl = await curlTakes(url)
        return {
          name,
          // A busy machine is slow, which is no verdict on what was sent.
          ronde: findings.every((one) => one.id === 'endpoint.latency' || (one.status !== 'critical' && one.status !== 'unknown')),
          curl: ours === undefined ? curl : good,
        }
      }),
    )
    expect(told).toEqual(named.map(([name, { good }]) => ({ name, ronde: good, curl: good })))
  }, 60_000)

  test('is told as too long when it is, and with the words of its failure', async () => {
    await using server = await scripted()
    const long = await runCheck([{ url: `${server.origin}${pathOf('one header of 120 kB')}`, attempts: 1 }])
    expect(long.findings[0]).toMatchObject({ status: 'critical', title: expect.stringContaining('its header is longer than') })
    const down = await runCheck([{ url: `${server.origin}${pathOf('503')}`, attempts: 1 }])
    expect(down.findings.find((one) => one.id === 'endpoint.status')?.evidence).toEqual(['its body begins with "down"'])
  })
})
