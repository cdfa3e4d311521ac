import { open } from 'node:fs/promises'
import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { createKeep } from '../core/keep.ts'
import { loadHttps } from '../core/net/tls.ts'
import { bySystem, guardedLookup, type ResolveAll } from './guarded-lookup.ts'

export type Exchange = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** For the whole exchange, body included. */
  readonly timeoutMs: number
  /** A longer answer counts as none. */
  readonly maxBytes: number
  /** A file that is not there yet, where the body of a 200 goes; the text is then empty. What was written stays when it was cut. */
  readonly into?: string | undefined
  readonly signal: AbortSignal
  /** Addresses that Ronde never connects to are refused before anything connects to them. */
  readonly guarded?: boolean
}

/** A whole answer, or why there was none in words that hold no part of the URL. Redirects are answers. */
export type ExchangeResult =
  | { readonly answered: true; readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }
  | { readonly answered: false; readonly cause: string }

export type Transport = {
  readonly exchange: (request: Exchange) => Promise<ExchangeResult>
  /** Prepares what takes time, before this is asked. */
  readonly begin: () => void
  readonly close: () => void
}

/** A transport for all exchanges under this signal. */
export type OpenTransport = (signal: AbortSignal) => Transport

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

const readText = async (response: IncomingMessage, maxBytes: number): Promise<string> => {
  const kept = createKeep(maxBytes)
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (piece.length > maxBytes - kept.bytes().length) throw coded('ETOOLONG')
    kept.add(piece, 0, piece.length)
  }
  if (!response.complete) throw coded('ECUT')
  return kept.bytes().toString('utf8')
}

/** As it comes, so that a body of hundreds of megabytes never stands in memory. */
const writeBody = async (response: IncomingMessage, path: string, maxBytes: number): Promise<string> => {
  const file = await open(path, 'wx', 0o600)
  try {
    let bytes = 0
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > maxBytes) throw coded('ETOOLONG')
      await file.appendFile(piece)
    }
    if (!response.complete) throw coded('ECUT')
    return ''
  } finally {
    await file.close()
  }
}

const bodyOf = (response: IncomingMessage, { into, maxBytes }: Exchange): Promise<string> =>
  into === undefined || response.statusCode !== 200 ? readText(response, maxBytes) : writeBody(response, into, maxBytes)

type Way = { readonly agent: Agent; readonly signal: AbortSignal; readonly resolveAll: ResolveAll }

const send = (request: Exchange, { agent, signal, resolveAll }: Way): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { url, method, headers, body, guarded = false } = request
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...length },
      agent,
      signal,
      ...(guarded ? { lookup: guardedLookup(resolveAll) } : {}),
    }
    moduleOf(url.protocol).request(url, options, resolve).once('error', reject).end(body)
  })

/** What stands in the place of an answer when there was no time for one. */
export const noAnswerWithin = (ms: number): ExchangeResult => ({ answered: false, cause: `no answer within ${ms} ms` })
export const stoppedRun: ExchangeResult = { answered: false, cause: 'the run was stopped' }

/** One HTTP request at a time over connections that are kept; through the proxy that `https_proxy` and `no_proxy` of the environment name. */
export const createTransport = (environment: Readonly<Record<string, string | undefined>>, resolveAll = bySystem): Transport => {
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
        const signal = AbortSignal.any([late, request.signal])
        const response = await send(request, { agent: agentFor(request.url.protocol), signal, resolveAll })
        const text = await bodyOf(response, request)
        return { answered: true, status: response.statusCode ?? 0, headers: response.headers, text }
      } catch (error) {
        // Whatever goes wrong on the way is why there is no answer: the caller decides what that means.
        if (request.signal.aborted) return stoppedRun
        if (late.aborted) return noAnswerWithin(request.timeoutMs)
        return { answered: false, cause: causeOf(error) }
      }
    },
    begin: () => {},
    close: () => {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}
