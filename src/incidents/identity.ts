import type { Issue } from '../contract/issues.ts'
import { type Case, casesOf } from './cases.ts'
import { fingerprint, identityOf } from './fingerprint.ts'
import type { ReconcileInput } from './input.ts'
import type { Incident } from './life.ts'
import { type Marker, partsOf, readMarker } from './marker.ts'

export type Known = {
  /** The one that stays of each identity: the lowest number. */
  readonly incidents: ReadonlyMap<string, Incident>
  readonly duplicates: readonly { readonly kept: number; readonly incident: Incident }[]
  readonly unreadable: readonly number[]
  readonly foreign: readonly number[]
}

/** Under the project's word of today: a release, or a run that could not see the engine yet, may have known it by another. */
const carriedOver = (marker: Marker, { identity }: ReconcileInput): Marker => {
  if (marker.repository !== identity.repository || !(identity.formerly ?? []).includes(marker.project)) return marker
  const carried = { ...marker, project: identity.project }
  return { ...carried, fingerprint: fingerprint(partsOf(carried)) }
}

/** Ours, of this repository, project, and of a server and action that ran now. */
const isOfThisRun = ({ marker }: Incident, { identity, reports }: ReconcileInput): boolean =>
  marker.repository === identity.repository &&
  marker.project === identity.project &&
  reports.some((report) => report.server === marker.server && report.action === marker.action)

const readAll = (issues: readonly Issue[], input: ReconcileInput) =>
  issues.map((issue) => ({ issue, read: readMarker(issue, input.options.authors) }))

/** Our incidents among issues, in order of their numbers; those of other servers and actions are left out. */
export const incidentsIn = (issues: readonly Issue[], input: ReconcileInput): readonly Incident[] =>
  readAll(issues, input)
    .flatMap(({ issue, read }) => (read.kind === 'ours' ? [{ issue, marker: carriedOver(read.marker, input) }] : []))
    .filter((one) => isOfThisRun(one, input))
    .toSorted((a, b) => a.issue.number - b.issue.number)

export const knownOf = (input: ReconcileInput): Known => {
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

const weight: Record<Case['word'], number> = { bad: 0, uncleared: 1, good: 2, unseen: 3 }

/** One word for each identity: an action may run twice in a round, and what is bad in one of the runs is bad. */
export const wordsOf = (input: ReconcileInput): ReadonlyMap<string, Case> => {
  const words = new Map<string, Case>()
  for (const one of casesOf(input)) {
    const before = words.get(one.identity)
    if (before === undefined || weight[one.word] < weight[before.word]) words.set(one.identity, one)
  }
  return words
}
