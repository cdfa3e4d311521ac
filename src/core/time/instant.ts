import type { Instant } from '../../contract/seen.ts'

/** The moment furthest from the epoch that a `Date` can say: one beyond it throws wherever it is shown. */
export const furthestMs = 8.64e15

/** A number from outside that is a moment. */
export const isInstant = (ms: number): ms is Instant => Math.abs(ms) <= furthestMs
