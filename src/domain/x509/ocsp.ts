import { createHash } from 'node:crypto'
import type { Instant } from '../../contract/seen.ts'
import { type Der, elementsOf, objectId, readDer } from './der.ts'

/** What a stapled OCSP response says of the certificate. Its signature is not verified: only who stapled a wrong one is harmed by it. */
export type Staple =
  | {
      readonly kind: 'good' | 'revoked' | 'unknown'
      readonly thisUpdate: Instant
      readonly nextUpdate: Instant | undefined
      /** For which certificate it is, where it can be read. */
      readonly about: Subject | undefined
    }
  | { readonly kind: 'broken' }

/** `serial` and `issuerHash` as hex; the hash is of the issuer's name. */
type Subject = { readonly hash: string; readonly issuerHash: string; readonly serial: string }

const broken: Staple = { kind: 'broken' }
const hashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const kinds: Readonly<Record<number, 'good' | 'revoked' | 'unknown'>> = { 0: 'good', 1: 'revoked', 2: 'unknown' }
const generalizedTime = 0x18

/** `20261122021700Z` -> milliseconds. */
const timeOf = (der: Der | undefined): Instant | undefined => {
  if (der?.tag !== generalizedTime) return undefined
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(der.content.toString('latin1'))
  if (digits === null) return undefined
  const [year = 0, month = 1, ...rest] = digits.slice(1).map(Number)
  return Date.UTC(year, month - 1, ...(rest as [number]))
}

/** CertID: algorithm, hash of the issuer's name, hash of its key, serial number. */
const subjectOf = (id: Der | undefined): Subject | undefined => {
  const [algorithm, name, , serial] = id === undefined ? [] : elementsOf(id.content)
  const [number] = algorithm === undefined ? [] : elementsOf(algorithm.content)
  if (number === undefined || name === undefined || serial === undefined) return undefined
  return {
    hash: hashes[objectId(number.content)] ?? '',
    issuerHash: name.content.toString('hex'),
    serial: serial.content.toString('hex'),
  }
}

/** SingleResponse: certID, certStatus, thisUpdate, [0] nextUpdate. */
const readSingle = (single: Der): Staple => {
  const [id, status, thisUpdate, next] = elementsOf(single.content)
  const about = subjectOf(id)
  const kind = status === undefined ? undefined : kinds[status.tag & 0x1f]
  const from = timeOf(thisUpdate)
  if (kind === undefined || from === undefined) return broken
  if (next?.tag !== 0xa0) return { kind, thisUpdate: from, nextUpdate: undefined, about }
  // An end that cannot be read is not "without an end".
  const nextUpdate = timeOf(readDer(next.content))
  return nextUpdate === undefined ? broken : { kind, thisUpdate: from, nextUpdate, about }
}

/** Goes down one wrapper after the other by the index of the element. */
const down = (der: Der | undefined, ...indexes: readonly number[]): Der | undefined =>
  indexes.reduce<Der | undefined>((at, index) => (at === undefined ? undefined : elementsOf(at.content)[index]), der)

type Certified = { readonly serial: string; readonly issuerDer: Buffer }

/** Whether it is for this certificate; one that names none in a known way is not contradicted. */
export const isAbout = ({ serial, issuerDer }: Certified, about: Subject | undefined): boolean => {
  if (about === undefined) return true
  const issuerHash = about.hash === '' ? about.issuerHash : createHash(about.hash).update(issuerDer).digest('hex')
  return about.serial === serial && about.issuerHash === issuerHash
}

/** Reads an OCSPResponse; of several answers in it the one for this certificate. */
export const readStaple = (bytes: Buffer, certificate?: Certified): Staple => {
  // OCSPResponse { status, [0] { ResponseBytes { type, OCTET STRING } } } -> BasicOCSPResponse { ResponseData { … } }
  const octets = down(readDer(bytes), 1, 0, 1)
  const data = octets === undefined ? undefined : down(readDer(octets.content), 0)
  if (data === undefined) return broken
  // ResponseData: [0] version?, responder, producedAt, responses.
  const responses = elementsOf(data.content).find((one) => one.tag === 0x30)
  const answers = responses === undefined ? [] : elementsOf(responses.content).map(readSingle)
  const own = answers.find((one) => one.kind !== 'broken' && certificate !== undefined && isAbout(certificate, one.about))
  return own ?? answers[0] ?? broken
}
