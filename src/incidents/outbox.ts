import { z } from 'zod'
import type { Instant } from '../contract/seen.ts'
import { statuses } from '../contract/status.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { opensWith, pastOf } from './confirm.ts'
import { openingsOf } from './group.ts'
import { knownOf } from './identify.ts'
import { wordsOf } from './judge.ts'
import { type Case, type IncidentNotification, notificationKinds, type ReconcileInput } from './model.ts'
import { born } from './open.ts'
import { notificationOf } from './texts/notification.ts'

const factShape = z.object({
  /** Of the incident. */
  fingerprint: z.string().min(1).max(100),
  kind: z.enum(notificationKinds),
  at: z.number().int().min(0),
  status: z.enum(statuses),
  title: z.string().max(300),
  text: z.string().max(1_000),
  /** Whether the webhooks have heard of it: they are told once. */
  told: z.boolean(),
})

/** What happened to an incident while GitHub could not be told. Not a request: the next run decides anew what to write. */
export type Fact = Readonly<z.output<typeof factShape>>

const maxFacts = 100
const maxAgeMs = 7 * 24 * 60 * 60_000

const keyOf = ({ fingerprint, kind }: Fact): string => `${fingerprint} ${kind}`
const isCritical = (one: Fact): boolean => one.status === 'critical'

/** One for each incident and kind, the first of an opening (it began then) and the last of the others; a week, a hundred, the critical ones before the rest. */
export const keptFacts = (facts: readonly Fact[], now: Instant): readonly Fact[] => {
  const kept = new Map<string, Fact>()
  for (const one of facts.filter(({ at }) => at > now - maxAgeMs).toSorted((a, b) => a.at - b.at)) {
    const before = kept.get(keyOf(one))
    if (before === undefined) kept.set(keyOf(one), one)
    else kept.set(keyOf(one), { ...(one.kind === 'opened' ? before : one), told: before.told || one.told })
  }
  return [...kept.values()].toSorted((a, b) => Number(isCritical(b)) - Number(isCritical(a)) || b.at - a.at).slice(0, maxFacts)
}

/** As text for the state, texts cut. */
export const encodeFacts = (facts: readonly Fact[], now: Instant): string =>
  JSON.stringify(keptFacts(facts, now).map((one) => ({ ...one, title: shorten(one.title, 300), text: shorten(one.text, 1_000) })))

/** Facts from the state, which is input too: what is not one is left out. */
export const decodeFacts = (text: string, now: Instant): readonly Fact[] => {
  // Of a damaged note the facts are lost, and the run reconciles what it sees all the same.
  const given = jsonValue(text)
  return keptFacts(
    (Array.isArray(given) ? given : []).slice(0, 10 * maxFacts).flatMap((one) => factShape.safeParse(one).data ?? []),
    now,
  )
}

type Settled = {
  /** Of what this run says nothing good: another action's, or what is bad and held back. */
  readonly kept: readonly Fact[]
  /** What came and went while GitHub could not be told: no issue was ever made of it. */
  readonly missed: readonly Fact[]
}

/** Rule 11: what becomes of the outbox when GitHub took the writes again. `created` are the identities of new issues. */
export const settled = (facts: readonly Fact[], input: ReconcileInput, created: ReadonlySet<string>): Settled => {
  const words = wordsOf(input)
  const { incidents } = knownOf(input)
  const left = facts.filter(({ fingerprint }) => !incidents.has(fingerprint) && !created.has(fingerprint))
  const isOver = ({ fingerprint }: Fact): boolean => ['good', 'uncleared'].includes(words.get(fingerprint)?.word ?? '')
  const isEnded = (fact: Fact): boolean => left.some((one) => one.kind === 'closed' && one.fingerprint === fact.fingerprint)
  return {
    kept: left.filter((one) => !isOver(one)),
    missed: left.filter((one) => one.kind === 'opened' && isOver(one) && !isEnded(one)),
  }
}

/** Who heard that it began hears that it is over. */
export const overUnseen = (missed: readonly Fact[], server: string): readonly IncidentNotification[] =>
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

/** The same word one run earlier, as the state tells it; undefined when it was not bad then. */
const earlierWord = (word: Case): Case | undefined => {
  const [previous] = pastOf(word, word.finding)
  if (previous === undefined || (previous.status !== 'warning' && previous.status !== 'critical')) return undefined
  const report = { ...word.report, startedAt: new Date(previous.at).toISOString() }
  return { ...word, report, finding: { ...word.finding, status: previous.status } }
}

/** Rule 11: GitHub cannot be asked, and what opens in this very run is told by webhooks all the same. */
export const openedUnseen = (input: ReconcileInput): readonly IncidentNotification[] => {
  const none: ReadonlySet<string> = new Set()
  return openingsOf(wordsOf(input), { known: none, open: none }, input)
    .openings.filter(({ word }) => {
      const earlier = word.kind === 'monitoring' ? undefined : earlierWord(word)
      return earlier === undefined || opensWith(earlier, input) === undefined
    })
    .map((opening) => notificationOf('opened', { marker: born(opening, input), word: opening.word, issue: undefined }, input))
}
