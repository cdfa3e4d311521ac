import { plainLine } from '../../core/text/plain.ts'
import { type Der, elementsOf, objectId, readDer } from './der.ts'
import { stringOf } from './names.ts'
import { type Signature, signatureOf } from './signature.ts'
import { type Usage, usageOf } from './usage.ts'

/** What of a certificate Node does not tell, or only as text: read from its DER. Texts are plain and bounded. */
export type CertificateParts = {
  readonly signature: Signature
  /** The names as they stand in it, to compare. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly commonName: string
  readonly organization: string
  readonly issuerCommonName: string
  readonly issuerOrganization: string
  /** The first of them; `moreNames` are left. */
  readonly dnsNames: readonly string[]
  readonly addresses: readonly string[]
  readonly moreNames: number
  readonly serial: string
  readonly usage: Usage
  readonly ocspUrls: readonly string[]
  readonly mustStaple: boolean
}

const maxNames = 200
/** More names than fit into what is read of a file. */
const maxCounted = 1_000_000
const maxNameChars = 255

const ids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  alternativeNames: '2.5.29.17',
  authorityAccess: '1.3.6.1.5.5.7.1.1',
  ocsp: '1.3.6.1.5.5.7.48.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
} as const
/** TLS feature `status_request` and its later form. */
const stapleFeatures: ReadonlySet<number> = new Set([5, 17])

const none = Buffer.alloc(0)

const textOf = ({ tag, content }: Der): string => {
  const bytes = content.subarray(0, 4 * maxNameChars)
  return plainLine(stringOf({ tag, content: bytes }) ?? bytes.toString('utf8'), maxNameChars)
}

/** The first value of an attribute in a Name; empty when it is not there. */
const attribute = (name: Der, id: string): string => {
  for (const set of elementsOf(name.content)) {
    for (const pair of elementsOf(set.content)) {
      const [type, value] = elementsOf(pair.content)
      if (type !== undefined && value !== undefined && objectId(type.content) === id) return textOf(value)
    }
  }
  return ''
}

/** The content of an extension's OCTET STRING. */
const extensionsOf = (body: readonly Der[]): ReadonlyMap<string, Der> => {
  const wrapper = body.find((one) => one.tag === 0xa3)
  const list = wrapper === undefined ? undefined : readDer(wrapper.content)
  const found = new Map<string, Der>()
  for (const extension of list === undefined ? [] : elementsOf(list.content)) {
    const parts = elementsOf(extension.content)
    const [id, value] = [parts[0], parts.at(-1)]
    const inner = value === undefined ? undefined : readDer(value.content)
    if (id !== undefined && inner !== undefined) found.set(objectId(id.content), inner)
  }
  return found
}

const addressOf = (bytes: Buffer): string => {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return ''
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** DNS names and addresses of a certificate, the first of each kind, and how many are left. */
const alternatives = (extension: Der | undefined): Pick<CertificateParts, 'dnsNames' | 'addresses' | 'moreNames'> => {
  const all = extension === undefined ? [] : elementsOf(extension.content, maxCounted)
  const [dns, numeric] = [0x82, 0x87].map((tag) => all.filter((one) => one.tag === tag)) as [Der[], Der[]]
  const [shownDns, shownNumeric] = [dns.slice(0, maxNames), numeric.slice(0, maxNames)]
  return {
    dnsNames: shownDns.map(({ content }) => plainLine(content.toString('latin1', 0, 4 * maxNameChars), maxNameChars)),
    addresses: shownNumeric.map(({ content }) => addressOf(content)).filter((one) => one !== ''),
    moreNames: dns.length + numeric.length - shownDns.length - shownNumeric.length,
  }
}

const ocspUrlsOf = (extension: Der | undefined): readonly string[] =>
  (extension === undefined ? [] : elementsOf(extension.content)).flatMap((description) => {
    const [method, location] = elementsOf(description.content)
    const isOcsp = method !== undefined && objectId(method.content) === ids.ocsp && location?.tag === 0x86
    return isOcsp ? [plainLine(location.content.toString('latin1', 0, 4 * maxNameChars), maxNameChars)] : []
  })

const featuresOf = (extension: Der | undefined): readonly number[] =>
  (extension === undefined ? [] : elementsOf(extension.content)).map((one) => one.content.at(-1) ?? 0)

/** Serial number, signature algorithm, issuer, validity: what stands before the subject, and a version that may. */
const beforeSubject = 4

/** The encoded subject alone, in a tenth of the work. */
export const subjectOf = (der: Buffer): Buffer | undefined => {
  const tbs = readDer(readDer(der)?.content ?? none)
  let rest = tbs?.content ?? none
  for (let skipped = rest[0] === 0xa0 ? -1 : 0; skipped < beforeSubject; skipped += 1) {
    const one = readDer(rest)
    if (one === undefined) return undefined
    rest = rest.subarray(one.whole.length)
  }
  return readDer(rest)?.whole
}

/** Reads a certificate's DER; `undefined` when it is not built like one. Bounded whatever it holds. */
export const certificateParts = (der: Buffer): CertificateParts | undefined => {
  const whole = readDer(der)
  const [tbs] = whole === undefined ? [] : elementsOf(whole.content)
  if (tbs === undefined) return undefined
  const body = elementsOf(tbs.content)
  const [serial, algorithm, issuer, , subject] = body[0]?.tag === 0xa0 ? body.slice(1) : body
  if (serial === undefined || algorithm === undefined || issuer === undefined || subject === undefined) return undefined
  const extensions = extensionsOf(body)
  return {
    signature: signatureOf(algorithm),
    issuer: issuer.whole,
    subject: subject.whole,
    commonName: attribute(subject, ids.commonName),
    organization: attribute(subject, ids.organization),
    issuerCommonName: attribute(issuer, ids.commonName),
    issuerOrganization: attribute(issuer, ids.organization),
    ...alternatives(extensions.get(ids.alternativeNames)),
    serial: serial.content.toString('hex'),
    usage: usageOf(extensions),
    ocspUrls: ocspUrlsOf(extensions.get(ids.authorityAccess)),
    mustStaple: featuresOf(extensions.get(ids.tlsFeature)).some((one) => stapleFeatures.has(one)),
  }
}
