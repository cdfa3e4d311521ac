import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Obstacle } from '../../../../contract/seen.ts'
import { driftedPins } from '../../../../domain/packages/drift.ts'
import type { LockedPackage } from '../../../../domain/packages/package.ts'
import type { RankedAdvisory } from '../../rank.ts'
import type { SourceTrouble } from '../../sources/source.ts'
import { adviceOf } from './advice.ts'
import { judgeDrift } from './drift.ts'
import type { FileTrouble, GatheredPackages, UnpinnedPackage } from './gather.ts'

/** All ids of this part. */
export const packageIds = ['audit.vulnerability', 'audit.unpinned', 'audit.ignore', 'audit.incomplete', 'audit.head'] as const
export type PackageFindingId = (typeof packageIds)[number]
type PackageFinding = JudgedFinding<PackageFindingId>

/** Everything that is vulnerable in a repository is one incident. */
const incidentKey = 'vulnerabilities'
const mostPlaces = 20

/** Inside an image there are no lines. */
const placeText = ({ file, line }: Pick<LockedPackage, 'file' | 'line'>): string => (line === 0 ? file : `${file}:${line}`)

const wayText = ({ way }: LockedPackage): readonly string[] => (way.length > 1 ? [`by way of ${way.join(' > ')}`] : [])

const percent = (value: number): string => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`

/** The severity, who says so, and what makes it worse. */
const badness = ({ advisory: { severity }, because, epss }: RankedAdvisory): string =>
  [
    severity.score === undefined ? `${severity.name} (${severity.source})` : `${severity.name}, ${severity.source}`,
    ...because,
    ...(epss === undefined ? [] : [`EPSS ${percent(epss)}`]),
  ].join('; ')

const evidenceOf = ({ ids, summary, url, places }: RankedAdvisory['advisory']): readonly string[] => [
  ...(summary === '' ? [] : [summary]),
  ids.join(', '),
  ...places.slice(0, mostPlaces).map((place) => [placeText(place), place.scope, ...wayText(place)].join(', ')),
  ...(places.length > mostPlaces ? [`and ${places.length - mostPlaces} more places`] : []),
  url,
]

export const judgeAdvisory = (ranked: RankedAdvisory): PackageFinding => {
  const { advisory, status, atOnce, epss } = ranked
  const { ecosystem, name, version, ids, fixed, places } = advisory
  const [place] = places
  return finding({
    id: 'audit.vulnerability',
    subject: `${ecosystem}/${name}@${version} ${ids[0] ?? ''}`,
    status,
    title: `${name} ${version}: ${ids[0] ?? ''}, ${advisory.severity.name}`,
    observed: `${place === undefined ? '' : `${placeText(place)}, `}${badness(ranked)}`,
    expected: fixed === undefined ? 'a version without it; none is known' : `version ${fixed} or later`,
    advice: adviceOf(advisory),
    evidence: evidenceOf(advisory),
    certainty: atOnce ? 'hard' : 'soft',
    audience: 'security',
    incidentKey,
    ...(place === undefined ? {} : { location: { path: place.file, line: place.line } }),
    measurements: [
      ...(advisory.severity.score === undefined ? [] : [{ name: 'cvss', value: advisory.severity.score, unit: 'points' }]),
      ...(epss === undefined ? [] : [{ name: 'epss', value: Math.round(epss * 1_000) / 10, unit: '%' }]),
    ],
  })
}

/** A file in which nothing is vulnerable, with how much of it was looked at. */
export const judgeCleanFile = (path: string, packages: number, notes: readonly string[]): PackageFinding =>
  finding({
    id: 'audit.vulnerability',
    subject: `file/${path}`,
    status: 'ok',
    title: `${path}: no known vulnerability`,
    observed: `${packages} ${packages === 1 ? 'package' : 'packages'}`,
    expected: 'none that is known to be vulnerable',
    evidence: notes,
    audience: 'security',
    incidentKey,
  })

/** A change that brings nothing, with what of its packages was there before. */
export const judgeCleanChange = (packages: number, before: number): PackageFinding =>
  finding({
    id: 'audit.vulnerability',
    subject: 'change',
    status: 'ok',
    title: 'this change brings no known vulnerability',
    observed: `${packages} new or changed ${packages === 1 ? 'package' : 'packages'}; ${before} of their vulnerabilities were there before`,
    expected: 'none that was not there before',
    audience: 'security',
  })

const mostNames = 50

export const judgeUnpinned = (path: string, all: readonly UnpinnedPackage[]): PackageFinding => {
  const shown = all.slice(0, 3).map(({ name, wanted }) => `${name} (${wanted})`)
  return finding({
    id: 'audit.unpinned',
    subject: `file/${path}`,
    status: 'warning',
    title: `${path}: ${all.length} ${all.length === 1 ? 'package is' : 'packages are'} not pinned, and not audited`,
    observed: `${shown.join(', ')}${all.length > shown.length ? ` and ${all.length - shown.length} more` : ''}`,
    expected: 'one exact version of each, by == or by a lockfile',
    advice: 'pin them, or commit the lockfile of the tool that installs them',
    evidence: all.slice(0, mostNames).map(({ name, wanted, line }) => `${path}:${line} ${name} ${wanted}`),
    certainty: 'hard',
    audience: 'security',
    location: { path, line: all[0]?.line ?? 1 },
  })
}

export const judgeFileTrouble = ({ path, line, cause }: FileTrouble): PackageFinding =>
  finding({
    id: 'audit.incomplete',
    subject: `file/${path}`,
    status: 'unknown',
    title: `${path} could not be audited`,
    observed: cause,
    expected: 'a file that is read whole',
    advice: 'repair the file, or leave it out by `paths`',
    audience: 'security',
    location: { path, line },
  })

export const judgeSourceTrouble = ({ subject, cause, advice }: SourceTrouble): JudgedFinding<'audit.incomplete'> =>
  finding({
    id: 'audit.incomplete',
    subject,
    status: 'unknown',
    title: 'the audit is incomplete: advisories are missing',
    observed: cause,
    expected: 'an answer for every package',
    advice,
    audience: 'security',
  })

/** Against a base that cannot be read everything would be new: nothing is compared. */
export const judgeNoBase = ({ cause, advice }: Obstacle): PackageFinding =>
  finding({
    id: 'audit.incomplete',
    subject: 'base',
    status: 'unknown',
    title: 'the change was not audited: there is nothing to compare it with',
    observed: cause,
    expected: 'the commit that the pull request is to be merged into',
    advice,
    audience: 'security',
  })

/** Nothing was looked at. */
export const judgeNoFiles = (): PackageFinding =>
  finding({
    id: 'audit.incomplete',
    subject: 'files',
    status: 'unknown',
    title: 'no lockfile was found',
    observed: 'no file that is known',
    expected: 'a lockfile or pinned requirements in the workspace',
    advice: 'check the repository out before this step; name the files in `paths`; commit a lockfile',
    audience: 'security',
  })

const byFile = <Item extends { readonly path: string }>(items: readonly Item[]) => [...Map.groupBy(items, ({ path }) => path)]

/** What the files themselves say, whatever is known of their packages. */
export const judgeFiles = ({
  packages,
  unpinned,
  troubles,
}: Pick<GatheredPackages, 'packages' | 'unpinned' | 'troubles'>): readonly PackageFinding[] => [
  ...[...Map.groupBy(driftedPins(packages), ({ pin }) => pin.file)].map(([path, all]) => judgeDrift(path, all)),
  ...byFile(unpinned).map(([path, all]) => judgeUnpinned(path, all)),
  ...byFile(troubles).flatMap(([, [first]]) => (first === undefined ? [] : [judgeFileTrouble(first)])),
]
