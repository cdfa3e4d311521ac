import type { Context } from '../../../../contract/context.ts'
import type { Instant, Obstacle } from '../../../../contract/seen.ts'
import { createChainReader, type ReadChain } from '../../../../domain/x509/chain.ts'
import { readAuthority } from '../../../../probes/net/authority.ts'
import { createDial } from '../../../../probes/net/dial.ts'
import type { Failure, Unseen } from '../../../../probes/net/fault.ts'
import { createResolve, type Resolve } from '../../../../probes/net/resolve.ts'
import { createCertificateReader, createRsaCount } from '../../../../probes/tls/connected.ts'
import { createStore, type Store } from '../../../../probes/tls/store.ts'
import { probeTls, type TlsSeen } from '../../../../probes/tls.ts'
import { timeoutMs as handshakeMs, talkMs } from './fault-words.ts'
import type { CertTarget } from './target.ts'

export type Trusted = {
  readonly store: Store
  readonly chainOf: ReadChain
  readonly trouble: Obstacle | undefined
}

/** What was seen of one endpoint: its addresses, or nothing at all and why. */
export type EndpointSight = { readonly seen: readonly TlsSeen[]; readonly trusted: Trusted } | Failure

/** Less than this before the deadline is not a wait: nothing was seen of the endpoint. */
const shortestWaitMs = 1_000

const trust = async (paths: readonly string[], now: Instant): Promise<Trusted> => {
  const read = await Promise.all(paths.map((path) => readAuthority(path, path === paths[0] ? 'ca-file' : 'ca')))
  const store = await createStore(read.flatMap((one) => ('ready' in one ? [one.ready] : [])))
  return { store, chainOf: createChainReader(store.roots, now), trouble: read.flatMap((one) => ('unseen' in one ? [one.unseen] : []))[0] }
}

const cancelledWords = (cancelled: boolean): Unseen => ({
  seen: false,
  cause: cancelled ? 'the run was cancelled before it could answer' : "the run's deadline came before it could answer",
  advice: cancelled ? 'run it again' : 'give the action a longer `timeout`',
  lasting: true,
})

/** A run that somebody stopped saw nothing of what had not answered yet; a deadline is one that the endpoint has missed, if it had time. */
const withoutCancelled = (seen: TlsSeen, waitedMs: number, signal: AbortSignal): TlsSeen => {
  if (seen.kind !== 'fault' || seen.fault.kind !== 'cancelled') return seen
  const cancelled = signal.reason === 'cancelled'
  if (!cancelled && waitedMs >= shortestWaitMs) return seen
  return { kind: 'unseen', address: seen.address, unseen: cancelledWords(cancelled) }
}

/** What a test replaces: the names of the world, and how long it may take. */
export type LookOptions = { readonly resolve?: Resolve | undefined; readonly timeoutMs?: number | undefined }

/** Looks at endpoints. One for each run: it remembers names, certificates and stores. */
export const createLook = (
  { signal, now = Date.now() }: Pick<Context, 'signal'> & { readonly now?: Instant },
  { resolve = createResolve({ signal }), timeoutMs = handshakeMs }: LookOptions = {},
): ((target: CertTarget) => Promise<EndpointSight>) => {
  const network = { dial: createDial(resolve), resolve, signal, read: createCertificateReader(), asksForRsa: createRsaCount() }
  const stores = new Map<string, Promise<Trusted>>()
  const storeFor = (paths: readonly string[]): Promise<Trusted> => {
    const key = paths.join('\0')
    const made = stores.get(key) ?? trust(paths, now)
    stores.set(key, made)
    return made
  }
  return async ({ endpoint, serverName, authorities }) => {
    const trusted = await storeFor(authorities)
    const { host, port, starttls } = endpoint
    const startedAt = performance.now()
    const look = await probeTls(
      { host, port, serverName, starttls, store: trusted.store, timeoutMs, talkMs: (talkMs / handshakeMs) * timeoutMs },
      network,
    )
    if (!('addresses' in look))
      return 'fault' in look && look.fault.kind === 'cancelled' ? { unseen: cancelledWords(signal.reason === 'cancelled') } : look
    const waitedMs = performance.now() - startedAt
    return { seen: look.addresses.map((one) => withoutCancelled(one, waitedMs, signal)), trusted }
  }
}
