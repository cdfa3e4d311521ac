import type { Isolate, LookName } from '../contract/isolation.ts'
import { livedOrThrew } from '../core/isolated.ts'
import { type Exchange, type ExchangeResult, noAnswerWithin, stoppedRun, type Transport } from './exchange.ts'

/** An exchange as it goes to another process: a `URL` is not copied, a signal stays. */
export type AskedElsewhere = Omit<Exchange, 'url' | 'signal'> & { readonly href: string }

/** The variables that name a proxy; nothing else of the environment is needed there. */
export type ProxySettings = Readonly<Record<string, string | undefined>>

export type ElsewhereParts = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Another process, which is started with the first question. */
  readonly openIsolation: () => { readonly isolate: Isolate; readonly begin: () => void; readonly close: () => void }
}

const exchangeLook: LookName<ProxySettings, AskedElsewhere, ExchangeResult> = { name: 'github/exchange' }

const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const

/** That process answers by itself when the time is over; one that does not is hung, and is ended. */
const graceMs = 1_000

/** What a process in somebody else's hands says is looked at before it is believed to be an answer. */
const isAnswer = (said: ExchangeResult, { maxBytes }: Exchange): boolean => {
  if (typeof said !== 'object' || said === null) return false
  if (!said.answered) return typeof said.cause === 'string'
  const { status, headers, text } = said
  return (
    typeof status === 'number' && typeof headers === 'object' && headers !== null && typeof text === 'string' && text.length <= maxBytes
  )
}

/** Settles without an answer when the run is stopped, or that process is hung. */
const noAnswer = ({ timeoutMs }: Exchange, signal: AbortSignal, settled: AbortSignal): Promise<ExchangeResult | 'hung'> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve('hung'), timeoutMs + graceMs)
    if (signal.aborted) resolve(stoppedRun)
    signal.addEventListener('abort', () => resolve(stoppedRun), { once: true, signal: settled })
    settled.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })

/** Speaks HTTP in another process (ADR 28): whatever ends that one, or keeps it busy, is why there was no answer. */
export const createTransportElsewhere = ({ environment, signal, openIsolation }: ElsewhereParts): Transport => {
  const open = () => {
    const { isolate, begin, close } = openIsolation()
    return { begin, close, look: isolate(exchangeLook, Object.fromEntries(proxyNames.map((name) => [name, environment[name]]))) }
  }
  let opened: ReturnType<typeof open> | undefined
  const close = (): void => {
    opened?.close()
    opened = undefined
  }
  const answered = async (request: Exchange): Promise<ExchangeResult> => {
    opened ??= open()
    const { url, signal: _stays, ...asked } = request
    const { look } = opened
    const answer = await livedOrThrew(() => look({ ...asked, href: url.href }))
    if (!answer.lived) return { answered: false, cause: `${answer.ended} ended the process that spoke with it` }
    return isAnswer(answer.value, request)
      ? answer.value
      : { answered: false, cause: 'what the process that spoke with it said was no answer' }
  }
  const exchange = async (request: Exchange): Promise<ExchangeResult> => {
    const settled = new AbortController()
    try {
      const first = await Promise.race([answered(request), noAnswer(request, signal, settled.signal)])
      if (first !== 'hung') return first
      close()
      return noAnswerWithin(request.timeoutMs)
    } finally {
      settled.abort()
    }
  }
  const begin = (): void => {
    opened ??= open()
    opened.begin()
  }
  return { exchange, begin, close }
}
