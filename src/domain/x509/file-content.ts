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
    }
  | { readonly kind: 'private-key' | 'pkcs12' | 'pkcs7' | 'request' | 'public-key' | 'empty' | 'other' }
  /** A block begins and does not end, or holds what is no Base64. */
  | { readonly kind: 'damaged'; readonly line: number; readonly why: string }

/** Longer chains than this are bundles of authorities; only the head of them is looked at. */
export const mostCertificates = 20

type Block = { readonly label: string; readonly body: string; readonly at: number; readonly ended: boolean }

const begin = '-----BEGIN '
const dashes = '-----'
const longestLabel = 80

const isCertificate = (label: string) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE'
const isKey = (label: string) => label.endsWith('PRIVATE KEY')

/** The blocks of a PEM text, whatever stands between them; the body only of certificates. */
const blocksOf = (text: string): readonly Block[] => {
  const blocks: Block[] = []
  let at = text.indexOf(begin)
  while (at !== -1 && blocks.length < 1_000) {
    const labelStart = at + begin.length
    const next = text.indexOf(begin, labelStart)
    // Each part of the text is searched once, for a name that is no longer than names are.
    const section = text.slice(labelStart, next === -1 ? text.length : next)
    const labelEnd = section.slice(0, longestLabel).indexOf(dashes)
    const label = section.slice(0, Math.max(0, labelEnd))
    const end = labelEnd === -1 ? -1 : section.indexOf(`-----END ${label}-----`, labelEnd)
    const ended = end !== -1
    blocks.push({ label, body: ended && isCertificate(label) ? section.slice(labelEnd + dashes.length, end) : '', at, ended })
    at = next
  }
  return blocks
}

const otherLabels: Readonly<Record<string, 'pkcs7' | 'request' | 'public-key'>> = {
  PKCS7: 'pkcs7',
  CMS: 'pkcs7',
  'CERTIFICATE REQUEST': 'request',
  'NEW CERTIFICATE REQUEST': 'request',
  'PUBLIC KEY': 'public-key',
  'RSA PUBLIC KEY': 'public-key',
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/

const damaged = (text: string, { at }: Block, why: string): FileContent => ({
  kind: 'damaged',
  line: text.slice(0, at).split('\n').length,
  why: `the certificate that begins there ${why}`,
})

const ofBlocks = (blocks: readonly Block[], text: string): FileContent => {
  const withKey = blocks.some(({ label }) => isKey(label))
  const wanted = blocks.filter(({ label }) => isCertificate(label))
  if (wanted.length === 0) return { kind: withKey ? 'private-key' : (otherLabels[blocks[0]?.label ?? ''] ?? 'other') }
  const looked = wanted.slice(0, mostCertificates)
  const open = looked.find((one) => !one.ended)
  if (open !== undefined) return damaged(text, open, 'has no end: the file was cut')
  const bodies = looked.map((one) => one.body.replace(/\s+/g, ''))
  const odd = looked[bodies.findIndex((body) => !base64.test(body))]
  if (odd !== undefined) return damaged(text, odd, 'is not Base64')
  const certificates = bodies.map((body) => Buffer.from(body, 'base64'))
  return { kind: 'certificates', certificates, form: 'pem', withKey, cut: wanted.length > looked.length }
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
  if (inside[0] === 0x30) return { kind: 'certificates', certificates: [bytes], form: 'der', withKey: false, cut: false }
  if (inside[0] === 0x06) return { kind: 'pkcs7' }
  if (inside[0] !== 0x02 || inside[1] !== 0x01) return { kind: 'other' }
  return { kind: inside[2] === 3 ? 'pkcs12' : 'private-key' }
}

/** Tells what a file of at most some megabytes holds. Never throws, and decodes nothing of a private key. */
export const contentOf = (bytes: Buffer): FileContent => {
  if (bytes.length === 0) return { kind: 'empty' }
  const text = bytes.toString('latin1')
  const blocks = blocksOf(text)
  if (blocks.length > 0) return ofBlocks(blocks, text)
  return text.trim() === '' ? { kind: 'empty' } : ofDer(bytes)
}
