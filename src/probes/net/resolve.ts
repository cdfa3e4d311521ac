import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { codeOf, type Failure, failureOfLookup } from './fault.ts'

export type Address = { readonly address: string; readonly family: number }
/** `tookMs`: how long it was asked for, when it was. */
export type FoundAddresses = { readonly addresses: readonly Address[]; readonly tookMs?: number }
export type Resolution = FoundAddresses | Failure

/** Name -> addresses. Remembers the names of one run; a failure is forgotten, so that the next attempt asks again. */
export type Resolve = (hostname: string) => Resolution | Promise<Resolution>

/** The parts of the world that a test replaces by real ones of its own. */
export type ResolveOptions = {
  /** Name servers as `address:port`; default: those of /etc/resolv.conf. */
  readonly servers?: readonly string[]
  readonly hostsFile?: string
  /** Pending questions end with it. */
  readonly signal?: AbortSignal
  /** First time-out of one question; the second try has twice as long. */
  readonly queryTimeoutMs?: number
  /** Ask the system's own resolver (search domains, mDNS, …) about names that the name servers do not know. */
  readonly system?: boolean
}

const loopback: Resolution = {
  addresses: [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ],
}
const isLocalhost = (name: string) => name === 'localhost' || name.endsWith('.localhost')
/** `/etc/hosts` -> addresses by lower-case name. */
export const parseHosts = (text: string): ReadonlyMap<string, readonly Address[]> => {
  const hosts = new Map<string, Address[]>()
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    const family = isIP(address)
    if (family === 0) continue
    for (const name of names.map((one) => one.toLowerCase())) {
      const known = hosts.get(name)
      if (known === undefined) hosts.set(name, [{ address, family }])
      else known.push({ address, family })
    }
  }
  return hosts
}

const readHosts = async (path: string) => {
  const { readFile } = await import('node:fs/promises')
  try {
    return parseHosts(await readFile(path, 'utf8'))
  } catch {
    // A machine without that file simply has no names of its own.
    return new Map<string, readonly Address[]>()
  }
}

type Settled = PromiseSettledResult<string[]>

const isBroken = (answer: Settled): boolean => answer.status === 'rejected' && codeOf(answer.reason) === 'EBADRESP'

/** Questions over UDP, which block no thread: the system's own resolver would hold one of libuv's four for each slow name. */
const createQuery = async ({ servers, queryTimeoutMs = 2000, signal }: ResolveOptions) => {
  const { Resolver } = await import('node:dns/promises')
  const openSocket = () => {
    const resolver = new Resolver({ timeout: queryTimeoutMs, tries: 2 })
    if (servers !== undefined) resolver.setServers([...servers])
    signal?.addEventListener('abort', () => resolver.cancel(), { once: true })
    return (hostname: string) => Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  }
  const ask = openSocket()
  return async (hostname: string): Promise<Resolution> => {
    const first = await ask(hostname)
    // A broken answer for one name closes the socket under the questions of all others: each of them is asked once more, alone.
    const [four, six] = first.every(isBroken) ? await openSocket()(hostname) : first
    const found = (answer: Settled, family: number) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : []
    const addresses = [...found(four, 4), ...found(six, 6)]
    if (addresses.length > 0) return { addresses }
    return failureOfLookup([four, six].map((answer) => (answer.status === 'rejected' ? codeOf(answer.reason) : 'ENODATA')))
  }
}

/** An answer may name thousands; a connection is opened to each of these. */
const mostAddresses = 32

/** The system's resolver holds one of libuv's four threads for each name, and files need them too: two at a time. */
const createGate = (most: number) => {
  let free = most
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

const bounded = (answer: Resolution): Resolution =>
  'addresses' in answer ? { ...answer, addresses: answer.addresses.slice(0, mostAddresses) } : answer

const askSystem = async (hostname: string): Promise<Resolution> => {
  const { lookup } = await import('node:dns/promises')
  try {
    const addresses: LookupAddress[] = await lookup(hostname, { all: true })
    return { addresses }
  } catch (error) {
    // Every way in which the system's resolver fails is one of its codes.
    return failureOfLookup([codeOf(error)])
  }
}

export const createResolve = (options: ResolveOptions = {}): Resolve => {
  const { hostsFile = '/etc/hosts', system = true } = options
  const known = new Map<string, Promise<Resolution>>()
  const gate = createGate(2)
  let opened: Promise<readonly [Awaited<ReturnType<typeof readHosts>>, Awaited<ReturnType<typeof createQuery>>]> | undefined
  const ask = async (hostname: string): Promise<Resolution> => {
    opened ??= Promise.all([readHosts(hostsFile), createQuery(options)])
    const [hosts, query] = await opened
    const written = hosts.get(hostname)
    if (written !== undefined) return { addresses: written }
    const startedAt = performance.now()
    const asked = await query(hostname)
    const answer = 'fault' in asked && system ? await gate(() => askSystem(hostname)) : asked
    return 'addresses' in answer ? { ...answer, tookMs: performance.now() - startedAt } : answer
  }
  return (hostname) => {
    const family = isIP(hostname)
    if (family !== 0) return { addresses: [{ address: hostname, family }] }
    const name = hostname.toLowerCase().replace(/\.$/, '')
    if (isLocalhost(name)) return loopback
    const asked = known.get(name)
    if (asked !== undefined) return asked
    const asking = ask(name).then((answer) => {
      if (!('addresses' in answer)) known.delete(name)
      return bounded(answer)
    })
    known.set(name, asking)
    return asking
  }
}
