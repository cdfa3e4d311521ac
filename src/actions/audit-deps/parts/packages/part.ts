import type { Context } from '../../../../contract/context.ts'
import { byWorstStatus } from '../../../../contract/status.ts'
import { applyIgnores, type Ignored, type IgnoreFile, readIgnoreFile } from '../../../../domain/packages/ignore.ts'
import { type Advisory, matchAdvisories, packageKey } from '../../../../domain/packages/match.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import { pathMatcher } from '../../../../probes/files/path-pattern.ts'
import { readWorkspaceFile } from '../../../../tools/workspace-file.ts'
import type { AuditOptions } from '../../options.ts'
import { type AuditOutcome, type AuditWorld, definePart } from '../../part.ts'
import type { Asking } from '../../sources/ask.ts'
import { askExploited } from '../../sources/exploited.ts'
import { createOsvApi } from '../../sources/osv-api.ts'
import { createRecordCache } from '../../sources/record-cache.ts'
import type { SourceTrouble } from '../../sources/source.ts'
import { adviceOf } from './advice.ts'
import { type AuditBase, baseOf, changedPackages, newAdvisories, readBase } from './base.ts'
import { type GatheredPackages, gatherPackages } from './gather.ts'
import { changedRules } from './head.ts'
import { createReadBytes, findFiles } from './look.ts'
import {
  judgeAdvisory,
  judgeCleanChange,
  judgeCleanFile,
  judgeFiles,
  judgeIgnores,
  judgeNoBase,
  judgeNoFiles,
  judgeSourceTrouble,
  type PackageFindingId,
  packageIds,
} from './policy.ts'
import { type RankedAdvisory, rankAdvisory } from './rank.ts'

const note = 'records'

/** What is to be audited: everything, or what a change brings beside what it replaces. */
type Scan = {
  readonly gathered: GatheredPackages
  readonly packages: readonly LockedPackage[]
  readonly compared: { readonly base: AuditBase; readonly former: readonly LockedPackage[] } | undefined
}

type Advisories = { readonly advisories: readonly Advisory[]; readonly before: number; readonly troubles: readonly SourceTrouble[] }

const askAdvisories = async ({ packages, compared }: Scan, url: string, asking: Asking, { state }: Context): Promise<Advisories> => {
  const cache = createRecordCache(state.note(note))
  const former = compared?.former ?? []
  const { records, troubles } = await createOsvApi(url, asking, cache)([...packages, ...former])
  const kept = cache.kept()
  if (kept !== undefined && troubles.length === 0 && compared === undefined) state.setNote(note, kept)
  const recordsOf = (key: string) => records.get(key) ?? []
  const found = matchAdvisories(packages, recordsOf)
  const advisories = compared === undefined ? found : newAdvisories(found, matchAdvisories(former, recordsOf))
  return { advisories, before: found.length - advisories.length, troubles }
}

type IgnoreLook = { readonly file: IgnoreFile; readonly ignored: Ignored }

const maxIgnoreBytes = 1024 * 1024

/** Of a change the base's: what it accepts itself does not count before it is merged. */
const readIgnores = (path: string, { workspace }: Context, base: AuditBase | undefined) =>
  base === undefined ? readWorkspaceFile(workspace, path, maxIgnoreBytes) : base.git.readFile(base.revision, path)

const lookAtIgnores = async (
  advisories: readonly Advisory[],
  path: string,
  { context, startedAt }: AuditWorld,
  base: AuditBase | undefined,
): Promise<IgnoreLook> => {
  const read = await readIgnores(path, context, base)
  const file =
    read.kind === 'text'
      ? readIgnoreFile(read.text, startedAt)
      : { entries: [], mistakes: read.kind === 'absent' ? [] : [{ line: 1, text: read.cause }] }
  const matches = (pattern: string, one: string) => pathMatcher(pattern)(one)
  return { file, ignored: applyIgnores(advisories, file.entries, { now: startedAt, matches }) }
}

/** Files of which nothing is told otherwise. */
const cleanFiles = ({ gathered: { files, packages, troubles } }: Scan, ranked: readonly RankedAdvisory[]) => {
  const bad = new Set([...ranked.flatMap(({ advisory }) => advisory.places.map(({ file }) => file)), ...troubles.map(({ path }) => path)])
  const counts = Map.groupBy(packages, ({ file }) => file)
  return files.filter(({ path }) => !bad.has(path)).map(({ path, notes }) => judgeCleanFile(path, counts.get(path)?.length ?? 0, notes))
}

/** EPSS changes no verdict: a pull request does not wait for it. */
const exploitedUrls = (options: AuditOptions, { compared }: Scan) => ({
  kev: options['kev-url'],
  epss: compared === undefined ? options['epss-url'] : undefined,
})

const totalsOf = (
  scan: Scan,
  ranked: readonly RankedAdvisory[],
  ignored: Ignored,
  { before, requests, isWhole }: { before: number; requests: number; isWhole: boolean },
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
    requests,
    ...(compared === undefined ? {} : { compared: { base: compared.base.revision, before, isWhole } }),
  }
}

const audit = async (scan: Scan, options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<PackageFindingId>> => {
  const { context } = world
  const { gathered, compared } = scan
  const asking: Asking = { ask: context.askWeb, signal: context.signal, counts: { requests: 0 } }
  const { advisories, before, troubles: ofOsv } = await askAdvisories(scan, options['osv-url'], asking, context)
  const { file, ignored } = await lookAtIgnores(advisories, options['ignore-file'], world, compared?.base)
  const cves = ignored.kept.flatMap(({ ids }) => ids)
  const exploited = await askExploited(cves, exploitedUrls(options, scan), asking)
  const troubles = [...ofOsv, ...exploited.troubles]
  const ranked = ignored.kept
    .flatMap((one) => rankAdvisory(one, options, exploited) ?? [])
    .toSorted((a, b) => byWorstStatus(a.status, b.status))
  const isWhole = troubles.length === 0 && gathered.troubles.length === 0
  const rules = ['.github/ronde.yml', options['ignore-file']]
  return {
    completed: isWhole && compared === undefined,
    findings: [
      ...ranked.map(judgeAdvisory),
      ...judgeFiles(gathered),
      ...troubles.map(judgeSourceTrouble),
      ...judgeIgnores(options['ignore-file'], file, ignored.uses, isWhole && compared === undefined),
      ...(compared === undefined || !isWhole || ranked.length > 0
        ? []
        : [judgeCleanChange(new Set(scan.packages.map(packageKey)).size, before)]),
      ...(compared === undefined ? [] : await changedRules(rules, context.workspace, compared.base)),
      // What could not be looked up is not clean.
      ...(ofOsv.length > 0 || compared !== undefined ? [] : cleanFiles(scan, ranked)),
    ],
    totals: totalsOf(scan, ranked, ignored, { before, requests: asking.counts.requests, isWhole }),
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
