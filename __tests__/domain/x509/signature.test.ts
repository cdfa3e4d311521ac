import { describe, expect, test } from '@jest/globals'
import { readDer } from '../../../src/domain/x509/der.ts'
import { signatureOf } from '../../../src/domain/x509/signature.ts'

const tlv = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(content)
  return Buffer.concat([Buffer.from([tag, value.length]), value])
}
const base128 = (number: number): readonly number[] =>
  number < 128 ? [number] : [...base128(Math.floor(number / 128)).map((one) => one | 0x80), number % 128]
const objectId = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}
const told = (...content: readonly Buffer[]) => {
  const read = readDer(tlv(0x30, ...content))
  if (read === undefined) throw new Error('no DER')
  return signatureOf(read)
}
const absent = tlv(0x05)

describe('a signature is named', () => {
  test.each([
    ['1.2.840.113549.1.1.2', 'RSA with MD2', true],
    ['1.2.840.113549.1.1.3', 'RSA with MD4', true],
    ['1.2.840.113549.1.1.4', 'RSA with MD5', true],
    ['1.2.840.113549.1.1.5', 'RSA with SHA-1', true],
    ['1.2.840.113549.1.1.11', 'RSA with SHA-256', false],
    ['1.2.840.113549.1.1.12', 'RSA with SHA-384', false],
    ['1.2.840.113549.1.1.13', 'RSA with SHA-512', false],
    ['1.2.840.113549.1.1.14', 'RSA with SHA-224', false],
    ['1.2.840.10040.4.3', 'DSA with SHA-1', true],
    ['1.3.14.3.2.29', 'RSA with SHA-1', true],
    ['1.3.14.3.2.3', 'RSA with MD5', true],
    ['1.3.14.3.2.15', 'RSA with SHA', true],
    ['1.3.14.3.2.27', 'DSA with SHA-1', true],
    ['2.5.8.3.100', 'RSA with MDC-2', true],
    ['1.3.36.3.3.1.2', 'RSA with RIPEMD-160', true],
    ['2.16.840.1.101.3.4.3.2', 'DSA with SHA-256', false],
    ['1.2.840.10045.4.1', 'ECDSA with SHA-1', true],
    ['1.2.840.10045.4.3.1', 'ECDSA with SHA-224', false],
    ['1.2.840.10045.4.3.2', 'ECDSA with SHA-256', false],
    ['1.2.840.10045.4.3.3', 'ECDSA with SHA-384', false],
    ['1.2.840.10045.4.3.4', 'ECDSA with SHA-512', false],
    ['1.3.101.112', 'Ed25519', false],
    ['1.3.101.113', 'Ed448', false],
    ['2.16.840.1.101.3.4.3.17', 'ML-DSA-44', false],
    ['2.16.840.1.101.3.4.3.18', 'ML-DSA-65', false],
    ['2.16.840.1.101.3.4.3.19', 'ML-DSA-87', false],
    ['1.2.3.4', 'algorithm 1.2.3.4', false],
  ])('%s: %s, weak: %s', (id, algorithm, weak) => {
    expect(told(objectId(id), absent)).toEqual({ algorithm, weak })
  })

  const pss = objectId('1.2.840.113549.1.1.10')
  test.each([
    ['1.2.840.113549.2.5', 'MD5', true],
    ['1.3.14.3.2.26', 'SHA-1', true],
    ['2.16.840.1.101.3.4.2.4', 'SHA-224', false],
    ['2.16.840.1.101.3.4.2.1', 'SHA-256', false],
    ['2.16.840.1.101.3.4.2.2', 'SHA-384', false],
    ['2.16.840.1.101.3.4.2.3', 'SHA-512', false],
    ['1.2.3.4', '1.2.3.4', false],
  ])('RSA-PSS by the hash %s of its parameters: %s, weak: %s', (id, name, weak) => {
    const parameters = tlv(0x30, tlv(0xa0, tlv(0x30, objectId(id))))
    expect(told(pss, parameters)).toEqual({ algorithm: `RSA-PSS with ${name}`, weak })
  })

  test.each([
    ['no parameters', []],
    ['parameters that name none', [tlv(0x30, tlv(0xa2, tlv(0x02, Buffer.from([20]))))]],
  ])('RSA-PSS with %s: by SHA-1, and weak', (_what, parameters) => {
    expect(told(pss, ...parameters)).toEqual({ algorithm: 'RSA-PSS with SHA-1', weak: true })
  })

  test.each([
    ['empty', tlv(0xa0)],
    ['without an algorithm', tlv(0xa0, tlv(0x30))],
  ])('RSA-PSS with a hash that is %s: unknown', (_what, hash) => {
    expect(told(pss, tlv(0x30, hash))).toEqual({ algorithm: 'RSA-PSS with an unknown hash', weak: false })
  })
})
