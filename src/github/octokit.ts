import type { IncomingHttpHeaders } from 'node:http'
import type { Exchanged, Transport } from './exchange.ts'

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

/** An answer of whatever status, its body read as JSON where it is JSON; or why there was none. */
export type OctokitAnswer =
  | { readonly answered: true; readonly status: number; readonly headers: IncomingHttpHeaders; readonly data: unknown }
  | { readonly answered: false; readonly cause: string }

const maxAnswerBytes = 32 * 1024 * 1024
const apiVersion = '2022-11-28'

const ignore = (): void => {}
/** What Octokit would say to the console repeats headers of the server past our printer. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

type Sent = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** As much of a `Response` as Octokit reads: the real one would load another HTTP client. */
const responseOf = (url: string, { status, headers, text }: Extract<Exchanged, { answered: true }>) => {
  const lines = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return { status, url, headers: new Map(lines), text: async () => text }
}

/** Our own exchange as a `fetch`: bounded, whole or a failure, and it follows no redirect, so that the token never leaves for another host. */
const fetchOver = ({ transport, signal }: OctokitOptions, { method, timeoutMs }: OctokitRequest, seen: (one: Exchanged) => void) => {
  return async (url: string, { headers = {}, body }: Sent) => {
    const sent = await transport.exchange({ method, url: new URL(url), headers, body, timeoutMs, maxBytes: maxAnswerBytes, signal })
    seen(sent)
    if (!sent.answered) throw new Error(sent.cause)
    return responseOf(url, sent)
  }
}

/** What Octokit throws for a status of 400 and above carries the answer. */
const answerIn = (error: unknown): unknown =>
  Error.isError(error) && 'response' in error && typeof error.response === 'object' && error.response !== null && 'data' in error.response
    ? error.response.data
    : undefined

/** Asks GitHub through Octokit, which is loaded with the first request. Never throws for what GitHub or the network does. */
export const createOctokit = (options: OctokitOptions) => {
  const load = async () => {
    const { Octokit } = await import('@octokit/core')
    const headers = {
      authorization: `Bearer ${options.token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': apiVersion,
    }
    const octokit = new Octokit({ baseUrl: options.apiUrl.replace(/\/+$/, ''), userAgent: 'ronde', log: silent })
    return { octokit, headers }
  }
  let loaded: ReturnType<typeof load> | undefined
  return async (asked: OctokitRequest): Promise<OctokitAnswer> => {
    loaded ??= load()
    const { octokit, headers } = await loaded
    let sent: Exchanged | undefined
    const fetch = fetchOver(options, asked, (one) => {
      sent = one
    })
    const { method, url, body } = asked
    let data: unknown
    try {
      const request = { fetch, redirect: 'manual' as const, log: silent }
      data = (await octokit.request({ method, url, headers, request, ...(body === undefined ? {} : { data: body }) })).data as unknown
    } catch (error) {
      data = answerIn(error)
      if (sent === undefined) throw error
    }
    if (sent === undefined || !sent.answered) return { answered: false, cause: sent?.cause ?? 'nothing was sent' }
    return { answered: true, status: sent.status, headers: sent.headers, data }
  }
}
