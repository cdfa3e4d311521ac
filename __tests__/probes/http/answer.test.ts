import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, integer, property, record, string, uint8Array } from 'fast-check'
import { createReader } from '../../../src/probes/http/answer.ts'

const options = { method: 'GET', keepBytes: 1024, readBytes: 4096 }

/** Feeds the bytes in pieces cut at these places. */
const read = (bytes: Buffer, cuts: readonly number[], overrides: Partial<typeof options> = {}) => {
  const reader = createReader({ ...options, ...overrides })
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  for (const [index, from] of places.slice(0, -1).entries()) {
    const progress = reader.push(bytes.subarray(from, places[index + 1]))
    if (progress.is !== 'more') return progress
  }
  return reader.end()
}

const chunked = (pieces: readonly Uint8Array[]): Buffer =>
  Buffer.concat([
    Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
    ...pieces.flatMap((one) => (one.length === 0 ? [] : [Buffer.from(`${one.length.toString(16)}\r\n`), one, Buffer.from('\r\n')])),
    Buffer.from('0\r\n\r\n'),
  ])
const sized = (body: Uint8Array): Buffer => Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body])

const cuts = array(integer({ min: 0, max: 5000 }), { maxLength: 20 })

describe('an answer', () => {
  test('is the same however it is cut into pieces, chunked or not', () => {
    assert(
      property(array(uint8Array({ maxLength: 60 }), { maxLength: 8 }), cuts, (pieces, at) => {
        const whole = Buffer.concat(pieces)
        for (const bytes of [chunked(pieces), sized(whole)]) {
          const progress = read(bytes, at)
          expect(progress).toMatchObject({ is: 'done', answer: { status: 200, bodyBytes: whole.length, ended: 'whole' } })
          expect(progress.is === 'done' && progress.answer.body.equals(whole)).toBe(true)
        }
      }),
    )
  })

  test('cut anywhere is never whole', () => {
    const bytes = chunked([Buffer.from('hello'), Buffer.from('world')])
    for (let length = 1; length < bytes.length; length += 1) expect(read(bytes.subarray(0, length), []).is).toBe('cut')
  })

  test('of any bytes neither throws nor keeps more than was to be kept', () => {
    const line = record({
      start: constantFrom('HTTP/1.1 200 OK\r\n', 'HTTP/1.1 999\r\n', ''),
      rest: string(),
      body: uint8Array({ maxLength: 3000 }),
    })
    assert(
      property(line, cuts, ({ start, rest, body }, at) => {
        const progress = read(Buffer.concat([Buffer.from(`${start}${rest}\r\n\r\n`), body]), at)
        expect(progress.is === 'done' ? progress.answer.body.length : 0).toBeLessThanOrEqual(options.keepBytes)
      }),
    )
  })

  test('keeps its beginning and counts what was read', () => {
    const progress = read(sized(Buffer.alloc(3000, 'x')), [])
    expect(progress).toMatchObject({ is: 'done', answer: { bodyBytes: 3000, ended: 'whole' } })
    expect(progress.is === 'done' && progress.answer.body.length).toBe(1024)
    expect(read(sized(Buffer.alloc(5000, 'x')), [])).toMatchObject({ is: 'done', answer: { ended: 'bound' } })
  })

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 'GET'],
    ['304', 'HTTP/1.1 304 Not Modified\r\n\r\n', 'GET'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'GET'],
    ['200 to HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD'],
    ['200 without content', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'GET'],
  ])('with status %s has no body', (_name, bytes, method) => {
    expect(createReader({ ...options, method }).push(Buffer.from(bytes))).toMatchObject({ is: 'done', answer: { bodyBytes: 0 } })
  })

  test.each([
    ['a newer HTTP', 'HTTP/2 200\r\n\r\n'],
    ['no HTTP at all', 'SSH-2.0-server\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n'],
    ['a folded line before any header', 'HTTP/1.1 200 OK\r\n folded\r\n\r\n'],
    ['a list of two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello'],
    ['an empty list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: ,\r\n\r\nhello'],
  ])('with %s is garbage', (_name, bytes) => {
    expect(createReader(options).push(Buffer.from(bytes)).is).toBe('garbage')
  })

  test.each([
    ['a line', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(110_000)}`],
    ['all lines', `HTTP/1.1 200 OK\r\n${`X: ${'x'.repeat(50_000)}\r\n`.repeat(7)}`],
    ['folded lines', `HTTP/1.1 200 OK\r\nX: y\r\n${' x\r\n'.repeat(80_000)}`],
    ['interim answers without end', 'HTTP/1.1 100 Continue\r\nX: y\r\n\r\n'.repeat(10_000)],
  ])('with too much in %s says so', (_name, bytes) => {
    expect(createReader(options).push(Buffer.from(bytes)).is).toBe('oversize')
  })

  test('keeps every byte of a header but the white space around it', () => {
    const progress = createReader(options).push(
      Buffer.from('HTTP/1.1 200 OK\r\nLocation: \t/voil\xc3\xa0 \r\nContent-Length: 0\r\n\r\n', 'latin1'),
    )
    expect(progress.is === 'done' && progress.answer.headers.get('location')).toBe('/voil\xc3\xa0')
  })

  test('joins what is folded by a space', () => {
    const progress = createReader(options).push(Buffer.from('HTTP/1.1 200 OK\r\nX: a;\r\n  b\r\n\tc\r\nContent-Length: 0\r\n\r\n'))
    expect(progress.is === 'done' && progress.answer.headers.get('x')).toBe('a; b c')
  })
})
