import type { z } from 'zod'
import type { BorrowedOptions, CommonOptions, CommonSection, LentOption } from './common-options.ts'
import type { Context } from './context.ts'
import type { ActionFinding, HouseId } from './finding.ts'
import type { JsonObject } from './json.ts'
import type { Result } from './report.ts'

/** Options by their kebab-case name, exactly as `ronde.yml` and the inputs spell them. */
export type OptionShape = Readonly<Record<string, z.ZodType>>
export type OptionsOf<Shape extends OptionShape> = { readonly [Key in keyof Shape]: z.output<Shape[Key]> }

/** All that an action gets: its own options, the common ones that it reads, and those that it borrows. Nothing else is there. */
export type ActionOptions<
  Shape extends OptionShape,
  Reads extends CommonSection = never,
  Lent extends LentOption = never,
> = OptionsOf<Shape> & Pick<CommonOptions, Reads> & BesideOwn<BorrowedOptions<Lent>, keyof Shape>

/** What is borrowed of a section that is called like an option of the action's own comes as `<section>-section`. */
type BesideOwn<Borrowed, Own extends PropertyKey> = {
  readonly [Section in keyof Borrowed as Section extends Own ? `${Section & string}-section` : Section]: Borrowed[Section]
}

/** What the parser made of a declaration's own options, for whoever no longer knows their types. */
export type ParsedValues = Readonly<Record<string, unknown>>

/** Who may start an action that has an effect. `person`: by a dispatch. `no-bot`: by any of the events that need write permission. */
export type EffectStarter = 'person' | 'no-bot'

/** An option that means nothing, and why. */
export type Senseless = { readonly path: readonly (string | number)[]; readonly message: string }

/** An output of an action: a path, a count or a short string, never a body. */
export type OutputShape = Readonly<Record<string, { readonly description: string }>>
export type OutputsOf<Shape extends OutputShape> = { readonly [Key in keyof Shape]: string | number }

export type ActionDeclaration<
  Shape extends OptionShape,
  Outputs extends OutputShape,
  Id extends string,
  Reads extends CommonSection = never,
  Lent extends LentOption = never,
> = {
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
  readonly hasEffect?: (options: ActionOptions<Shape, Reads, Lent>) => boolean
  readonly reads: readonly Reads[]
  /** Options of another action's section that it reads as well, as `health-check.endpoints`; it gets them as `options['health-check'].endpoints`. No inputs. */
  readonly borrows?: readonly Lent[]
  readonly options: Shape
  /** Names of options that a later release will have: accepted in `ronde.yml` and told, but no inputs. */
  readonly later?: readonly string[]
  /** Options that say nothing beside the others, such as a column without its table: mistakes, each at its option. */
  readonly senseless?: (options: ActionOptions<Shape, Reads, Lent>) => readonly Senseless[]
  readonly outputs: Outputs
  /** All ids that its findings can have, those of its parts too; what the runtime says of any action is not among them. */
  readonly ids: readonly Id[]
  /** Ids that its findings had before -> the one of now: incidents that are open go on. */
  readonly renamed?: { readonly [former: string]: string }
  /** Ids that Ronde's own work may explain, by the check that says them: what reports and incidents of earlier releases do not say themselves. */
  readonly disturbedByWork?: Readonly<Record<string, readonly string[]>>
  /** The deadline when the user gives none. */
  readonly timeoutMs: (options: ActionOptions<Shape, Reads, Lent>) => number
  readonly run: (options: ActionOptions<Shape, Reads, Lent>, context: Context) => Promise<Result<OutputsOf<Outputs>, NoInfer<Id> | HouseId>>
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
  readonly borrows?: readonly LentOption[]
  readonly options: OptionShape
  readonly later?: readonly string[]
  readonly outputs: OutputShape
  readonly ids: readonly string[]
  readonly renamed?: Readonly<Record<string, string>>
  readonly disturbedByWork?: Readonly<Record<string, readonly string[]>>
  hasEffect?(options: ParsedValues): boolean
  senseless?(options: ParsedValues): readonly Senseless[]
  timeoutMs(options: ParsedValues): number
  run(options: ParsedValues, context: Context): Promise<Result<Readonly<Record<string, string | number>>>>
  recover?(context: Context): Promise<void>
}

/** Whether it may leave something half done on a server: it takes the lock of the compose project and gets a step afterwards. */
export const changesServer = ({ kind, place }: Pick<Action, 'kind' | 'place'>): boolean => kind === 'change' && place !== 'repository'

/** Who must have started a run of an action with these options; undefined where anybody may. */
export const effectOf = (action: Action, options: ParsedValues, dryRun: boolean): EffectStarter | undefined =>
  dryRun || action.hasEffect?.(options) === false ? undefined : action.effect

/** The only source of an action: its types, parsers, `action.yml`, tables and JSON schema all come from here. */
export const defineAction = <
  Shape extends OptionShape,
  Outputs extends OutputShape,
  const Id extends string,
  const Reads extends CommonSection = never,
  const Lent extends LentOption = never,
>(
  declaration: ActionDeclaration<Shape, Outputs, Id, Reads, Lent>,
): Action => declaration

/** What is said of any action by those who run it: that it failed, was ended, or looked at nothing. */
const runtimeWords = ['failed', 'unfinished', 'nothing'] as const

/** All ids that the findings of an action can have. */
export const idsOfAction = ({ name, ids }: Pick<Action, 'name' | 'ids'>): readonly string[] => [
  ...ids,
  ...runtimeWords.map((word) => `${name}.${word}`),
]

/** A result with nothing but findings; `scope` names the checks that were completed. */
export const result = <const Id extends string = never>(
  scope: readonly string[],
  findings: readonly ActionFinding<Id>[],
  rest: { facts?: JsonObject } = {},
) => ({
  scope,
  findings,
  outputs: {},
  facts: rest.facts ?? {},
})
