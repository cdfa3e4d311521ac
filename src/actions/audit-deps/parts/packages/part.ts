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
import { type GatheredPackages, gatherPackages } from './gather.ts'
import { createReadBytes, findFiles } from './look.ts'
import {
  judgeAdvisory,
  judgeCleanFile,
  judgeFiles,
  judgeIgnores,
  judgeNoFiles,
  judgeSourceTrouble,
  type PackageFindingId,
  packageIds,
} from './policy.ts'
import { type RankedAdvisory, rankAdvisory } from './rank.ts'

const note = 'records'

type Advisories = { readonly advisories: readonly Advisory[]; readonly troubles: readonly SourceTrouble[] }

const askAdvisories = async (packages: readonly LockedPackage[], url: string, asking: Asking, { state }: Context): Promise<Advisories> => {
  const cache = createRecordCache(state.note(note))
  const { records, troubles } = await createOsvApi(url, asking, cache)(packages)
  const kept = cache.kept()
  if (kept !== undefined && troubles.length === 0) state.setNote(note, kept)
  return { advisories: matchAdvisories(packages, (key) => records.get(key) ?? []), troubles }
}

type IgnoreLook = { readonly file: IgnoreFile; readonly ignored: Ignored }

const maxIgnoreBytes = 1024 * 1024

const lookAtIgnores = async (advisories: readonly Advisory[], path: string, { context, startedAt }: AuditWorld): Promise<IgnoreLook> => {
  const read = await readWorkspaceFile(context.workspace, path, maxIgnoreBytes)
  const file =
    read.kind === 'text'
      ? readIgnoreFile(read.text, startedAt)
      : { entries: [], mistakes: read.kind === 'absent' ? [] : [{ line: 1, text: read.cause }] }
  const matches = (pattern: string, one: string) => pathMatcher(pattern)(one)
  return { file, ignored: applyIgnores(advisories, file.entries, { now: startedAt, matches }) }
}

/** Files of which nothing is told otherwise. */
const cleanFiles = ({ files, packages, troubles }: GatheredPackages, ranked: readonly RankedAdvisory[]) => {
  const bad = new Set([...ranked.flatMap(({ advisory }) => advisory.places.map(({ file }) => file)), ...troubles.map(({ path }) => path)])
  const counts = Map.groupBy(packages, ({ file }) => file)
  return files.filter(({ path }) => !bad.has(path)).map(({ path, notes }) => judgeCleanFile(path, counts.get(path)?.length ?? 0, notes))
}

const audit = async (gathered: GatheredPackages, options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<PackageFindingId>> => {
  const { context } = world
  const asking: Asking = { ask: context.askWeb, signal: context.signal, counts: { requests: 0 } }
  const { advisories, troubles: ofOsv } = await askAdvisories(gathered.packages, options['osv-url'], asking, context)
  const { file, ignored } = await lookAtIgnores(advisories, options['ignore-file'], world)
  const cves = ignored.kept.flatMap(({ ids }) => ids)
  const exploited = await askExploited(cves, { kev: options['kev-url'], epss: options['epss-url'] }, asking)
  const troubles = [...ofOsv, ...exploited.troubles]
  const ranked = ignored.kept
    .flatMap((one) => rankAdvisory(one, options, exploited) ?? [])
    .toSorted((a, b) => byWorstStatus(a.status, b.status))
  const completed = troubles.length === 0 && gathered.troubles.length === 0
  const ofFiles = Map.groupBy(gathered.packages, ({ file: path }) => path)
  return {
    completed,
    findings: [
      ...ranked.map(judgeAdvisory),
      ...judgeFiles(gathered),
      ...troubles.map(judgeSourceTrouble),
      ...judgeIgnores(options['ignore-file'], file, ignored.uses, completed),
      // What could not be looked up is not clean.
      ...(ofOsv.length > 0 ? [] : cleanFiles(gathered, ranked)),
    ],
    totals: {
      packages: new Set(gathered.packages.map(packageKey)).size,
      files: gathered.files.map(({ path }) => ({ path, packages: ofFiles.get(path)?.length ?? 0 })),
      vulnerabilities: ranked.map(({ advisory }) => advisory),
      critical: ranked.filter(({ status }) => status === 'critical').length,
      ignored: ignored.ignored.length,
      leftOut: ignored.kept.length - ranked.length,
      requests: asking.counts.requests,
    },
  }
}

const run = async (options: AuditOptions, world: AuditWorld): Promise<AuditOutcome<PackageFindingId>> => {
  const { context } = world
  const found = await findFiles(options.paths, context)
  const read = await gatherPackages(found.paths, createReadBytes(context.workspace), options.ecosystems)
  const gathered = { ...read, troubles: [...found.troubles, ...read.troubles] }
  if (gathered.files.length === 0 && gathered.troubles.length === 0) return { completed: false, findings: [judgeNoFiles()] }
  return audit(gathered, options, world)
}

export const part = definePart({
  name: 'packages',
  description: 'Python and Node packages of the lockfiles, against the advisories of OSV.',
  order: 10,
  options: {},
  ids: packageIds,
  run,
})
