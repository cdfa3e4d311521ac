import type { Context } from '../../../core/context.ts'
import type { HttpRequest } from '../../../probes/http/request.ts'
import { probeHttp } from '../../../probes/http.ts'
import { readAuthority } from '../../../probes/net/authority.ts'
import { createDial, type Dial, placeOf } from '../../../probes/net/dial.ts'
import { notSeen, type Probed, type Unseen } from '../../../probes/net/fault.ts'
import { createResolve } from '../../../probes/net/resolve.ts'
import { probeTcp } from '../../../probes/tcp.ts'
import { expectsBody } from './answer.ts'
import { accepts } from './expected-status.ts'
import type { Observation } from './observation.ts'
import type { Target } from './target.ts'

type Privileges = 'none' | 'sudo'
type Looking = Pick<Context, 'compose' | 'runProgram' | 'signal' | 'now'>
const lastingly = (cause: string, advice: string) => notSeen(cause, advice, true)
type Prepared<T> = { readonly ready: T } | { readonly unseen: Unseen }

/** Less than this before the deadline is not a wait: nothing was seen of the endpoint. */
const shortestWaitMs = 1_000

/** Once for each key; the promise itself is kept, so that those who ask at the same time share it. */
const remember = <T>(find: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const known = new Map<string, Promise<T>>()
  return (key) => {
    const found = known.get(key) ?? find(key)
    known.set(key, found)
    return found
  }
}

const entryOf = async (service: string, { compose, runProgram: run }: Looking, privileges: Privileges): Promise<Prepared<Dial>> => {
  const seen = await compose.containers()
  if (!seen.seen) return lastingly(seen.cause, seen.advice)
  const containers = seen.value.filter((one) => one.service === service && !one.oneOff)
  const container = containers.find((one) => one.state === 'running' && one.pid > 0)
  if (containers.length === 0) return lastingly(`there is no container of service ${service}`, 'correct `from`, or start that service')
  if (container === undefined) return lastingly(`service ${service} is not running (${containers[0]?.state})`, `start service ${service}`)
  const { createContainerDial, rightsAdvice } = await import('../../../probes/net/container-dial.ts')
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  if (uid !== 0 && privileges !== 'sudo')
    return lastingly(`looking from inside service ${service} needs rights that the runner has not`, rightsAdvice(process.execPath))
  return {
    ready: createContainerDial({ service, pid: container.pid, by: uid === 0 ? 'root' : 'sudo', run, nodePath: process.execPath, uid, gid }),
  }
}

const requestOf = ({ endpoint, status, timeoutMs, url }: Target, wantsBody: boolean, ca: string | undefined): HttpRequest => ({
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

/** Asks endpoints once each, over the network of this machine or of the container they name. One for each run: it remembers names. */
export const createAsk = (
  context: Looking,
  privileges: Privileges,
  resolve = createResolve({ signal: context.signal }),
): ((target: Target) => Promise<Observation>) => {
  const direct: Prepared<Dial> = { ready: createDial(resolve) }
  const authority = remember((path) => readAuthority(path, 'ca'))
  const entry = remember((service) => entryOf(service, context, privileges))
  return async (target) => {
    const { from, ca } = target.endpoint
    const dial = from === undefined ? direct : await entry(from)
    if ('unseen' in dial) return { kind: 'unseen', ...dial.unseen }
    const trusted: Prepared<string | undefined> = ca === undefined ? { ready: undefined } : await authority(ca)
    if ('unseen' in trusted) return { kind: 'unseen', ...trusted.unseen }
    const network = { dial: dial.ready, signal: context.signal, now: context.now }
    const startedAt = performance.now()
    const probed =
      target.kind === 'tcp'
        ? await probeTcp({ ...placeOf(target.url), timeoutMs: target.timeoutMs }, network)
        : await probeHttp(requestOf(target, expectsBody(target), trusted.ready), network)
    return observationOf(probed, performance.now() - startedAt, context.signal)
  }
}
