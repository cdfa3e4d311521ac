import type { AskWeb, WebAnswer } from '../contract/web.ts'
import { placeOf } from '../core/net/safe-place.ts'
import type { Exchange, ExchangeResult, OpenTransport, Transport } from '../github/exchange.ts'

const answerOf = (sent: ExchangeResult): WebAnswer => {
  if (!sent.answered) return { answered: false, cause: sent.cause, lasting: sent.cause.includes('EREFUSED_ADDRESS') }
  const { status, headers, text } = sent
  const hash = headers['x-goog-hash']
  return { answered: true, status, retryAfter: headers['retry-after'], hash: typeof hash === 'string' ? hash : hash?.join(','), text }
}

const headersOf = (body: string | undefined): Exchange['headers'] => ({
  'user-agent': 'ronde',
  accept: '*/*',
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
})

/** The way out to services, begun with the first request: what they send cannot end the run. */
export const createAskWeb =
  (load: () => Promise<OpenTransport>) =>
  (signal: AbortSignal): AskWeb => {
    let transport: Promise<Transport> | undefined
    return async ({ method, url: text, body, timeoutMs, maxBytes, into }) => {
      const place = placeOf(text)
      if ('cause' in place) return { answered: false, cause: place.cause, lasting: true }
      transport ??= load().then((open) => open(signal))
      const asked = { method, url: place.url, headers: headersOf(body), body, timeoutMs, maxBytes, into, signal, guarded: true }
      const { exchange } = await transport
      return answerOf(await exchange(asked))
    }
  }
