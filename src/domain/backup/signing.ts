import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

/** The file of the private key under `state-dir`, PKCS#8 PEM, mode 0600. */
export const signingKeyFile = 'backup-signing-key.pem'

/** A new private key as its PEM. */
export const newSigningKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const ed25519 = (key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('is not an Ed25519 key')
  return key
}

/** The public half of a private key's PEM, as PEM: what stands beside the backups and in `trusted-keys`. */
export const publicKeyOf = (privatePem: string): string =>
  ed25519(createPublicKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString()

/** Whether a text is the PEM of a public key of this kind. */
export const isPublicKey = (pem: string): boolean => {
  try {
    return !pem.includes('PRIVATE') && ed25519(createPublicKey(pem)).type === 'public'
  } catch {
    // No key at all, or one of another kind.
    return false
  }
}

const blocks = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\n?/g

/** The public keys in a file of them. */
export const publicKeysIn = (text: string): readonly string[] => text.match(blocks) ?? []

/** 64 raw bytes over the exact bytes of a file. Throws for what is no Ed25519 key. */
export const signatureOf = (bytes: Uint8Array, privatePem: string): Uint8Array => sign(null, bytes, ed25519(createPrivateKey(privatePem)))

const signatureBytes = 64

const isBy = (bytes: Uint8Array, signature: Uint8Array, publicPem: string): boolean => {
  try {
    return verify(null, bytes, ed25519(createPublicKey(publicPem)), signature)
  } catch {
    // What is no key signed nothing.
    return false
  }
}

/** The first of these public keys that signed exactly these bytes; undefined when none did. */
export const signerOf = (bytes: Uint8Array, signature: Uint8Array, publicPems: readonly string[]): string | undefined =>
  signature.length === signatureBytes ? publicPems.find((pem) => isBy(bytes, signature, pem)) : undefined
