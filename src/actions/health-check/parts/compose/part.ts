import { z } from 'zod'
import type { ComposeOptions } from '../../../../contract/compose.ts'
import type { Context } from '../../../../contract/context.ts'
import { list } from '../../../../core/options/list.ts'
import { seeCompose } from '../../../../probes/compose.ts'
import { type Checked, defineCheck, notChecked } from '../../check.ts'
import { composeLine, judgeCompose } from './policy.ts'
import { containersNote, noteOf } from './restarts.ts'

export { judgeCompose }

const where = { id: 'compose.engine', subject: 'engine', audience: 'infrastructure' } as const

const isConfigured = ({ directory, files = [], project }: ComposeOptions): boolean =>
  directory !== undefined || project !== undefined || files.length > 0

const run = async (options: { readonly 'one-shot': readonly string[] }, context: Context, asked: boolean): Promise<Checked> => {
  const seen = await seeCompose(context.compose)
  // What could be looked at before and cannot be any more is never passed over.
  if (!seen.seen) return notChecked(where, seen, asked || context.state.note(containersNote) !== undefined)
  const { config, containers } = seen.value
  const findings = judgeCompose(seen.value, { 'one-shot': options['one-shot'], asked }, context.state, seen.at)
  context.state.setNote(containersNote, noteOf(containers))
  return { completed: config.kind === 'valid', findings, facts: { lines: { compose: composeLine(findings) } } }
}

export const check = defineCheck({
  name: 'compose',
  description: 'Every declared compose service is present, running and healthy, and does not restart by itself.',
  slow: false,
  options: {
    'one-shot': list(z.string()).default([]).meta({
      description:
        'Services that are meant to end (exit code 0), besides those that another one waits for with `service_completed_successfully`.',
    }),
  },
  configured: (options) => isConfigured(options.compose),
  run,
})
