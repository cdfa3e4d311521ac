import type { Mistake } from '../../contract/user-error.ts'
import { accepts } from '../../core/options/accepts.ts'
import type { DeclaredInput } from '../../core/options/inputs.ts'
import { shown } from '../../core/options/shown.ts'
import { didYouMean } from '../../core/suggestion.ts'
import type { Layer, Located } from './layers.ts'
import { type Path, pathText } from './path.ts'
import type { Environment } from './secrets.ts'
import { readYaml } from './yaml.ts'

/** One input that was given, read as far as its kind says. */
export type ReadInput = {
  readonly input: DeclaredInput
  readonly layer: Layer
  /** As the runner gave it. */
  readonly written: string
}

export type ReadInputs = { readonly given: readonly ReadInput[]; readonly mistakes: readonly Mistake[] }

type Value = { readonly value: unknown; readonly place: (path: Path, part: 'key' | 'value') => Pick<Mistake, 'line'> }

/** The runner's rule: upper case, spaces to underscores; dashes stay. */
const variable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

const nowhere = (): Pick<Mistake, 'line'> => ({})

const scalar = (text: string, kinds: ReadonlySet<string>): unknown => {
  if (kinds.has('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (kinds.has('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return text
}

/** `[::1]:443` is an address, no list. */
const looksLikeYaml = (text: string): boolean => /^\s*(- |-$|\[(?![0-9a-f]*:[0-9a-f:.]*\])|\{|[\w.-]+:(\s|$))/i.test(text)

/** One item a line; a single line is split at commas, but at those inside of a URL only where another URL follows. */
const items = (text: string): readonly { readonly item: string; readonly line: number }[] => {
  const lines = text.split(/\r?\n/).map((item, index) => ({ item: item.trim(), line: index + 1 }))
  const filled = lines.filter(({ item }) => item !== '')
  const [only] = filled
  if (filled.length !== 1 || only === undefined) return filled
  const comma = only.item.includes('://') ? /,(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i : /,/
  return only.item.split(comma).flatMap((item) => (item.trim() === '' ? [] : [{ item: item.trim(), line: only.line }]))
}

const itemList = (text: string): Value => {
  const all = items(text)
  return {
    value: all.map(({ item }) => item),
    place: ([index]) => ({ line: all[Number(index)]?.line ?? all[0]?.line ?? 1 }),
  }
}

const readValue = async (
  { schema }: DeclaredInput,
  text: string,
): Promise<Value | { readonly mistakes: readonly Pick<Mistake, 'line' | 'message'>[] }> => {
  const kinds = accepts(schema)
  const structured = kinds.has('mapping') || kinds.has('anything')
  if (!structured && !kinds.has('list')) return { value: scalar(text.trim(), kinds), place: nowhere }
  if (kinds.has('list') && !looksLikeYaml(text)) return itemList(text)
  const read = await readYaml(text)
  if ('mistakes' in read) return { mistakes: read.mistakes.map(({ line, message }) => ({ line, message })) }
  return { value: read.value, place: (path, part) => ({ line: read.place(path, part).line }) }
}

const nested = (path: readonly string[], value: unknown): Readonly<Record<string, unknown>> =>
  path.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Readonly<Record<string, unknown>>

/** Only what lies deeper than an item of the list is worth a path: the line already tells the item. */
const shownPath = (name: string, rest: Path): string => (rest.length > 1 || typeof rest[0] === 'string' ? pathText([name, ...rest]) : '')

const layerOf = (input: DeclaredInput, { value, place }: Value): Layer => ({
  from: 'input',
  value: nested(input.path, value),
  locate: (path, part): Located => {
    const rest = path.slice(input.path.length)
    return { source: `input ${input.name}`, ...place(rest, part), path: shownPath(input.name, rest) }
  },
})

const undeclared = (environment: Environment, declared: readonly DeclaredInput[]): readonly Mistake[] => {
  const known = new Set(declared.map((one) => variable(one.name)))
  const names = declared.map((one) => one.name)
  return Object.keys(environment)
    .filter((name) => name.startsWith('INPUT_') && !known.has(name))
    .map((name) => name.slice('INPUT_'.length).toLowerCase())
    .map((name) => ({ source: `input ${shown(name).slice(1, -1)}`, path: '', message: `there is no such input${didYouMean(name, names)}` }))
}

/** Reads the inputs of an action from the environment that is passed in. An empty one counts as not given. */
export const readInputs = async (environment: Environment, declared: readonly DeclaredInput[]): Promise<ReadInputs> => {
  const given: ReadInput[] = []
  const mistakes: Mistake[] = [...undeclared(environment, declared)]
  for (const input of declared) {
    const text = environment[variable(input.name)] ?? ''
    if (text.trim() === '') continue
    const value = await readValue(input, text)
    if ('mistakes' in value) for (const one of value.mistakes) mistakes.push({ source: `input ${input.name}`, path: '', ...one })
    else given.push({ input, layer: layerOf(input, value), written: text })
  }
  return { given, mistakes }
}
