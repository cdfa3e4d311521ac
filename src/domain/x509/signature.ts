import { type Der, elementsOf, objectId } from './der.ts'

/** How a certificate is signed. `weak`: collisions have been made, so that a forged one may bear the same signature. */
export type Signature = { readonly algorithm: string; readonly weak: boolean }

const algorithms: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'RSA with MD2',
  '1.2.840.113549.1.1.3': 'RSA with MD4',
  '1.2.840.113549.1.1.4': 'RSA with MD5',
  '1.2.840.113549.1.1.5': 'RSA with SHA-1',
  '1.2.840.113549.1.1.11': 'RSA with SHA-256',
  '1.2.840.113549.1.1.12': 'RSA with SHA-384',
  '1.2.840.113549.1.1.13': 'RSA with SHA-512',
  '1.2.840.113549.1.1.14': 'RSA with SHA-224',
  '1.2.840.10040.4.3': 'DSA with SHA-1',
  '2.16.840.1.101.3.4.3.2': 'DSA with SHA-256',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '1.2.840.10045.4.3.1': 'ECDSA with SHA-224',
  '1.2.840.10045.4.3.2': 'ECDSA with SHA-256',
  '1.2.840.10045.4.3.3': 'ECDSA with SHA-384',
  '1.2.840.10045.4.3.4': 'ECDSA with SHA-512',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
}

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.5': 'MD5',
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

const pss = '1.2.840.113549.1.1.10'
const weak = /\bMD[245]\b|\bSHA-1$/

/** RSASSA-PSS names its hash in its parameters; SHA-1 when it does not. */
const pssHash = (parameters: Der | undefined): string => {
  const named = parameters === undefined ? undefined : elementsOf(parameters.content).find((one) => one.tag === 0xa0)
  if (named === undefined) return 'SHA-1'
  const [algorithm] = elementsOf(named.content)
  const [id] = algorithm === undefined ? [] : elementsOf(algorithm.content)
  return id === undefined ? 'an unknown hash' : (hashes[objectId(id.content)] ?? objectId(id.content))
}

/** An AlgorithmIdentifier -> its name; one that is not known keeps its number and does not count as weak. */
export const signatureOf = (identifier: Der): Signature => {
  const [id, parameters] = elementsOf(identifier.content)
  const number = id === undefined ? '' : objectId(id.content)
  const algorithm = number === pss ? `RSA-PSS with ${pssHash(parameters)}` : (algorithms[number] ?? `algorithm ${number}`)
  return { algorithm, weak: weak.test(algorithm) }
}
