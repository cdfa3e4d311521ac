import type { z } from 'zod'
import type { GithubAnswer, IssuesFailure } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { leastOffsetMs } from '../core/time/clock.ts'
import type { Transport } from './exchange.ts'
import { type FailureContext, failureOf, type Topic } from './failure.ts'
import { createOctokit, type OctokitAnswer } from './octokit.ts'

export type ClientOptions = {
  /** `GITHUB_API_URL`; may have a path, as on an Enterprise Server. */
  readonly apiUrl: string
  readonly token: string
  /** Closed with the client. */
  readonly transport: Transport
  readonly signal: AbortSignal
  /** Nothing is asked or waited for after it. */
  readonly deadline: Instant
  /** The block of permissions to name when one is missing; by default that for issues. */
  readonly permissions?: string
  readonly now?: () => Instant
  /** Waits, or throws when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export type GithubRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  /** `/repos/…`, its parts encoded. */
  readonly path: string
  readonly query?: URLSearchParams
  readonly body?: object
  readonly topic: Topic
  /** Of a write: what may stop it when its turn has come. */
  readonly check?: () => Promise<IssuesFailure | undefined>
}

/** `next`: the query of the next page. */
export type Page<T> = { readonly value: T; readonly next: URLSearchParams | undefined }
export type RequestCounts = { readonly requests: number; readonly charged: number; readonly writes: number }

export type Client = {
  /** Reads are tried up to three times; writes once, for one that got no answer may have been done. Both wait out a short rate limit. */
  readonly ask: <T>(asked: GithubRequest, shape: z.ZodType<T>) => Promise<GithubAnswer<Page<T>>>
  readonly counts: () => RequestCounts
  /** How far our clock is from GitHub's at least, by the answers so far; undefined without one. See `core/clock.ts`. */
  readonly clockOffsetMs: () => number | undefined
  readonly close: () => void
}

const timeoutMs = 10_000
const writeGapMs = 1_000
const maxTries = 3
const retryGapMs = 500
const longestWaitMs = 30_000

const sleep = async (ms: number, signal: AbortSignal): Promise<unknown> => {
  const { setTimeout } = await import('node:timers/promises')
  return setTimeout(ms, undefined, { signal })
}

/** Only the query of the link: whatever host it names, the token stays with ours. */
const nextOf = (link: string | string[] | undefined): URLSearchParams | undefined => {
  const found = /<([^<>]*)>\s*;[^<]*\brel="?next\b/.exec(String(link ?? ''))?.[1]
  return found !== undefined && URL.canParse(found) ? new URL(found).searchParams : undefined
}

const fails = <T>(failure: IssuesFailure): GithubAnswer<T> => ({ ok: false, failure })
const unreachable = <T>(cause: string): GithubAnswer<T> => fails({ kind: 'unreachable', cause: `GitHub: ${cause}` })

const judge = <T>(sent: OctokitAnswer, context: FailureContext, shape: z.ZodType<T>): GithubAnswer<Page<T>> => {
  if (!sent.answered) return unreachable(sent.cause)
  if (sent.status < 200 || sent.status > 299) return fails(failureOf(sent, context))
  // Half an answer, or a proxy's page, is `undefined`: no shape takes it.
  const value = shape.safeParse(sent.data)
  if (!value.success) return unreachable(`it answered ${sent.status} with a body that is not what its description says`)
  return { ok: true, value: { value: value.data, next: nextOf(sent.headers['link']) } }
}

/** Asks, and counts what it asked. */
const createAsk = (options: ClientOptions, now: () => Instant) => {
  const counts = { requests: 0, charged: 0, writes: 0 }
  let offsetMs: number | undefined
  const send = createOctokit(options)
  const once = async <T>(asked: GithubRequest, shape: z.ZodType<T>): Promise<GithubAnswer<Page<T>>> => {
    const leftMs = options.deadline - now()
    if (options.signal.aborted || leftMs <= 0) return unreachable('no time was left to ask it')
    const { method, path, query, body } = asked
    counts.requests += 1
    if (method !== 'GET') counts.writes += 1
    const sentAt = now()
    const url = `${path}${query === undefined ? '' : `?${query.toString()}`}`
    const sent = await send({ method, url, body, timeoutMs: Math.min(timeoutMs, leftMs) })
    if (sent.answered) {
      counts.charged += 1
      offsetMs = leastOffsetMs(sent.headers.date, { sentAt, receivedAt: now() }) ?? offsetMs
    }
    return judge(sent, { topic: asked.topic, now: now(), needs: options.permissions }, shape)
  }
  return { once, counts: () => ({ ...counts }), clockOffsetMs: () => offsetMs, close: options.transport.close }
}

/** How long to wait before the next try; nothing when there is none. */
const waitMs = (
  failure: IssuesFailure,
  method: GithubRequest['method'],
  { tried, now }: { tried: number; now: Instant },
): number | undefined => {
  if (tried >= maxTries) return undefined
  if (failure.kind === 'unreachable' && method === 'GET') return retryGapMs * tried
  if (failure.kind !== 'rate-limited') return undefined
  const ms = failure.retryAt - now
  return ms <= longestWaitMs ? Math.max(ms, writeGapMs) : undefined
}

/** Waits; false when there is no time for it. */
const createRest =
  ({ now = Date.now, pause = sleep, signal, deadline }: ClientOptions) =>
  async (ms: number): Promise<boolean> => {
    if (ms <= 0) return true
    if (now() + ms >= deadline) return false
    try {
      await pause(ms, signal)
      return true
    } catch {
      // The run was stopped while it waited: the same as no time left.
      return false
    }
  }

/** GitHub's REST API, as little of it as incidents need. Never throws for what GitHub or the network does. */
export const createClient = (options: ClientOptions): Client => {
  const { now = Date.now } = options
  const { once, counts, clockOffsetMs, close } = createAsk(options, now)
  const rest = createRest(options)
  let limited: Extract<IssuesFailure, { kind: 'rate-limited' }> | undefined
  let lastWriteAt: Instant | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const attempts = async <T>(asked: GithubRequest, shape: z.ZodType<T>): Promise<GithubAnswer<Page<T>>> => {
    for (let tried = 1; ; tried++) {
      // GitHub bans who goes on asking: until the limit is over everything is answered here.
      if (limited !== undefined && limited.retryAt > now()) return fails(limited)
      const answer = await once(asked, shape)
      if (answer.ok) return answer
      if (answer.failure.kind === 'rate-limited') limited = answer.failure
      const ms = waitMs(answer.failure, asked.method, { tried, now: now() })
      if (ms === undefined || !(await rest(ms))) return answer
    }
  }

  const write = async <T>(asked: GithubRequest, shape: z.ZodType<T>): Promise<GithubAnswer<Page<T>>> => {
    const gapMs = lastWriteAt === undefined ? 0 : Math.min(writeGapMs, lastWriteAt + writeGapMs - now())
    if (!(await rest(gapMs))) return unreachable('no time was left to write')
    const stops = await asked.check?.()
    if (stops !== undefined) return fails(stops)
    const answer = await attempts(asked, shape)
    lastWriteAt = now()
    return answer
  }

  return {
    ask: (asked, shape) => {
      if (asked.method === 'GET') return attempts(asked, shape)
      const written = queue.then(() => write(asked, shape))
      queue = written
      return written
    },
    counts,
    clockOffsetMs,
    close,
  }
}
