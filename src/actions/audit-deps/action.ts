import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { idsOfParts, renamedInParts } from '../../core/parts.ts'
import { completedParts, runPartsSideBySide } from '../../core/run-parts.ts'
import { options as ownOptions, reads } from './options.ts'
import { noTotals, overviewOf } from './overview.ts'
import { partOptions, parts } from './parts.generated.ts'

const options = { ...ownOptions, ...partOptions }

type Options = ActionOptions<typeof options>

const unfinished = (part: string, { cause, advice }: Obstacle) =>
  finding({
    id: 'audit.incomplete',
    subject: `check/${part}`,
    status: 'unknown',
    title: `${part}: could not finish`,
    observed: cause,
    expected: 'a finished audit',
    advice,
    audience: 'security',
  })

const run = async (given: Options, context: Context) => {
  const world = { context, startedAt: context.now() }
  const planned = parts
    .filter((part) => part.configured?.(given) !== false)
    .map((part) => ({ part, run: () => part.run(given, world, true) }))
  const ran = await runPartsSideBySide(planned, { signal: context.signal, unfinished })
  const totals = ran.map(({ outcome }) => outcome?.totals).find((one) => one !== undefined) ?? noTotals
  return { scope: completedParts(ran), findings: ran.flatMap(({ findings }) => findings), attachments: [], ...overviewOf(totals) }
}

export const action = defineAction({
  name: 'audit-deps',
  description: 'Audits Python and Node lockfiles against OSV, and says what is vulnerable, how bad it is and what to run.',
  kind: 'observe',
  // One incident for each repository, whichever runner looked.
  place: 'repository',
  reads,
  options,
  ids: idsOfParts(parts, ['audit.incomplete']),
  renamed: renamedInParts(parts),
  outputs: {
    vulnerabilities: { description: 'Number of vulnerabilities that no entry of the ignore file accepts.' },
    critical: { description: 'How many of them are critical.' },
    fixable: { description: 'How many of them a newer version fixes.' },
  },
  timeoutMs: () => 120_000,
  run,
})
