import { type Certificate, readCertificate } from './certificate.ts'

/** The certificates of a PEM text in their order, whatever stands around them. */
export type PemCertificates = {
  readonly certificates: readonly Certificate[]
  /** Blocks that say to be certificates and are none. */
  readonly broken: number
  /** More were there than are read. */
  readonly cut: boolean
}

const block = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]{1,200000}-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** At most `max` certificates of a text; a bundle of authorities has about 150. */
export const readPem = (text: string, max = 1_000): PemCertificates => {
  const certificates: Certificate[] = []
  let blocks = 0
  for (const [pem] of text.matchAll(block)) {
    blocks += 1
    if (blocks > max) break
    const certificate = readCertificate(pem)
    if (certificate !== undefined) certificates.push(certificate)
  }
  return { certificates, broken: Math.min(blocks, max) - certificates.length, cut: blocks > max }
}
