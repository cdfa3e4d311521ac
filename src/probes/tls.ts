import { X509Certificate } from 'node:crypto'
import type { Certificate } from '../domain/x509/certificate.ts'
import { addressesOf } from './net/dial.ts'
import { type Failure, type Fault, failed, type Unseen } from './net/fault.ts'
import { createStop } from './net/stop.ts'
import { type At, connected, type TlsNetwork, type TlsRequest } from './tls/connected.ts'
import { askForRsa, askOldVersions, askPlainly } from './tls/greet.ts'
import { type HandshakeRequest, type Shaken, shakeHands } from './tls/handshake.ts'

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
      /** What OpenSSL says of it is not known, for the handshake was not finished. */
      readonly unverified?: true
      /** It goes no further without a certificate of the client. */
      readonly asksForCertificate?: true
      /** The size of a group of Diffie-Hellman that it agreed on. */
      readonly dhBits?: number | undefined
      /** What it presents to a client that knows RSA only, where that is another one. */
      readonly forRsa?: readonly Certificate[] | undefined
    }
  | { readonly kind: 'fault'; readonly address: string; readonly fault: Fault }
  | { readonly kind: 'unseen'; readonly address: string; readonly unseen: Unseen }

/** What a name showed: each of its addresses, or why there is none. */
export type TlsLook = { readonly addresses: readonly TlsSeen[] } | Failure

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

type Presented = { readonly seen: Shaken; readonly unverified?: true; readonly asksForCertificate?: true }

/** One that ends the handshake for want of our certificate has shown its own before. */
const shownBefore = async (at: At, network: TlsNetwork): Promise<Presented | undefined> => {
  const answer = await connected(at, network, (dialed, stop) => askPlainly(dialed, at.serverName, stop))
  if (!('certificates' in answer) || !answer.asksForCertificate) return undefined
  const presented = answer.certificates.map(certificateIn).filter((one) => one !== undefined)
  return { seen: { protocol: 'TLSv1.2', presented, refusal: undefined, staple: undefined }, unverified: true, asksForCertificate: true }
}

const certificateIn = (der: Buffer): X509Certificate | undefined => {
  try {
    return new X509Certificate(der)
  } catch {
    // Not built like one: left out, as those that a handshake shows are.
    return undefined
  }
}

/** Another certificate for those that know RSA only; asked for where the first has another key. Not behind STARTTLS: mail servers count how often one comes. */
const seenForRsa = async (at: At, leaf: Certificate, network: TlsNetwork): Promise<readonly Certificate[] | undefined> => {
  if (at.starttls !== undefined || leaf.key.type.startsWith('rsa') || !network.asksForRsa(leaf)) return undefined
  const answer = await connected(at, network, (dialed, stop) => askForRsa(dialed, at.serverName, stop))
  if (!('certificates' in answer)) return undefined
  const all = answer.certificates.map(certificateIn).filter((one) => one !== undefined)
  const presented = all.map(network.read).filter((one) => one !== undefined)
  return presented[0]?.key.type.startsWith('rsa') === true ? presented : undefined
}

const failureSeen = (address: string, failure: Failure): TlsSeen =>
  'fault' in failure ? { kind: 'fault', address, fault: failure.fault } : { kind: 'unseen', address, unseen: failure.unseen }

const seenBy = async (at: At, modern: Shaken | Failure, old: OldVersions, network: TlsNetwork): Promise<Presented | undefined> => {
  if ('protocol' in modern) return { seen: modern }
  const older = old.kind === 'accepted' ? await shakeOld(at, network) : undefined
  if (older !== undefined && 'protocol' in older) return { seen: older }
  return shownBefore(at, network)
}

const seenAt = async (at: At, network: TlsNetwork): Promise<TlsSeen> => {
  const { address } = at
  const modern = await shakeAt(at, { context: at.store.modern, wantsStaple: true }, network)
  if (!('protocol' in modern) && !onlyOld(modern)) return failureSeen(address, modern)
  const old = await askOld(at, network)
  const found = await seenBy(at, modern, old, network)
  if (found === undefined) return failureSeen(address, modern as Failure)
  const { seen, ...how } = found
  const presented = seen.presented.map(network.read).filter((one) => one !== undefined)
  const leaf = seen.presented[0] === undefined ? undefined : network.read(seen.presented[0])
  // Without its leaf, the authority above it would be taken for one.
  if (leaf === undefined) return failureSeen(address, failed('garbage', 'tls', 'no certificate'))
  const forRsa = await seenForRsa(at, leaf, network)
  const { protocol, refusal, staple, dhBits } = seen
  return { kind: 'shaken', address, protocol, presented, refusal, staple, old, dhBits, forRsa, ...how }
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
