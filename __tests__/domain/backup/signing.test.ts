import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { newSigningKey, publicKeyOf, signatureOf, signerOf } from '../../../src/domain/backup/signing.ts'

const bytes = new TextEncoder().encode('{"schemaVersion":1}\n')
const key = newSigningKey()
const other = newSigningKey()

test('a signature is 64 raw bytes that only the public half of its key accepts', () => {
  const signature = signatureOf(bytes, key)
  expect(signature).toHaveLength(64)
  expect(signerOf(bytes, signature, [publicKeyOf(other), publicKeyOf(key)])).toBe(publicKeyOf(key))
  expect(signerOf(bytes, signature, [publicKeyOf(other)])).toBeUndefined()
  expect(signerOf(bytes, signature, [])).toBeUndefined()
})

test('a changed byte, a cut signature and what is no key are nobody’s', () => {
  const signature = signatureOf(bytes, key)
  expect(signerOf(new TextEncoder().encode('{"schemaVersion":2}\n'), signature, [publicKeyOf(key)])).toBeUndefined()
  expect(signerOf(bytes, signature.subarray(1), [publicKeyOf(key)])).toBeUndefined()
  expect(signerOf(bytes, signature, ['no key', publicKeyOf(key)])).toBe(publicKeyOf(key))
})

test('a key of another kind does not sign', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(() => signatureOf(bytes, rsa)).toThrow('is not an Ed25519 key')
  expect(() => publicKeyOf(rsa)).toThrow('is not an Ed25519 key')
})
