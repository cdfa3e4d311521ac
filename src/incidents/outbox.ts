import { z } from 'zod'
import type { Instant } from '../contract/seen.ts'
import { statuses } from '../contract/status.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { instantShape } from '../core/time/instant-shape.ts'
import { openingSeverity, pastOf } from './confirm.ts'
import { groupedOpenings } from './group.ts'
import { knownIncidents } from './identify.ts'
import { verdictsByIdentity } from './judge.ts'
import { type IncidentNotification, type IncidentVerdict, notificationKinds, type ReconcileInput } from './model.ts'
import { newMarker } from './open.ts'
import { notificationOf } from './texts/notification.ts'

const factShape = z.object({
  /** Of the incident. */
  fingerprint: z.string().min(1).max(100),
  kind: z.enum(notificationKinds),
  at: instantShape,
  status: z.enum(statuses),
  title: z.string().max(300),
  text: z.string().max(1_000),
  /** Whether the webhooks have heard of it: they are told once. */
  told: z.boolean(),
})

/** What happened to an incident while GitHub could not be told. Not a request: the next run decides anew what to write. */
export type OutboxFact = Readonly<z.output<typeof factShape>>

const maxFacts = 100
const maxAgeMs = 7 * 24 * 60 * 60_000

const keyOf = ({ fingerprint, kind }: OutboxFact): string => `${fingerprint} ${kind}`
const isCritical = (one: OutboxFact): boolean => one.status === 'critical'

/** One for each incident and kind, the first of an opening (it began then) and the last of the others; a week, a hundred, the critical ones before the rest. */
export const keptFacts = (facts: readonly OutboxFact[], now: Instant): readonly OutboxFact[] => {
  const kept = new Map<string, OutboxFact>()
  for (const one of facts.filter(({ at }) => at > now - maxAgeMs).toSorted((a, b) => a.at - b.at)) {
    const before = kept.get(keyOf(one))
    if (before === undefined) kept.set(keyOf(one), one)
    else kept.set(keyOf(one), { ...(one.kind === 'opened' ? before : one), told: before.told || one.told })
  }
  return [...kept.values()].toSorted((a, b) => Number(isCritical(b)) - Number(isCritical(a)) || b.at - a.at).slice(0, maxFacts)
}

/** As text for the state, texts cut. */
export const encodeFacts = (facts: readonly OutboxFact[], now: Instant): string =>
  JSON.stringify(keptFacts(facts, now).map((one) => ({ ...one, title: shorten(one.title, 300), text: shorten(one.text, 1_000) })))

/** Facts from the state, which is input too: what is not one is left out. */
export const decodeFacts = (text: string, now: Instant): readonly OutboxFact[] => {
  // Of a damaged note the facts are lost, and the run reconciles what it sees all the same.
  const given = jsonValue(text)
  return keptFacts(
    (Array.isArray(given) ? given : []).slice(0, 10 * maxFacts).flatMap((one) => factShape.safeParse(one).data ?? []),
    now,
  )
}

type SettledFacts = {
  /** Of what this run says nothing good: another action's, or what is bad and held back. */
  readonly kept: readonly OutboxFact[]
  /** What came and went while GitHub could not be told: no issue was ever made of it. */
  readonly missed: readonly OutboxFact[]
}

/** Rule 11: what becomes of the outbox when GitHub took the writes again. `created` are the identities of new issues. */
export const settledFacts = (facts: readonly OutboxFact[], input: ReconcileInput, created: ReadonlySet<string>): SettledFacts => {
  const verdicts = verdictsByIdentity(input)
  const { incidents } = knownIncidents(input)
  const left = facts.filter(({ fingerprint }) => !incidents.has(fingerprint) && !created.has(fingerprint))
  const isOver = ({ fingerprint }: OutboxFact): boolean => ['good', 'uncleared'].includes(verdicts.get(fingerprint)?.says ?? '')
  const isEnded = (fact: OutboxFact): boolean => left.some((one) => one.kind === 'closed' && one.fingerprint === fact.fingerprint)
  return {
    kept: left.filter((one) => !isOver(one)),
    missed: left.filter((one) => one.kind === 'opened' && isOver(one) && !isEnded(one)),
  }
}

/** Who heard that it began hears that it is over. */
export const closedUnseen = (missed: readonly OutboxFact[], server: string): readonly IncidentNotification[] =>
  missed
    .filter((one) => one.told)
    .map(({ fingerprint, title }) => ({
      kind: 'closed',
      fingerprint,
      number: undefined,
      url: undefined,
      status: 'ok',
      server,
      title,
      text: 'It came and went while GitHub could not be told: there is no issue.',
      contacts: [],
    }))

/** The same verdict one run earlier, as the state tells it; undefined when it was not bad then. */
const earlierVerdict = (verdict: IncidentVerdict): IncidentVerdict | undefined => {
  const [previous] = pastOf(verdict, verdict.finding)
  if (previous === undefined || (previous.status !== 'warning' && previous.status !== 'critical')) return undefined
  const report = { ...verdict.report, startedAt: new Date(previous.at).toISOString() }
  return { ...verdict, report, finding: { ...verdict.finding, status: previous.status } }
}

/** Rule 11: GitHub cannot be asked, and what opens in this very run is told by webhooks all the same. `known`: what was open when it was asked last. */
export const openedUnseen = (input: ReconcileInput, known: ReadonlySet<string>): readonly IncidentNotification[] =>
  groupedOpenings(verdictsByIdentity(input), { known, open: known }, input)
    .openings.filter(({ verdict }) => {
      const earlier = verdict.kind === 'monitoring' ? undefined : earlierVerdict(verdict)
      return earlier === undefined || openingSeverity(earlier, input) === undefined
    })
    .map((opening) => notificationOf('opened', { marker: newMarker(opening, input), verdict: opening.verdict, issue: undefined }, input))
