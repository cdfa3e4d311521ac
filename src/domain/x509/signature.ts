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
  // Numbers of the time before those of PKCS; OpenSSL knows them still.
  '1.3.14.3.2.2': 'RSA with MD4',
  '1.3.14.3.2.3': 'RSA with MD5',
  '1.3.14.3.2.4': 'RSA with MD4',
  '1.3.14.3.2.11': 'RSA without a hash',
  '1.3.14.3.2.13': 'DSA with SHA',
  '1.3.14.3.2.14': 'RSA with MDC-2',
  '1.3.14.3.2.15': 'RSA with SHA',
  '1.3.14.3.2.24': 'RSA with MD2',
  '1.3.14.3.2.25': 'RSA with MD5',
  '1.3.14.3.2.27': 'DSA with SHA-1',
  '1.3.14.3.2.28': 'DSA with SHA-1',
  '1.3.14.3.2.29': 'RSA with SHA-1',
  '2.5.8.3.100': 'RSA with MDC-2',
  '1.3.36.3.3.1.2': 'RSA with RIPEMD-160',
  '1.2.840.10040.4.3': 'DSA with SHA-1',
  '2.16.840.1.101.3.4.3.1': 'DSA with SHA-224',
  '2.16.840.1.101.3.4.3.2': 'DSA with SHA-256',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '0.4.0.127.0.7.1.1.4.1.1': 'plain ECDSA with SHA-1',
  '0.4.0.127.0.7.1.1.4.1.2': 'plain ECDSA with SHA-224',
  '0.4.0.127.0.7.1.1.4.1.3': 'plain ECDSA with SHA-256',
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
  '1.2.840.113549.2.2': 'MD2',
  '1.2.840.113549.2.4': 'MD4',
  '1.2.840.113549.2.5': 'MD5',
  '1.3.14.3.2.18': 'SHA',
  '1.3.14.3.2.26': 'SHA-1',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
}

const pss = '1.2.840.113549.1.1.10'
/** ECDSA that names its hash beside it. */
const specified = '1.2.840.10045.4.3'
/** Also SHA of 1993, MDC-2 and RIPEMD-160, of which OpenSSL makes as little. */
const weak = /\bMD[245]\b|\bSHA(?:-1)?$|\bMDC-2$|\bRIPEMD-160$|without a hash$/

const hashOf = (algorithm: Der | undefined): string => {
  const [id] = algorithm === undefined ? [] : elementsOf(algorithm.content)
  return id === undefined ? 'an unknown hash' : (hashes[objectId(id.content)] ?? objectId(id.content))
}

/** RSASSA-PSS names its hash in its parameters; SHA-1 when it does not. */
const pssHash = (parameters: Der | undefined): string => {
  const named = parameters === undefined ? undefined : elementsOf(parameters.content).find((one) => one.tag === 0xa0)
  return named === undefined ? 'SHA-1' : hashOf(elementsOf(named.content)[0])
}

/** An AlgorithmIdentifier -> its name; one that is not known keeps its number and does not count as weak. */
export const signatureOf = (identifier: Der): Signature => {
  const [id, parameters] = elementsOf(identifier.content)
  const number = id === undefined ? '' : objectId(id.content)
  const named = algorithms[number] ?? `algorithm ${number}`
  const algorithm =
    number === pss ? `RSA-PSS with ${pssHash(parameters)}` : number === specified ? `ECDSA with ${hashOf(parameters)}` : named
  return { algorithm, weak: weak.test(algorithm) }
}
