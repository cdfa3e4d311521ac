import type { BorrowedOptions, CommonOptions } from '../../contract/common-options.ts'
import type { Context } from '../../contract/context.ts'
import { type Audience, finding, type JudgedFinding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { type PartOutcome, partsOf } from '../../core/parts.ts'
import type { Threshold } from '../../core/threshold.ts'

/** Options of other sections that checks read. */
export const borrows = ['backup.root', 'backup.kinds', 'backup.trusted-keys'] as const

/** What every check may read besides its own options. */
export type CheckOptions = Pick<CommonOptions, 'compose' | 'database' | 'privileges' | 'time-zone'> &
  BorrowedOptions<(typeof borrows)[number]> & {
    readonly thresholds: Readonly<Record<string, Threshold | undefined>>
  }

type Told = { readonly facts?: JsonObject }

/** What a check brings back. */
export type CheckOutcome<Id extends string = string> = PartOutcome<Id> & Told

/** A check: one folder in `parts/`, one test beside it in `__tests__/`, a runbook for each of its ids. */
export const definePart = partsOf<{
  readonly options: CheckOptions
  readonly world: Context
  readonly told: Told
  readonly marks: object
}>()

/** The one way to say "could not look": `unknown` when it was asked for, otherwise `ok` and not checked. */
export const notSeen = <const Id extends string>(
  where: { readonly id: Id; readonly subject: string; readonly audience: Audience },
  { cause, advice }: Obstacle,
  asked: boolean,
): CheckOutcome<Id> => {
  const base = { ...where, observed: cause, expected: '', advice, cleared: false }
  const told: JudgedFinding<Id> = asked
    ? finding({ ...base, status: 'unknown', title: `${where.subject}: could not look` })
    : finding({ ...base, status: 'ok', notChecked: cause, title: `${where.subject}: not checked` })
  return { completed: false, findings: [told] }
}
