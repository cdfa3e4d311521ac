import type { Context } from '../../../../contract/context.ts'
import type { LookName } from '../../../../contract/isolation.ts'
import { livedOrThrew } from '../../../../core/isolated.ts'
import { proxyObstacle } from '../../../../core/net/proxy.ts'
import { notSeen, type Unseen } from '../../../../probes/net/fault.ts'
import { seeDeclared } from '../../../../tools/compose-services.ts'
import { createAsk as createAskHere, type NetworkEntry, remember } from './ask.ts'
import type { Observation } from './observation.ts'
import type { EndpointTarget } from './target.ts'

type Privileges = 'none' | 'sudo'
type Looking = Pick<Context, 'compose' | 'runProgram' | 'signal' | 'now' | 'isolate' | 'byProxy'>
const lastingly = (cause: string, advice: string) => notSeen(cause, advice, true)
type Prepared<T> = { readonly ready: T } | { readonly unseen: Unseen }

/** A target as it is told to another process, which takes no URL. */
type SentTarget = Omit<EndpointTarget, 'url'> & { readonly url: string }
export type EndpointQuestion = { readonly target: SentTarget; readonly entry: NetworkEntry | undefined }

/** What speaks TLS is asked by another process: what a server sends may end it. */
export const endpointsLook: LookName<undefined, EndpointQuestion, Observation> = { name: 'health-check/endpoints' }

const withoutContainer = async (service: string, compose: Looking['compose']): Promise<{ readonly unseen: Unseen }> => {
  const declared = await seeDeclared(compose, service, 'from')
  const none = `there is no container of service ${service}`
  return declared.seen
    ? lastingly(none, `start service ${service}`)
    : lastingly(none, `correct \`from\`: ${declared.cause}${declared.hint}`)
}

const entryOf = async (service: string, { compose }: Looking, privileges: Privileges): Promise<Prepared<NetworkEntry>> => {
  const seen = await compose.containers()
  if (!seen.seen) return lastingly(seen.cause, seen.advice)
  const containers = seen.value.filter((one) => one.service === service && !one.oneOff)
  const container = containers.find((one) => one.state === 'running' && one.pid > 0)
  if (containers.length === 0) return withoutContainer(service, compose)
  if (container === undefined) return lastingly(`service ${service} is not running (${containers[0]?.state})`, `start service ${service}`)
  const { rightsAdvice } = await import('../../../../probes/net/container-dial.ts')
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  if (uid !== 0 && privileges !== 'sudo')
    return lastingly(`looking from inside service ${service} needs rights that the runner has not`, rightsAdvice(process.execPath))
  return { ready: { service, pid: container.pid, by: uid === 0 ? 'root' : 'sudo', nodePath: process.execPath, uid, gid } }
}

/** What others reach through a proxy has no name here: that says nothing about it. */
const isBehindProxy = (seen: Observation, { kind, url, endpoint }: EndpointTarget, { byProxy }: Looking): boolean => {
  if (seen.kind !== 'fault' || seen.fault.kind !== 'unresolved' || endpoint.from !== undefined) return false
  return byProxy?.({ hostname: url.hostname, protocol: kind === 'tcp' ? 'tcp:' : url.protocol }) === true
}

/** Asks endpoints once each, from this machine or from the container they name: here what is plain, in another process what speaks TLS. */
export const createAsk = (context: Looking, privileges: Privileges): ((target: EndpointTarget) => Promise<Observation>) => {
  const here = createAskHere(context)
  const elsewhere = context.isolate(endpointsLook, undefined)
  const entry = remember((service) => entryOf(service, context, privileges))
  const askElsewhere = async (target: EndpointTarget, from: NetworkEntry | undefined): Promise<Observation> => {
    const answer = await elsewhere({ target: { ...target, url: target.url.href }, entry: from })
    return answer.lived ? answer.value : { kind: 'killed', ended: answer.ended }
  }
  const ask = async (target: EndpointTarget): Promise<Observation> => {
    const { from } = target.endpoint
    const way: Prepared<NetworkEntry | undefined> = from === undefined ? { ready: undefined } : await entry(from)
    if ('unseen' in way) return { kind: 'unseen', ...way.unseen }
    if (target.secure) return askElsewhere(target, way.ready)
    let redirectedToTls = false
    const seen = await here(target, way.ready, () => {
      redirectedToTls = true
    })
    return redirectedToTls ? askElsewhere(target, way.ready) : seen
  }
  return async (target) => {
    const asked = await livedOrThrew(async () => ({ lived: true, value: await ask(target) }))
    if (!asked.lived) return { kind: 'killed', ended: asked.ended }
    return isBehindProxy(asked.value, target, context) ? { kind: 'unseen', ...proxyObstacle, lasting: false } : asked.value
  }
}
