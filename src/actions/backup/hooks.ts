import { z } from 'zod'
import type { Context } from '../../contract/context.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { list } from '../../core/options/list.ts'

const hook = z.strictObject({
  service: z.string().min(1, 'is empty'),
  command: list(z.string()).min(1, 'is empty').meta({ description: 'Program and arguments; no shell reads them.' }),
})
const hooks = () => list(hook).default([])

/** The option `hooks`. */
export const hookOptions = {
  hooks: z
    .strictObject({ pre: hooks(), post: hooks(), 'on-error': hooks() })
    .prefault({})
    .meta({ description: 'Commands in running services: before the backups, after them, and when something failed.' }),
}

export type HooksGiven = { readonly hooks: z.output<typeof hookOptions.hooks> }
type Moment = keyof HooksGiven['hooks']

const timeoutMs = 15 * 60_000

const failedHook = (moment: Moment, { service, command }: z.output<typeof hook>, why: string): JudgedFinding<'backup.hook'> =>
  finding({
    id: 'backup.hook',
    subject: `hook/${moment}/${service}`,
    status: 'critical',
    title: `the ${moment} hook in ${service} failed`,
    observed: why,
    expected: 'exit code 0',
    advice: moment === 'pre' ? 'nothing was backed up: see what it says, and run it again' : 'see what it says',
    evidence: [command.join(' ')],
    certainty: 'hard',
    audience: 'technical',
  })

/** Runs the hooks of a moment one after the other, and stops at the first that fails. */
export const runHooks = async (
  { hooks: given }: HooksGiven,
  moment: Moment,
  { compose }: Pick<Context, 'compose'>,
): Promise<readonly JudgedFinding<'backup.hook'>[]> => {
  for (const one of given[moment]) {
    const finished = await compose.run(['exec', '--no-TTY', '--', one.service, ...one.command], { timeoutMs })
    if (finished.ended === 'exit' && finished.exitCode === 0) continue
    const said = finished.stderr.trim().split('\n').at(-1) ?? ''
    const how = finished.ended === 'exit' ? `exit code ${finished.exitCode}` : finished.ended
    return [failedHook(moment, one, [how, said].filter((text) => text !== '').join(': '))]
  }
  return []
}
