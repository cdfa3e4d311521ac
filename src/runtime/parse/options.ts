import type { z } from 'zod'
import type { Action, OptionShape } from '../../contract/action.ts'
import type { Mistake } from '../../contract/user-error.ts'
import { commonSections } from '../../core/options/common.ts'
import { sectionShape } from '../../core/options/inputs.ts'
import { type Configuration, fileLayer } from './configuration.ts'
import { type Layer, type Located, layerOf, type Parsed, parseLayers } from './layers.ts'
import { type Path, pathText, valueAt } from './path.ts'

/** An action with its options, valid and complete; those of the common part that it reads stand among them. */
export type ParsedOptions = {
  readonly action: Action
  readonly options: Readonly<Record<string, unknown>>
  /** `timeout` of its section or of its entry in the round. */
  readonly timeoutMs: number | undefined
  /** Where the database's URL stood, as it was written: recovery reads it there again. */
  readonly databaseUrl?: WrittenUrl | undefined
}

/** An input of the step, or a text in which `${NAME}` was not replaced yet. */
export type WrittenUrl = { readonly input: string } | { readonly text: string }

export type OptionsOutcome = {
  readonly parsed: ParsedOptions | undefined
  readonly mistakes: readonly Mistake[]
  readonly secrets: readonly string[]
}

export type OptionsRequest = {
  readonly action: Action
  readonly file: Configuration
  /** The way to the server's overrides. */
  readonly overrides: Path | undefined
  /** Inputs, the entry of a round, or what another action asks for; lowest first. */
  readonly above: readonly Layer[]
  readonly find: (name: string) => string | undefined
  /** The action has inputs of its own in this run: what is missing is then asked for as an input, when the file has no section. */
  readonly hasInputs: boolean
  /** The actions of whose sections this one borrows options. */
  readonly lenders: readonly Action[]
}

/** The schema of an action's section: its own options, the common ones that it reads, and those of every section. */
export const sectionOptions = (action: Action): OptionShape => ({
  ...sectionShape,
  ...Object.fromEntries(action.reads.map((name) => [name, commonSections[name]])),
  ...action.options,
})

const absentIn = ({ action, file, hasInputs }: OptionsRequest, path: Path): Located => {
  const at = [action.name, ...path]
  if (valueAt(file.value, [action.name]) !== undefined) return { source: file.source, ...file.place(at, 'key'), path: pathText(at) }
  return hasInputs ? { source: `input ${path.join('-')}`, path: '' } : { source: file.source, path: pathText(at) }
}

/** `health-check.endpoints` of `borrows` -> its section and its option. */
const borrowedBy = ({ borrows = [] }: Action): readonly (readonly [section: string, option: string])[] =>
  borrows.map((one) => [one.slice(0, one.indexOf('.')), one.slice(one.indexOf('.') + 1)])

/** The names of the actions whose sections an action reads besides its own. */
export const lendersOf = (action: Action): readonly string[] => [...new Set(borrowedBy(action).map(([section]) => section))]

/** What its owner cannot do without, whoever borrows it can: a file without that section lends nothing. */
const mayBeAbsent = (schema: z.ZodType): z.ZodType => (schema.safeParse(undefined).success ? schema : schema.optional())

/** What an action borrows from one section, as the file has it. A secret there need not be set: its owner asks for it. */
const parseBorrowed = ({ action, file, overrides, find }: OptionsRequest, lender: Action): Parsed => {
  const names = borrowedBy(action).flatMap(([section, option]) => (section === lender.name ? [option] : []))
  return parseLayers({
    shape: Object.fromEntries(
      Object.entries(lender.options).flatMap(([name, schema]) => (names.includes(name) ? [[name, mayBeAbsent(schema)]] : [])),
    ),
    layers: [
      fileLayer(file, [lender.name], names),
      ...(overrides === undefined ? [] : [fileLayer(file, [...overrides, lender.name], names)]),
    ],
    absent: (path) => ({ source: file.source, path: pathText([lender.name, ...path]) }),
    find,
    mayBeUnset: () => true,
  })
}

/** Judged of valid options only: what they mean together is not known of others. */
const senselessIn = (request: OptionsRequest, { value }: Parsed, layers: readonly Layer[]): readonly Mistake[] =>
  (value === undefined ? [] : (request.action.senseless?.(value) ?? [])).map(({ path, message }) => ({
    ...(layerOf(layers, path)?.locate(path, 'value') ?? absentIn(request, path)),
    message,
  }))

const urlPath: Path = ['database', 'url']
const writtenUrl = (layers: readonly Layer[]): WrittenUrl | undefined => {
  const layer = layerOf(layers, urlPath)
  const text = layer === undefined ? undefined : valueAt(layer.value, urlPath)
  if (typeof text !== 'string') return undefined
  return layer?.from === 'input' ? { input: 'database-url' } : { text }
}

/** The options of one action for this run: default < common part < server's override < section < entry of the round < input. */
export const parseOptions = (request: OptionsRequest): OptionsOutcome => {
  const { action, file, overrides, above, find } = request
  const server = (path: Path, keys?: readonly string[]) => (overrides === undefined ? [] : [fileLayer(file, [...overrides, ...path], keys)])
  const layers = [
    fileLayer(file, [], action.reads),
    ...server([], action.reads),
    fileLayer(file, [action.name]),
    ...server([action.name]),
    ...above,
  ]
  const own = parseLayers({
    shape: sectionOptions(action),
    layers,
    absent: (path) => absentIn(request, path),
    find,
  })
  const borrowed = request.lenders.map((lender) => [lender.name, parseBorrowed(request, lender)] as const)
  const all = [own, ...borrowed.map(([, parsed]) => parsed)]
  const mistakes = [...all.flatMap((one) => one.mistakes), ...senselessIn(request, own, layers)]
  const secrets = all.flatMap((one) => one.secrets)
  if (own.value === undefined || mistakes.length > 0) return { parsed: undefined, mistakes, secrets }
  const { timeout, ...options } = own.value
  const given = Object.fromEntries(
    borrowed.map(([name, { value }]) => [Object.hasOwn(action.options, name) ? `${name}-section` : name, value]),
  )
  const parsed = { action, options: { ...options, ...given }, timeoutMs: timeout as number | undefined, databaseUrl: writtenUrl(layers) }
  return { parsed, mistakes, secrets }
}
