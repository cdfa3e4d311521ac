import type { AskWeb, WebAnswer } from '../contract/web.ts'
import type { Exchange, ExchangeResult } from '../github/exchange.ts'
import { bySystem, placeOf, safeLookup } from './safe-place.ts'

const answerOf = (sent: ExchangeResult): WebAnswer => {
  if (!sent.answered) return { answered: false, cause: sent.cause, lasting: sent.cause.includes('EREFUSED_ADDRESS') }
  return { answered: true, status: sent.status, retryAfter: sent.headers['retry-after'], bytes: sent.bytes }
}

const headersOf = (body: string | undefined): Exchange['headers'] => ({
  'user-agent': 'ronde',
  accept: '*/*',
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
})

/** The way out to services, loaded with the first request. Its connections end with the process. */
export const createAskWeb = (environment: Readonly<Record<string, string | undefined>>) => {
  const load = async () => (await import('../github/exchange.ts')).createTransport(environment)
  let loaded: ReturnType<typeof load> | undefined
  return (signal: AbortSignal): AskWeb =>
    async ({ method, url: text, body, timeoutMs, maxBytes }) => {
      const place = placeOf(text)
      if ('cause' in place) return { answered: false, cause: place.cause, lasting: true }
      loaded ??= load()
      const { exchange } = await loaded
      const lookup = safeLookup(bySystem)
      return answerOf(await exchange({ method, url: place.url, headers: headersOf(body), body, timeoutMs, maxBytes, signal, lookup }))
    }
}
