import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { type LifeOfCycle, lifeOf, lifeTable, minorsBehind, type ProductName } from '../../../../domain/versions/life.ts'

export const versionIds = ['audit.end-of-life'] as const
type VersionFinding = JudgedFinding<(typeof versionIds)[number]>

/** A version and where it stands: a file with its line, or a service. */
export type SeenVersion = {
  readonly product: ProductName
  readonly version: string
  readonly where: string
  readonly location?: { readonly path: string; readonly line: number }
}

const dayMs = 24 * 3_600_000
/** How long before an end it is told. */
const soonDays = 90
/** The age at which the table itself no longer tells. */
const oldTableDays = 180

const names: Readonly<Record<ProductName, string>> = {
  python: 'Python',
  django: 'Django',
  node: 'Node.js',
  postgresql: 'PostgreSQL',
  nginx: 'nginx',
  redis: 'Redis',
  rabbitmq: 'RabbitMQ',
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  alpine: 'Alpine',
  docker: 'Docker',
  compose: 'Docker Compose',
}

/** Days until the end of that day. */
const daysUntil = (day: string, now: Instant): number => Math.floor((Date.parse(`${day}T00:00:00Z`) + dayMs - now) / dayMs)

type LifeVerdict = { readonly status: 'ok' | 'warning' | 'critical'; readonly observed: string }

const judgeLife = ({ eol, extended }: LifeOfCycle, now: Instant): LifeVerdict => {
  const days = eol === null ? undefined : daysUntil(eol, now)
  if (days === undefined) return { status: 'ok', observed: 'no end is announced' }
  if (days > soonDays) return { status: 'ok', observed: `maintained until ${eol}` }
  if (days >= 0) return { status: 'warning', observed: `its maintenance ends on ${eol}, in ${days} ${days === 1 ? 'day' : 'days'}` }
  const mended = extended !== null && daysUntil(extended, now) >= 0
  return mended
    ? { status: 'warning', observed: `its maintenance ended on ${eol}; long-term support mends the worst until ${extended}` }
    : { status: 'critical', observed: `its maintenance ended on ${extended ?? eol}: nothing is mended any more` }
}

const behindOf = ({ product, version }: SeenVersion, life: LifeOfCycle): number =>
  product === 'postgresql' ? (minorsBehind(version, life) ?? 0) : 0

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const shownPlaces = (places: readonly SeenVersion[]): string => {
  const shown = places.slice(0, 3).map(({ where }) => where)
  return `${shown.join(', ')}${places.length > 3 ? ` and ${places.length - 3} more` : ''}`
}

const judgeOne = ([first, ...others]: readonly SeenVersion[], now: Instant): readonly VersionFinding[] => {
  const life = first === undefined ? undefined : lifeOf(first.product, first.version)
  if (first === undefined || life === undefined) return []
  const places = [first, ...others]
  const { status, observed } = judgeLife(life, now)
  const behind = behindOf(first, life)
  const isBehind = behind > 0
  const news = isBehind ? `; ${counted(behind, 'release')} behind ${life.latest}` : ''
  return [
    finding({
      id: 'audit.end-of-life',
      subject: `${first.product} ${first.version}`,
      status: status === 'ok' && isBehind ? 'warning' : status,
      title: `${names[first.product]} ${first.version}: ${observed}${news}`,
      observed: shownPlaces(places),
      expected: `a line that is maintained for ${soonDays} days more, at its last release`,
      advice: adviceFor(first, life, status === 'ok' ? (isBehind ? 'behind' : 'none') : 'old'),
      evidence: [...places.map(({ where }) => where), `by ${lifeTable.source} of ${lifeTable.asOf}`],
      certainty: 'hard',
      audience: 'technical',
      ...(first.location === undefined ? {} : { location: first.location }),
    }),
  ]
}

const adviceFor = ({ product }: SeenVersion, { latest }: LifeOfCycle, what: 'none' | 'behind' | 'old'): string =>
  ({
    none: '',
    behind: `take ${names[product]} ${latest}: a minor release needs no migration, only a new image and a restart`,
    old: `plan the move to a newer line of ${names[product]}, and try it on a copy first`,
  })[what]

/** A table that is old does not know of what ended since. */
const judgeTable = (now: Instant): readonly VersionFinding[] => {
  const days = -daysUntil(lifeTable.asOf, now)
  return days <= oldTableDays
    ? []
    : [
        finding({
          id: 'audit.end-of-life',
          subject: 'table',
          status: 'warning',
          title: `the table of ends of life is ${days} days old`,
          observed: `${lifeTable.source} of ${lifeTable.asOf}`,
          expected: `a table of the last ${oldTableDays} days`,
          advice: 'take a newer release of Ronde',
          audience: 'technical',
        }),
      ]
}

/** Nothing that the table knows was found. */
const judgeNothing = (): VersionFinding =>
  finding({
    id: 'audit.end-of-life',
    subject: 'versions',
    status: 'ok',
    title: 'no version was found that the table knows',
    observed: 'no Dockerfile, compose file, lockfile or engine names one',
    expected: 'versions that are maintained',
    audience: 'technical',
  })

/** One finding for each version, with every place where it stands. */
export const judgeVersions = (seen: readonly SeenVersion[], now: Instant): readonly VersionFinding[] => {
  const judged = [...Map.groupBy(seen, ({ product, version }) => `${product} ${version}`).values()].flatMap((places) =>
    judgeOne(places, now),
  )
  return [...(judged.length === 0 ? [judgeNothing()] : judged), ...judgeTable(now)]
}
