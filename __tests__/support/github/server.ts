import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Asked, answerTo, type Matched, type Site } from './answer.ts'
import { type Answer, refusal } from './call.ts'
import { createEntities } from './entities.ts'
import { createFaults, type Fault } from './faults.ts'
import { loadDescription } from './openapi.ts'
import type { OperationId } from './operations.ts'
import { pageOf } from './pages.ts'
import { createTokens, rateHeaders, type TokenState } from './tokens.ts'
import { responseViolations } from './validate.ts'
import { createWorld } from './world.ts'

export type GitHubOptions = {
  /** The private repository that is there from the start; default `quiz/operations`. */
  readonly repository?: string
  /** Milliseconds since the Unix epoch: created-at times and the `Date` header. */
  readonly now?: () => number
  /** Requests an hour of each token; default as at GitHub. */
  readonly rateLimit?: number
  readonly serverUrl?: string
}

export type LoggedRequest = {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly operation: OperationId | undefined
  /** The login behind the token; empty without a known one. */
  readonly by: string
  readonly body: unknown
  readonly status: number
  /** Counts against the hour's limit; a 304 does not. */
  readonly charged: boolean
}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text // Not JSON: the validation of the body says so.
  }
}

const secondaryLimit = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const plannedAnswer = (fault: Fault | undefined): Answer | undefined => {
  if (fault?.kind === 'status') return refusal(fault.status, fault.message ?? 'Something went wrong')
  if (fault?.kind === 'answer') return { status: fault.status, body: fault.body }
  return fault?.kind === 'secondary-limit' ? refusal(403, secondaryLimit) : undefined
}

type Parts = {
  readonly site: Omit<Site, 'report'>
  readonly tokens: ReturnType<typeof createTokens>
  readonly faults: ReturnType<typeof createFaults>
  readonly requests: LoggedRequest[]
  readonly violations: string[]
  readonly now: () => number
  readonly url: () => string
}

/** ETags are bound to the token: the same list has another one for another job. */
const etagOf = (asked: Asked, status: number, text: string, authorization = '') => {
  if (asked.method !== 'GET' || status !== 200) return undefined
  return `W/"${createHash('sha256').update(`${authorization}\n${text}`).digest('hex')}"`
}

const note = (parts: Parts, asked: Asked, call: { matched: Matched | undefined; token: TokenState | undefined; status: number }) => {
  const { matched, token, status } = call
  const operation = matched?.operation.id
  const charged = status !== 304 && operation !== 'rate-limit/get'
  if (token !== undefined && charged) token.used += 1
  const { method, path, query, body } = asked
  parts.requests.push({ method, path, query: Object.fromEntries(query), operation, by: token?.actor.login ?? '', body, status, charged })
}

/** One answer, validated; what is wrong with it is our own fault and reported too. */
const answerFor = (
  parts: Parts,
  asked: Asked,
  matched: Matched | undefined,
  given: { token: TokenState | undefined; fault: Fault | undefined },
) => {
  const report = (violation: string) => parts.violations.push(`${asked.method} ${asked.path}: ${violation}`)
  const answer = plannedAnswer(given.fault) ?? answerTo({ ...parts.site, report }, asked, matched, given.token)
  const sent = pageOf(answer, parts.url() + asked.path, asked.query)
  const wrong = matched === undefined ? [] : responseViolations(parts.site.description, matched.operation, sent.status, sent.body)
  for (const one of wrong) report(one)
  return { status: sent.status, text: sent.body === undefined ? '' : JSON.stringify(sent.body), paging: sent.headers }
}

const respond = async (parts: Parts, asked: Asked, { headers }: IncomingMessage) => {
  const matched = parts.site.description.match(asked.method, asked.path)
  const fault = parts.faults.take(matched?.operation.id)
  if (fault?.kind === 'latency') await delay(fault.latencyMs)
  if (fault?.kind === 'reset' && fault.when === 'before') return undefined
  const token = parts.tokens.find(headers.authorization)
  const { status: whole, text, paging } = answerFor(parts, asked, matched, { token, fault })
  const etag = etagOf(asked, whole, text, headers.authorization)
  const status = etag !== undefined && headers['if-none-match'] === etag ? 304 : whole
  note(parts, asked, { matched, token, status })
  return { status, text: status === 304 ? '' : text, headers: { ...headersOf(parts, token, etag, fault), ...paging }, fault }
}

const headersOf = (parts: Parts, token: TokenState | undefined, etag: string | undefined, fault: Fault | undefined) => ({
  'content-type': 'application/json; charset=utf-8',
  date: new Date(parts.now()).toUTCString(),
  ...(etag === undefined ? {} : { etag }),
  ...(token === undefined ? {} : rateHeaders(token)),
  ...(fault?.kind === 'secondary-limit' ? { 'retry-after': String(fault.retryAfterS) } : {}),
})

const serve = async (parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
  const sent = await respond(parts, { method: request.method ?? 'GET', path, query, body: await readBody(request) }, request)
  if (sent === undefined || sent.fault?.kind === 'reset') return void request.socket.destroy()
  const { status, text, headers, fault } = sent
  response.writeHead(status, { ...headers, ...(status === 304 || status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }) })
  if (fault?.kind === 'cut-body') return void response.write(text.slice(0, text.length / 2), () => request.socket.destroy())
  response.end(text)
}

const listen = async (parts: Parts) => {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((error: Error) => {
      parts.violations.push(`${request.method} ${request.url}: the stand-in failed: ${error.stack}`)
      request.socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

const countsOf = (requests: readonly LoggedRequest[]) => ({
  all: requests.length,
  charged: requests.filter((one) => one.charged).length,
  notModified: requests.filter((one) => one.status === 304).length,
  writes: requests.filter((one) => one.method !== 'GET').length,
})

/** A GitHub on loopback that remembers what it was told; each request and answer is checked against GitHub's own description. */
export const startGitHub = async (options: GitHubOptions = {}) => {
  const now = options.now ?? Date.now
  let url = ''
  const description = loadDescription()
  const world = createWorld(now)
  const entities = createEntities(description, () => url, options.serverUrl ?? 'https://github.com')
  const tokens = createTokens(now, options.rateLimit)
  const faults = createFaults()
  const parts: Parts = { site: { description, world, entities }, tokens, faults, requests: [], violations: [], now, url: () => url }
  const listening = await listen(parts)
  url = listening.url
  return {
    url,
    /** The repository that is there from the start. */
    repository: world.addRepository(options.repository ?? 'quiz/operations'),
    state: world,
    token: tokens.create,
    faults,
    requests: parts.requests as readonly LoggedRequest[],
    counts: () => countsOf(parts.requests),
    /** What GitHub would not have taken, or would not have sent. Each test expects it empty. */
    violations: (): readonly string[] => [...parts.violations],
    /** Forgets violations, requests and faults; the repositories stay as they are. */
    reset: () => {
      parts.violations.splice(0)
      parts.requests.splice(0)
      faults.clear()
    },
    close: listening.close,
    [Symbol.asyncDispose]: listening.close,
  }
}
export type GitHubStandIn = Awaited<ReturnType<typeof startGitHub>>
