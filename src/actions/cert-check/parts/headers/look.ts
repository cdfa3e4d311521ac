import { isIP } from 'node:net'
import type { Context } from '../../../../contract/context.ts'
import { type HttpSeen, probeHttp } from '../../../../probes/http.ts'
import { createDial, type Dial } from '../../../../probes/net/dial.ts'
import { createResolve, type Resolve } from '../../../../probes/net/resolve.ts'
import type { CertTarget } from '../endpoints/target.ts'

type Unseen = { readonly kind: 'unseen'; readonly cause: string; readonly advice: string }

/** What the start page said over HTTPS, and what port 80 said; `plain` only where HTTPS is on its usual port. */
export type SeenHeaders = { readonly https: HttpSeen | Unseen; readonly plain: HttpSeen | Unseen | undefined }

const timeoutMs = 10_000
const httpsPort = 443

const hostIn = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name)

/** Asks each endpoint for its start page, by its own name at its own place. Certificates are judged elsewhere, so none is refused here. */
export const createAskHeaders = (
  { signal, now }: Pick<Context, 'signal' | 'now'>,
  resolve: Resolve = createResolve({ signal }),
): ((target: CertTarget) => Promise<SeenHeaders>) => {
  const base = createDial(resolve)
  const ask = async (url: URL, target: CertTarget, redirects: 'same-origin' | 'none'): Promise<HttpSeen | Unseen> => {
    const dial: Dial = (where, stop) => base({ ...where, hostname: target.endpoint.host }, stop)
    const tls = { verify: false, serverName: target.serverName }
    const request = { url, method: 'GET', headers: {}, body: undefined, tls, redirects, isAnswer: () => false, wantsBody: false, timeoutMs }
    const seen = await probeHttp(request, { dial, signal, now })
    if (!seen.seen) return { kind: 'unseen', cause: seen.cause, advice: seen.advice }
    const { value } = seen
    // The headers of the redirect itself count, when it leads elsewhere.
    return value.kind === 'fault' && value.fault.kind === 'redirect-origin' ? ask(url, target, 'none') : value
  }
  return async (target) => {
    const { endpoint, serverName } = target
    const host = hostIn(serverName)
    const [https, plain] = await Promise.all([
      ask(new URL(`https://${host}:${endpoint.port}/`), target, 'same-origin'),
      endpoint.port === httpsPort ? ask(new URL(`http://${host}/`), target, 'none') : undefined,
    ])
    return { https, plain }
  }
}
