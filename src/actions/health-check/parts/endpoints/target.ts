import type { JsonValue } from '../../../../contract/json.ts'
import type { Threshold } from '../../../../core/threshold.ts'
import { shownUrl } from '../../../../probes/http/redirect.ts'
import { accepts, type ExpectedStatus } from './expected-status.ts'
import type { Endpoint } from './options.ts'

/** What may be wrong with one endpoint, defaults filled in. */
export type EndpointTarget = {
  readonly endpoint: Endpoint
  readonly url: URL
  readonly kind: 'http' | 'tcp'
  readonly secure: boolean
  /** What its findings are about: no credentials and no query values in it. */
  readonly subject: string
  /** Its name, else its subject. */
  readonly label: string
  readonly status: ExpectedStatus
  readonly json: JsonValue | undefined
  readonly text: string | undefined
  readonly latency: Threshold
  readonly timeoutMs: number
  readonly attempts: number
}

const defaultTimeoutMs = 10_000
const defaultAttempts = 3
const healthLatencyMs = 200
/** What is judged where neither the endpoint nor `thresholds.p95` says another limit, ms. */
export const defaultLatency: Threshold = { warning: 500, critical: 1000, clear: 500, worse: 'above' }

/** Only warns: what is too slow for its owner still answers. */
const atMost = (limitMs: number): Threshold => ({
  warning: limitMs,
  critical: Number.POSITIVE_INFINITY,
  clear: limitMs,
  worse: 'above',
})

const isHealthPath = ({ pathname }: URL): boolean => /\/api\/health\/?$/.test(pathname)

// A tcp:// URL is read as an http:// one: only then is its host normalised, as 127.1 or an upper-case name.
const parsed = (url: string): URL => new URL(url.replace(/^tcp:/i, 'http:'))

const baseSubject = ({ method = 'GET', from }: Endpoint, url: URL, kind: EndpointTarget['kind']): string => {
  const place = kind === 'tcp' ? `tcp://${url.hostname}:${url.port || '80'}` : shownUrl(url)
  return `${method === 'GET' ? '' : `${method} `}${place}${from === undefined ? '' : ` from ${from}`}`
}

/** What a path ending in `/api/health` answers when nothing else was said; HEAD has no body, and who expects an error expects no `ok`. */
const expectedJson = (endpoint: Endpoint, health: boolean): JsonValue | undefined => {
  if (endpoint.json !== undefined || !health) return endpoint.json
  const asksForIt = (endpoint.method ?? 'GET') === 'GET' && endpoint.text === undefined && accepts(endpoint.status, 200)
  return asksForIt ? { status: 'ok' } : undefined
}

const latencyOf = (endpoint: Endpoint, health: boolean, p95: Threshold | undefined): Threshold => {
  const limitMs = endpoint['max-latency'] ?? (health ? healthLatencyMs : undefined)
  return limitMs === undefined ? (p95 ?? defaultLatency) : atMost(limitMs)
}

const targetOf = (endpoint: Endpoint, subjects: Map<string, number>, p95: Threshold | undefined): EndpointTarget => {
  const kind = /^tcp:/i.test(endpoint.url) ? 'tcp' : 'http'
  const url = parsed(endpoint.url)
  const health = kind === 'http' && isHealthPath(url)
  const base = baseSubject(endpoint, url, kind)
  const count = (subjects.get(base) ?? 0) + 1
  subjects.set(base, count)
  const subject = count === 1 ? base : `${base} (${endpoint.name ?? `no. ${count}`})`
  return {
    endpoint,
    url,
    kind,
    secure: url.protocol === 'https:',
    subject,
    label: endpoint.name ?? subject,
    status: endpoint.status,
    json: expectedJson(endpoint, health),
    text: endpoint.text,
    latency: latencyOf(endpoint, health, p95),
    timeoutMs: endpoint.timeout ?? defaultTimeoutMs,
    attempts: endpoint.attempts ?? defaultAttempts,
  }
}

/** The configured endpoints, ready to be asked and judged. Those that differ only in what is not shown get their name or number into the subject. */
export const targetsOf = (endpoints: readonly Endpoint[], p95: Threshold | undefined): readonly EndpointTarget[] => {
  const subjects = new Map<string, number>()
  return endpoints.map((endpoint) => targetOf(endpoint, subjects, p95))
}
