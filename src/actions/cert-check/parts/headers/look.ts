import { isIP } from 'node:net'
import type { Context } from '../../../../contract/context.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { type HttpSeen, probeHttp } from '../../../../probes/http.ts'
import { createDial, type Dial } from '../../../../probes/net/dial.ts'
import { createResolve, type Resolve } from '../../../../probes/net/resolve.ts'
import type { CertTarget } from '../endpoints/target.ts'

type Unseen = { readonly kind: 'unseen' } & Obstacle

/** What the start page said over HTTPS, and what port 80 said; `plain` only where HTTPS is on its usual port, `detour` where its redirect goes on. */
export type SeenHeaders = {
  readonly https: HttpSeen | Unseen
  readonly plain: HttpSeen | Unseen | undefined
  readonly detour?: readonly string[]
}

const mostHops = 5

const timeoutMs = 10_000
const httpsPort = 443

const hostIn = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name)

type Seen = HttpSeen | Unseen
type Ask = (url: URL, target: CertTarget) => Promise<Seen>

/** Where an answer sends its visitor. */
const locationOf = (seen: Seen, from: URL): URL | undefined => {
  if (seen.kind !== 'answer' || seen.status < 300 || seen.status >= 400) return undefined
  return URL.parse(seen.headers.get('location') ?? '', from.href) ?? undefined
}

/** To the end of the way as far as it stays at its origin; of what leads elsewhere the redirect itself is judged. */
const toTheEnd = async (start: URL, target: CertTarget, ask: Ask): Promise<Seen> => {
  let [url, seen] = [start, await ask(start, target)]
  for (let hops = 0; hops < mostHops; hops += 1) {
    const next = locationOf(seen, url)
    if (next?.origin !== start.origin || next.href === url.href) return seen
    url = next
    seen = await ask(url, target)
  }
  return seen
}

const withoutWww = (name: string): string => name.replace(/^www\./, '')

/** By HTTP from one form of the name to another, on the way to HTTPS. */
const isNearby = (next: URL, { hostname }: URL): boolean =>
  next.protocol === 'http:' && next.port === '' && withoutWww(next.hostname) === withoutWww(hostname)

/** Where the redirect of port 80 leads in the end, over the same name with or without `www.`; no other host is asked. */
const detourOf = async (first: Seen, start: URL, target: CertTarget, ask: Ask): Promise<readonly string[]> => {
  const way: string[] = []
  let [next, from] = [locationOf(first, start), start]
  while (next !== undefined && isNearby(next, start) && next.href !== from.href && way.length < mostHops) {
    from = next
    next = locationOf(await ask(from, target), from)
    if (next !== undefined) way.push(`${next.origin}${next.pathname}`)
  }
  return way
}

/** Asks each endpoint for its start page, by its own name at its own place. Certificates are judged elsewhere, so none is refused here. */
export const createAskHeaders = (
  { signal, now }: Pick<Context, 'signal' | 'now'>,
  resolve: Resolve = createResolve({ signal }),
): ((target: CertTarget) => Promise<SeenHeaders>) => {
  const base = createDial(resolve)
  const ask: Ask = async (url, target) => {
    const { endpoint, serverName } = target
    // A name of its own is looked up, so that another form of it is asked where that is.
    const hostname = endpoint.host === serverName ? url.hostname : endpoint.host
    const dial: Dial = (where, stop) => base({ ...where, hostname: hostname.replace(/^\[|\]$/g, '') }, stop)
    const tls = { verify: false, serverName }
    const request = {
      url,
      method: 'GET',
      headers: {},
      body: undefined,
      tls,
      redirects: 'none',
      isAnswer: () => false,
      wantsBody: false,
      timeoutMs,
    } as const
    const seen = await probeHttp(request, { dial, signal, now })
    return seen.seen ? seen.value : { kind: 'unseen', cause: seen.cause, advice: seen.advice }
  }
  return async (target) => {
    const { endpoint, serverName } = target
    const host = hostIn(serverName)
    const start = new URL(`http://${host}/`)
    const [https, plain] = await Promise.all([
      toTheEnd(new URL(`https://${host}:${endpoint.port}/`), target, ask),
      endpoint.port === httpsPort ? ask(start, target) : undefined,
    ])
    return { https, plain, detour: plain === undefined ? [] : await detourOf(plain, start, target, ask) }
  }
}
