import type { z } from 'zod'
import type { Context } from './context.ts'
import type { Finding } from './finding.ts'
import type { JsonObject } from './json.ts'
import type { Attachment, Result } from './report.ts'

/** Options by their kebab-case name, exactly as `ronde.yml` and the inputs spell them. */
export type OptionShape = Readonly<Record<string, z.ZodType>>
export type OptionsOf<Shape extends OptionShape> = { readonly [Key in keyof Shape]: z.output<Shape[Key]> }

/** Settings of the common part of `ronde.yml` that an action may ask for; `compose` and `database` become `compose-…` and `database-…` inputs. */
export type CommonSection = 'compose' | 'database' | 'time-zone' | 'host' | 'privileges'

/** Who may start an action that has an effect. `person`: by a dispatch. `no-bot`: by any of the events that need write permission. */
export type EffectStarter = 'person' | 'no-bot'

/** An output of an action: a path, a count or a short string, never a body. */
export type OutputShape = Readonly<Record<string, { readonly description: string }>>
export type OutputsOf<Shape extends OutputShape> = { readonly [Key in keyof Shape]: string | number }

export type ActionDeclaration<Shape extends OptionShape, Outputs extends OutputShape> = {
  readonly name: string
  /** The action's line in the table of actions and in `action.yml`. */
  readonly description: string
  /** A `change` action gets `dry-run`, a `post:` step, and `critical` instead of `unknown` when it throws. */
  readonly kind: 'observe' | 'change'
  /** An `observe` action that may be told to do one thing (run a missed purge), under `context.exclusively`: it has `dry-run` too. */
  readonly dryRun?: true
  /** `repository`: works with GitHub alone, on any runner: nothing of a server is locked or recovered, and no server needs to be named. */
  readonly place?: 'repository'
  /** Who may start it, since what it does cannot be taken back by the next run; nobody is asked for a dry run, and for a recovery. */
  readonly effect?: EffectStarter
  /** Whether these options have that effect. Default: all have. */
  readonly hasEffect?: (options: OptionsOf<Shape>) => boolean
  readonly reads: readonly CommonSection[]
  /** Options of another action's section that it reads as well, as `health-check.endpoints`; it gets them as `options['health-check'].endpoints`. No inputs. */
  readonly borrows?: readonly `${string}.${string}`[]
  readonly options: Shape
  /** Names of options that a later release will have: accepted in `ronde.yml` and told, but no inputs. */
  readonly later?: readonly string[]
  readonly outputs: Outputs
  /** The deadline when the user gives none. */
  readonly timeoutMs: (options: OptionsOf<Shape>) => number
  readonly run: (options: OptionsOf<Shape>, context: Context) => Promise<Result<OutputsOf<Outputs>>>
  /**
   * Takes back what a dead run's ledger (`context.ledger.pending()`) says was begun; may be called twice. It has no options: what it needs was
   * recorded, and compose and the database are reached as that run reached them. Throws when something stays: then the ledger does, too.
   */
  readonly recover?: (context: Context) => Promise<void>
}

/** A declaration whose types are forgotten, as the registry holds it. */
export type Action = {
  readonly name: string
  readonly description: string
  readonly kind: 'observe' | 'change'
  readonly dryRun?: true
  readonly place?: 'repository'
  readonly effect?: EffectStarter
  readonly reads: readonly CommonSection[]
  readonly borrows?: readonly `${string}.${string}`[]
  readonly options: OptionShape
  readonly later?: readonly string[]
  readonly outputs: OutputShape
  hasEffect?(options: never): boolean
  timeoutMs(options: never): number
  run(options: never, context: Context): Promise<Result<Readonly<Record<string, string | number>>>>
  recover?(context: Context): Promise<void>
}

/** Whether it may leave something half done on a server: it takes the lock of the compose project and gets a step afterwards. */
export const changesServer = ({ kind, place }: Pick<Action, 'kind' | 'place'>): boolean => kind === 'change' && place !== 'repository'

/** Who must have started a run of an action with these options; undefined where anybody may. */
export const effectOf = (action: Action, options: unknown, dryRun: boolean): EffectStarter | undefined =>
  dryRun || action.hasEffect?.(options as never) === false ? undefined : action.effect

/** The only source of an action: its types, parsers, `action.yml`, tables and JSON schema all come from here. */
export const defineAction = <Shape extends OptionShape, Outputs extends OutputShape>(
  declaration: ActionDeclaration<Shape, Outputs>,
): Action => declaration

/** A result with nothing but findings; `scope` names the checks that were completed. */
export const result = (
  scope: readonly string[],
  findings: readonly Finding[],
  rest: { facts?: JsonObject; attachments?: readonly Attachment[] } = {},
) => ({
  scope,
  findings,
  outputs: {},
  facts: rest.facts ?? {},
  attachments: rest.attachments ?? [],
})
