import { type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { domainToASCII, domainToUnicode } from 'node:url'
import type { Instant } from '../../contract/seen.ts'
import { plainLine } from '../../core/text/plain.ts'
import { isInstant } from '../../core/time/instant.ts'
import { comparedName } from './names.ts'
import { certificateParts } from './parts.ts'
import type { Signature } from './signature.ts'
import type { Usage } from './usage.ts'

/** `type` as OpenSSL names it: `rsa`, `ec`, `ed25519`, …; `bits` is 0 where it says nothing. */
export type CertificateKey = { readonly type: string; readonly bits: number; readonly curve: string }

/** One certificate, read once. All texts are plain, one line, bounded; they are still untrusted. */
export type Certificate = {
  /** Common name of the subject, else its first name, else its organization. */
  readonly subject: string
  /** Organization and common name of the issuer. */
  readonly issuer: string
  /** The organization of the issuer alone; empty when it has none. */
  readonly issuerOrganization: string
  /** The first of them; `moreNames` are left. */
  readonly dnsNames: readonly string[]
  readonly addresses: readonly string[]
  readonly moreNames: number
  readonly notBefore: Instant
  readonly notAfter: Instant
  /** Lower-case hex of its DER. */
  readonly sha256: string
  readonly key: CertificateKey
  readonly signature: Signature
  /** Issuer and subject are the same, and it is signed with its own key. */
  readonly selfSigned: boolean
  readonly isCa: boolean
  readonly mustStaple: boolean
  readonly ocspUrls: readonly string[]
  readonly usage: Usage
  /** Its number, as hex of its bytes. */
  readonly serial: string
  /** Encoded names, and the form in which they are compared, to find who issued whom. */
  readonly subjectDer: Buffer
  readonly issuerDer: Buffer
  readonly subjectName: string
  readonly issuerName: string
  readonly x509: X509Certificate
}

/** As much as is read of a file. */
const maxBytes = 1024 * 1024
/** OpenSSL's names of curves -> those of NIST. */
const curves: Readonly<Record<string, readonly [name: string, bits: number]>> = {
  prime256v1: ['P-256', 256],
  secp384r1: ['P-384', 384],
  secp521r1: ['P-521', 521],
  prime192v1: ['P-192', 192],
  secp224r1: ['P-224', 224],
}

const publicKeyOf = (x509: X509Certificate): KeyObject | undefined => {
  try {
    return x509.publicKey
  } catch {
    // A kind of key that this OpenSSL does not know: told as such, not as an error.
    return undefined
  }
}

const keyOf = (key: KeyObject | undefined): CertificateKey => {
  const { modulusLength = 0, namedCurve = '' } = key?.asymmetricKeyDetails ?? {}
  const [curve, bits] = curves[namedCurve] ?? [namedCurve, Number(/(\d{3})/.exec(namedCurve)?.[1] ?? 0)]
  return { type: key?.asymmetricKeyType ?? 'unknown', bits: modulusLength || bits, curve }
}

const signedBy = (x509: X509Certificate, key: KeyObject | undefined): boolean => {
  try {
    return key !== undefined && x509.verify(key)
  } catch {
    // A signature of another kind than the key: not its signature.
    return false
  }
}

/** The model of a certificate that Node has read; `undefined` when it is not built like one. */
export const certificateOf = (x509: X509Certificate): Certificate | undefined => {
  const { raw } = x509
  const parts = raw.length > maxBytes ? undefined : certificateParts(raw)
  if (parts === undefined) return undefined
  const [notBefore, notAfter] = [x509.validFromDate.getTime(), x509.validToDate.getTime()]
  // A date that is none compares as if it were neither past nor to come.
  if (!isInstant(notBefore) || !isInstant(notAfter)) return undefined
  const key = publicKeyOf(x509)
  const [issuerName, subjectName] = [comparedName(parts.issuer), comparedName(parts.subject)]
  const issuerNames = [parts.issuerOrganization, parts.issuerCommonName].filter((one) => one !== '')
  return {
    subject: parts.commonName || parts.dnsNames[0] || parts.addresses[0] || parts.organization || 'no name',
    issuer: plainLine([...new Set(issuerNames)].join(' ') || 'no name', 200),
    issuerOrganization: parts.issuerOrganization,
    dnsNames: parts.dnsNames,
    addresses: parts.addresses,
    moreNames: parts.moreNames,
    notBefore,
    notAfter,
    sha256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    key: keyOf(key),
    signature: parts.signature,
    selfSigned: issuerName === subjectName && signedBy(x509, key),
    isCa: x509.ca,
    mustStaple: parts.mustStaple,
    ocspUrls: parts.ocspUrls,
    usage: parts.usage,
    serial: parts.serial,
    subjectDer: parts.subject,
    issuerDer: parts.issuer,
    subjectName,
    issuerName,
    x509,
  }
}

/** Reads one certificate from DER, or from the first PEM block of a text; `undefined` when it is none. */
export const readCertificate = (bytes: Buffer | string): Certificate | undefined => {
  if (bytes.length > 2 * maxBytes) return undefined
  try {
    return certificateOf(new X509Certificate(bytes))
  } catch {
    // Not a certificate, or a broken one: OpenSSL's words help nobody.
    return undefined
  }
}

/** Whether the issuer's name and key stand behind a certificate; however the name is written. */
export const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  certificate.issuerName === issuer.subjectName && signedBy(certificate.x509, publicKeyOf(issuer.x509))

/** Whether it is valid for a host name (wildcards, IDN in either form) or a numeric address. */
export const isForName = ({ x509 }: Certificate, name: string): boolean => {
  if (isIP(name) !== 0) return x509.checkIP(name) !== undefined
  const ascii = domainToASCII(name.replace(/\.$/, ''))
  return ascii !== '' && x509.checkHost(ascii, { subject: 'never', partialWildcards: false }) !== undefined
}

/** A host name as people read it, with the form that stands on the wire when it differs: `bücher.example (xn--bcher-kva.example)`. */
export const shownName = (name: string): string => {
  const unicode = domainToUnicode(name.replace(/^\*\./, ''))
  const readable = name.startsWith('*.') ? `*.${unicode}` : unicode
  return name.includes('xn--') && unicode !== '' && readable !== name ? `${plainLine(readable, 255)} (${name})` : name
}
