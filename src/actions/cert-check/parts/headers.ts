import type { Context } from '../../../core/context.ts'
import type { Finding } from '../../../core/finding.ts'
import { createGate } from '../../../core/gate.ts'
import { type CertTarget, targetsOf } from '../endpoints/target.ts'
import type { CertOptions } from '../options.ts'
import type { Looked, Part } from '../part.ts'

const maxInFlight = 64

const webTargets = (options: CertOptions): readonly CertTarget[] =>
  targetsOf(options).filter(({ endpoint }) => endpoint.starttls === undefined)

type OfOne = { readonly completed: boolean; readonly findings: readonly Finding[] }

const createLookAt = async (context: Context): Promise<(target: CertTarget) => Promise<OfOne>> => {
  const { createAskHeaders } = await import('../headers/look.ts')
  const { judgeHeaders } = await import('../headers/policy.ts')
  const ask = createAskHeaders(context)
  return async (target) => {
    const seen = await ask(target)
    return { completed: seen.https.kind !== 'unseen', findings: judgeHeaders(target, seen) }
  }
}

const run = async (options: CertOptions, context: Context): Promise<Looked> => {
  const gate = createGate(maxInFlight)
  const lookAt = await createLookAt(context)
  const all = await Promise.all(webTargets(options).map((target) => gate(() => lookAt(target))))
  return {
    check: 'headers',
    completed: all.some((one) => one.completed),
    findings: all.flatMap((one) => one.findings),
    certificates: [],
  }
}

/** The security headers over HTTPS and the redirect from HTTP, when they are asked for. */
export const part: Part = { name: 'headers', wanted: (options) => options.headers && webTargets(options).length > 0, run }
