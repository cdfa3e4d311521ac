import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** Node keeps one list of what the peer sent and takes from it: a second question would get less. */
const peers = new WeakMap<TLSSocket, X509Certificate | undefined>()

/** The leaf as the peer sent it; its `issuerCertificate` are the others in the order in which they came. The same for each question. */
export const peerCertificate = (socket: TLSSocket): X509Certificate | undefined => {
  if (!peers.has(socket)) peers.set(socket, socket.getPeerX509Certificate())
  return peers.get(socket)
}

/** `CN=a + CN=b` of one part of the name, or each on a line of its own: only these count as a name where no other kind is in the certificate. */
const commonNames = (subject: string): readonly string[] =>
  subject.split(/\n| \+ /).flatMap((part) => (part.startsWith('CN=') ? [part.slice('CN='.length)] : []))

/** A wildcard stands for one whole label (RFC 9525, 6.3); Node also takes one for a part of it, so that such a name is made one that nobody has. */
const wholeWildcards = (names: string | undefined): string | undefined =>
  names?.replaceAll(/DNS:(?!\*\.[^*,]*(?:,|$))[^,]*/g, (name) => name.replaceAll('*', '%'))

/** What `tls.checkServerIdentity` and the drivers read of a peer's certificate. Read when it is asked for: most never ask. */
const described = (socket: TLSSocket) => ({
  get subject() {
    return { CN: commonNames(peerCertificate(socket)?.subject ?? '') }
  },
  get subjectaltname() {
    return wholeWildcards(peerCertificate(socket)?.subjectAltName)
  },
  get raw() {
    return peerCertificate(socket)?.raw
  },
})

const ours = function (this: TLSSocket) {
  return described(this)
}

/**
 * `node:tls`, in which a socket describes its peer by `X509Certificate`, for keys on curves that are not NIST's. The verdict stays Node's own, whole
 * before the first byte is sent. Every TLS connection of Ronde begins here (ADR 14).
 */
export const loadTls = (): typeof import('node:tls') => {
  const tls = process.getBuiltinModule('node:tls')
  // The description is written as one of Node's, which has more than anybody here reads.
  tls.TLSSocket.prototype.getPeerCertificate = ours as unknown as TLSSocket['getPeerCertificate']
  return tls
}

/** `node:https`, over the same sockets. Not by `import()`: naming its exports loads what stands behind them (25 ms). */
export const loadHttps = (): typeof import('node:https') => {
  loadTls()
  return process.getBuiltinModule('node:https')
}
