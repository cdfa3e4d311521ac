import { canonicalName, rulesOf } from './ecosystem.ts'
import { withoutLocal } from './order/pep440.ts'
import type { OsvAffected, OsvRecord } from './osv-record.ts'
import type { LockedPackage } from './package.ts'

type Compare = (a: string, b: string) => number
type OsvRange = OsvAffected['ranges'][number]
type OsvEvent = { readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit'; readonly version: string }

/** The record is about it. `fixed`: the smallest version above it that the record calls fixed. */
export type AffectedBy = { readonly fixed: string | undefined }

const kinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const

const eventsOf = (range: OsvRange, compare: Compare): readonly OsvEvent[] =>
  range.events
    .flatMap((event) => kinds.flatMap((kind) => (event[kind] === undefined ? [] : [{ kind, version: event[kind] }])))
    .toSorted((a, b) => compareBounds(a, b, compare))

/** `0` stands before everything. Of two events at one version the end comes first, so that a fix never hides what begins there. */
const compareBounds = (a: OsvEvent, b: OsvEvent, compare: Compare): number => {
  const [left, right] = [a, b].map(({ kind, version }) => kind === 'introduced' && version === '0')
  if (left || right) return Number(right) - Number(left)
  return compare(a.version, b.version) || kinds.indexOf(b.kind) - kinds.indexOf(a.kind)
}

const isInside = (version: string, events: readonly OsvEvent[], compare: Compare): boolean => {
  let inside = false
  for (const { kind, version: bound } of events) {
    if (kind === 'introduced') inside ||= bound === '0' || compare(version, bound) >= 0
    else if (kind === 'last_affected') inside &&= compare(version, bound) <= 0
    else inside &&= bound === '*' || compare(version, bound) < 0
  }
  return inside
}

/** GIT ranges speak of commits: they neither match nor end the search. */
const rangesOf = ({ ranges }: OsvAffected): readonly OsvRange[] => ranges.filter(({ type }) => type === 'ECOSYSTEM' || type === 'SEMVER')

const isAbout = ({ package: about }: OsvAffected, { ecosystem, name }: LockedPackage): boolean =>
  about !== undefined &&
  (about.ecosystem === ecosystem || about.ecosystem === ecosystem.split(':')[0]) &&
  canonicalName(about.ecosystem, about.name) === name

/** A list of versions names releases; `2.0.0+cpu` is a build of one, unless the record itself tells builds apart. */
const isListed = ({ versions, ranges }: OsvAffected, { ecosystem, version }: LockedPackage): boolean => {
  if (versions.includes(version)) return true
  const compare = rulesOf(ecosystem)?.compare
  if (compare === undefined || versions.length === 0) return false
  if (versions.some((one) => compare(one, version) === 0)) return true
  const release = ecosystem === 'PyPI' ? withoutLocal(version) : version
  const bounds = ranges.flatMap(({ events }) => events.flatMap((event) => Object.values(event).filter((one) => one !== undefined)))
  const tellsBuilds = [...versions, ...bounds].some((one) => one.includes('+'))
  return release !== version && !tellsBuilds && versions.some((one) => compare(one, release) === 0)
}

const smallest = (versions: readonly string[], compare: Compare): string | undefined => versions.toSorted(compare)[0]

/** Whether a record is about a package at its version: listed, or inside any range. Undefined where it is not, or was withdrawn. */
export const affectedBy = (record: OsvRecord, one: LockedPackage): AffectedBy | undefined => {
  const compare = rulesOf(one.ecosystem)?.compare
  if (record.withdrawn !== undefined || compare === undefined) return undefined
  const entries = record.affected.filter((entry) => isAbout(entry, one))
  const ranges = entries.flatMap(rangesOf).map((range) => eventsOf(range, compare))
  const within = ranges.filter((events) => isInside(one.version, events, compare))
  if (within.length === 0 && !entries.some((entry) => isListed(entry, one))) return undefined
  const fixes = (within.length === 0 ? ranges : within).flatMap((events) => events.filter(({ kind }) => kind === 'fixed'))
  return {
    fixed: smallest(
      fixes.map(({ version }) => version).filter((version) => compare(version, one.version) > 0),
      compare,
    ),
  }
}
