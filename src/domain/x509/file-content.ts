import { readDer } from './der.ts'
import { isCertificate, type Pem, type PemBlock, readPem, unreadMarkers } from './pem.ts'

/** What the bytes of a file are, as far as a check of certificates needs it; of a private key nothing but that it is one. */
export type FileContent =
  | {
      readonly kind: 'certificates'
      /** DER, in the order of the file. */
      readonly certificates: readonly Buffer[]
      readonly form: 'pem' | 'der'
      /** A private key stands in the same file, as some proxies want it. */
      readonly withKey: boolean
      /** More certificates than are looked at. */
      readonly cut: boolean
      /** Certificates behind the first whose marker does not stand alone in its line, so that no server reads them. */
      readonly unread: number
    }
  | { readonly kind: 'private-key' | 'pkcs12' | 'pkcs7' | 'request' | 'public-key' | 'empty' | 'other' }
  /** A block begins and does not end, or holds what is no Base64. */
  | { readonly kind: 'damaged'; readonly line: number; readonly why: string }

/** Longer chains than this are bundles of authorities; only the head of them is looked at. */
export const mostCertificates = 20

const isKey = (label: string) => label.endsWith('PRIVATE KEY')

const otherLabels: Readonly<Record<string, 'pkcs7' | 'request' | 'public-key'>> = {
  PKCS7: 'pkcs7',
  CMS: 'pkcs7',
  'CERTIFICATE REQUEST': 'request',
  'NEW CERTIFICATE REQUEST': 'request',
  'PUBLIC KEY': 'public-key',
  'RSA PUBLIC KEY': 'public-key',
}

/** What no block of a certificate is in. */
const ofLabels = (labels: readonly string[]): FileContent => ({
  kind: labels.some(isKey) ? 'private-key' : (otherLabels[labels[0] ?? ''] ?? 'other'),
})

const damaged = (line: number, what: string): FileContent => ({ kind: 'damaged', line, why: what })

const bytesOf = ({ body }: PemBlock): Buffer => Buffer.from(body.split('-', 1)[0] ?? '', 'base64')

/** DER of a block; the settings of trust behind it count in one kind of block only. */
const derOf = (block: PemBlock): Buffer => {
  const bytes = bytesOf(block)
  return block.label.startsWith('TRUSTED') ? (readDer(bytes)?.whole ?? bytes) : bytes
}

/** Nothing stands behind the certificate, or the settings of trust of one that may have them. */
const endsWell = (block: PemBlock): boolean => {
  const bytes = bytesOf(block)
  const rest = bytes.subarray(readDer(bytes)?.whole.length ?? 0)
  return rest.length === 0 || (block.label.startsWith('TRUSTED') && readDer(rest)?.tag === 0x30)
}

/** Of trusted ones a server takes the first alone. */
const sentOf = (blocks: readonly PemBlock[]): readonly PemBlock[] =>
  blocks.filter(({ label }) => isCertificate(label)).filter(({ label }, index) => index === 0 || !label.startsWith('TRUSTED'))

/** What OpenSSL gives up at, and what it never sees before the first certificate that it reads. */
const faultOf = ({ blocks, fault }: Pem, unread: readonly number[]): FileContent | undefined => {
  const [first] = sentOf(blocks)
  const isAboutCertificates = first !== undefined || unread.length > 0 || (fault !== undefined && isCertificate(fault.label))
  if (fault !== undefined && isAboutCertificates)
    return damaged(fault.line, `the ${isCertificate(fault.label) ? 'certificate' : 'block'} that begins there ${fault.why}`)
  const [unseen] = unread
  if (unseen === undefined || (first !== undefined && first.line < unseen)) return undefined
  return damaged(unseen, 'the certificate that begins there is not seen by any server: its marker does not stand alone in its line')
}

const ofPem = (pem: Pem, text: string): FileContent | undefined => {
  const [sent, unread] = [sentOf(pem.blocks), unreadMarkers(text, pem)]
  const labels = [...pem.blocks, ...(pem.fault === undefined ? [] : [pem.fault])].map((one) => one.label)
  const fault = faultOf(pem, unread)
  if (fault !== undefined) return fault
  const [first] = sent
  if (first === undefined) return labels.length === 0 ? undefined : ofLabels(labels)
  // Of those behind the first, servers ignore what stands behind it.
  if (!endsWell(first)) return damaged(first.line, 'the certificate that begins there is no whole one, or more stands behind it')
  const looked = sent.slice(0, mostCertificates)
  const told = { withKey: labels.some(isKey), cut: sent.length > looked.length, unread: unread.length }
  return { kind: 'certificates', certificates: looked.map(derOf), form: 'pem', ...told }
}

/** The content of a DER sequence, without what its length says; undefined when it is none. */
const insideSequence = (bytes: Buffer): Buffer | undefined => {
  if (bytes[0] !== 0x30 || bytes[1] === undefined) return undefined
  const lengthBytes = bytes[1] < 0x80 ? 0 : bytes[1] & 0x7f
  return lengthBytes > 4 ? undefined : bytes.subarray(2 + lengthBytes)
}

/** By the first element of the outer sequence, and where that is a version by the second one. */
const ofDer = (bytes: Buffer): FileContent => {
  const inside = insideSequence(bytes)
  if (inside === undefined) return { kind: 'other' }
  if (inside[0] === 0x30) return { kind: 'certificates', certificates: [bytes], form: 'der', withKey: false, cut: false, unread: 0 }
  if (inside[0] === 0x06) return { kind: 'pkcs7' }
  if (inside[0] !== 0x02 || inside[1] !== 0x01) return { kind: 'other' }
  return { kind: inside[2] === 3 ? 'pkcs12' : 'private-key' }
}

/** Tells what a file of at most some megabytes holds. Never throws, and decodes nothing of a private key. */
export const contentOf = (bytes: Buffer): FileContent => {
  if (bytes.length === 0) return { kind: 'empty' }
  const text = bytes.toString('latin1')
  return ofPem(readPem(text), text) ?? (text.trim() === '' ? { kind: 'empty' } : ofDer(bytes))
}
