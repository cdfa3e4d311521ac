import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generatePrimeSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Authority, Issued } from './authority.ts'

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const long = Buffer.from(
    body.length
      .toString(16)
      .padStart(2, '0')
      .replace(/^(.(?:..)*)$/, '0$1'),
    'hex',
  )
  const length = body.length < 128 ? Buffer.from([body.length]) : Buffer.concat([Buffer.from([0x80 | long.length]), long])
  return Buffer.concat([Buffer.from([tag]), length, body])
}

const integer = (value: bigint): Buffer => {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return der(2, Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex'))
}

const inverse = (of: bigint, by: bigint): bigint => {
  let [old, rest, oldS, s] = [of, by, 1n, 0n]
  while (rest !== 0n) {
    const quotient = old / rest
    ;[old, rest, oldS, s] = [rest, old - quotient * rest, s, oldS - quotient * s]
  }
  return ((oldS % by) + by) % by
}

const exponent = 65_537n

/**
 * An RSA key of 16,384 bits, the longest that OpenSSL verifies with, in a moment: two of its three primes are Mersenne's. To look for
 * primes of that size would take half a minute.
 */
export const hugeRsaKey = (): string => {
  const [p, q, r] = [2n ** 11_213n - 1n, 2n ** 4_423n - 1n, generatePrimeSync(748, { bigint: true })]
  const d = inverse(exponent, (p - 1n) * (q - 1n) * (r - 1n))
  const other = der(0x30, ...[r, d % (r - 1n), inverse((p * q) % r, r)].map(integer))
  const numbers = [1n, p * q * r, exponent, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)].map(integer)
  const key = createPrivateKey({ key: der(0x30, ...numbers, der(0x30, other)), format: 'der', type: 'pkcs1' })
  return String(key.export({ format: 'pem', type: 'pkcs8' }))
}

/** A public key of so many bits that nobody has the private one of. */
const publicKeyOf = (bits: number): string => {
  const modulus = (1n << BigInt(bits - 1)) | (1n << BigInt(bits - 20)) | 1n
  const key = createPublicKey({ key: der(0x30, integer(modulus), integer(exponent)), format: 'der', type: 'pkcs1' })
  return String(key.export({ format: 'pem', type: 'spki' }))
}

/** An authority's certificate, signed by another, for a key that is longer than anything OpenSSL takes. */
export const authorityOfBits = (bits: number, { folder }: Pick<Authority, 'folder'>, by: Issued, name: string): string => {
  const at = (file: string) => join(folder, file)
  writeFileSync(at('huge.pub'), publicKeyOf(bits))
  writeFileSync(at('huge.cnf'), 'basicConstraints = critical, CA:TRUE\n')
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  openssl('req', '-new', '-key', by.keyPath, '-subj', `/CN=${name}`, '-out', 'huge.csr')
  const signer = ['-CA', by.certPath, '-CAkey', by.keyPath, '-CAcreateserial', '-days', '100', '-extfile', 'huge.cnf']
  return String(openssl('x509', '-req', '-in', 'huge.csr', '-force_pubkey', 'huge.pub', ...signer))
}
