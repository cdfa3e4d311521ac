import { z } from 'zod'
import type { Plan } from '../../contract/plan.ts'
import type { Instant } from '../../contract/seen.ts'
import { readJson } from '../../core/read-json.ts'

/** How long a plan may be applied. */
export const planHours = 12
const hourMs = 3_600_000
/** Enough of sha256 for a word that a person copies and that is valid for half a day. */
const digestDigits = 12

export const digestOfPlan = ({ digest }: Plan): string => digest.slice(0, digestDigits)

/** A plan that was shown: by which run, and when. */
export type ShownPlan = { readonly digest: string; readonly at: Instant; readonly run: string }

const shownShape = z.array(z.object({ digest: z.string(), at: z.number(), run: z.string() }))
const mostValues = 1_000

/** The plans that a note of the state holds; what cannot be read was shown by nobody. */
export const shownPlans = (note: string | undefined): readonly ShownPlan[] => {
  const read = readJson(note ?? '[]', mostValues)
  return 'value' in read ? (shownShape.safeParse(read.value).data ?? []) : []
}

const mostPlans = 50

/** With one more, without those that are too old. */
export const withPlan = (shown: readonly ShownPlan[], plan: ShownPlan): string =>
  JSON.stringify([...shown.filter((one) => one.digest !== plan.digest && plan.at - one.at < planHours * hourMs), plan].slice(-mostPlans))

export type Typed = { readonly digest: string | undefined; readonly confirm: string | undefined }

export type GateSetting = {
  readonly plan: Plan
  /** What `confirm` must be. */
  readonly word: string
  readonly shown: readonly ShownPlan[]
  readonly now: Instant
  readonly run: string
}

/** Why a plan may not be applied; undefined when a person has seen it in an earlier run and typed both words right. */
export const refusedByGate = ({ digest, confirm }: Typed, { plan, word, shown, now, run }: GateSetting): string | undefined => {
  if (digest === undefined) return '`confirm` is given without `digest`: run it without both first, and read the plan'
  if (confirm !== word) return `\`confirm\` must be exactly ${word}`
  if (digest !== digestOfPlan(plan)) return 'the digest is of another plan: what would be done has changed since; read the new plan'
  const seen = shown.find((one) => one.digest === digest)
  if (seen === undefined) return 'no run on this server has shown the plan of this digest: run it without `digest` first'
  if (seen.at > now) return 'the clock of this server went back behind the time of the plan: plan again'
  if (now - seen.at > planHours * hourMs) return `the plan is older than ${planHours} hours: plan again`
  return seen.run === run ? 'the plan is of this very run: read it, and apply it in another run' : undefined
}
