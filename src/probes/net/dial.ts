import { connect, isIP, type Socket } from 'node:net'
import type { Instant } from '../../contract/seen.ts'
import { isRefused } from '../../core/net/address.ts'
import { loadTls } from '../../core/net/tls.ts'
import { codesOf, dnsAdvice, type Failure, failed, failureOf, failureOfConnect, notSeen, type Phase, tlsCodeOf } from './fault.ts'
import type { Address, FoundAddresses, Resolve } from './resolve.ts'
import type { Stop } from './stop.ts'

export type TlsOptions = {
  readonly verify: boolean
  /** PEM text that is trusted instead of the public authorities. */
  readonly ca?: string | undefined
  /** The name to ask for and to verify; default: the host's. */
  readonly serverName?: string | undefined
}

/** Where to connect; `tls` only when it speaks TLS. */
export type DialTarget = { readonly hostname: string; readonly port: number; readonly tls?: TlsOptions | undefined }

/** Host and port of a URL; `http:` and `https:` have a default port. */
export const placeOf = ({ hostname, port, protocol }: URL): { readonly hostname: string; readonly port: number } => ({
  hostname: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port || (protocol === 'https:' ? 443 : 80)),
})

/** An open connection, paused, and what opening it took. Whoever gets it listens to `error` and destroys it. */
export type Dialed = {
  readonly socket: Socket
  readonly address: string
  readonly dnsMs: number
  /** What the name took when it was asked for in this run, where it is remembered since. */
  readonly askedNameMs?: number | undefined
  readonly connectMs: number
  readonly tlsMs: number
}

/** What the name takes whoever asks for it: a name that is remembered took its time once. */
export const nameMs = ({ dnsMs, askedNameMs = 0 }: Pick<Dialed, 'dnsMs' | 'askedNameMs'>): number => Math.max(dnsMs, askedNameMs)

/** Opens a connection, from here or from inside a container. */
export type Dial = (where: DialTarget, stop: Stop) => Promise<Dialed | Failure>

/** What every probe of the network needs: a way to connect, the run's deadline, the clock. */
export type Network = { readonly dial: Dial; readonly signal: AbortSignal; readonly now: () => Instant }

/** With several addresses, how long one may take before the next is tried. */
const nextAddressMs = 500

export const stopped = (stop: Stop, phase: Phase): Failure => failed(stop.reason() ?? 'timeout', phase, '')

/** An address that is not connected to, and why. */
export const refusalOf = (address: string): Failure =>
  notSeen(`${address} is a link-local or cloud metadata address, which Ronde never opens`, 'name the service by another address', true)

/** All addresses of a name; a name with one that is never opened is refused as a whole. */
export const addressesOf = async (hostname: string, resolve: Resolve, stop: Stop): Promise<FoundAddresses | Failure> => {
  const answer = resolve(hostname)
  const resolution =
    'then' in answer ? await Promise.race([answer, new Promise<undefined>((settle) => stop.whenStopped(() => settle(undefined)))]) : answer
  if (resolution === undefined)
    return stop.reason() === 'cancelled' ? stopped(stop, 'dns') : notSeen('the name could not be looked up in time', dnsAdvice)
  if (!('addresses' in resolution)) return resolution
  const refused = resolution.addresses.find((one) => isRefused(one.address))
  return refused === undefined ? resolution : refusalOf(refused.address)
}

const open = (addresses: readonly Address[], port: number): Socket => {
  const [only, second] = addresses
  if (only !== undefined && second === undefined) return connect({ host: only.address, port })
  return connect({
    host: 'several',
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressMs,
    lookup: (_host, _options, found) => found(null, [...addresses]),
  })
}

/** Waits for one event of a socket; it is destroyed when that does not come. */
const becomes = (
  socket: Socket,
  wait: {
    readonly event: 'connect' | 'secureConnect'
    readonly phase: Phase
    readonly stop: Stop
    readonly read: (error: unknown) => Failure
  },
): Promise<Failure | undefined> =>
  new Promise((settle) => {
    const finish = (failure?: Failure) => {
      socket.removeListener('close', closed)
      if (failure !== undefined) socket.destroy()
      settle(failure)
    }
    const closed = () => finish(failed('closed', wait.phase, ''))
    socket.on('error', (error) => finish(wait.read(error)))
    socket.once('close', closed)
    socket.once(wait.event, () => finish())
    wait.stop.whenStopped(() => finish(stopped(wait.stop, wait.phase)))
  })

type Opened = Omit<Dialed, 'tlsMs'>

/** Adds TLS to an open connection where it is wanted, the certificate verified unless told otherwise. */
export const withTls = async (opened: Opened, { hostname, tls }: DialTarget, stop: Stop): Promise<Dialed | Failure> => {
  if (tls === undefined) return { ...opened, tlsMs: 0 }
  const { connect: connectTls } = loadTls()
  const startedAt = performance.now()
  const name = tls.serverName ?? hostname
  const socket = connectTls({
    socket: opened.socket,
    host: name,
    rejectUnauthorized: tls.verify,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  })
  const failure = await becomes(socket, { event: 'secureConnect', phase: 'tls', stop, read: (error) => failureOf(tlsCodeOf(error), 'tls') })
  if (failure === undefined) return { ...opened, socket, tlsMs: performance.now() - startedAt }
  opened.socket.destroy()
  return failure
}

/** Opens connections from this machine's own network. */
export const createDial =
  (resolve: Resolve): Dial =>
  async (where, stop) => {
    const startedAt = performance.now()
    const found = await addressesOf(where.hostname, resolve, stop)
    if (!('addresses' in found)) return found
    const { addresses, tookMs } = found
    const resolvedAt = performance.now()
    const socket = open(addresses, where.port)
    const failure = await becomes(socket, {
      event: 'connect',
      phase: 'connect',
      stop,
      read: (error) => failureOfConnect(codesOf(error)),
    })
    if (failure !== undefined) return failure
    const address = (addresses.length === 1 ? addresses[0]?.address : socket.remoteAddress) ?? ''
    const opened = { socket, address, dnsMs: resolvedAt - startedAt, askedNameMs: tookMs, connectMs: performance.now() - resolvedAt }
    return withTls(opened, where, stop)
  }
