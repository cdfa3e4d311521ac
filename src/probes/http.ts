import type { HttpAnswer } from './http/answer.ts'
import { type BodyText, readBody } from './http/body.ts'
import { ask, keptBytes, type TimedAnswer } from './http/exchange.ts'
import { follow, type Hop, maxRedirects, shownUrl } from './http/redirect.ts'
import type { HttpRequest } from './http/request.ts'
import { type Dialed, type Network, nameMs } from './net/dial.ts'
import { type Fault, type Probed, probed } from './net/fault.ts'
import { createStop, type Stop } from './net/stop.ts'

/** Milliseconds of each phase, summed over redirects. */
export type Timing = {
  readonly dnsMs: number
  readonly connectMs: number
  readonly tlsMs: number
  readonly firstByteMs: number
  readonly totalMs: number
}

/** What one HTTP exchange showed. Texts are untrusted; URLs are without credentials and query values. */
export type HttpSeen =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Names in lower case. */
      readonly headers: ReadonlyMap<string, string>
      readonly body: BodyText | undefined
      /** How the body begins, where it is not wanted whole; undefined when that cannot be read. */
      readonly beginning?: string | undefined
      readonly bodyBytes: number
      /** False when the body did not end within what is read. */
      readonly ended: boolean
      /** The body's own length stood in the head. */
      readonly lengthKnown: boolean
      readonly address: string
      readonly redirects: readonly string[]
      readonly timing: Timing
    }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly redirects: readonly string[]; readonly timing: Timing }

const beginningOf = async (answer: HttpAnswer): Promise<string | undefined> => {
  if (answer.bodyBytes === 0) return undefined
  const read = await readBody(answer, keptBytes)
  return 'text' in read ? read.text : undefined
}

const noTime: Timing = { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 0 }

type Step = TimedAnswer & { readonly dialed: Dialed }

/** `isKnown`: an earlier step of this exchange asked for the same name. */
const plus = (sum: Timing, { dialed, firstByteMs, bodyMs }: Step, isKnown: boolean): Timing => {
  const dnsMs = isKnown ? dialed.dnsMs : nameMs(dialed)
  return {
    dnsMs: sum.dnsMs + dnsMs,
    connectMs: sum.connectMs + dialed.connectMs,
    tlsMs: sum.tlsMs + dialed.tlsMs,
    firstByteMs: sum.firstByteMs + firstByteMs,
    totalMs: sum.totalMs + dnsMs + dialed.connectMs + dialed.tlsMs + firstByteMs + bodyMs,
  }
}

const run = async (request: HttpRequest, { dial, now }: Network, stop: Stop): Promise<Probed<HttpSeen>> => {
  const startedAt = performance.now()
  const redirects: string[] = []
  const visited: string[] = []
  const names = new Set<string>()
  let timing = noTime
  let hop: Hop = request
  const fault = (fault: Fault): Probed<HttpSeen> =>
    probed({ kind: 'fault', fault, redirects, timing: { ...timing, totalMs: performance.now() - startedAt } }, now())
  for (;;) {
    const step = `${hop.method} ${hop.url.href}`
    if (visited.includes(step))
      return fault({ kind: 'redirect-loop', phase: 'first-byte', detail: `it comes back to ${shownUrl(hop.url)}` })
    if (visited.length > maxRedirects)
      return fault({ kind: 'redirect-loop', phase: 'first-byte', detail: `it goes on after ${maxRedirects} redirects` })
    visited.push(step)
    const asked = await ask(request, hop, dial, stop)
    if ('unseen' in asked) return asked.unseen
    if ('fault' in asked) return fault(asked.fault)
    timing = plus(timing, asked, names.has(hop.url.hostname))
    names.add(hop.url.hostname)
    const { answer } = asked
    const next = request.isAnswer(answer.status)
      ? ({ final: true } as const)
      : follow(hop, { status: answer.status, location: answer.headers.get('location') }, request.redirects)
    if ('refused' in next) return fault({ kind: 'redirect-origin', phase: 'first-byte', detail: next.refused })
    if ('to' in next) {
      redirects.push(shownUrl(next.to.url))
      hop = next.to
      continue
    }
    return probed(
      {
        kind: 'answer',
        status: answer.status,
        headers: answer.headers,
        body: request.wantsBody ? await readBody(answer, keptBytes) : undefined,
        beginning: request.wantsBody ? undefined : await beginningOf(answer),
        bodyBytes: answer.bodyBytes,
        ended: answer.ended === 'whole',
        lengthKnown: answer.headers.has('content-length'),
        address: asked.dialed.address,
        redirects,
        timing,
      },
      now(),
    )
  }
}

/** One HTTP or HTTPS exchange with its redirects, bounded in time and size. Brings back what was seen, never a verdict. */
export const probeHttp = async (request: HttpRequest, network: Network): Promise<Probed<HttpSeen>> => {
  const stop = createStop(request.timeoutMs, network.signal)
  try {
    return await run(request, network, stop)
  } finally {
    stop.release()
  }
}
