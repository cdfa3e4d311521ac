import type { Mistake } from '../../contract/user-error.ts'
import { defaultRounds, type RoundEntry, roundEntry } from '../../core/options/rounds.ts'
import { shown } from '../../core/options/shown.ts'
import { neverInRounds, suite } from '../../core/options/suite.ts'
import { didYouMean } from '../../core/suggestion.ts'
import { type Configuration, fileLayer } from './configuration.ts'
import type { Layer } from './layers.ts'
import { isMapping, type Path, pathText, valueAt } from './path.ts'

/** An entry of a round with the layer that its options are. `at`: where the file has it. */
export type PlacedEntry = RoundEntry & { readonly layer: Layer; readonly at?: Path }

export type ChosenRound = {
  readonly entries: readonly PlacedEntry[]
  readonly mistakes: readonly Mistake[]
  readonly notYet: readonly string[]
}

export type Choice = {
  readonly file: Configuration
  /** The way to the server's overrides. */
  readonly overrides: Path | undefined
  /** The names of the actions of this release. */
  readonly actions: readonly string[]
}

type Written = string | Readonly<Record<string, unknown>>

/** Of all that is written, only what has the shape of an entry; the rest is told by the schema of `rounds:`. */
const writtenEntries = (value: unknown): readonly { readonly index: number; readonly written: Written }[] =>
  (Array.isArray(value) ? value : []).flatMap((written: unknown, index) =>
    typeof written === 'string' || (isMapping(written) && Object.keys(written).length === 1) ? [{ index, written }] : [],
  )

const roots = ({ file, overrides }: Choice): readonly Path[] =>
  [['rounds'], ...(overrides === undefined ? [] : [[...overrides, 'rounds']])].filter((path) => isMapping(valueAt(file.value, path)))

const namesAt = (file: Configuration, path: Path): readonly string[] => Object.keys(valueAt(file.value, path) as object)

const isOutside = (name: string): boolean => (neverInRounds as readonly string[]).includes(name)

const unknownAction = (name: string, actions: readonly string[]): string => {
  if (isOutside(name)) return `no round runs ${name}: it has a workflow of its own`
  const known = [...new Set([...actions, ...suite])]
  return known.includes(name)
    ? `${name} is not in this release`
    : `there is no action ${JSON.stringify(name.slice(0, 60))}${didYouMean(name, known)}`
}

const judge = (choice: Choice, path: Path, isRun: boolean): ChosenRound => {
  const { file, actions } = choice
  const all = writtenEntries(valueAt(file.value, path)).map(({ index, written }) => ({
    at: [...path, index],
    written,
    ...roundEntry(written),
  }))
  const strangers = all.filter((one) => !actions.includes(one.action) || isOutside(one.action))
  const planned = (name: string) => (suite as readonly string[]).includes(name) && !isOutside(name)
  return {
    entries: all
      .filter((one) => !strangers.includes(one))
      .map(({ action, options, at, written }) => ({
        action,
        options,
        at,
        layer: fileLayer(file, typeof written === 'string' ? [] : [...at, action], typeof written === 'string' ? [] : undefined),
      })),
    mistakes: strangers
      .filter((one) => isRun || !planned(one.action))
      .map((one) => ({
        source: file.source,
        ...file.place(one.at, 'value'),
        path: pathText(one.at),
        message: unknownAction(one.action, actions),
      })),
    notYet: strangers.map((one) => one.action).filter((name) => !isRun && planned(name)),
  }
}

/** Rounds that a season names and that nothing defines. */
const unknownRoundsOfSeasons = (choice: Choice): readonly Mistake[] => {
  const { file, overrides } = choice
  const written = roots(choice)
  const known = written.length === 0 ? Object.keys(defaultRounds) : written.flatMap((root) => namesAt(file, root))
  const places: readonly Path[] = [['seasons'], ...(overrides === undefined ? [] : [[...overrides, 'seasons']])]
  const listed = (at: Path): readonly (readonly [Path, unknown])[] => {
    const found = valueAt(file.value, at)
    return (Array.isArray(found) ? found : []).map((one: unknown, index) => [[...at, index], one])
  }
  return places
    .flatMap(listed)
    .flatMap(([at]) => listed([...at, 'rounds']))
    .flatMap(([at, name]) => {
      if (typeof name !== 'string' || known.includes(name)) return []
      const message = `there is no round ${shown(name)}; one of ${known.join(', ')}${didYouMean(name, known)}`
      return [{ source: file.source, ...file.place(at, 'value'), path: pathText(at), message }]
    })
}

/** What is wrong in the rounds that are not run now, and in what names them: unknown actions are mistakes, those of later releases are only told. */
export const otherRounds = (choice: Choice, running: string | undefined): Omit<ChosenRound, 'entries'> => {
  const judged = roots(choice).flatMap((root) =>
    namesAt(choice.file, root)
      .filter((name) => name !== running)
      .map((name) => judge(choice, [...root, name], false)),
  )
  return {
    mistakes: [...judged.flatMap((one) => one.mistakes), ...unknownRoundsOfSeasons(choice)],
    notYet: judged.flatMap((one) => one.notYet),
  }
}

const invocationLayer = (entry: RoundEntry, name: string): Layer => ({
  from: 'invocation',
  value: entry.options,
  locate: (path) => ({ source: `default round ${name}`, path: pathText([entry.action, ...path]) }),
})

const ofDefaults = (name: string, { file, overrides, actions }: Choice): readonly PlacedEntry[] => {
  const configured = (action: string) =>
    [[], ...(overrides === undefined ? [] : [overrides])].some((root) => valueAt(file.value, [...root, action]) !== undefined)
  return (defaultRounds[name] ?? [])
    .filter(({ when, entry }) => actions.includes(entry.action) && (when === 'always' || configured(entry.action)))
    .map(({ entry }) => ({ ...entry, layer: invocationLayer(entry, name) }))
}

const nothingConfigured = (name: string): string => {
  const wanted = [...new Set((defaultRounds[name] ?? []).map(({ entry }) => entry.action))].join(', ')
  return `the round ${name} has nothing to run: none of ${wanted} is configured and in this release`
}

/** The entries of the round that is run: of the server's override, else of the file, else of the defaults. */
export const chooseRound = (name: string | undefined, choice: Choice): ChosenRound => {
  const written = roots(choice)
  const known = written.length === 0 ? Object.keys(defaultRounds) : [...new Set(written.flatMap((root) => namesAt(choice.file, root)))]
  const mistake = (message: string): ChosenRound => ({ entries: [], mistakes: [{ source: 'input round', path: '', message }], notYet: [] })
  if (name === undefined) return mistake(`missing; one of ${known.join(', ')}`)
  if (!known.includes(name))
    return mistake(`there is no round ${JSON.stringify(name.slice(0, 60))}; one of ${known.join(', ')}${didYouMean(name, known)}`)
  const root = written.findLast((one) => namesAt(choice.file, one).includes(name))
  if (root !== undefined) {
    const entries = valueAt(choice.file.value, [...root, name])
    return Array.isArray(entries) && entries.length === 0 ? mistake(`the round ${name} is empty`) : judge(choice, [...root, name], true)
  }
  const entries = ofDefaults(name, choice)
  return entries.length === 0 ? mistake(nothingConfigured(name)) : { entries, mistakes: [], notYet: [] }
}
