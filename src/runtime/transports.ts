import { createTransportElsewhere } from '../github/elsewhere.ts'
import type { OpenTransport, Transport } from '../github/exchange.ts'
import { createIsolation } from '../tools/isolation/isolation.ts'
import type { Run } from './run.ts'

export type TransportParts = Pick<Run, 'looker' | 'runProgram'> & { readonly environment: Readonly<Record<string, string | undefined>> }

/** Ways to GitHub and to webhooks: each has a process of its own, and nothing is sent twice. */
export const transportsOf =
  ({ looker, runProgram, environment }: TransportParts): OpenTransport =>
  (signal) =>
    createTransportElsewhere({
      environment,
      signal,
      openIsolation: () => createIsolation({ program: looker, run: runProgram, signal, once: true }),
    })

/** How incidents are told: `transport` leads to GitHub, the others to listeners. */
export type Speaking = { readonly transport: Transport; readonly openTransport: OpenTransport }

/** The process that speaks with GitHub starts at once: when GitHub is to be asked it is there. */
export const beginSpeaking = (parts: TransportParts, signal: AbortSignal): Speaking => {
  const openTransport = transportsOf(parts)
  const transport = openTransport(signal)
  transport.begin()
  return { transport, openTransport }
}
