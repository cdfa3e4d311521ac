import type { Context } from '../../contract/context.ts'
import type { Seen } from '../../contract/seen.ts'
import { type PartOutcome, partsOf } from '../../core/parts.ts'
import type { LogLook } from '../../probes/purge-log.ts'
import type { PurgeSubject } from './about.ts'
import type { DatabaseLook } from './look.ts'
import type { PurgeOptions } from './options.ts'

/** What was seen of the purge, for all parts: they judge it together. */
export type PurgeWorld = {
  readonly database: DatabaseLook
  /** Undefined where none is configured. */
  readonly log: Seen<LogLook> | undefined
  readonly about: PurgeSubject
  /** What to do when the purge is missing. */
  readonly remedy: string
  readonly context: Context
}

/** What a part brings back: its findings, and whether it could look. */
export type PurgeVerdict<Id extends string = string> = PartOutcome<Id>

/** A part judges one sign that the purge leaves. */
export const definePart = partsOf<{
  readonly options: PurgeOptions
  readonly world: PurgeWorld
  readonly told: object
  readonly marks: object
}>()

/** What a part says where there is nothing that it could judge. */
export const nothing: PurgeVerdict<never> = { completed: false, findings: [] }
