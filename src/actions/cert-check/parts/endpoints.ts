import type { Context } from '../../../core/context.ts'
import type { Finding } from '../../../core/finding.ts'
import { createGate } from '../../../core/gate.ts'
import type { Instant } from '../../../core/seen.ts'
import type { LookOptions, Trusted } from '../endpoints/look.ts'
import { type CertTarget, targetsOf } from '../endpoints/target.ts'
import type { CertOptions } from '../options.ts'
import type { Looked, Part } from '../part.ts'

const maxInFlight = 300

type OfOne = Omit<Looked, 'check'>

const without = (findings: readonly Finding[], completed: boolean): OfOne => ({ completed, findings, certificates: [] })

/** What is needed to look, loaded only when there is something to look at. */
const createLookAt = async (
  options: CertOptions,
  context: Context,
  now: Instant,
  how: LookOptions,
): Promise<(target: CertTarget) => Promise<OfOne>> => {
  const { createLook } = await import('../endpoints/look.ts')
  const { judgeEndpoint } = await import('../endpoints/judge.ts')
  const { downFinding, unseenFinding } = await import('../endpoints/reachable.ts')
  const look = createLook(context, how)
  const rule = { absolute: options.thresholds.expiry, renewalPeriodMs: options['renewal-period'] }
  const judging = ({ chainOf, trouble }: Trusted) => ({ rule, now, chainOf, trouble })
  return async (target) => {
    const observed = await look(target)
    if ('unseen' in observed) return without([unseenFinding(target, observed.unseen)], false)
    if ('fault' in observed) return without([downFinding(target, [{ address: '', fault: observed.fault }])], true)
    const { seen, trusted } = observed
    if (seen.some((one) => one.kind === 'shaken')) {
      const { findings, rows, served } = judgeEndpoint(target, seen, judging(trusted))
      return { completed: true, findings, certificates: rows, served }
    }
    const faults = seen.filter((one) => one.kind === 'fault')
    if (faults.length > 0) return without([downFinding(target, faults)], true)
    const unseen = seen.find((one) => one.kind === 'unseen')
    return without([unseenFinding(target, unseen?.unseen ?? { cause: 'the name has no address', advice: 'look at its DNS record' })], false)
  }
}

const run = async (options: CertOptions, context: Context, now: Instant, how: LookOptions): Promise<Looked> => {
  const gate = createGate(maxInFlight)
  const lookAt = await createLookAt(options, context, now, how)
  const all = await Promise.all(targetsOf(options).map((target) => gate(() => lookAt(target))))
  return {
    check: 'endpoints',
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: all.flatMap((one) => one.certificates),
    served: all.flatMap((one) => one.served ?? []),
  }
}

/** The certificates that servers present, at every address of their names. */
export const createPart = (how: LookOptions = {}): Part => ({
  name: 'endpoints',
  wanted: (options) => targetsOf(options).length > 0,
  run: (options, context, now) => run(options, context, now, how),
})

export const part = createPart()
