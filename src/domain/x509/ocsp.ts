import type { Instant } from '../../contract/seen.ts'
import { type Der, elementsOf, readDer } from './der.ts'

/** What a stapled OCSP response says of the certificate. Its signature is not verified: only who stapled a wrong one is harmed by it. */
export type Staple =
  | { readonly kind: 'good' | 'revoked' | 'unknown'; readonly thisUpdate: Instant; readonly nextUpdate: Instant | undefined }
  | { readonly kind: 'broken' }

const broken: Staple = { kind: 'broken' }
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

/** SingleResponse: certID, certStatus, thisUpdate, [0] nextUpdate. */
const readSingle = (single: Der): Staple => {
  const [, status, thisUpdate, next] = elementsOf(single.content)
  const kind = status === undefined ? undefined : kinds[status.tag & 0x1f]
  const from = timeOf(thisUpdate)
  if (kind === undefined || from === undefined) return broken
  if (next?.tag !== 0xa0) return { kind, thisUpdate: from, nextUpdate: undefined }
  // An end that cannot be read is not "without an end".
  const nextUpdate = timeOf(readDer(next.content))
  return nextUpdate === undefined ? broken : { kind, thisUpdate: from, nextUpdate }
}

/** Goes down one wrapper after the other by the index of the element. */
const down = (der: Der | undefined, ...indexes: readonly number[]): Der | undefined =>
  indexes.reduce<Der | undefined>((at, index) => (at === undefined ? undefined : elementsOf(at.content)[index]), der)

/** Reads an OCSPResponse with one answer in it. */
export const readStaple = (bytes: Buffer): Staple => {
  // OCSPResponse { status, [0] { ResponseBytes { type, OCTET STRING } } } -> BasicOCSPResponse { ResponseData { … } }
  const octets = down(readDer(bytes), 1, 0, 1)
  const data = octets === undefined ? undefined : down(readDer(octets.content), 0)
  if (data === undefined) return broken
  // ResponseData: [0] version?, responder, producedAt, responses.
  const responses = elementsOf(data.content).find((one) => one.tag === 0x30)
  const single = down(responses, 0)
  return single === undefined ? broken : readSingle(single)
}
