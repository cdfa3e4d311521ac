import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

export type SelfSigned = { readonly cert: string; readonly key: string }

type Wanted = { readonly names: readonly string[]; readonly notBefore?: Date; readonly notAfter?: Date }

const dayMs = 86_400_000

/** A certificate and its key, as PEM: signed by itself, so it is its own authority. No program is needed. */
export const selfSigned = ({ names, notBefore, notAfter }: Wanted): SelfSigned => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(objectId('2a8648ce3d040302')) // ecdsa-with-SHA256
  const name = sequence(tlv(0x31, sequence(objectId('550403'), tlv(0x0c, Buffer.from(names[0] ?? 'test')))))
  const validity = sequence(time(notBefore ?? new Date(Date.now() - dayMs)), time(notAfter ?? new Date(Date.now() + dayMs)))
  const alternatives = tlv(0x30, ...names.map(alternativeName))
  const extensions = sequence(
    sequence(objectId('551d11'), tlv(0x04, alternatives)), // subjectAltName
    sequence(objectId('551d13'), tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff]))))), // basicConstraints: an authority
  )
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)])
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  )
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const der = sequence(body, algorithm, signature)
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trim()
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Tag, length, value: the one shape of everything in a certificate. */
const tlv = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(content)
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}

const sequence = (...content: readonly Buffer[]): Buffer => tlv(0x30, ...content)
const objectId = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))

const time = (date: Date): Buffer => tlv(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

/** All eight groups are written. */
const ipv6 = (name: string): Buffer =>
  Buffer.from(name.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]))

const alternativeName = (name: string): Buffer => {
  const kind = isIP(name)
  if (kind === 0) return tlv(0x82, Buffer.from(name))
  return tlv(0x87, kind === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6(name))
}
