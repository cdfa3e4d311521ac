import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import type { LookupFunction } from 'node:net'
import { createKeep } from '../core/keep.ts'
import { loadHttps } from '../core/net/tls.ts'

export type Exchange = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** For the whole exchange, body included. */
  readonly timeoutMs: number
  /** A longer answer counts as none. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Resolves names; may refuse an address before anything connects to it. */
  readonly lookup?: LookupFunction
}

/** A whole answer, or why there was none in words that hold no part of the URL. Redirects are answers. */
export type ExchangeResult =
  | {
      readonly answered: true
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly bytes: Buffer
      readonly text: string
    }
  | { readonly answered: false; readonly cause: string }

export type Transport = { readonly exchange: (request: Exchange) => Promise<ExchangeResult>; readonly close: () => void }

/** Not by `import()`: naming the exports of `node:http` loads the WebSocket client behind two of them (25 ms). */
const moduleOf = (protocol: string) => (protocol === 'https:' ? loadHttps() : process.getBuiltinModule('node:http'))

const codeOf = (error: unknown): string => {
  const code: unknown = Error.isError(error) && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : Error.isError(error) ? error.name : 'unknown error'
}

const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be resolved',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection was cut',
  EREFUSED_ADDRESS: 'its address is one that Ronde never connects to (link-local, or the metadata service of a cloud)',
  ETOOLONG: 'the answer is too long',
  ECUT: 'the answer was cut',
}
const causeOf = (error: unknown): string => {
  const code = codeOf(error)
  return `${causes[code] ?? 'the connection failed'} (${code})`
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })

const readWhole = async (response: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const kept = createKeep(maxBytes)
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (piece.length > maxBytes - kept.bytes().length) throw coded('ETOOLONG')
    kept.add(piece, 0, piece.length)
  }
  if (!response.complete) throw coded('ECUT')
  return kept.bytes()
}

const send = (request: Exchange, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, body, lookup } = request
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...length },
      agent,
      signal,
      ...(lookup === undefined ? {} : { lookup }),
    }
    moduleOf(url.protocol).request(url, options, resolve).once('error', reject).end(body)
  })

/** One HTTP request at a time over connections that are kept; through the proxy that `https_proxy` and `no_proxy` of the environment name. */
export const createTransport = (environment: Readonly<Record<string, string | undefined>>): Transport => {
  const agents = new Map<string, Agent>()
  const agentFor = (protocol: string): Agent => {
    const known = agents.get(protocol)
    if (known !== undefined) return known
    const agent = new (moduleOf(protocol).Agent)({ keepAlive: true, proxyEnv: { ...environment } })
    agents.set(protocol, agent)
    return agent
  }
  return {
    exchange: async (request) => {
      const late = AbortSignal.timeout(request.timeoutMs)
      try {
        const response = await send(request, agentFor(request.url.protocol), AbortSignal.any([late, request.signal]))
        const bytes = await readWhole(response, request.maxBytes)
        return { answered: true, status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString('utf8') }
      } catch (error) {
        // Whatever goes wrong on the way is why there is no answer: the caller decides what that means.
        if (request.signal.aborted) return { answered: false, cause: 'the run was stopped' }
        if (late.aborted) return { answered: false, cause: `no answer within ${request.timeoutMs} ms` }
        return { answered: false, cause: causeOf(error) }
      }
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}
