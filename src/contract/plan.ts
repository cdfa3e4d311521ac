import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from './json.ts'

/** One thing that a change would do: `{ does: 'replace', subject: 'database quiz', bytes: 2_100_000_000 }`. `bytes` is 0 where nothing is written or freed. */
export type PlanLine = { readonly does: string; readonly subject: string; readonly bytes: number }

/**
 * What a change would do, before it does it. The dry run shows it, and the run that applies it does exactly this: `digest` is 64 hexadecimal
 * digits over lines and facts, and a change that is given the digest of another plan changes nothing.
 */
export type Plan = { readonly lines: readonly PlanLine[]; readonly facts: JsonObject; readonly digest: string }

/** The same text for the same value, in whatever order its keys were written. */
const canonical = (value: JsonValue): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join()}}`
}

/** A plan of these lines; `facts` are what else must be the same when it is applied (the backup's own digest, the size of what is lost). */
export const planOf = (lines: readonly PlanLine[], facts: JsonObject = {}): Plan => {
  const text = canonical({ lines: lines.map(({ does, subject, bytes }) => ({ does, subject, bytes })), facts })
  return { lines, facts, digest: createHash('sha256').update(text).digest('hex') }
}

/** The shortest digest that a person may type, in digits: 64 bits. */
const leastDigits = 16

/** Why a plan may not be applied with the digest that somebody gave; undefined when it is this plan's. */
export const refusedDigest = ({ digest }: Plan, given: string): string | undefined => {
  if (!/^[0-9a-f]+$/.test(given) || given.length < leastDigits) return `a digest has ${leastDigits} to 64 of the digits 0-9a-f`
  return digest.startsWith(given)
    ? undefined
    : 'it is the digest of another plan: what would be done has changed since; look at the new plan'
}

/** A plan as the report's `facts.plan`. */
export const planFact = ({ lines, digest }: Plan): JsonObject => ({
  lines: lines.map(({ does, subject, bytes }) => ({ does, subject, bytes })),
  digest,
})
