import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
import { loadTls, peerCertificate } from '../../core/net/tls.ts'
import { type Dialed, stopped } from '../net/dial.ts'
import { codeOf, type Failure, failed, failureOf } from '../net/fault.ts'
import type { Stop } from '../net/stop.ts'

/** A finished handshake. `presented` is the chain exactly as it was sent, the leaf first. */
export type Shaken = {
  readonly protocol: string
  readonly presented: readonly X509Certificate[]
  /** OpenSSL's code for what it would not have accepted. */
  readonly refusal: string | undefined
  /** The stapled OCSP response. */
  readonly staple: Buffer | undefined
  /** The size of a group of Diffie-Hellman; undefined for curves, and for TLS 1.3, which has no small ones. */
  readonly dhBits?: number | undefined
}

export type HandshakeRequest = { readonly context: SecureContext; readonly serverName: string; readonly wantsStaple: boolean }

/** More than any sane chain: a server that sends hundreds shall not make us verify each by each. */
const maxPresented = 20

const presentedBy = (socket: TLSSocket): readonly X509Certificate[] => {
  const presented: X509Certificate[] = []
  for (let one = peerCertificate(socket); one !== undefined && presented.length < maxPresented; one = one.issuerCertificate)
    presented.push(one)
  return presented
}

const noFurtherCheck = () => undefined

const dhBitsOf = (socket: TLSSocket, protocol: string): number | undefined => {
  if (protocol === 'TLSv1.3') return undefined
  const info = socket.getEphemeralKeyInfo()
  return info !== null && 'type' in info && info.type === 'DH' ? info.size : undefined
}

/** Speaks TLS over an open connection, rejects nothing, and closes it in every case. */
export const shakeHands = (
  { socket }: Dialed,
  { context, serverName, wantsStaple }: HandshakeRequest,
  stop: Stop,
): Promise<Shaken | Failure> =>
  new Promise((settle) => {
    let staple: Buffer | undefined
    const secure = loadTls().connect({
      socket,
      secureContext: context,
      rejectUnauthorized: false,
      checkServerIdentity: noFurtherCheck,
      minDHSize: 1,
      requestOCSP: wantsStaple,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    })
    const finish = (result: Shaken | Failure) => {
      settle(result)
      secure.destroy()
      socket.destroy()
    }
    if (wantsStaple)
      secure.once('OCSPResponse', (response: Buffer | null) => {
        staple = response ?? undefined
      })
    secure.once('secureConnect', () => {
      const protocol = secure.getProtocol() ?? ''
      finish({
        protocol,
        presented: presentedBy(secure),
        refusal: secure.authorized ? undefined : String(secure.authorizationError),
        staple,
        dhBits: dhBitsOf(secure, protocol),
      })
    })
    secure.on('error', (error) => finish(failureOf(codeOf(error), 'tls')))
    secure.once('close', () => finish(failed('closed', 'tls', '')))
    stop.whenStopped(() => finish(stopped(stop, 'tls')))
  })
