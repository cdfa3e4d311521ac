import type { Context } from '../../../../contract/context.ts'
import type { JudgedFinding } from '../../../../contract/finding.ts'
import { createGate } from '../../../../core/gate.ts'
import { limit } from '../../../../core/options/threshold.ts'
import { type CheckOptions, type CheckOutcome, definePart, notSeen } from '../../part.ts'
import { type AttemptAccess, askRepeatedly } from './attempts.ts'
import { endpointsLine } from './line.ts'
import { createAsk } from './network.ts'
import { type Endpoint, endpointsOption } from './options.ts'
import { type EndpointId, endpointIds, judgeEndpoint } from './policy.ts'
import { defaultLatency, type EndpointTarget, targetsOf } from './target.ts'

type Options = { readonly endpoints: readonly Endpoint[] } & CheckOptions

const maxInFlight = 128

type Judged = { readonly label: string; readonly seen: boolean; readonly findings: readonly JudgedFinding<EndpointId>[] }

const checkTarget = async (target: EndpointTarget, asking: AttemptAccess): Promise<Judged> => {
  const observed = await askRepeatedly(target, asking)
  const seen = observed.attempts.some((one) => one.kind !== 'unseen' && one.kind !== 'killed')
  return { label: target.label, seen, findings: judgeEndpoint(target, observed) }
}

/** Asks all targets side by side, each begun when the gate has room, and judges each. */
export const checkTargets = async (targets: readonly EndpointTarget[], asking: AttemptAccess): Promise<CheckOutcome<EndpointId>> => {
  const begun: Promise<Judged>[] = []
  for (const target of targets) {
    begun.push(checkTarget(target, asking))
    await asking.gate.calm()
  }
  const judged = await Promise.all(begun)
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
  thresholds: { p95: limit('duration', defaultLatency, 'Latency of an endpoint without `max-latency`.') },
  ids: endpointIds,
  // No work of ours makes a certificate expire.
  disturbedByWork: endpointIds.filter((id) => id !== 'endpoint.certificate'),
  configured: (options) => options.endpoints.length > 0,
  longestTimeoutMs: (options) => Math.max(0, ...options.endpoints.map((one) => one.timeout ?? 0)),
  run,
})
