import { createGate } from '../../../../core/gate.ts'
import { livedOrThrew } from '../../../../core/isolated.ts'
import { endpointsLook, seenOrUnfinished } from '../../looks.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { endpointIds, type TlsEndpointId } from './judge.ts'
import type { LookOptions } from './look.ts'
import { targetsOf } from './target.ts'

const maxInFlight = 300

const run = async (options: CertOptions, { context, startedAt }: CertWorld, how: LookOptions): Promise<CertOutcome<TlsEndpointId>> => {
  const gate = createGate(maxInFlight)
  const rule = { absolute: options.thresholds.expiry, renewalPeriodMs: options['renewal-period'] }
  const look = context.isolate(endpointsLook, { rule, now: startedAt, how })
  const targets = targetsOf(options).map((target) => ({
    ...target,
    byProxy: context.byProxy?.({ hostname: target.endpoint.host, protocol: 'https:' }) === true,
  }))
  const all = await Promise.all(
    targets.map(async (target) => seenOrUnfinished(await livedOrThrew(() => gate(() => look(target))), target, 'endpoints')),
  )
  return {
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: all.flatMap((one) => one.certificates),
    served: all.flatMap((one) => one.served),
  }
}

/** The certificates that servers present, at every address of their names. */
export const createPart = (how: LookOptions = {}) =>
  definePart({
    name: 'endpoints',
    description: 'The certificates that servers present, at every address of their names.',
    order: 10,
    options: {},
    ids: endpointIds,
    configured: (options) => targetsOf(options).length > 0,
    run: (options, world) => run(options, world, how),
  })

export const part = createPart()
