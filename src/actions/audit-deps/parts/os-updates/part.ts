import { z } from 'zod'
import { probeApt } from '../../../../probes/apt.ts'
import { definePart } from '../../part.ts'
import { judgeApt, osIds } from './policy.ts'

export const part = definePart({
  name: 'os-updates',
  description: 'Security updates that apt has ready for this machine.',
  order: 20,
  options: {
    'os-updates': z
      .boolean()
      .default(false)
      .meta({ description: 'Also look for pending security updates of this machine, by `apt-get -s`; never counted as vulnerabilities.' }),
  },
  ids: osIds,
  configured: (options) => options['os-updates'],
  run: async (_options, { context, startedAt }) => {
    const { runProgram: run, signal } = context
    const seen = await probeApt({ run, signal, now: () => context.now() })
    const findings = judgeApt(seen, startedAt)
    return { completed: findings.every(({ status }) => status !== 'unknown'), findings }
  },
})
