import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { type Dialed, stopped } from '../net/dial.ts'
import { codeOf, type Failure, failed, failureOf } from '../net/fault.ts'
import type { Stop } from '../net/stop.ts'

/** A server that goes on with TLS 1.1 or earlier, or that does not. */
export type OldAnswer = { readonly accepted: string } | { readonly refused: true }

/** Length-prefixed, as TLS writes everything. */
const vector = (lengthBytes: 1 | 2 | 3, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const extension = (type: string, ...content: readonly Buffer[]): Buffer => Buffer.concat([hex(type), vector(2, ...content)])

/** All that a server of that time would take: ECDHE, DHE and RSA with AES, 3DES or RC4. */
const cipherSuites = vector(2, hex('c00ac014c009c01300390033c008c01200160035002f000a0005'))
const groups = extension('000a', vector(2, hex('001d001700180019')))
const pointFormats = extension('000b', vector(1, hex('00')))
const renegotiation = extension('ff01', vector(1))

/** A ClientHello that offers TLS 1.1 at most. */
const clientHello = (serverName: string): Buffer => {
  const sni = isIP(serverName) === 0 ? [extension('0000', vector(2, hex('00'), vector(2, Buffer.from(serverName))))] : []
  const session = vector(1)
  const compression = vector(1, hex('00'))
  const extensions = vector(2, ...sni, groups, pointFormats, renegotiation)
  const body = vector(3, hex('0302'), randomBytes(32), session, cipherSuites, compression, extensions)
  return Buffer.concat([hex('160301'), vector(2, hex('01'), body)])
}

const versions: Readonly<Record<number, string>> = { 0x0302: 'TLSv1.1', 0x0301: 'TLSv1', 0x0300: 'SSLv3' }
/** Record header, kind and length of the message, version. */
const neededBytes = 11

/** The first bytes of a server's answer; `undefined` while they are too few. Anything but a ServerHello refuses. */
const readAnswer = (heard: Buffer): OldAnswer | undefined => {
  if (heard.length > 0 && heard[0] !== 0x16) return { refused: true }
  if (heard.length < neededBytes) return undefined
  const accepted = heard[5] === 2 ? versions[heard.readUInt16BE(9)] : undefined
  return accepted === undefined ? { refused: true } : { accepted }
}

/**
 * Asks whether a server speaks TLS 1.1 or an earlier one, by a greeting of our own: any OpenSSL can then be asked with, and a thousand
 * servers cost half of what a second handshake of node:tls takes. Closes the connection.
 */
export const askOldVersions = ({ socket }: Dialed, serverName: string, stop: Stop): Promise<OldAnswer | Failure> =>
  new Promise((settle) => {
    let heard = Buffer.alloc(0)
    const finish = (answer: OldAnswer | Failure) => {
      socket.removeAllListeners('data')
      socket.destroy()
      settle(answer)
    }
    socket.on('data', (piece: Buffer) => {
      heard = Buffer.concat([heard, piece])
      const answer = readAnswer(heard)
      if (answer !== undefined) finish(answer)
    })
    socket.once('close', () => finish(failed('closed', 'tls', '')))
    socket.on('error', (error) => finish(failureOf(codeOf(error), 'tls')))
    stop.whenStopped(() => finish(stopped(stop, 'tls')))
    socket.resume()
    socket.write(clientHello(serverName))
  })
