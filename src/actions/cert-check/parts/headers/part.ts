import { createGate } from '../../../../core/gate.ts'
import { livedOrThrew } from '../../../../core/isolated.ts'
import { headersLook, seenOrUnfinished } from '../../looks.ts'
import type { CertOptions } from '../../options.ts'
import { type CertOutcome, type CertWorld, definePart } from '../../part.ts'
import { type CertTarget, targetsOf } from '../endpoints/target.ts'
import { type HeaderId, headerIds } from './policy.ts'

const maxInFlight = 64

const webTargets = (options: CertOptions): readonly CertTarget[] =>
  targetsOf(options).filter(({ endpoint }) => endpoint.starttls === undefined)

const run = async (options: CertOptions, { context, startedAt }: CertWorld): Promise<CertOutcome<HeaderId>> => {
  const gate = createGate(maxInFlight)
  const look = context.isolate(headersLook, { now: startedAt })
  const all = await Promise.all(
    webTargets(options).map(async (target) => seenOrUnfinished(await livedOrThrew(() => gate(() => look(target))), target, 'headers')),
  )
  return {
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: [],
  }
}

export const part = definePart({
  name: 'headers',
  description: 'The security headers over HTTPS and the redirect from HTTP, when they are asked for.',
  order: 30,
  options: {},
  ids: headerIds,
  configured: (options) => options.headers && webTargets(options).length > 0,
  run,
})
