import { z } from 'zod'
import type { ComposeOptions } from '../../../../contract/compose.ts'
import type { Context } from '../../../../contract/context.ts'
import { list } from '../../../../core/options/list.ts'
import { texts } from '../../../../core/options/texts.ts'
import { seeCompose } from '../../../../probes/compose.ts'
import { type CheckOutcome, definePart, notSeen } from '../../part.ts'
import { type ComposeId, composeIds, composeLine, judgeAbsent, judgeCompose } from './policy.ts'
import { containersNote, noteOf } from './restarts.ts'
import { unhealthyNote, unhealthyOf } from './unhealthy.ts'

export { judgeCompose }

const where = { id: 'compose.engine', subject: 'engine', audience: 'infrastructure' } as const

const isConfigured = ({ directory, files = [], project }: ComposeOptions): boolean =>
  directory !== undefined || project !== undefined || files.length > 0

const run = async (
  options: { readonly 'one-shot': readonly string[] },
  context: Context,
  asked: boolean,
): Promise<CheckOutcome<ComposeId>> => {
  const seen = await seeCompose(context.compose)
  const wasSeen = context.state.note(containersNote) !== undefined
  if (!seen.seen && wasSeen && 'absent' in seen) return { completed: false, findings: [judgeAbsent(seen)] }
  // What could be looked at before and cannot be any more is never passed over.
  if (!seen.seen) return notSeen(where, seen, asked || wasSeen)
  const { config, containers } = seen.value
  const findings = judgeCompose(seen.value, { 'one-shot': options['one-shot'], asked }, context.state, seen.at)
  context.state.setNote(containersNote, noteOf(containers))
  context.state.setNote(unhealthyNote, unhealthyOf(containers))
  return { completed: config.kind === 'valid', findings, facts: { lines: { compose: composeLine(findings) } } }
}

export const part = definePart({
  name: 'compose',
  description: 'Every declared compose service is present, running and healthy, and does not restart by itself.',
  order: 10,
  options: {
    'one-shot': list(z.string()).default([]).register(texts, {
      description:
        'Services that are meant to end (exit code 0), besides those that another one waits for with `service_completed_successfully`.',
    }),
  },
  ids: composeIds,
  // A kill for lack of memory is seen only once, and a compose file mends itself by no work.
  disturbedByWork: ['compose.engine', 'compose.service', 'compose.restarts'],
  configured: (options) => isConfigured(options.compose),
  run,
})
