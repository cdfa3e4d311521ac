import { createGate } from '../../core/gate.ts'
import { placeOf } from '../../core/net/safe-place.ts'
import type { ExchangeResult, OpenTransport, Transport } from '../../github/exchange.ts'
import type { Notification } from '../../incidents/model.ts'
import { type ListenerKind, listenerKinds, payloadFor } from '../../incidents/texts/notification.ts'

/** One entry of `notify:`. */
export type Listener = { readonly [Kind in ListenerKind]?: string | undefined }

export type NotifyOptions = {
  readonly listeners: readonly Listener[]
  readonly openTransport: OpenTransport
  readonly redact: (text: string) => string
  /** Hears of each listener that could not be told; never of its URL. */
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
  readonly timeoutMs?: number
  readonly retryGapMs?: number
}

type Target = { readonly kind: ListenerKind; readonly url: string; readonly name: string }

const maxAnswerBytes = 64 * 1024
/** Each listener has a process of its own. */
const mostAtOnce = 16
/** For one listener: one that takes its time for each notification would hold the run for minutes. */
const longestMs = 30_000

const targetsOf = (listeners: readonly Listener[]): readonly Target[] =>
  listeners.flatMap((one, index) =>
    listenerKinds.flatMap((kind) => {
      const url = one[kind]
      return url === undefined ? [] : [{ kind, url, name: `notify[${index}] (${kind})` }]
    }),
  )

/** Nothing when it was taken. `again`: a second try may help. */
const faultOf = (sent: ExchangeResult): { readonly cause: string; readonly again: boolean } | undefined => {
  if (!sent.answered) return { cause: sent.cause, again: !sent.cause.includes('EREFUSED_ADDRESS') }
  if (sent.status >= 200 && sent.status < 300) return undefined
  const isRedirect = sent.status >= 300 && sent.status < 400
  const cause = `it answered ${sent.status}${isRedirect ? '; redirects are not followed' : ''}`
  return { cause, again: sent.status >= 500 || sent.status === 429 }
}

const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  const { setTimeout } = await import('node:timers/promises')
  // An aborted wait is a wait that is over: the try that follows tells why.
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

const post = async (transport: Transport, target: Target, one: Notification, options: NotifyOptions): Promise<string | undefined> => {
  const place = placeOf(target.url)
  if ('cause' in place) return place.cause
  const { url, body } = payloadFor(target.kind, place.url, one)
  const { signal, timeoutMs = 10_000, retryGapMs = 1_000 } = options
  const send = async () =>
    faultOf(
      await transport.exchange({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'ronde' },
        body: JSON.stringify(body),
        timeoutMs,
        maxBytes: maxAnswerBytes,
        signal,
        guarded: true,
      }),
    )
  const first = await send()
  if (first === undefined || !first.again || signal.aborted) return first?.cause
  await pause(retryGapMs, signal)
  return (await send())?.cause
}

const tellOne = async (target: Target, told: readonly Notification[], options: NotifyOptions): Promise<void> => {
  // Its own: what ends the process that speaks with one listener ends no other's.
  const transport = options.openTransport(options.signal)
  const lastStart = performance.now() + longestMs
  try {
    for (const [index, one] of told.entries()) {
      const cause = performance.now() > lastStart ? 'it answers too slowly' : await post(transport, target, one, options)
      if (cause === undefined) continue
      // A listener that is gone would cost a time-out for each of the others.
      const left = told.length - index
      return options.warn(options.redact(`${target.name} was not told of ${left} of ${told.length}: ${cause}`))
    }
  } finally {
    transport.close()
  }
}

/**
 * Posts each notification to each listener, in order, one try again where it may help. A failure warns and nothing else: who listens
 * outside is told beside the issue, not instead of it. The caller gives each notification once.
 */
export const notify = async (notifications: readonly Notification[], options: NotifyOptions): Promise<void> => {
  const { redact } = options
  const told = notifications.map((one) => ({ ...one, title: redact(one.title), text: redact(one.text) }))
  if (told.length === 0) return
  const gate = createGate(mostAtOnce)
  await Promise.all(targetsOf(options.listeners).map((target) => gate(() => tellOne(target, told, options))))
}
