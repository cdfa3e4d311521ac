import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { AskWeb, WebRequest } from '../../../contract/web.ts'
import { readJson } from '../../../core/read-json.ts'

/** Why there is nothing. `missing`: who was asked says that it has no such thing. */
type Refusal = { readonly ok: false; readonly cause: string; readonly missing?: true }

/** JSON that was asked for, or why there is none. */
export type JsonAnswer = { readonly ok: true; readonly value: unknown } | Refusal

export type Asking = {
  readonly ask: AskWeb
  readonly signal: AbortSignal
  /** Counts what was asked, tries included. */
  readonly counts: { requests: number }
  /** Between two tries at first; it doubles. */
  readonly gapMs?: number
}

const maxTries = 5
const longestWaitMs = 30_000
const timeoutMs = 15_000
/** After that no try is begun: what stays silent is not asked five times. */
const longestMs = 40_000
const defaultGapMs = 200
const maxBytes = 32 * 1024 * 1024
const mostValues = 2_000_000
/** What OSV and its mirrors answer when they have too much to do. */
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** What says whether it is worth another try, and when. */
type Trial = { readonly ok: boolean; readonly again?: boolean; readonly afterMs?: number | undefined }
type Try = JsonAnswer & Trial

const secondsOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) * 1_000 : undefined

const refusalOf = (status: number, retryAfter: string | undefined): Refusal & Trial => {
  const cause = `it answered ${status}`
  if (status === 404) return { ok: false, cause, missing: true }
  return { ok: false, cause, again: busy.has(status), afterMs: secondsOf(retryAfter) }
}

const readAnswer = (text: string): Try => {
  const read = readJson(text, mostValues)
  return 'trouble' in read ? { ok: false, cause: `its answer ${read.trouble}`, again: true } : { ok: true, value: read.value }
}

const once = async (request: Pick<WebRequest, 'method' | 'url' | 'body'>, { ask, counts }: Asking): Promise<Try> => {
  counts.requests += 1
  const sent = await ask({ ...request, timeoutMs, maxBytes })
  if (!sent.answered) return { ok: false, cause: sent.cause, again: !sent.lasting }
  if (sent.status === 200) return readAnswer(sent.text)
  return refusalOf(sent.status, sent.retryAfter)
}

/** The wait before the next try: what was asked for, else twice the last, with half of it by chance, so that runners do not come in step. */
const waitOf = (tried: number, { afterMs }: Trial, gapMs: number): number =>
  Math.min(longestWaitMs, Math.max(afterMs ?? 0, gapMs * 2 ** tried * (0.5 + Math.random() / 2)))

/** Asks until there is an answer, or none can be hoped for. */
const persist = async <Answer extends Trial>(attempt: () => Promise<Answer>, { signal, gapMs = defaultGapMs }: Asking): Promise<Answer> => {
  const lastStart = performance.now() + longestMs
  for (let tried = 0; ; tried += 1) {
    const answer = await attempt()
    if (answer.ok || answer.again !== true || tried + 1 >= maxTries || performance.now() > lastStart || signal.aborted) return answer
    // An aborted wait is over: the next try says that the run was stopped.
    await delay(waitOf(tried, answer, gapMs), undefined, { signal }).catch(() => undefined)
  }
}

/** Asks for JSON; what is busy, cut or silent is asked again. */
export const askJson = async (request: Pick<WebRequest, 'method' | 'url' | 'body'>, asking: Asking): Promise<JsonAnswer> =>
  persist(() => once(request, asking), asking)

/** A file that came whole, as far as its sender's length tells. `hash`: what the sender says of it. */
export type FileAnswer = { readonly ok: true; readonly hash: string | undefined } | Refusal

const fileTimeoutMs = 90_000
/** npm's has some 200 MB. */
const maxFileBytes = 2 * 1024 * 1024 * 1024

const fetchOnce = async (url: string, into: string, { ask, counts }: Asking): Promise<(FileAnswer & Trial) | (Trial & Refusal)> => {
  counts.requests += 1
  const sent = await ask({ method: 'GET', url, into, timeoutMs: fileTimeoutMs, maxBytes: maxFileBytes })
  if (sent.answered && sent.status === 200) return { ok: true, hash: sent.hash }
  // What was cut stands there.
  await rm(into, { force: true })
  if (!sent.answered) return { ok: false, cause: sent.cause, again: !sent.lasting }
  return refusalOf(sent.status, sent.retryAfter)
}

/** Fetches a file; what is busy, cut or silent is asked again. */
export const fetchFile = async (url: string, into: string, asking: Asking): Promise<FileAnswer> =>
  persist(() => fetchOnce(url, into, asking), asking)
