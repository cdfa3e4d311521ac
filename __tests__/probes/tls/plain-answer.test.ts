import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readPlainAnswer } from '../../../src/probes/tls/plain-answer.ts'

const sized = (bytes: 2 | 3, content: Buffer): Buffer => {
  const length = Buffer.alloc(bytes)
  length.writeUIntBE(content.length, 0, bytes)
  return Buffer.concat([length, content])
}
const message = (kind: number, body: Buffer) => Buffer.concat([Buffer.from([kind]), sized(3, body)])
const record = (content: Buffer) => Buffer.concat([Buffer.from([0x16, 3, 3]), sized(2, content)])
const hello = message(2, Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(36)]))
const certificates = message(11, sized(3, Buffer.concat([sized(3, Buffer.from('one')), sized(3, Buffer.from('two'))])))
const done = message(14, Buffer.alloc(0))

test('what a server says before it waits is read, however it is parted into records', () => {
  const all = Buffer.concat([hello, certificates, message(13, Buffer.alloc(3)), done])
  for (const cut of [1, 5, hello.length, hello.length + 7])
    expect(readPlainAnswer(Buffer.concat([record(all.subarray(0, cut)), record(all.subarray(cut))]), true)).toEqual({
      certificates: [Buffer.from('one'), Buffer.from('two')],
      asksForCertificate: true,
    })
})

test.each([
  ['an alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 40]), 'refused'],
  ['nothing yet', Buffer.alloc(0), 'more'],
  ['half of a record', record(hello).subarray(0, 20), 'more'],
  ['a greeting alone', record(hello), 'more'],
  ['a greeting of TLS 1.1', record(message(2, Buffer.from([3, 2]))), 'refused'],
  ['an empty greeting', record(message(2, Buffer.alloc(0))), 'refused'],
  ['an end without certificates', record(Buffer.concat([hello, done])), 'refused'],
])('%s: %s', (_what, heard, answer) => {
  expect(readPlainAnswer(heard, true)).toBe(answer)
})

test('no bytes make it throw', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(record(hello), record(certificates), hello, certificates, done, Buffer.from([0x16, 3, 3, 0, 4, 2, 0, 0, 0])),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.boolean(), (pieces, whole) => {
      expect(() => readPlainAnswer(Buffer.concat(pieces), whole)).not.toThrow()
    }),
  )
})
