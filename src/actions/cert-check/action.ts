import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { disturbedInParts, idsOfParts, renamedInParts } from '../../core/parts.ts'
import { completedParts, type PlannedPart, runPartsSideBySide, unfinishedAs } from '../../core/run-parts.ts'
import { borrows, options as ownOptions, reads } from './options.ts'
import { overviewOf } from './overview.ts'
import { type CertOutcome, type CertWorld, group } from './part.ts'
import { partOptions, parts } from './parts.generated.ts'
import { offerRenewal } from './renewal-offer.ts'

const options = { ...ownOptions, ...partOptions }

type PartId = (typeof parts)[number]['ids'][number]
type Options = ActionOptions<typeof options, (typeof reads)[number], (typeof borrows)[number]>

const unfinished = unfinishedAs('cert.unfinished')

const planned = (given: Options, world: CertWorld, afterOthers: boolean): readonly PlannedPart<CertOutcome<PartId>>[] =>
  parts
    .filter((part) => (part.afterOthers ?? false) === afterOthers && part.configured?.(given) !== false)
    .map((part) => ({ part: { group, ...part }, run: () => part.run(given, world, true) }))

const run = async (given: Options, context: Context) => {
  const world = { context, startedAt: context.now(), leaves: { served: [], onDisk: [] } }
  const setting = { signal: context.signal, unfinished }
  const looked = await runPartsSideBySide(planned(given, world, false), setting)
  const leaves = {
    served: looked.flatMap(({ outcome }) => outcome?.served ?? []),
    onDisk: looked.flatMap(({ outcome }) => outcome?.onDisk ?? []),
  }
  const all = [...looked, ...(await runPartsSideBySide(planned(given, { ...world, leaves }, true), setting))]
  const findings = offerRenewal(
    all.flatMap((one) => one.findings),
    leaves,
  )
  const rows = all.flatMap(({ outcome }) => outcome?.certificates ?? [])
  return { scope: completedParts(all), findings, ...overviewOf({ rows, findings }, world.startedAt) }
}

export const action = defineAction({
  name: 'cert-check',
  description: 'Checks served certificates, certificate files, certbot and nginx, and says what expires, what is wrong and what to do.',
  kind: 'observe',
  reads,
  borrows,
  options,
  ids: idsOfParts(parts, ['cert.unfinished']),
  renamed: renamedInParts(parts),
  disturbedByWork: disturbedInParts(parts),
  outputs: {
    'expires-in-days': { description: 'Whole days until the first of the certificates expires; empty when none was seen.' },
    certificates: { description: 'Number of different certificates that were seen.' },
  },
  // A dry run of certbot waits for the authority, lineage after lineage.
  timeoutMs: ({ 'renew-dry-run': dryRun }) => (dryRun ? 420_000 : 120_000),
  run,
})
