import { z } from 'zod'
import type { EndpointAttempts, Observation } from '../../src/actions/health-check/parts/endpoints/observation.ts'
import { type Endpoint, endpointsOption } from '../../src/actions/health-check/parts/endpoints/options.ts'
import { part } from '../../src/actions/health-check/parts/endpoints/part.ts'
import { type EndpointTarget, targetsOf } from '../../src/actions/health-check/parts/endpoints/target.ts'
import type { JudgedFinding } from '../../src/contract/finding.ts'
import type { Threshold } from '../../src/core/threshold.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { inProcess } from './in-process.ts'

/** What was written under `endpoints`, parsed as the check parses it. */
export const parsedEndpoints = (written: readonly unknown[]): readonly Endpoint[] => endpointsOption.parse(written)

/** One target from what was written. */
export const target = (written: unknown, p95?: Threshold): EndpointTarget => {
  const [only] = targetsOf(parsedEndpoints([written]), p95)
  if (only === undefined) throw new Error('no target')
  return only
}

type Answer = Extract<Observation, { kind: 'answer' }>

/** A good answer in 38 ms; overrides show what matters. */
export const answer = ({ totalMs = 38, ...overrides }: Partial<Answer> & { readonly totalMs?: number } = {}): Answer => ({
  kind: 'answer',
  status: 200,
  headers: new Map(),
  body: { text: '{"status":"ok"}', whole: true },
  bodyBytes: 15,
  ended: true,
  lengthKnown: true,
  address: '127.0.0.1',
  redirects: [],
  timing: { dnsMs: 0, connectMs: 1, tlsMs: 0, firstByteMs: totalMs - 1, totalMs },
  ...overrides,
})

/** Seen once; a good one with its latency. */
export const once = (one: Observation, ...latenciesMs: readonly number[]): EndpointAttempts => ({
  attempts: [one],
  latenciesMs: latenciesMs.length > 0 ? latenciesMs : one.kind === 'answer' ? [one.timing.totalMs] : [],
})

/** `id status` of each finding, for a table. */
export const verdicts = (findings: readonly JudgedFinding[]): readonly string[] => findings.map((one) => `${one.id} ${one.status}`)

/** Runs the check as the action does, with what a context gives it. */
export const runCheck = (
  written: readonly unknown[],
  { signal = new AbortController().signal, asked = true, privileges = 'none', containers = [] as readonly unknown[] } = {},
) => {
  const options = z.object(part.options).parse({ endpoints: written })
  const compose = {
    containers: async () => ({ seen: true, at: 0, value: containers }),
    project: async () => ({ seen: false, cause: 'no project', advice: '' }),
  }
  const inside = { signal, runProgram: createPrograms({ environment: process.env }).run }
  const context = { ...inside, now: Date.now, compose, isolate: inProcess(inside) }
  return part.run({ ...options, compose: {}, database: {}, thresholds: {}, privileges } as never, context as never, asked)
}
