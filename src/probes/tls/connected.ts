import type { X509Certificate } from 'node:crypto'
import { type Certificate, certificateOf } from '../../domain/x509/certificate.ts'
import type { Dial, Dialed } from '../net/dial.ts'
import type { Failure } from '../net/fault.ts'
import type { Resolve } from '../net/resolve.ts'
import { createStop, type Stop } from '../net/stop.ts'
import { startTls } from './starttls.ts'
import type { StartTls } from './starttls-steps.ts'
import type { Store } from './store.ts'

export type TlsRequest = {
  readonly host: string
  readonly port: number
  /** Asked for by SNI, unless it is a numeric address. */
  readonly serverName: string
  readonly starttls: StartTls | undefined
  readonly store: Store
  readonly timeoutMs: number
  /** How long the talk before TLS may take: servers keep strangers waiting on purpose. */
  readonly talkMs: number
}

export type TlsNetwork = {
  readonly dial: Dial
  readonly resolve: Resolve
  readonly signal: AbortSignal
  /** Reads a certificate once, however often it is presented. */
  readonly read: (x509: X509Certificate) => Certificate | undefined
  /** Whether one more place that presents it is asked for another one for RSA; each question counts. */
  readonly asksForRsa: (leaf: Certificate) => boolean
}

/** A reader of certificates for one run. */
export const createCertificateReader = (): TlsNetwork['read'] => {
  const known = new Map<string, Certificate | undefined>()
  return (x509) => {
    const key = x509.fingerprint256
    if (!known.has(key)) known.set(key, certificateOf(x509))
    return known.get(key)
  }
}

/** Servers that share a certificate share the other one too: behind a wildcard of a thousand hosts not each is asked. */
const mostAskedForRsa = 20

/** Counts the places of each certificate. */
export const createRsaCount = (): TlsNetwork['asksForRsa'] => {
  const asked = new Map<string, number>()
  return ({ sha256 }) => {
    const count = (asked.get(sha256) ?? 0) + 1
    asked.set(sha256, count)
    return count <= mostAskedForRsa
  }
}

/** One address of what is asked for. */
export type At = TlsRequest & { readonly address: string }

/** The talk before TLS, with a time of its own. */
const talked = async ({ socket }: Dialed, at: At, network: TlsNetwork): Promise<Failure | undefined> => {
  if (at.starttls === undefined) return undefined
  const stop = createStop(at.talkMs, network.signal)
  const failure = await startTls(socket, at.starttls, stop)
  stop.release()
  if (failure !== undefined) socket.destroy()
  return failure
}

/** One connection to one address, with a time-out of its own, ready for TLS. */
export const connected = async <T>(
  at: At,
  network: TlsNetwork,
  speak: (dialed: Dialed, stop: Stop) => Promise<T | Failure>,
): Promise<T | Failure> => {
  const first = createStop(at.timeoutMs, network.signal)
  const dialed = await network.dial({ hostname: at.address, port: at.port }, first)
  if (!('socket' in dialed)) {
    first.release()
    return dialed
  }
  if (at.starttls === undefined) return speak(dialed, first).finally(first.release)
  first.release()
  const failure = await talked(dialed, at, network)
  if (failure !== undefined) return failure
  const second = createStop(at.timeoutMs, network.signal)
  return speak(dialed, second).finally(second.release)
}
