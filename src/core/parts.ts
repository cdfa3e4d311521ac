import type { OptionShape, OptionsOf } from '../contract/action.ts'
import type { JudgedFinding } from '../contract/finding.ts'
import type { Thresholds } from './options/threshold.ts'

/** What a part brings back. */
export type PartOutcome<Id extends string = string> = {
  /** False when it could not look, or not do all of its work: then it is not in the report's `scope`, and closes nothing. */
  readonly completed: boolean
  readonly findings: readonly JudgedFinding<Id>[]
}

/** What the parts of one action share. */
export type PartKind = {
  /** Options of the action that every part may read besides its own. */
  readonly options: object
  /** What a part works with: the context, or what the action has opened for all of its parts. */
  readonly world: object
  /** What an outcome holds besides findings. */
  readonly told: object
  /** What a declaration says besides what all say. */
  readonly marks: object
}

/** One thing that an action does, in a folder of its own under `parts/`. Nothing else names it. */
export type PartDeclaration<Kind extends PartKind, Shape extends OptionShape, Id extends string> = {
  /** The entry of the report's `scope`. */
  readonly name: string
  readonly description: string
  /** Its place among the parts of the action, smallest first; those of one place by name. */
  readonly order: number
  /** Under what its findings are shown; by default its name. */
  readonly group?: string
  /** Left out of a `quick` run. */
  readonly slow?: true
  /** Options of its own, in the section of the action. */
  readonly options: Shape
  /** Limits of its own, in `thresholds:` of that section. */
  readonly thresholds?: Thresholds
  /** All ids that its findings can have; each has a runbook. */
  readonly ids: readonly Id[]
  /** Ids that findings had before -> the one of now: incidents that are open go on. */
  readonly renamed?: { readonly [former: string]: NoInfer<Id> }
  /** Those of its ids that Ronde's own work on the project may explain. */
  readonly disturbedByWork?: readonly NoInfer<Id>[]
  /** Whether the configuration asks for it. */
  readonly configured?: (options: OptionsOf<Shape> & Kind['options']) => boolean
  /** The longest timeout that the user gave explicitly, in milliseconds: raises the action's deadline. */
  readonly longestTimeoutMs?: (options: OptionsOf<Shape> & Kind['options']) => number
  /** `asked`: configured, or named by the user. Throws only for a bug; then it alone is `unknown`. */
  readonly run: (
    options: OptionsOf<Shape> & Kind['options'],
    world: Kind['world'],
    asked: boolean,
  ) => Promise<PartOutcome<NoInfer<Id>> & Kind['told']>
} & Kind['marks']

/** The `definePart` of an action whose parts are of this kind. */
export const partsOf =
  <Kind extends PartKind>() =>
  <const Id extends string, Shape extends OptionShape>(declaration: PartDeclaration<Kind, Shape, Id>): PartDeclaration<Kind, Shape, Id> =>
    declaration

/** The limits of all parts. */
export const thresholdsOfParts = (parts: readonly { readonly thresholds?: Thresholds }[]): Thresholds =>
  Object.assign({}, ...parts.map(({ thresholds }) => thresholds))

type Declared = Pick<PartDeclaration<PartKind, OptionShape, string>, 'name' | 'order' | 'options'>

const optionsTwice = (parts: readonly Declared[]): string | undefined => {
  const names = parts.flatMap(({ options }) => Object.keys(options))
  return names.find((name, index) => names.indexOf(name) !== index)
}

/** The parts of an action in their order. An option that two of them declare is a bug. */
export const inOrder = <Part extends Declared>(parts: readonly Part[]): readonly Part[] => {
  const twice = optionsTwice(parts)
  if (twice !== undefined) throw new Error(`the option ${twice} is declared by two parts`)
  return parts.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
}

/** All ids that the findings of some parts can have, and those that the action says itself; a part may say one of these too. */
export const idsOfParts = <Id extends string, Own extends string = never>(
  parts: readonly { readonly ids: readonly Id[] }[],
  own: readonly Own[] = [],
): readonly (Id | Own)[] => [...new Set([...parts.flatMap(({ ids }) => ids), ...own])]

/** All ids that findings of some parts had before, with those of now. */
export const renamedInParts = (
  parts: readonly { readonly renamed?: Readonly<Record<string, string>> }[],
): Readonly<Record<string, string>> => Object.assign({}, ...parts.map(({ renamed }) => renamed))

/** What Ronde's own work on the project may explain, by the name of the part; one that says nothing of it is not among them. */
export const disturbedInParts = (
  parts: readonly { readonly name: string; readonly disturbedByWork?: readonly string[] }[],
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(parts.flatMap(({ name, disturbedByWork }) => (disturbedByWork === undefined ? [] : [[name, disturbedByWork]])))
