import { createTransportElsewhere } from '../github/elsewhere.ts'
import type { OpenTransport } from '../github/exchange.ts'
import { createIsolation } from '../tools/isolation/isolation.ts'
import type { Run } from './run.ts'

export type Speaking = Pick<Run, 'looker' | 'runProgram'> & { readonly environment: Readonly<Record<string, string | undefined>> }

/** Ways to GitHub and to webhooks: each speaks TLS in a process of its own, and nothing is sent twice. */
export const transportsOf =
  ({ looker, runProgram, environment }: Speaking): OpenTransport =>
  (signal) =>
    createTransportElsewhere({
      environment,
      signal,
      openIsolation: () => createIsolation({ program: looker, run: runProgram, signal, once: true }),
    })
