import type { Context } from '../../../../contract/context.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { createGate } from '../../../../core/gate.ts'
import { endpointsLook, seenOrUnfinished } from '../../looks.ts'
import type { CertOptions } from '../../options.ts'
import type { Looked, Part } from '../../part.ts'
import type { LookOptions } from './look.ts'
import { targetsOf } from './target.ts'

const maxInFlight = 300

const run = async (options: CertOptions, { isolate }: Context, now: Instant, how: LookOptions): Promise<Looked> => {
  const gate = createGate(maxInFlight)
  const rule = { absolute: options.thresholds.expiry, renewalPeriodMs: options['renewal-period'] }
  const look = isolate(endpointsLook, { rule, now, how })
  const all = await Promise.all(
    targetsOf(options).map(async (target) => seenOrUnfinished(await gate(() => look(target)), target, 'endpoints')),
  )
  return {
    check: 'endpoints',
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: all.flatMap((one) => one.certificates),
    served: all.flatMap((one) => one.served),
  }
}

/** The certificates that servers present, at every address of their names. */
export const createPart = (how: LookOptions = {}): Part => ({
  name: 'endpoints',
  wanted: (options) => targetsOf(options).length > 0,
  run: (options, context, now) => run(options, context, now, how),
})

export const part = createPart()
