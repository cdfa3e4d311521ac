import type { Context } from '../../contract/context.ts'
import type { Instant } from '../../contract/seen.ts'
import { type PartOutcome, partsOf } from '../../core/parts.ts'
import type { AuditOptions } from './options.ts'
import type { AuditTotals } from './overview.ts'

/** What a part works with. */
export type AuditWorld = {
  readonly context: Context
  /** The one clock of the run. */
  readonly startedAt: Instant
}

type Told = { readonly totals?: AuditTotals }

/** What a part brings back. */
export type AuditOutcome<Id extends string = string> = PartOutcome<Id> & Told

/** A part audits one kind of thing, side by side with the others. */
export const definePart = partsOf<{
  readonly options: AuditOptions
  readonly world: AuditWorld
  readonly told: Told
  readonly marks: object
}>()
