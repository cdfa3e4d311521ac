import type { Context } from '../../../../contract/context.ts'
import { createGate } from '../../../../core/gate.ts'
import { type Checked, defineCheck, notChecked, type SharedOptions } from '../../check.ts'
import { type Asking, askRepeatedly } from './attempts.ts'
import { endpointsLine } from './line.ts'
import { createAsk } from './network.ts'
import { type Endpoint, endpointsOption } from './options.ts'
import { judgeEndpoint } from './policy.ts'
import { type Target, targetsOf } from './target.ts'

type Options = { readonly endpoints: readonly Endpoint[] } & SharedOptions

const maxInFlight = 128

/** Asks all targets side by side and judges each. */
export const checkTargets = async (targets: readonly Target[], asking: Asking): Promise<Checked> => {
  const judged = await Promise.all(
    targets.map(async (target) => {
      const observed = await askRepeatedly(target, asking)
      const seen = observed.attempts.some((one) => one.kind !== 'unseen' && one.kind !== 'killed')
      return { label: target.label, seen, findings: judgeEndpoint(target, observed) }
    }),
  )
  return {
    completed: judged.some(({ seen }) => seen),
    findings: judged.flatMap(({ findings }) => findings),
    facts: { lines: { endpoints: endpointsLine(judged) } },
  }
}

const none = { cause: 'no endpoint is configured', advice: 'list URLs under health-check.endpoints, or in the input endpoints' }

const run = async (options: Options, context: Context, asked: boolean): Promise<Checked> => {
  const targets = targetsOf(options.endpoints, options.thresholds['p95'])
  if (targets.length === 0) {
    const where = { id: 'endpoint.configured', subject: 'endpoints', audience: 'technical' } as const
    return asked ? notChecked(where, none, asked) : { completed: false, findings: [] }
  }
  const asking = { ask: createAsk(context, options.privileges ?? 'none'), gate: createGate(maxInFlight), signal: context.signal }
  return checkTargets(targets, asking)
}

export const check = defineCheck({
  name: 'endpoints',
  description: 'Web addresses and TCP ports answer, as expected, in time, with a valid certificate.',
  slow: false,
  options: { endpoints: endpointsOption },
  configured: (options) => options.endpoints.length > 0,
  longestTimeoutMs: (options) => Math.max(0, ...options.endpoints.map((one) => one.timeout ?? 0)),
  run,
})
