import type { X509Certificate } from 'node:crypto'
import { type Certificate, certificateOf } from '../domain/x509/certificate.ts'
import { addressesOf, type Dial, type Dialed } from './net/dial.ts'
import { type Failure, type Fault, failed, type Unseen } from './net/fault.ts'
import type { Resolve } from './net/resolve.ts'
import { createStop, type Stop } from './net/stop.ts'
import { type HandshakeRequest, type Shaken, shakeHands } from './tls/handshake.ts'
import { askOldVersions } from './tls/old-hello.ts'
import { startTls } from './tls/starttls.ts'
import type { StartTls } from './tls/starttls-steps.ts'
import type { Store } from './tls/store.ts'

export type TlsRequest = {
  readonly host: string
  readonly port: number
  /** Asked for by SNI, unless it is a numeric address. */
  readonly serverName: string
  readonly starttls: StartTls | undefined
  readonly store: Store
  readonly timeoutMs: number
}

/** `accepted`: the server also speaks TLS 1.1 or an earlier one. `untestable`: the question could not be put. */
export type OldVersions =
  | { readonly kind: 'refused' }
  | { readonly kind: 'accepted'; readonly protocol: string }
  | { readonly kind: 'untestable' }

/** What one address showed. */
export type TlsSeen =
  | {
      readonly kind: 'shaken'
      readonly address: string
      readonly protocol: string
      /** In the order in which they were sent; those that are built like no certificate are left out. */
      readonly presented: readonly Certificate[]
      readonly refusal: string | undefined
      readonly staple: Buffer | undefined
      readonly old: OldVersions
    }
  | { readonly kind: 'fault'; readonly address: string; readonly fault: Fault }
  | { readonly kind: 'unseen'; readonly address: string; readonly unseen: Unseen }

/** What a name showed: each of its addresses, or why there is none. */
export type TlsLook = { readonly addresses: readonly TlsSeen[] } | Failure

export type TlsNetwork = {
  readonly dial: Dial
  readonly resolve: Resolve
  readonly signal: AbortSignal
  /** Reads a certificate once, however often it is presented. */
  readonly read: (x509: X509Certificate) => Certificate | undefined
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

type At = TlsRequest & { readonly address: string }

/** One connection to one address, with a time-out of its own, ready for TLS. */
const connected = async <T>(
  at: At,
  network: TlsNetwork,
  speak: (dialed: Dialed, stop: Stop) => Promise<T | Failure>,
): Promise<T | Failure> => {
  const stop = createStop(at.timeoutMs, network.signal)
  try {
    const dialed = await network.dial({ hostname: at.address, port: at.port }, stop)
    if (!('socket' in dialed)) return dialed
    const failure = at.starttls === undefined ? undefined : await startTls(dialed.socket, at.starttls, stop)
    if (failure === undefined) return await speak(dialed, stop)
    dialed.socket.destroy()
    return failure
  } finally {
    stop.release()
  }
}

const shakeAt = (at: At, asking: Omit<HandshakeRequest, 'serverName'>, network: TlsNetwork): Promise<Shaken | Failure> =>
  connected(at, network, (dialed, stop) => shakeHands(dialed, { ...asking, serverName: at.serverName }, stop))

/** A connection that failed for a reason of ours, or of the run's end, says nothing of the server. */
const askOld = async (at: At, network: TlsNetwork): Promise<OldVersions> => {
  const answer = await connected(at, network, (dialed, stop) => askOldVersions(dialed, at.serverName, stop))
  if ('accepted' in answer) return { kind: 'accepted', protocol: answer.accepted }
  const untestable = 'unseen' in answer || ('fault' in answer && (answer.fault.kind === 'cancelled' || answer.fault.phase === 'connect'))
  return { kind: untestable ? 'untestable' : 'refused' }
}

/** The server speaks TLS, but no version that is current. */
const onlyOld = (failure: Failure): boolean =>
  'fault' in failure && failure.fault.phase === 'tls' && ['tls', 'closed', 'reset'].includes(failure.fault.kind)

/** What a server that has nothing better presents; only where this OpenSSL still speaks that. */
const shakeOld = async (at: At, network: TlsNetwork): Promise<Shaken | Failure> => {
  const context = at.store.old()
  return context === undefined
    ? failed('tls', 'tls', 'ERR_SSL_UNSUPPORTED_PROTOCOL')
    : shakeAt(at, { context, wantsStaple: false }, network)
}

const seenAt = async (at: At, network: TlsNetwork): Promise<TlsSeen> => {
  const { address } = at
  const failureSeen = (failure: Failure): TlsSeen =>
    'fault' in failure ? { kind: 'fault', address, fault: failure.fault } : { kind: 'unseen', address, unseen: failure.unseen }
  const modern = await shakeAt(at, { context: at.store.modern, wantsStaple: true }, network)
  if (!('protocol' in modern) && !onlyOld(modern)) return failureSeen(modern)
  const old = await askOld(at, network)
  const seen = 'protocol' in modern || old.kind !== 'accepted' ? modern : await shakeOld(at, network)
  if (!('protocol' in seen)) return failureSeen(modern as Failure)
  const presented = seen.presented.map(network.read).filter((one) => one !== undefined)
  const [leaf] = seen.presented
  // Without its leaf, the authority above it would be taken for one.
  if (leaf === undefined || network.read(leaf) === undefined) return failureSeen(failed('garbage', 'tls', 'no certificate'))
  return { kind: 'shaken', address, protocol: seen.protocol, presented, refusal: seen.refusal, staple: seen.staple, old }
}

/** Looks at the TLS of every address of a name, side by side. Rejects nothing and judges nothing; bounded in time and size. */
export const probeTls = async (request: TlsRequest, network: TlsNetwork): Promise<TlsLook> => {
  const stop = createStop(request.timeoutMs, network.signal)
  const found = await addressesOf(request.host, network.resolve, stop)
  stop.release()
  if (!('addresses' in found)) return found
  const seen = await Promise.all(found.addresses.map(({ address }) => seenAt({ ...request, address }, network)))
  return { addresses: seen }
}
