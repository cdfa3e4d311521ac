import { byWorstStatus } from '../contract/status.ts'
import { openingSeverity } from './confirm.ts'
import { identityParts } from './identify.ts'
import { digestKey, identityOf, isMuted, mostChildren } from './marker.ts'
import type { IncidentChild, IncidentUpdate, IncidentVerdict, Marker, ReconcileInput, Severity } from './model.ts'
import { holdReason } from './silence.ts'
import { childrenComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { eventsWith, withComment, withMarker, withNotification } from './update.ts'

/** What is to be opened, with what fails with it. */
export type IncidentOpening = { readonly verdict: IncidentVerdict; readonly status: Severity; readonly children: readonly IncidentChild[] }

/** `known`: something that people know of explains it, and the log says so. */
export type HeldFinding = { readonly id: string; readonly subject: string; readonly why: string; readonly known: boolean }

/** What opens, what joins, and what is held back. */
type GroupedOpenings = {
  readonly openings: readonly IncidentOpening[]
  /** What joins an incident that is open already, by its identity. */
  readonly joined: ReadonlyMap<string, readonly IncidentChild[]>
  readonly held: readonly HeldFinding[]
}

/** A bad verdict and the severity that it opens with. */
type ConfirmedVerdict = { readonly verdict: IncidentVerdict; readonly status: Severity }

const maxDepth = 10

/** Identities of the declared parents, the nearest first. */
const ancestors = (verdict: IncidentVerdict, verdicts: ReadonlyMap<string, IncidentVerdict>, input: ReconcileInput): readonly string[] => {
  const found: string[] = []
  let at: IncidentVerdict | undefined = verdict
  while (at?.finding.parent !== undefined && found.length < maxDepth) {
    const { id, subject } = at.finding.parent
    const { report } = at
    const shared = [...verdicts.values()].find(
      (one) => one.report === report && one.kind === 'service' && one.findings.some((each) => each.id === id && each.subject === subject),
    )
    const identity: string = shared?.identity ?? identityOf(identityParts(input, report, { id, key: subject }))
    if (identity === verdict.identity || found.includes(identity)) break
    found.push(identity)
    at = verdicts.get(identity)
  }
  return found
}

const childOf = ({ verdict }: ConfirmedVerdict): IncidentChild => ({
  id: verdict.parts.id,
  key: verdict.parts.key,
  status: verdict.finding.status === 'critical' ? 'critical' : 'warning',
})

/** The bad verdicts that no open incident is about, confirmed and unexplained, the worst first; and the others. */
const wantedOf = (verdicts: ReadonlyMap<string, IncidentVerdict>, open: ReadonlySet<string>, input: ReconcileInput) => {
  const wanted: ConfirmedVerdict[] = []
  const held: HeldFinding[] = []
  for (const verdict of verdicts.values()) {
    if (verdict.says !== 'bad' || open.has(verdict.identity)) continue
    const { id, subject } = verdict.finding
    const status = openingSeverity(verdict, input)
    const why = status === undefined ? undefined : holdReason(verdict, status, input)
    if (status === undefined) held.push({ id, subject, why: 'not confirmed yet', known: false })
    else if (why === undefined) wanted.push({ verdict, status })
    else held.push({ id, subject, why, known: true })
  }
  return { wanted: wanted.toSorted((a, b) => byWorstStatus(a.status, b.status)), held }
}

/** Rules 1, 3 and 13: what opens an issue of its own, what joins its parent's, and what waits. `known` are open now, `open` those of them that stay so. */
export const groupedOpenings = (
  verdicts: ReadonlyMap<string, IncidentVerdict>,
  { known, open }: { readonly known: ReadonlySet<string>; readonly open: ReadonlySet<string> },
  input: ReconcileInput,
): GroupedOpenings => {
  const { wanted, held } = wantedOf(verdicts, known, input)
  const opening = new Set(wanted.map(({ verdict }) => verdict.identity))
  const homeOf = ({ verdict }: ConfirmedVerdict): string | undefined => {
    if (verdict.finding.certainty === 'hard' || verdict.kind === 'monitoring') return undefined
    return ancestors(verdict, verdicts, input).findLast((identity) => open.has(identity) || opening.has(identity))
  }
  const first = new Map(wanted.map((one) => [one.verdict.identity, homeOf(one)]))
  // Two that name each other both open: grouping must never hide anything.
  const finalHome = ({ verdict }: ConfirmedVerdict): string | undefined => {
    const home = first.get(verdict.identity)
    return home !== undefined && (open.has(home) || first.get(home) === undefined) ? home : undefined
  }
  const homes = Map.groupBy(wanted, finalHome)
  const childrenOf = (identity: string): readonly IncidentChild[] => (homes.get(identity) ?? []).map(childOf)
  return {
    openings: (homes.get(undefined) ?? []).map((one) => ({ ...one, children: childrenOf(one.verdict.identity) })),
    joined: new Map([...open].map((identity) => [identity, childrenOf(identity)])),
    held,
  }
}

const childRank: Record<IncidentChild['status'], number> = { warning: 0, unknown: 1, critical: 2 }

/** Rule 3: what fails with it. A new one, or one that got worse, is told. */
export const withChildren = (
  update: IncidentUpdate,
  joined: readonly IncidentChild[],
  isGood: (child: IncidentChild) => boolean,
  input: ReconcileInput,
): IncidentUpdate => {
  const nameOf = (child: IncidentChild): string => `${child.id} ${digestKey(child.key)}`
  const before = new Map(update.marker.children.map((one) => [nameOf(one), one]))
  const kept = [...before].filter(([name, one]) => !isGood(one) && !joined.some((now) => nameOf(now) === name)).map(([, one]) => one)
  const children = [...kept, ...joined].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, mostChildren)
  const news = children.filter((one) => {
    const known = before.get(nameOf(one))
    return known === undefined || childRank[one.status] > childRank[known.status]
  })
  const marker: Marker = { ...update.marker, children }
  if (news.length === 0) return { ...update, marker }
  const critical = news.some((one) => one.status === 'critical')
  const voids = critical && marker.silenced?.status === 'warning'
  const events = eventsWith(marker, input.now, `${news.length === 1 ? `${news[0]?.id} fails` : `${news.length} more fail`} with it`)
  const changed = withMarker({ ...update, marker }, { events, ...(voids ? { silenced: undefined } : {}) }, 'worse')
  if (isMuted(changed.marker, input.now)) return changed
  return withNotification(withComment(changed, childrenComment(viewOf(changed, input), news)), 'worsened', input)
}
