import type { Context } from '../../../../contract/context.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { createGate } from '../../../../core/gate.ts'
import { headersLook, seenOrUnfinished } from '../../looks.ts'
import type { CertOptions } from '../../options.ts'
import type { Looked, Part } from '../../part.ts'
import { type CertTarget, targetsOf } from '../endpoints/target.ts'

const maxInFlight = 64

const webTargets = (options: CertOptions): readonly CertTarget[] =>
  targetsOf(options).filter(({ endpoint }) => endpoint.starttls === undefined)

const run = async (options: CertOptions, { isolate }: Context, now: Instant): Promise<Looked> => {
  const gate = createGate(maxInFlight)
  const look = isolate(headersLook, { now })
  const all = await Promise.all(
    webTargets(options).map(async (target) => seenOrUnfinished(await gate(() => look(target)), target, 'headers')),
  )
  return {
    check: 'headers',
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: [],
  }
}

/** The security headers over HTTPS and the redirect from HTTP, when they are asked for. */
export const part: Part = { name: 'headers', wanted: (options) => options.headers && webTargets(options).length > 0, run }
