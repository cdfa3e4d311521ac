import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import type { Attachment } from '../../contract/report.ts'
import { idsOfParts, renamedInParts } from '../../core/parts.ts'
import { completedParts, type PlannedPart, runPartsSideBySide, unfinishedAs } from '../../core/run-parts.ts'
import { sarifOf } from '../../domain/packages/sarif.ts'
import { sbomOf } from '../../domain/packages/sbom.ts'
import { attachJson } from './attach.ts'
import { tellPullRequest } from './comment.ts'
import { options as ownOptions, reads } from './options.ts'
import { type AuditTotals, comparedScope, noTotals, overviewOf } from './overview.ts'
import type { AuditOutcome } from './part.ts'
import { partOptions, parts } from './parts.generated.ts'
import { updatersOf } from './updaters.ts'

const options = { ...ownOptions, ...partOptions }

type Options = ActionOptions<typeof options, (typeof reads)[number]>
type PartId = (typeof parts)[number]['ids'][number]

const unfinished = unfinishedAs('audit.incomplete', { expected: 'a finished audit', audience: 'security' })

const sarifName = 'ronde.sarif'
const sbomName = 'sbom.cdx.json'

const attachmentsOf = async (
  given: Options,
  { sarif, locked }: AuditTotals,
  { temporary, server }: Context,
): Promise<readonly Attachment[]> => {
  const wanted = [
    ...(given.sarif ? [{ name: sarifName, value: sarifOf(sarif) }] : []),
    ...(given.sbom ? [{ name: sbomName, value: sbomOf(locked, server) }] : []),
  ]
  return Promise.all(wanted.map(({ name, value }) => attachJson(temporary, name, value)))
}

const run = async (given: Options, context: Context) => {
  const world = { context, startedAt: context.now() }
  const planned: readonly PlannedPart<AuditOutcome<PartId>>[] = parts
    .filter((part) => part.configured?.(given) !== false)
    .map((part) => ({ part, run: () => part.run(given, world, true) }))
  const ran = await runPartsSideBySide(planned, { signal: context.signal, unfinished })
  const totals = ran.map(({ outcome }) => outcome?.totals).find((one) => one !== undefined) ?? noTotals
  if (given.comment) await tellPullRequest(totals, context)
  const files = await attachmentsOf(given, totals, context)
  const updaters = await updatersOf(context.workspace)
  const isFixable = totals.vulnerabilities.some(({ fixed }) => fixed !== undefined)
  if (isFixable && updaters.length === 0) context.progress.say('nobody proposes the fixes here: neither Dependabot nor Renovate is set up')
  const { outputs, facts } = overviewOf(totals)
  const pathOf = (name: string): string => files.find((one) => one.name === name)?.path ?? ''
  return {
    scope: [...completedParts(ran), ...comparedScope(totals)],
    findings: ran.flatMap(({ findings }) => findings),
    attachments: files,
    outputs: { ...outputs, 'sarif-file': pathOf(sarifName), 'sbom-file': pathOf(sbomName) },
    facts: { ...facts, updaters: [...updaters] },
  }
}

export const action = defineAction({
  name: 'audit-deps',
  description: 'Audits Python and Node lockfiles and images against OSV, and says what is vulnerable, how bad it is and what to run.',
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
    'sarif-file': { description: 'Path of the SARIF file; empty without the option.' },
    'sbom-file': { description: 'Path of the bill of materials; empty without the option.' },
    new: { description: 'How many of them the pull request brings; empty where nothing was compared.' },
    fixable: { description: 'How many of them a newer version fixes.' },
  },
  // Files of hundreds of megabytes, and images, take their time.
  timeoutMs: ({ offline, images }) => 120_000 + (offline ? 240_000 : 0) + images.length * 180_000,
  run,
})
