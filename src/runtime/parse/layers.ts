import { z } from 'zod'
import type { OptionShape } from '../../contract/action.ts'
import type { Mistake } from '../../contract/user-error.ts'
import { type FlatIssue, flatIssues, houseError } from './issues.ts'
import { isMapping, type Path, valueAt } from './path.ts'
import { resolveSecrets } from './secrets.ts'

/** Where something was written: a file or an input, with its line and the path as the person wrote it. */
export type Located = Pick<Mistake, 'source' | 'line' | 'column' | 'path'>

/** Options from one place: the file's common part, a section, a server's override, an entry of a round, one input. */
export type Layer = {
  /** `invocation`: what another action asked for. */
  readonly from: 'file' | 'input' | 'invocation'
  readonly value: Readonly<Record<string, unknown>>
  /** Places a path of `value`; of one that is not there, its deepest part that is. */
  readonly locate: (path: Path, part: 'key' | 'value') => Located
}

export type Parsed = {
  /** The options, valid and complete, when there was no mistake. */
  readonly value: Readonly<Record<string, unknown>> | undefined
  readonly mistakes: readonly Mistake[]
  readonly secrets: readonly string[]
}

/** Mappings are merged key by key; lists and scalars are replaced as a whole. A key without a value counts as not given. */
const merge = (low: unknown, high: unknown): unknown => {
  if (!isMapping(low) || !isMapping(high)) return high
  const keys = new Set([...Object.keys(low), ...Object.keys(high)])
  return Object.fromEntries([...keys].map((key) => [key, Object.hasOwn(high, key) ? mergeInto(low, high, key) : low[key]]))
}

const mergeInto = (low: Readonly<Record<string, unknown>>, high: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(low, key) ? merge(low[key], high[key]) : high[key]

/** Lays layers over each other, the last one on top. */
const mergeLayers = (layers: readonly Layer[]): Readonly<Record<string, unknown>> =>
  layers.reduce<Readonly<Record<string, unknown>>>((low, layer) => merge(low, layer.value) as Readonly<Record<string, unknown>>, {})

/** The layer that a path's value came from: the topmost that has it, following the way values are merged. */
export const layerOf = (layers: readonly Layer[], path: Path): Layer | undefined => {
  let candidates = layers.toReversed()
  for (const [index] of path.entries()) {
    const having = candidates.filter((layer) => valueAt(layer.value, path.slice(0, index + 1)) !== undefined)
    const [top] = having
    if (top === undefined) return index === 0 ? undefined : candidates[0]
    candidates = isMapping(valueAt(top.value, path.slice(0, index + 1))) ? having : [top]
  }
  return candidates[0]
}

export type ParseLayers = {
  readonly shape: OptionShape
  /** Lowest first. */
  readonly layers: readonly Layer[]
  /** Places an option that stands nowhere. */
  readonly absent: (path: Path) => Located
  readonly find: (name: string) => string | undefined
  /** Where a `${NAME}` that is not set only leaves the value out, since nobody asked for it. */
  readonly mayBeUnset?: (path: Path) => boolean
}

type Attempt = { readonly parsed: Parsed; readonly issues: readonly FlatIssue[]; readonly unset: readonly FlatIssue[] }

const without = (value: unknown, [first, ...rest]: Path): unknown => {
  if (!isMapping(value) || first === undefined) return value
  const entries = Object.entries(value).filter(([key]) => key !== first || rest.length > 0)
  return Object.fromEntries(entries.map(([key, one]) => [key, key === first ? without(one, rest) : one]))
}

const attempt = ({ shape, layers, find, mayBeUnset = () => false }: ParseLayers): Attempt => {
  const schema = z.strictObject(shape)
  const { value: resolved, secrets, unset: notSet, left } = resolveSecrets(schema, mergeLayers(layers), find)
  const unset = notSet.filter((one) => !mayBeUnset(one.path))
  const value = notSet.filter((one) => mayBeUnset(one.path)).reduce<unknown>((left, one) => without(left, one.path), resolved)
  const outcome = schema.safeParse(value, { error: houseError, reportInput: true, jitless: true })
  const all = outcome.success ? [] : flatIssues(outcome.error, schema)
  const unsetIssues = unset.map((one): FlatIssue => ({ ...one, part: 'value', missing: false }))
  const told = new Set([...unset, ...left].map(({ path }) => path.join('\0')))
  return {
    parsed: { value: outcome.success ? outcome.data : undefined, mistakes: [], secrets },
    issues: [...left.map((one): FlatIssue => ({ ...one, missing: false })), ...all.filter(({ path }) => !told.has(path.join('\0')))],
    unset: unsetIssues,
  }
}

const placed = ({ path, part, message }: FlatIssue, { layers, absent }: ParseLayers): Mistake => {
  const layer = layerOf(layers, path)
  return { ...(layer === undefined ? absent(path) : layer.locate(path, part)), message }
}

/** The same mistake found twice is told once. */
export const eachOnce = (mistakes: readonly Mistake[]): readonly Mistake[] => [
  ...new Map(mistakes.map((one) => [[one.source, one.line, one.column, one.path, one.message].join('\0'), one])).values(),
]

/**
 * Parses layers of options with one schema. What an input covers in the file is judged as well, so that every mistake is told at once;
 * but a `${NAME}` that is covered need not be set.
 */
export const parseLayers = (given: ParseLayers): Parsed => {
  const whole = attempt(given)
  const file = given.layers.filter((layer) => layer.from === 'file')
  const covered = file.length === 0 || file.length === given.layers.length ? [] : coveredMistakes({ ...given, layers: file })
  const mistakes = [...covered, ...[...whole.unset, ...whole.issues].map((issue) => placed(issue, given))]
  return { ...whole.parsed, value: mistakes.length === 0 ? whole.parsed.value : undefined, mistakes: eachOnce(mistakes) }
}

const coveredMistakes = (given: ParseLayers): readonly Mistake[] =>
  attempt(given)
    .issues.filter((issue) => !issue.missing || issue.path.length > 1)
    .map((issue) => placed(issue, given))
