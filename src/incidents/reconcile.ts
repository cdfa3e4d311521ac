import type { Write } from '../contract/issues.ts'
import { absent, duplicatesOf, hovering, recovered } from './close.ts'
import { escalated, seenBad } from './escalate.ts'
import { flapped } from './flap.ts'
import { type Held, openingsOf, withChildren } from './group.ts'
import { closedByIdentity, knownOf, shareIssues, wantsComments } from './identify.ts'
import { wordsOf } from './judge.ts'
import { identityOf, withoutDetails } from './marker.ts'
import {
  type Case,
  type Child,
  type ClosedIncident,
  type Incident,
  type IncidentNotification,
  type Life,
  type Planned,
  type ReconcileInput,
  ranks,
} from './model.ts'
import { heldOpen, obeyed } from './obey.ts'
import { opened } from './open.ts'
import { isExplained, overSilences, quietOf, silencesOf } from './silence.ts'
import { possibleSilences } from './texts/silence-issue.ts'
import { bornOf, finished } from './update.ts'

type Decided = Pick<Reconciled, 'wants'> & { readonly planned: readonly Planned[]; readonly facts: Omit<Reconciled['facts'], 'closed'> }

/** What one server's reports come to, before it is known what fits into a run. */
const decide = (input: ReconcileInput): Decided => {
  const known = knownOf(input)
  const words = wordsOf(input)
  const lives = new Map([...known.incidents].map(([identity, incident]) => [identity, lived(incident, words.get(identity), input)]))
  const staying = new Set([...lives].filter(([, life]) => life.closing === undefined).map(([identity]) => identity))
  const { openings, joined, held } = openingsOf(words, { known: new Set(lives.keys()), open: staying }, input)
  const recovered = (incident: Incident) => (child: Child) =>
    words.get(identityOf({ ...incident.marker, id: child.id, key: child.key }))?.word === 'good'
  const changes = [...lives].flatMap(([identity, life]): readonly Planned[] => {
    const joins = joined.get(identity) ?? []
    const whole = life.closing === undefined ? withChildren(life, joins, recovered(life.incident), input) : life
    const done = finished(whole, input)
    return done === undefined ? [] : [done]
  })
  const closed = closedByIdentity(input)
  const outcomes = openings.map((one) => ({ one, outcome: opened(one, closed.get(one.word.identity), input) }))
  const kept: readonly Held[] = outcomes.flatMap(({ one, outcome }) =>
    'held' in outcome ? [{ id: one.word.finding.id, subject: one.word.finding.subject, why: outcome.held, known: true }] : [],
  )
  const unread = [...known.incidents.values()].filter((one) => wantsComments(one) && !input.comments.has(one.issue.number))
  return {
    planned: [...outcomes.flatMap(({ outcome }) => ('held' in outcome ? [] : [outcome])), ...changes, ...duplicatesOf(input)],
    wants: { closed: openings.length > 0 && input.issues.closed === undefined, comments: unread.map((one) => one.issue.number) },
    facts: {
      open: known.incidents.size,
      unreadable: known.unreadable,
      brokenSilences: [],
      foreign: known.foreign,
      held: [...held, ...kept],
    },
  }
}

const unique = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)]

/** Several servers at once, each by its own reports and options: together they write no more than one. */
export const reconcileAll = (given: readonly ReconcileInput[]): Reconciled => {
  const possible = possibleSilences(given[0]?.issues.open ?? [])
  const silences = given.map((one) => ({ input: one, found: silencesOf(possible, one) }))
  const inputs = silences.map(({ input, found }) => ({ ...input, quiet: [...(input.quiet ?? []), ...quietOf(found, input)] }))
  const all = shareIssues(inputs).map(decide)
  const over = overSilences(silences)
  const plan = planned([...all.flatMap((one) => one.planned), ...over])
  return {
    writes: plan.writes,
    deferred: plan.deferred,
    notifications: plan.notifications,
    later: plan.later,
    wants: { closed: all.some((one) => one.wants.closed), comments: unique(all.flatMap((one) => one.wants.comments)) },
    facts: {
      open: all.reduce((sum, one) => sum + one.facts.open, 0),
      unreadable: unique(all.flatMap((one) => one.facts.unreadable)),
      brokenSilences: unique(silences.flatMap(({ found }) => found.unreadable)),
      foreign: unique(all.flatMap((one) => one.facts.foreign)),
      held: all.flatMap((one) => one.facts.held),
      closed: plan.closed,
    },
  }
}

/**
 * Reports and issues -> what to write. Pure, and level-triggered: the same input gives the same writes, a healthy unchanged state gives none.
 * While it wants something, read that and call again before anything is written.
 */
export const reconcile = (input: ReconcileInput): Reconciled => reconcileAll([input])

export type ReconcileFacts = {
  /** Open incidents of these actions when the run began. */
  readonly open: number
  /** Issues of our authors whose marker cannot be read any more: left alone. */
  readonly unreadable: readonly number[]
  /** Issues that look like silences, and silence nothing. */
  readonly brokenSilences: readonly number[]
  /** Issues with our label of other people: never touched. */
  readonly foreign: readonly number[]
  /** Findings that opened nothing, and why. */
  readonly held: readonly Held[]
  /** What each closed incident of this run leaves for the journal. */
  readonly closed: readonly ClosedIncident[]
}

export type Reconciled = {
  /** In this order; at most ten. */
  readonly writes: readonly Write[]
  /** Left for the next run, which judges anew. */
  readonly deferred: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  /** What the deferred writes would have told: of the next run, and until then a fact of the outbox. */
  readonly later: readonly IncidentNotification[]
  /** Read these and reconcile again before anything is written; nothing is wanted twice. */
  readonly wants: { readonly closed: boolean; readonly comments: readonly number[] }
  readonly facts: ReconcileFacts
}

export const mostWrites = 10

/** The most important first, as many as a run may write; what does not fit is judged anew by the next run, and told only then. */
export const planned = (
  all: readonly Planned[],
): Pick<Reconciled, 'writes' | 'deferred' | 'notifications' | 'later'> & { readonly closed: readonly ClosedIncident[] } => {
  const taken: Planned[] = []
  const left: Planned[] = []
  let count = 0
  for (const one of all.toSorted((a, b) => ranks.indexOf(a.rank) - ranks.indexOf(b.rank))) {
    const fits = count + one.writes.length <= mostWrites
    if (fits) count += one.writes.length
    ;(fits ? taken : left).push(one)
  }
  return {
    writes: taken.flatMap((one) => one.writes),
    deferred: left.flatMap((one) => one.writes),
    notifications: taken.flatMap((one) => one.notifications),
    later: left.flatMap((one) => one.notifications),
    closed: taken.flatMap((one) => (one.closed === undefined ? [] : [one.closed])),
  }
}

const rules: Record<Case['word'], (life: Life, word: Case, input: ReconcileInput) => Life> = {
  bad: (life, word, input) => seenBad(flapped(life, word, input), word, input),
  good: (life, word, input) => recovered(flapped(life, word, input), word, input),
  uncleared: (life, word, input) => hovering(flapped(life, word, input), input),
  unseen: (life) => life,
}

/** All rules of an open incident, in their order. */
export const lived = (incident: Incident, word: Case | undefined, input: ReconcileInput): Life => {
  const known = input.publicRepository ? { ...incident, marker: withoutDetails(incident.marker) } : incident
  const begun = heldOpen(obeyed(bornOf(known, word), input), input)
  const judged = word === undefined ? absent(begun, input) : rules[word.word](begun, word, input)
  const isGood = judged.closing !== undefined || judged.word?.word === 'good' || judged.word?.word === 'uncleared'
  return isGood || isExplained(judged, input) ? judged : escalated(judged, input)
}
