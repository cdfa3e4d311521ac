import type { RunProgram } from '../../../../contract/process.ts'
import type { Instant } from '../../../../contract/seen.ts'
import type { HttpRequest } from '../../../../probes/http/request.ts'
import { probeHttp } from '../../../../probes/http.ts'
import { readAuthority } from '../../../../probes/net/authority.ts'
import type { ContainerEntry } from '../../../../probes/net/container-dial.ts'
import { createDial, type Dial, placeOf } from '../../../../probes/net/dial.ts'
import type { Probed } from '../../../../probes/net/fault.ts'
import { createResolve, type Resolve } from '../../../../probes/net/resolve.ts'
import { probeTcp } from '../../../../probes/tcp.ts'
import { expectsBody } from './answer.ts'
import { accepts } from './expected-status.ts'
import type { Observation } from './observation.ts'
import type { EndpointTarget } from './target.ts'

/** The way into a container's network, as it can be told to another process. */
export type NetworkEntry = Omit<ContainerEntry, 'run'>

export type EndpointAccess = {
  readonly signal: AbortSignal
  readonly now: () => Instant
  readonly runProgram: RunProgram
  readonly resolve?: Resolve | undefined
}

/** Less than this before the deadline is not a wait: nothing was seen of the endpoint. */
const shortestWaitMs = 1_000

/** Once for each key; the promise itself is kept, so that those who ask at the same time share it. */
export const remember = <T>(find: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const known = new Map<string, Promise<T>>()
  return (key) => {
    const found = known.get(key) ?? find(key)
    known.set(key, found)
    return found
  }
}

const requestOf = ({ endpoint, status, timeoutMs, url }: EndpointTarget, wantsBody: boolean, ca: string | undefined): HttpRequest => ({
  url,
  method: endpoint.method ?? 'GET',
  headers: endpoint.headers ?? {},
  body: endpoint.body,
  tls: { verify: endpoint['tls-verify'] ?? true, ca, serverName: endpoint['server-name'] },
  redirects: endpoint.redirects ?? 'same-origin',
  // A redirect that is expected by its status is the answer itself.
  isAnswer: (code) => status !== undefined && accepts(status, code),
  wantsBody,
  timeoutMs,
})

/** A run that somebody stopped saw nothing of what had not answered yet; a deadline is one that the endpoint has missed. */
const observationOf = (probed: Probed<Exclude<Observation, { kind: 'unseen' }>>, waitedMs: number, signal: AbortSignal): Observation => {
  if (!probed.seen) return { kind: 'unseen', ...probed }
  const { value } = probed
  if (value.kind !== 'fault' || value.fault.kind !== 'cancelled') return value
  if (signal.reason === 'cancelled')
    return { kind: 'unseen', cause: 'the run was cancelled before it could answer', advice: 'run it again', lasting: true }
  if (value.fault.phase !== 'dns' && waitedMs >= shortestWaitMs) return value
  const cause = "the run's deadline came before it could answer"
  return { kind: 'unseen', cause, advice: 'give the action a longer `timeout`', lasting: true }
}

const withoutTls =
  (dial: Dial, tlsWanted: () => void): Dial =>
  async (where, stop) => {
    if (where.tls === undefined) return dial(where, stop)
    tlsWanted()
    return { fault: { kind: 'closed', phase: 'connect', detail: '' } }
  }

/**
 * Asks endpoints once each, over the network of this machine or through an entry. One for each run: it remembers names and authorities.
 * Who gives `tlsWanted` is told of a redirect to HTTPS, instead of TLS that is spoken here.
 */
export const createAsk = ({ signal, now, runProgram, resolve = createResolve({ signal }) }: EndpointAccess) => {
  const direct = createDial(resolve)
  const authority = remember((path) => readAuthority(path, 'ca'))
  const dialOf = async (entry: NetworkEntry | undefined): Promise<Dial> => {
    if (entry === undefined) return direct
    const { createContainerDial } = await import('../../../../probes/net/container-dial.ts')
    return createContainerDial({ ...entry, run: runProgram })
  }
  return async (target: EndpointTarget, entry: NetworkEntry | undefined, tlsWanted?: () => void): Promise<Observation> => {
    const { ca } = target.endpoint
    const trusted = ca === undefined ? { ready: undefined } : await authority(ca)
    if ('unseen' in trusted) return { kind: 'unseen', ...trusted.unseen }
    const given = await dialOf(entry)
    const network = { dial: tlsWanted === undefined ? given : withoutTls(given, tlsWanted), signal, now }
    const startedAt = performance.now()
    const probed =
      target.kind === 'tcp'
        ? await probeTcp({ ...placeOf(target.url), timeoutMs: target.timeoutMs }, network)
        : await probeHttp(requestOf(target, expectsBody(target), trusted.ready), network)
    return observationOf(probed, performance.now() - startedAt, signal)
  }
}
