import type { Issue } from '../contract/issues.ts'
import type { Report } from '../contract/report.ts'
import { formatDuration } from '../core/quantity.ts'
import { digestKey, fingerprint, identityOf, isAuthor, partsOf, plainKey, readMarker, withoutFuture } from './marker.ts'
import type { IdentityParts, Incident, Marker, ReconcileInput, UnspokenIncident } from './model.ts'

/** The identity of a finding on this server, as a marker keeps it. */
export const identityParts = (input: ReconcileInput, report: Report, { id, key }: { id: string; key: string }): IdentityParts => ({
  repository: input.identity.repository,
  server: report.server,
  project: input.identity.project,
  action: report.action,
  id,
  key: input.publicRepository ? digestKey(key) : plainKey(key),
})

/** Under the project's word of today: a release, or a run that could not see the engine yet, may have known it by another. */
const carriedOver = (marker: Marker, { identity }: ReconcileInput): Marker => {
  if (marker.repository !== identity.repository || !(identity.formerly ?? []).includes(marker.project)) return marker
  const carried = { ...marker, project: identity.project }
  return { ...carried, fingerprint: fingerprint(partsOf(carried)) }
}

const incidentOf = (issue: Issue, read: Marker, input: ReconcileInput): Incident => {
  const marker = withoutFuture(read, issue, input.now)
  return { issue, marker: carriedOver(marker, input), healed: JSON.stringify(marker) !== JSON.stringify(read) }
}

/** Ours, of this repository, project, and of a server and action that ran now. */
const isOfThisRun = ({ marker }: Incident, { identity, reports }: ReconcileInput): boolean =>
  marker.repository === identity.repository &&
  marker.project === identity.project &&
  reports.some((report) => report.server === marker.server && report.action === marker.action)

const readAll = (issues: readonly Issue[], input: ReconcileInput) =>
  issues.map((issue) => ({ issue, read: readMarker(issue, input.options.authors, input.renamed) }))

/** Our incidents among issues, in order of their numbers; those of other servers and actions are left out. */
const incidentsIn = (issues: readonly Issue[], input: ReconcileInput): readonly Incident[] =>
  readAll(issues, input)
    .flatMap(({ issue, read }) => (read.kind === 'ours' ? [incidentOf(issue, read.marker, input)] : []))
    .filter((one) => isOfThisRun(one, input))
    .toSorted((a, b) => a.issue.number - b.issue.number)

/** The open incidents of this run's servers and actions, by identity. */
type KnownIncidents = {
  /** The one that stays of each identity: the lowest number. */
  readonly incidents: ReadonlyMap<string, Incident>
  readonly duplicates: readonly { readonly kept: number; readonly incident: Incident }[]
  readonly unreadable: readonly number[]
  readonly foreign: readonly number[]
}

/** The open incidents among the issues; what cannot be read, and what is not ours, is counted and left alone. */
export const knownIncidents = (input: ReconcileInput): KnownIncidents => {
  const numbers = (kind: 'unreadable' | 'foreign'): readonly number[] =>
    readAll(input.issues.open, input).flatMap(({ issue, read }) => (read.kind === kind ? [issue.number] : []))
  const incidents = new Map<string, Incident>()
  const duplicates: { kept: number; incident: Incident }[] = []
  for (const incident of incidentsIn(input.issues.open, input)) {
    const identity = identityOf(incident.marker)
    const first = incidents.get(identity)
    if (first === undefined) incidents.set(identity, incident)
    else duplicates.push({ kept: first.issue.number, incident })
  }
  return { incidents, duplicates, unreadable: numbers('unreadable'), foreign: numbers('foreign') }
}

/** The last closed one of each identity; doubles that were closed as such do not count. */
export const closedByIdentity = (input: ReconcileInput): ReadonlyMap<string, Incident> =>
  new Map(
    incidentsIn(input.issues.closed ?? [], input)
      .filter(({ marker }) => !marker.duplicate)
      .map((one) => [identityOf(one.marker), one] as const),
  )

/** An open issue of a bot that nobody named as an author, with the marker of an incident of ours. */
type Lookalike = { readonly number: number; readonly author: string }

/**
 * What may be ours, written by a token whose author nobody named, by identity. Without state that is never learned, and each run would open
 * another one.
 */
export const lookalikes = (input: ReconcileInput): ReadonlyMap<string, Lookalike> => {
  const found = new Map<string, Lookalike>()
  if (input.stateUsable) return found
  for (const issue of input.issues.open) {
    const { author, number } = issue
    if (!author.endsWith('[bot]') || isAuthor(input.options.authors, author)) continue
    for (const one of incidentsIn([issue], { ...input, options: { ...input.options, authors: [author] } }))
      found.set(identityOf(one.marker), { number, author })
  }
  return found
}

/** Our own writes of a run, a second apart and asked again, change the issue for so long after its marker was made. */
const ownWritesMs = 2 * 60_000

/**
 * Whether its comments are to be read: there are other ones than when it was last written, or the issue was changed since; one comment may have
 * been deleted and another one written.
 */
export const hasUnreadComments = ({ issue, marker }: Incident): boolean =>
  issue.comments !== marker.comments.count ||
  (issue.comments > 0 && issue.updatedAt > Math.max(marker.comments.at, marker.updated + ownWritesMs))

/** Each issue beside the server that its marker names; the first server gets those that are nobody's. */
const byServer = (issues: readonly Issue[], authors: readonly string[]): ReadonlyMap<string, readonly Issue[]> =>
  Map.groupBy(issues, (issue) => {
    const read = readMarker(issue, authors)
    return read.kind === 'ours' ? read.marker.server : ''
  })

/**
 * Gives each of several servers the issues that may be its own, so that every marker is read once and not once for each server: 256 servers
 * and 500 issues would take ten seconds.
 */
export const shareIssues = (inputs: readonly ReconcileInput[]): readonly ReconcileInput[] => {
  const [first] = inputs
  if (first === undefined || inputs.length === 1) return inputs
  const authors = [...new Set(inputs.flatMap((one) => one.options.authors))]
  const open = byServer(first.issues.open, authors)
  const closed = first.issues.closed === undefined ? undefined : byServer(first.issues.closed, authors)
  return inputs.map((one, index) => {
    const names = [...new Set(one.reports.map(({ server }) => server)), ...(index === 0 ? [''] : [])]
    const own = (from: typeof open): readonly Issue[] => names.flatMap((name) => from.get(name) ?? [])
    return { ...one, issues: { open: own(open), closed: closed === undefined ? undefined : own(closed) } }
  })
}

const hourMs = 3_600_000
/** What is bad is written every half hour, and what is looked at daily or weekly only then. */
const abandonedAfterMs = { frequent: 2 * hourMs, slow: 8 * 24 * hourMs } as const

/** Open incidents of our authors that none of these runs is about, and that nobody has written for long: a server, project, repository or action of another name. */
export const abandonedIncidents = (inputs: readonly ReconcileInput[]): readonly UnspokenIncident[] => {
  const [first] = inputs
  if (first === undefined) return []
  const { now } = first
  return readAll(first.issues.open, {
    ...first,
    options: { ...first.options, authors: [...new Set(inputs.flatMap((one) => one.options.authors))] },
  })
    .flatMap(({ issue, read }) => (read.kind === 'ours' ? [incidentOf(issue, read.marker, first)] : []))
    .filter((one) => !inputs.some((input) => isOfThisRun({ ...one, marker: carriedOver(one.marker, input) }, input)))
    .filter(({ marker }) => now - marker.updated >= (marker.slow ? abandonedAfterMs.slow : abandonedAfterMs.frequent))
    .map(({ issue, marker }) => {
      const place = [marker.repository, marker.server, marker.project].filter((one) => one !== '').join(', ')
      const why = `nothing has looked at it for ${formatDuration(now - marker.updated)} (${marker.action} of ${place}); if that is known by another name now, or gone, close it`
      return { number: issue.number, title: issue.title, url: issue.url, why }
    })
}
