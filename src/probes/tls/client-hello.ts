import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'

/** Length-prefixed, as TLS writes everything. */
const vector = (lengthBytes: 1 | 2 | 3, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const extension = (type: string, ...content: readonly Buffer[]): Buffer => Buffer.concat([hex(type), vector(2, ...content)])

const groups = extension('000a', vector(2, hex('001d001700180019')))
const pointFormats = extension('000b', vector(1, hex('00')))
const renegotiation = extension('ff01', vector(1))

/** What a greeting offers: its version at most, and suites and kinds of signatures as hex of their numbers. */
export type Offer = { readonly version: '0302' | '0303'; readonly suites: string; readonly signatures: string }

/** TLS 1.1 at most, with all that a server of that time would take: ECDHE, DHE and RSA with AES, 3DES or RC4. */
export const oldOffer: Offer = { version: '0302', suites: 'c00ac014c009c01300390033c008c01200160035002f000a0005', signatures: '' }

const ofRsa = 'c02fc030cca8c027c028c013c014009e009fccaa0067006b00330039009c009d003c003d002f0035'
const rsaSignatures = '0804080508060401050106010201'
/** TLS 1.2 from a client that knows certificates with RSA keys only. */
export const rsaOffer: Offer = { version: '0303', suites: ofRsa, signatures: rsaSignatures }
/** TLS 1.2 from one that knows all. */
export const wholeOffer: Offer = {
  version: '0303',
  suites: `c02bc02ccca9c023c024c009c00a${ofRsa}`,
  signatures: `040305030603080708080203${rsaSignatures}`,
}

/** A ClientHello in its record. */
export const clientHello = (serverName: string, { version, suites, signatures }: Offer): Buffer => {
  const sni = isIP(serverName) === 0 ? [extension('0000', vector(2, hex('00'), vector(2, Buffer.from(serverName))))] : []
  const signed = signatures === '' ? [] : [extension('000d', vector(2, hex(signatures)))]
  const session = vector(1)
  const compression = vector(1, hex('00'))
  const extensions = vector(2, ...sni, groups, pointFormats, renegotiation, ...signed)
  const body = vector(3, hex(version), randomBytes(32), session, vector(2, hex(suites)), compression, extensions)
  return Buffer.concat([hex('160301'), vector(2, hex('01'), body)])
}
