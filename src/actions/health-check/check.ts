import type { OptionShape, OptionsOf } from '../../contract/action.ts'
import type { ComposeOptions } from '../../contract/compose.ts'
import type { Context } from '../../contract/context.ts'
import type { DatabaseOptions } from '../../contract/database.ts'
import { type Audience, type Finding, finding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Threshold } from '../../core/threshold.ts'

/** What every check may read besides its own options. */
export type SharedOptions = {
  readonly compose: ComposeOptions
  readonly database: DatabaseOptions
  readonly thresholds: Readonly<Record<string, Threshold | undefined>>
  readonly privileges?: 'none' | 'sudo' | undefined
}

export type Checked = {
  readonly findings: readonly Finding[]
  readonly facts?: JsonObject
  /** False when it could not look: then it is not in the report's `scope`. */
  readonly completed: boolean
}

/** One check of health-check: one file in `checks/`, one test beside it in `__tests__/`. The registry is generated. */
export type CheckDeclaration<Shape extends OptionShape> = {
  readonly name: string
  readonly description: string
  /** Left out of a `quick` run. */
  readonly slow: boolean
  /** Options of its own, in the `health-check:` section. */
  readonly options: Shape
  /** The configuration asks for it, so that "could not look" is `unknown` and not merely "not checked". */
  readonly configured: (options: OptionsOf<Shape> & SharedOptions) => boolean
  /** The longest timeout that the user gave explicitly, in milliseconds: raises the action's deadline. */
  readonly longestTimeoutMs?: (options: OptionsOf<Shape> & SharedOptions) => number
  /** `asked`: configured, or named in `checks`. Throws only for a bug; then it alone is `unknown`. */
  readonly run: (options: OptionsOf<Shape> & SharedOptions, context: Context, asked: boolean) => Promise<Checked>
}

/** A declaration whose types are forgotten, as the registry holds it. */
export type Check = {
  readonly name: string
  readonly description: string
  readonly slow: boolean
  readonly options: OptionShape
  configured(options: never): boolean
  longestTimeoutMs?(options: never): number
  run(options: never, context: Context, asked: boolean): Promise<Checked>
}

export const defineCheck = <Shape extends OptionShape>(declaration: CheckDeclaration<Shape>): Check => declaration

/** The one way to say "could not look": `unknown` when it was asked for, otherwise `ok` with the advice "not checked: …". */
export const notChecked = (
  where: { readonly id: string; readonly subject: string; readonly audience: Audience },
  why: { readonly cause: string; readonly advice: string },
  asked: boolean,
): Checked => ({
  completed: false,
  findings: [
    finding({
      ...where,
      status: asked ? 'unknown' : 'ok',
      title: asked ? `${where.subject}: could not look` : `${where.subject}: not checked`,
      observed: why.cause,
      expected: '',
      advice: asked ? why.advice : `not checked: ${why.cause}; ${why.advice}`,
      cleared: false,
    }),
  ],
})
