import { affectedBy } from './affected.ts'
import { rulesOf } from './ecosystem.ts'
import { aliasGroups, groupNames } from './groups.ts'
import type { OsvRecord } from './osv-record.ts'
import type { LockedPackage } from './package.ts'
import { type SeverityVerdict, severityOf } from './severity.ts'

/** One vulnerability of one package at one version, with every place where that stands. Texts are untrusted. */
export type Advisory = {
  readonly ecosystem: string
  readonly name: string
  readonly version: string
  /** The records that say so. */
  readonly records: readonly string[]
  /** All its names, the best known first. */
  readonly ids: readonly string[]
  readonly summary: string
  readonly severity: SeverityVerdict
  /** The smallest version above the installed one in which all its records call it fixed. */
  readonly fixed: string | undefined
  readonly url: string
  readonly places: readonly LockedPackage[]
}

/** Names one package at one version. */
export const packageKey = ({ ecosystem, name, version }: Pick<LockedPackage, 'ecosystem' | 'name' | 'version'>): string =>
  `${ecosystem}\n${name}\n${version}`

type Hit = { readonly record: OsvRecord; readonly fixed: string | undefined }

/** Fixed in all of its records: the largest of their smallest; unknown when one of them knows none. */
const fixedIn = (hits: readonly Hit[], ecosystem: string): string | undefined => {
  const versions = hits.flatMap(({ fixed }) => fixed ?? [])
  const compare = rulesOf(ecosystem)?.compare
  return versions.length === 0 || compare === undefined ? undefined : versions.toSorted(compare).at(-1)
}

const urlOf = (record: OsvRecord): string =>
  record.references.find(({ type, url }) => type === 'ADVISORY' && url.startsWith('https://'))?.url ??
  `https://osv.dev/vulnerability/${record.id}`

const advisoryOf = (hits: readonly Hit[], places: readonly LockedPackage[]): readonly Advisory[] => {
  const [place] = places
  const [first] = hits.toSorted((a, b) => b.record.summary.length - a.record.summary.length)
  if (place === undefined || first === undefined) return []
  const { ecosystem, name, version } = place
  const records = hits.map(({ record }) => record)
  return [
    {
      ecosystem,
      name,
      version,
      records: records.map(({ id }) => id),
      ids: groupNames(records),
      summary: first.record.summary,
      severity: severityOf(records),
      fixed: fixedIn(hits, ecosystem),
      url: urlOf(first.record),
      places,
    },
  ]
}

const advisoriesOfPackage = (places: readonly LockedPackage[], candidates: readonly OsvRecord[]): readonly Advisory[] => {
  const [place] = places
  if (place === undefined) return []
  const hits = candidates.flatMap((record) => {
    const affected = affectedBy(record, place)
    return affected === undefined ? [] : [{ record, ...affected }]
  })
  const byId = new Map(hits.map((hit) => [hit.record.id, hit]))
  return aliasGroups([...byId.values()].map(({ record }) => record)).flatMap((group) =>
    advisoryOf(
      group.flatMap(({ id }) => byId.get(id) ?? []),
      places,
    ),
  )
}

/** The advisories on packages, by the records that may be about each of them. */
export const matchAdvisories = (
  packages: readonly LockedPackage[],
  recordsOf: (key: string) => readonly OsvRecord[],
): readonly Advisory[] => [...Map.groupBy(packages, packageKey)].flatMap(([key, places]) => advisoriesOfPackage(places, recordsOf(key)))
