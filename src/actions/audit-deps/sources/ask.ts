import { setTimeout as delay } from 'node:timers/promises'
import type { AskWeb, WebRequest } from '../../../contract/web.ts'
import { readJson } from '../../../core/read-json.ts'

/** JSON that was asked for, or why there is none. `missing`: it says that it has no such thing. */
export type JsonAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly cause: string; readonly missing?: true }

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

type Try = JsonAnswer & { readonly again?: boolean; readonly afterMs?: number | undefined }

const secondsOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Number(text) * 1_000 : undefined

const readAnswer = (text: string): Try => {
  const read = readJson(text, mostValues)
  return 'trouble' in read ? { ok: false, cause: `its answer ${read.trouble}`, again: true } : { ok: true, value: read.value }
}

const once = async (request: Pick<WebRequest, 'method' | 'url' | 'body'>, { ask, counts }: Asking): Promise<Try> => {
  counts.requests += 1
  const sent = await ask({ ...request, timeoutMs, maxBytes })
  if (!sent.answered) return { ok: false, cause: sent.cause, again: !sent.lasting }
  if (sent.status === 200) return readAnswer(sent.text)
  const cause = `it answered ${sent.status}`
  if (sent.status === 404) return { ok: false, cause, missing: true }
  return { ok: false, cause, again: busy.has(sent.status), afterMs: secondsOf(sent.retryAfter) }
}

/** The wait before the next try: what was asked for, else twice the last, with half of it by chance, so that runners do not come in step. */
const waitOf = (tried: number, { afterMs }: Try, gapMs: number): number =>
  Math.min(longestWaitMs, Math.max(afterMs ?? 0, gapMs * 2 ** tried * (0.5 + Math.random() / 2)))

/** Asks for JSON; what is busy, cut or silent is asked again. */
export const askJson = async (request: Pick<WebRequest, 'method' | 'url' | 'body'>, asking: Asking): Promise<JsonAnswer> => {
  const { signal, gapMs = defaultGapMs } = asking
  const lastStart = performance.now() + longestMs
  for (let tried = 0; ; tried += 1) {
    const answer = await once(request, asking)
    if (answer.ok || answer.again !== true || tried + 1 >= maxTries || performance.now() > lastStart || signal.aborted) return answer
    // An aborted wait is over: the next try says that the run was stopped.
    await delay(waitOf(tried, answer, gapMs), undefined, { signal }).catch(() => undefined)
  }
}
