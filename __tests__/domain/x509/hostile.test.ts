import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readCertificate, shownName } from '../../../src/domain/x509/certificate.ts'
import { elementsOf, objectId, readDer } from '../../../src/domain/x509/der.ts'
import { readStaple } from '../../../src/domain/x509/ocsp.ts'
import { certificateParts, subjectOf } from '../../../src/domain/x509/parts.ts'
import { selfSigned } from '../../support/self-signed.ts'

const der = Buffer.from(selfSigned({ names: ['quiz.example', '127.0.0.1'] }).cert.replace(/-----[^-]+-----|\s/g, ''), 'base64')

describe('bytes of anybody', () => {
  test('are read without an error, and never beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const buffer = Buffer.from(bytes)
        expect((readDer(buffer)?.whole.length ?? 0) <= buffer.length).toBe(true)
        for (const read of [certificateParts, subjectOf, readCertificate, readStaple, elementsOf, objectId]) read(buffer)
      }),
    )
  })

  test('of a certificate that were changed are read without an error', () => {
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, byte, end) => {
        const changed = Buffer.from(der)
        changed[at] = byte
        const cut = changed.subarray(0, end)
        for (const bytes of [changed, cut]) {
          certificateParts(bytes)
          readCertificate(bytes)
        }
        expect(subjectOf(cut)?.length ?? 0).toBeLessThanOrEqual(der.length)
      }),
    )
  })

  test('that are nested, or too many, end', () => {
    const nested = Array.from({ length: 60 }).reduce<Buffer>(
      (inner) => Buffer.concat([Buffer.from([0x30, inner.length]), inner]),
      Buffer.from([5, 0]),
    )
    expect(elementsOf(readDer(nested)?.content ?? Buffer.alloc(0))).toHaveLength(1)
    expect(elementsOf(Buffer.alloc(1_000_000, Buffer.from([5, 0])))).toHaveLength(1_000)
  })
})

test('the subject alone is the one that the whole reader finds', () => {
  expect(subjectOf(der)).toEqual(certificateParts(der)?.subject)
  expect(readCertificate(der)).toMatchObject({
    subject: 'quiz.example',
    dnsNames: ['quiz.example'],
    addresses: ['127.0.0.1'],
    selfSigned: true,
    isCa: true,
  })
})

test.each([
  ['xn--bcher-kva.example', 'bücher.example (xn--bcher-kva.example)'],
  ['*.xn--bcher-kva.example', '*.bücher.example (*.xn--bcher-kva.example)'],
  ['quiz.example', 'quiz.example'],
])('%s is shown as %s', (name, shown) => {
  expect(shownName(name)).toBe(shown)
})
