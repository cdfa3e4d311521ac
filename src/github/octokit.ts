import type { IncomingHttpHeaders } from 'node:http'
import { jsonValue } from '../core/read-json.ts'
import type { ExchangeResult, Transport } from './exchange.ts'

export type OctokitOptions = {
  /** `GITHUB_API_URL`; may have a path, as on an Enterprise Server. */
  readonly apiUrl: string
  readonly token: string
  readonly signal: AbortSignal
  readonly transport: Transport
}

/** One request; `url` is the path below the API's URL, its parts encoded, with its query. */
export type OctokitRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly url: string
  readonly body?: object | undefined
  /** For the whole exchange, body included. */
  readonly timeoutMs: number
}

/** An answer of whatever status, `data` its body as JSON, `undefined` when it is none; or why there was none. */
export type OctokitAnswer =
  | { readonly answered: true; readonly status: number; readonly headers: IncomingHttpHeaders; readonly data: unknown }
  | { readonly answered: false; readonly cause: string }

const maxAnswerBytes = 32 * 1024 * 1024
const apiVersion = '2022-11-28'

const ignore = (): void => {}
/** What Octokit would say to the console repeats headers of the server past our printer. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

type Sent = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/**
 * As much of a `Response` as Octokit reads: the real one would load another HTTP client. Without its headers, Octokit neither parses the body
 * (ours is bounded in depth and count) nor heeds what else they ask.
 */
const responseOf = (url: string, status: number) => ({ status, url, headers: new Map<string, string>(), text: async () => '' })

/** Our own exchange as a `fetch`: bounded, whole or a failure, and it follows no redirect, so that the token never leaves for another host. */
const fetchOver = ({ transport, signal }: OctokitOptions, { method, timeoutMs }: OctokitRequest, seen: (one: ExchangeResult) => void) => {
  return async (url: string, { headers = {}, body }: Sent) => {
    const sent = await transport.exchange({ method, url: new URL(url), headers, body, timeoutMs, maxBytes: maxAnswerBytes, signal })
    seen(sent)
    if (!sent.answered) throw new Error(sent.cause)
    return responseOf(url, sent.status)
  }
}

/** Asks GitHub through Octokit, which is loaded with the first request. Never throws for what GitHub or the network does. */
export const createOctokit = (options: OctokitOptions) => {
  const load = async () => {
    const { Octokit } = await import('@octokit/core')
    const headers = {
      authorization: `Bearer ${options.token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': apiVersion,
    }
    const octokit = new Octokit({ baseUrl: options.apiUrl.replace(/\/{1,9}$/, ''), userAgent: 'ronde', log: silent })
    return { octokit, headers }
  }
  let loaded: ReturnType<typeof load> | undefined
  return async (asked: OctokitRequest): Promise<OctokitAnswer> => {
    loaded ??= load()
    const { octokit, headers } = await loaded
    let sent: ExchangeResult | undefined
    const fetch = fetchOver(options, asked, (one) => {
      sent = one
    })
    const { method, url, body } = asked
    try {
      const request = { fetch, redirect: 'manual' as const, log: silent }
      await octokit.request({ method, url, headers, request, ...(body === undefined ? {} : { data: body }) })
    } catch (error) {
      // It throws for every status of 400 and above, and for what our exchange threw: what was sent tells.
      if (sent === undefined) throw error
    }
    if (sent === undefined || !sent.answered) return { answered: false, cause: sent?.cause ?? 'nothing was sent' }
    return { answered: true, status: sent.status, headers: sent.headers, data: jsonValue(sent.text) }
  }
}
