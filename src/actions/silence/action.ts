import { defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import { UserError } from '../../contract/user-error.ts'
import { plainLine } from '../../core/text/plain.ts'
import { localTime } from '../../core/time/local-time.ts'
import type { OpenSilence } from '../../incidents/texts/silence-issue.ts'
import { endSilences } from './end.ts'
import { options, reads, type SilenceOptions } from './options.ts'
import { setSilence } from './set.ts'

/** What a silence needs of GitHub. */
const needs = { contents: 'read', issues: 'write' } as const

const limitMs = 60_000

const modeOf = ({ for: ms, end }: SilenceOptions): 'set' | 'end' => {
  if (ms === undefined && end === undefined)
    throw new UserError('input for: missing; a duration such as 2h, at most 7d (or end, to end a silence)')
  if (ms !== undefined && end !== undefined)
    throw new UserError('inputs for and end: one of them, not both; for sets a silence, end ends one')
  return end === undefined ? 'set' : 'end'
}

const rowOf = ({ issue, silence }: OpenSilence, timeZone: string, now: number): readonly string[] => [
  `#${issue.number}`,
  localTime(silence.until, timeZone, now),
  silence.servers.join(', '),
  silence.ids.join(', '),
  silence.subjects.join(', '),
  silence.reason,
]

const columns = ['silence', 'until', 'servers', 'findings', 'subjects', 'reason']

const run = async (given: SilenceOptions, context: Context) => {
  const mode = modeOf(given)
  const repository = await context.repository(needs)
  const work = { options: given, context, repository }
  const { said, active, changed } = mode === 'set' ? await setSilence(work) : await endSilences(work)
  const rows = active.map((one) => rowOf(one, given['time-zone'], context.now()))
  const { requests, writes } = repository.issues.counts()
  return {
    scope: ['silence'],
    findings: [
      finding({
        id: 'silence.active',
        subject: 'silences',
        status: 'ok',
        title: plainLine(said),
        observed: `${active.length === 1 ? '1 silence is' : `${active.length} silences are`} in effect`,
        expected: 'what was asked for',
        audience: 'technical',
      }),
    ],
    outputs: { issue: changed ?? 0, active: active.length },
    facts: { requests, writes, lines: { silence: plainLine(said) }, tables: [{ title: 'Silences in effect', columns, rows }] },
  }
}

export const action = defineAction({
  name: 'silence',
  description: 'Says for a while that what is bad is known, so that it opens no incident; and ends such a silence early.',
  kind: 'change',
  place: 'repository',
  // A server that is watched could else dispatch its own silence by the token of its job.
  effect: 'no-bot',
  reads,
  options,
  ids: ['silence.active'],
  outputs: {
    issue: { description: 'Number of the issue that keeps the silence; 0 when none was made or ended.' },
    active: { description: 'Number of silences in effect afterwards.' },
  },
  timeoutMs: () => limitMs,
  run,
})
