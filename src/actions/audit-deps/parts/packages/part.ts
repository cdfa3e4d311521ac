import { byWorstStatus } from '../../../../contract/status.ts'
import type { Ignored } from '../../../../domain/packages/ignore.ts'
import { type Advisory, matchAdvisories, packageKey } from '../../../../domain/packages/match.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import { lookAtIgnores } from '../../accepted.ts'
import type { AuditOptions } from '../../options.ts'
import type { AuditTotals } from '../../overview.ts'
import { type AuditOutcome, type AuditWorld, definePart } from '../../part.ts'
import { type RankedAdvisory, rankAdvisory } from '../../rank.ts'
import { askExploited } from '../../sources/exploited.ts'
import { openSources } from '../../sources/open-sources.ts'
import type { AdvisorySource, SourceTrouble } from '../../sources/source.ts'
import { adviceOf } from './advice.ts'
import { type AuditBase, baseOf, changedPackages, newAdvisories, readBase } from './base.ts'
import { type GatheredPackages, gatherPackages } from './gather.ts'
import { changedRules } from './head.ts'
import { judgeIgnores } from './ignores.ts'
import { createReadBytes, findFiles } from './look.ts'
import {
  judgeAdvisory,
  judgeCleanChange,
  judgeCleanFile,
  judgeFiles,
  judgeNoBase,
  judgeNoFiles,
  judgeSourceTrouble,
  type PackageFindingId,
  packageIds,
} from './policy.ts'

/** What is to be audited: everything, or what a change brings beside what it replaces. */
type Scan = {
  readonly gathered: GatheredPackages
  readonly packages: readonly LockedPackage[]
  readonly compared: { readonly base: AuditBase; readonly former: readonly LockedPackage[] } | undefined
}

type Advisories = {
  readonly advisories: readonly Advisory[]
  readonly before: number
  readonly troubles: readonly SourceTrouble[]
  readonly notes: readonly string[]
}

const askAdvisories = async ({ packages, compared }: Scan, source: AdvisorySource): Promise<Advisories> => {
  const former = compared?.former ?? []
  const { records, troubles, notes } = await source([...packages, ...former])
  const recordsOf = (key: string) => records.get(key) ?? []
  const found = matchAdvisories(packages, recordsOf)
  const advisories = compared === undefined ? found : newAdvisories(found, matchAdvisories(former, recordsOf))
  return { advisories, before: found.length - advisories.length, troubles, notes }
}

/** Files of which nothing is told otherwise. */
const cleanFiles = ({ gathered: { files, packages, troubles } }: Scan, ranked: readonly RankedAdvisory[]) => {
  const bad = new Set([...ranked.flatMap(({ advisory }) => advisory.places.map(({ file }) => file)), ...troubles.map(({ path }) => path)])
  const counts = Map.groupBy(packages, ({ file }) => file)
  return files.filter(({ path }) => !bad.has(path)).map(({ path, notes }) => judgeCleanFile(path, counts.get(path)?.length ?? 0, notes))
}

const totalsOf = (
  scan: Scan,
  ranked: readonly RankedAdvisory[],
  ignored: Ignored,
  how: Pick<AuditTotals, 'requests' | 'notes'> & { readonly before: number; readonly isWhole: boolean },
) => {
  const { gathered, compared } = scan
  const ofFiles = Map.groupBy(gathered.packages, ({ file: path }) => path)
  return {
    locked: gathered.packages,
    packages: new Set(gathered.packages.map(packageKey)).size,
    files: gathered.files.map(({ path }) => ({ path, packages: ofFiles.get(path)?.length ?? 0 })),
    vulnerabilities: ranked.map(({ advisory }) => advisory),
    sarif: ranked.map(({ advisory, status }) => ({ advisory, status, advice: adviceOf(advisory) })),
    critical: ranked.filter(({ status }) => status === 'critical').length,
    ignored: ignored.ignored.length,
    leftOut: ignored.kept.length - ranked.length,
    requests: how.requests,
    notes: how.notes,
    ...(compared === undefined ? {} : { compared: { base: compared.base.revision, before: how.before, isWhole: how.isWhole } }),
  }
}

const audit = async (scan: Scan, options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<PackageFindingId>> => {
  const { context } = world
  const { gathered, compared } = scan
  const sources = await openSources(options, world, { isChange: compared !== undefined, records: 'records' })
  const { advisories, before, notes, troubles: ofOsv } = await askAdvisories(scan, sources.advisories)
  const { file, ignored } = await lookAtIgnores(advisories, options['ignore-file'], world, compared?.base)
  const cves = ignored.kept.flatMap(({ ids }) => ids)
  const exploited = await askExploited(cves, sources.exploited, sources.asking)
  const troubles = [...ofOsv, ...exploited.troubles]
  const ranked = ignored.kept
    .flatMap((one) => rankAdvisory(one, options, exploited) ?? [])
    .toSorted((a, b) => byWorstStatus(a.status, b.status))
  const isWhole = troubles.length === 0 && gathered.troubles.length === 0
  const rules = [context.configuration, options['ignore-file']]
  return {
    completed: isWhole && compared === undefined,
    findings: [
      ...ranked.map(judgeAdvisory),
      ...judgeFiles(gathered),
      ...troubles.map(judgeSourceTrouble),
      ...judgeIgnores(options['ignore-file'], file, ignored.uses, isWhole && compared === undefined && options.images.length === 0),
      ...(compared === undefined || !isWhole || ranked.length > 0
        ? []
        : [judgeCleanChange(new Set(scan.packages.map(packageKey)).size, before)]),
      ...(compared === undefined ? [] : await changedRules(rules, context.workspace, compared.base)),
      // What could not be looked up is not clean.
      ...(ofOsv.length > 0 || compared !== undefined ? [] : cleanFiles(scan, ranked)),
    ],
    totals: totalsOf(scan, ranked, ignored, { before, requests: sources.asking.counts.requests, notes, isWhole }),
  }
}

const run = async (options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<PackageFindingId>> => {
  const { context } = world
  const found = await findFiles(options.paths, context)
  const read = await gatherPackages(found.paths, createReadBytes(context.workspace), options.ecosystems)
  const gathered = { ...read, troubles: [...found.troubles, ...read.troubles] }
  const base = baseOf(options, context)
  const before = base === undefined ? undefined : await readBase(base, options)
  if (before !== undefined && 'unreadable' in before) return { completed: false, findings: [judgeNoBase(before.unreadable)] }
  if (before !== undefined) {
    const { brought, former } = changedPackages(gathered.packages, before.packages)
    return audit({ gathered, packages: brought, compared: { base: before.base, former } }, options, world)
  }
  if (gathered.files.length === 0 && gathered.troubles.length === 0) return { completed: false, findings: [judgeNoFiles()] }
  return audit({ gathered, packages: gathered.packages, compared: undefined }, options, world)
}

export const part = definePart({
  name: 'packages',
  description: 'Python and Node packages of the lockfiles, against the advisories of OSV.',
  order: 10,
  options: {},
  ids: packageIds,
  run,
})
