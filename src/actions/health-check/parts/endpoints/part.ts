import type { Context } from '../../../../contract/context.ts'
import { createGate } from '../../../../core/gate.ts'
import { limit } from '../../../../core/options/threshold.ts'
import { type CheckOptions, type CheckOutcome, definePart, notSeen } from '../../part.ts'
import { type AttemptAccess, askRepeatedly } from './attempts.ts'
import { endpointsLine } from './line.ts'
import { createAsk } from './network.ts'
import { type Endpoint, endpointsOption } from './options.ts'
import { type EndpointId, endpointIds, judgeEndpoint } from './policy.ts'
import { type EndpointTarget, targetsOf } from './target.ts'

type Options = { readonly endpoints: readonly Endpoint[] } & CheckOptions

const maxInFlight = 128

/** Asks all targets side by side and judges each. */
export const checkTargets = async (targets: readonly EndpointTarget[], asking: AttemptAccess): Promise<CheckOutcome<EndpointId>> => {
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

const run = async (options: Options, context: Context, asked: boolean): Promise<CheckOutcome<EndpointId>> => {
  const targets = targetsOf(options.endpoints, options.thresholds['p95'])
  if (targets.length === 0) {
    const where = { id: 'endpoint.configured', subject: 'endpoints', audience: 'technical' } as const
    return asked ? notSeen(where, none, asked) : { completed: false, findings: [] }
  }
  const asking = { ask: createAsk(context, options.privileges), gate: createGate(maxInFlight), signal: context.signal }
  return checkTargets(targets, asking)
}

export const part = definePart({
  name: 'endpoints',
  description: 'Web addresses and TCP ports answer, as expected, in time, with a valid certificate.',
  order: 40,
  options: { endpoints: endpointsOption },
  thresholds: { p95: limit('duration', 'above', 'Latency of an endpoint without `max-latency`.') },
  ids: endpointIds,
  // No work of ours makes a certificate expire.
  disturbedByWork: endpointIds.filter((id) => id !== 'endpoint.certificate'),
  configured: (options) => options.endpoints.length > 0,
  longestTimeoutMs: (options) => Math.max(0, ...options.endpoints.map((one) => one.timeout ?? 0)),
  run,
})
