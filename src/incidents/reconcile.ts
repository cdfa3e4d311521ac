import type { UnreadComments, Write } from '../contract/issues.ts'
import { duplicateClosings, withGoodRun, withNoVerdict, withUnclearedRun } from './close.ts'
import { withBadRun, withEscalation } from './escalate.ts'
import { fittingWrites } from './fit.ts'
import { withFlapping } from './flap.ts'
import { groupedOpenings, type HeldFinding, type IncidentOpening, withChildren } from './group.ts'
import { abandonedIncidents, closedByIdentity, hasUnreadComments, knownIncidents, lookalikes, shareIssues } from './identify.ts'
import { unspokenIncidents, verdictsByIdentity } from './judge.ts'
import { identityOf, withoutDetails } from './marker.ts'
import {
  type ClosedIncident,
  type Incident,
  type IncidentChild,
  type IncidentNotification,
  type IncidentUpdate,
  type IncidentVerdict,
  type PlannedWrites,
  type ReconcileInput,
  type UnspokenIncident,
} from './model.ts'
import { withCommands, withManualReopening } from './obey.ts'
import { openingWrites } from './open.ts'
import { isExplained, quietPeriods, silenceClosings, silencesOf } from './silence.ts'
import { possibleSilences } from './texts/silence-issue.ts'
import { beginUpdate, updateWrites } from './update.ts'

/** What a reconcile saw, for the log and the journal. */
type ReconcileFacts = {
  /** Open incidents of these actions when the run began. */
  readonly open: number
  /** Issues of our authors whose marker cannot be read any more: left alone. */
  readonly unreadable: readonly number[]
  /** Issues that look like silences, and silence nothing. */
  readonly brokenSilences: readonly number[]
  /** Issues with our label of other people: never touched. */
  readonly foreign: readonly number[]
  /** Open incidents that no run speaks of any more, and why. */
  readonly unspoken: readonly UnspokenIncident[]
  /** Bots whose issues look like ours, and whom nobody named: what they may hide is not told by an issue. */
  readonly unnamedAuthors: readonly string[]
  /** Findings that opened nothing, and why. */
  readonly held: readonly HeldFinding[]
  /** What each closed incident of this run leaves for the journal. */
  readonly closed: readonly ClosedIncident[]
}

/** What a reconcile comes to. */
export type ReconcileResult = {
  /** In this order; at most ten. */
  readonly writes: readonly Write[]
  /** Left for the next run, which judges anew. */
  readonly deferred: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  /** What the deferred writes would have told: of the next run, and until then a fact of the outbox. */
  readonly later: readonly IncidentNotification[]
  /** Read these and reconcile again before anything is written; nothing is wanted twice. */
  readonly wants: { readonly closed: boolean; readonly comments: readonly UnreadComments[] }
  readonly facts: ReconcileFacts
}

/** What the reports of one server come to. */
type ServerDecision = Pick<ReconcileResult, 'wants'> & {
  readonly planned: readonly PlannedWrites[]
  readonly facts: Omit<ReconcileResult['facts'], 'closed'>
}

/** What a verdict does to an open incident. */
const rulesFor: Record<
  IncidentVerdict['says'],
  (update: IncidentUpdate, verdict: IncidentVerdict, input: ReconcileInput) => IncidentUpdate
> = {
  bad: withBadRun,
  good: withGoodRun,
  uncleared: (update, _, input) => withUnclearedRun(update, input),
  unseen: (update) => update,
}

const judgedUpdate = (update: IncidentUpdate, verdict: IncidentVerdict | undefined, input: ReconcileInput): IncidentUpdate => {
  if (verdict === undefined) return withNoVerdict(update, input)
  return rulesFor[verdict.says](verdict.says === 'unseen' ? update : withFlapping(update, verdict, input), verdict, input)
}

/** All rules of an open incident, in their order: what people said, flapping, what this run saw, closing, and at last who is told. */
const updateByRules = (incident: Incident, verdict: IncidentVerdict | undefined, input: ReconcileInput): IncidentUpdate => {
  const known = input.publicRepository ? { ...incident, marker: withoutDetails(incident.marker) } : incident
  const commanded = withManualReopening(withCommands(beginUpdate(known, verdict), input), input)
  const judged = judgedUpdate(commanded, verdict, input)
  // What nobody looked at is not called bad once more.
  const isBad = judged.closing === undefined && judged.verdict?.says === 'bad'
  return !isBad || isExplained(judged, input) ? judged : withEscalation(judged, input)
}

type Verdicts = ReadonlyMap<string, IncidentVerdict>

/** The writes of open incidents, each with what joins it. */
const changesOf = (
  updates: ReadonlyMap<string, IncidentUpdate>,
  joined: ReadonlyMap<string, readonly IncidentChild[]>,
  verdicts: Verdicts,
  input: ReconcileInput,
): readonly PlannedWrites[] => {
  const isGood = (incident: Incident) => (child: IncidentChild) =>
    verdicts.get(identityOf({ ...incident.marker, id: child.id, key: child.key }))?.says === 'good'
  return [...updates].flatMap(([identity, update]) => {
    const joins = joined.get(identity) ?? []
    const whole = update.closing === undefined ? withChildren(update, joins, isGood(update.incident), input) : update
    return updateWrites(whole, input) ?? []
  })
}

/** The writes of what opens, and what a person's closing holds back. */
const openingsOf = (openings: readonly IncidentOpening[], input: ReconcileInput) => {
  const closed = closedByIdentity(input)
  const alike = lookalikes(input)
  const planned: PlannedWrites[] = []
  const held: HeldFinding[] = []
  for (const one of openings) {
    const { id, subject } = one.verdict.finding
    const other = alike.get(one.verdict.identity)
    if (other !== undefined) {
      held.push({
        id,
        subject,
        why: `#${other.number} of ${other.author} is the same, whom nobody named in incidents.authors`,
        known: true,
      })
      continue
    }
    const outcome = openingWrites(one, closed.get(one.verdict.identity), input)
    if ('held' in outcome) held.push({ id, subject, why: outcome.held, known: true })
    else planned.push(outcome)
  }
  const authors = new Set(openings.flatMap(({ verdict }) => alike.get(verdict.identity)?.author ?? []))
  return { planned, held, unnamedAuthors: [...authors] }
}

const unreadOf = ({ issue, marker }: Incident): UnreadComments => ({
  number: issue.number,
  count: issue.comments,
  after: marker.comments.last,
})
const onceEach = (all: readonly UnreadComments[]): readonly UnreadComments[] => [...new Map(all.map((one) => [one.number, one])).values()]

/** What one server's reports come to, before it is known what fits into a run. Every finding passes through here once. */
const decide = (input: ReconcileInput): ServerDecision => {
  const known = knownIncidents(input)
  const verdicts = verdictsByIdentity(input)
  const updates = new Map(
    [...known.incidents].map(([identity, incident]) => [identity, updateByRules(incident, verdicts.get(identity), input)]),
  )
  const staying = new Set([...updates].filter(([, update]) => update.closing === undefined).map(([identity]) => identity))
  const grouped = groupedOpenings(verdicts, { known: new Set(updates.keys()), open: staying }, input)
  const opened = openingsOf(grouped.openings, input)
  const unread = [...known.incidents.values()].filter((one) => hasUnreadComments(one) && !input.comments.has(one.issue.number))
  return {
    planned: [...opened.planned, ...changesOf(updates, grouped.joined, verdicts, input), ...duplicateClosings(input)],
    wants: { closed: grouped.openings.length > 0 && input.issues.closed === undefined, comments: unread.map(unreadOf) },
    facts: {
      open: known.incidents.size,
      unreadable: known.unreadable,
      brokenSilences: [],
      foreign: known.foreign,
      unspoken: unspokenIncidents(known.incidents, verdicts, input),
      held: [...grouped.held, ...opened.held],
      unnamedAuthors: opened.unnamedAuthors,
    },
  }
}

const unique = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)]

/** Several servers at once, each by its own reports and options: together they write no more than one. */
export const reconcileAll = (given: readonly ReconcileInput[]): ReconcileResult => {
  const possible = possibleSilences(given[0]?.issues.open ?? [])
  const silences = given.map((one) => ({ input: one, found: silencesOf(possible, one) }))
  const inputs = silences.map(({ input, found }) => ({ ...input, quiet: [...(input.quiet ?? []), ...quietPeriods(found, input)] }))
  const all = shareIssues(inputs).map(decide)
  const over = silenceClosings(silences)
  // By its name: one that calls itself by many projects has no more turns.
  const servers = Map.groupBy(
    all.flatMap(({ planned }, index) => planned.map((one) => ({ one, server: inputs[index]?.reports[0]?.server }))),
    ({ server }) => server,
  )
  const plan = fittingWrites([...[...servers.values()].map((own) => own.map(({ one }) => one)), over])
  return {
    writes: plan.writes,
    deferred: plan.deferred,
    notifications: plan.notifications,
    later: plan.later,
    wants: { closed: all.some((one) => one.wants.closed), comments: onceEach(all.flatMap((one) => one.wants.comments)) },
    facts: {
      open: all.reduce((sum, one) => sum + one.facts.open, 0),
      unreadable: unique(all.flatMap((one) => one.facts.unreadable)),
      brokenSilences: unique(silences.flatMap(({ found }) => found.unreadable)),
      foreign: unique(all.flatMap((one) => one.facts.foreign)),
      unspoken: [...all.flatMap((one) => one.facts.unspoken), ...abandonedIncidents(inputs)],
      held: all.flatMap((one) => one.facts.held),
      unnamedAuthors: [...new Set(all.flatMap((one) => one.facts.unnamedAuthors))],
      closed: plan.closed,
    },
  }
}

/**
 * Reports and issues -> what to write. Pure, and level-triggered: the same input gives the same writes, a healthy unchanged state gives none.
 * While it wants something, read that and call again before anything is written.
 */
export const reconcile = (input: ReconcileInput): ReconcileResult => reconcileAll([input])
