import type { Action } from '../../contract/action.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { Registry } from '../../contract/registry.ts'
import type { Mistake } from '../../contract/user-error.ts'
import { roundName } from '../../core/options/suite.ts'
import type { Configuration } from './configuration.ts'
import type { Layer } from './layers.ts'
import { lendersOf, type OptionsOutcome, parseOptions } from './options.ts'
import { pathText, valueAt } from './path.ts'
import { chooseRound, otherRounds, type PlacedEntry } from './rounds.ts'
import { belonging, type Setting, textAt } from './setting.ts'

/** Options that another action asks for. */
export const invocationLayer = (value: JsonObject, by: string): Layer => ({
  from: 'invocation',
  value,
  locate: (path) => ({ source: `options given by ${by}`, path: pathText(path) }),
})

const loaded = async (registry: Registry, name: string): Promise<Action> => {
  const load = registry[name]
  if (load === undefined) throw new Error(`no action ${name} in the registry`)
  return (await load()).action
}

/** A section that is not there, or not of this release, lends nothing: its action is not even loaded. */
const lendersFor = (action: Action, { request: { registry }, file, server: { overrides } }: Setting): Promise<readonly Action[]> => {
  const isWritten = (name: string): boolean =>
    [[name], ...(overrides === undefined ? [] : [[...overrides, name]])].some((path) => valueAt(file.value, path) !== undefined)
  return Promise.all(
    lendersOf(action)
      .filter((name) => Object.hasOwn(registry, name) && isWritten(name))
      .map((name) => loaded(registry, name)),
  )
}

const parseSingle = async (action: Action, setting: Setting): Promise<OptionsOutcome> => {
  const { inputs, file, server, find } = setting
  const above = belonging(inputs, 'own', 'common')
  const lenders = await lendersFor(action, setting)
  return parseOptions({ action, file, overrides: server.overrides, above, find, hasInputs: true, lenders })
}

/** The options of an action with one layer over those of its section. */
export const parseEntry = async (name: string, layer: Layer, setting: Setting): Promise<OptionsOutcome> => {
  const { file, server, find, request } = setting
  const action = await loaded(request.registry, name)
  const lenders = await lendersFor(action, setting)
  return parseOptions({ action, file, overrides: server.overrides, above: [layer], find, hasInputs: false, lenders })
}

/** The same for an action that another one asks for: it maintains what that one does, also where an input says what that is. */
export const parseInvoked = async (name: string, layer: Layer, setting: Setting): Promise<OptionsOutcome> => {
  const { file, server, find, request, inputs } = setting
  const action = await loaded(request.registry, name)
  const lenders = await lendersFor(action, setting)
  const isRead = ({ value }: Layer): boolean => Object.keys(value).every((key) => action.reads.some((one) => one === key))
  const above = [...belonging(inputs, 'common').filter(isRead), layer]
  return parseOptions({ action, file, overrides: server.overrides, above, find, hasInputs: false, lenders })
}

type OfRound = { readonly name: string; readonly file: Configuration }

/** What is missing and has no line of its own is told at the entry that asks for it. */
const placedInRound = (outcome: OptionsOutcome, { action, at }: PlacedEntry, { name, file }: OfRound): OptionsOutcome => ({
  ...outcome,
  mistakes: outcome.mistakes.map((one) =>
    one.line === undefined && one.message === 'missing' && one.source === file.source
      ? { ...one, ...(at === undefined ? {} : file.place(at, 'value')), message: `missing; the round ${name} runs ${action}` }
      : one,
  ),
})

export type ParseWork = {
  readonly outcomes: readonly OptionsOutcome[]
  readonly mistakes: readonly Mistake[]
  readonly notYet: readonly string[]
}

/** The options of the action that is run, or of every entry of the round. */
export const parseWork = async (setting: Setting): Promise<ParseWork> => {
  const { request, file, server, actions, inputs } = setting
  const choice = { file, overrides: server.overrides, actions }
  if (request.action !== roundName) return { outcomes: [await parseSingle(request.action, setting)], ...otherRounds(choice, undefined) }
  if (file.mistakes.length > 0) return { outcomes: [], mistakes: [], notYet: [] }
  const name = textAt(belonging(inputs, 'run'), 'round')
  const chosen = chooseRound(name, choice)
  const others = otherRounds(choice, name)
  const round = { name: name ?? '', file }
  const outcomes = await Promise.all(
    chosen.entries.map(async (entry) => placedInRound(await parseEntry(entry.action, entry.layer, setting), entry, round)),
  )
  return { outcomes, mistakes: [...chosen.mistakes, ...others.mistakes], notYet: others.notYet }
}
