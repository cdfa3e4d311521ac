import { z } from 'zod'
import type { Instant } from '../contract/seen.ts'
import { statuses } from '../contract/status.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { notificationKinds } from './model.ts'

const shape = z.object({
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
export type Fact = Readonly<z.output<typeof shape>>

const maxFacts = 100
const maxAgeMs = 7 * 24 * 60 * 60_000

const keyOf = ({ fingerprint, kind }: Fact): string => `${fingerprint} ${kind}`
const isBad = (one: Fact): boolean => one.status === 'critical'

/** One for each incident and kind, the first of an opening (it began then) and the last of the others; a week, a hundred, the critical ones before the rest. */
export const keptFacts = (facts: readonly Fact[], now: Instant): readonly Fact[] => {
  const kept = new Map<string, Fact>()
  for (const one of facts.filter(({ at }) => at > now - maxAgeMs).toSorted((a, b) => a.at - b.at)) {
    const before = kept.get(keyOf(one))
    if (before === undefined) kept.set(keyOf(one), one)
    else kept.set(keyOf(one), { ...(one.kind === 'opened' ? before : one), told: before.told || one.told })
  }
  return [...kept.values()].toSorted((a, b) => Number(isBad(b)) - Number(isBad(a)) || b.at - a.at).slice(0, maxFacts)
}

/** As text for the state, texts cut. */
export const encodeFacts = (facts: readonly Fact[], now: Instant): string =>
  JSON.stringify(keptFacts(facts, now).map((one) => ({ ...one, title: shorten(one.title, 300), text: shorten(one.text, 1_000) })))

/** Facts from the state, which is input too: what is not one is left out. */
export const decodeFacts = (text: string, now: Instant): readonly Fact[] => {
  // Of a damaged note the facts are lost, and the run reconciles what it sees all the same.
  const given = jsonValue(text)
  return keptFacts(
    (Array.isArray(given) ? given : []).slice(0, 10 * maxFacts).flatMap((one) => shape.safeParse(one).data ?? []),
    now,
  )
}
