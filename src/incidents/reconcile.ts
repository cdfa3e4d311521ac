import { duplicatesOf } from './close.ts'
import { withChildren } from './group.ts'
import { closedByIdentity, knownOf, shareIssues, wantsComments } from './identify.ts'
import type { Reconciled } from './input.ts'
import { wordsOf } from './judge.ts'
import { lived } from './live.ts'
import { identityOf } from './marker.ts'
import type { Child, Incident, Planned, ReconcileInput } from './model.ts'
import { opened } from './open.ts'
import { type Held, openingsOf } from './openings.ts'
import { planned } from './plan.ts'
import { overSilences, quietOf, silencesOf } from './silenced.ts'
import { possibleSilences } from './texts/silence-issue.ts'
import { finished } from './update.ts'

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
