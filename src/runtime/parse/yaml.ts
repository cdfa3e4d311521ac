import type { Document, LineCounter, Node, YAMLError } from 'yaml'
import { shown } from '../../core/options/shown.ts'
import type { Path } from './path.ts'

type Yaml = typeof import('yaml')

type Place = { readonly line: number; readonly column: number }

type YamlMistake = Place & { readonly message: string }

/** Text that was YAML: its value, and where each part of it stands. */
export type ReadYaml = {
  readonly value: unknown
  /** Of the deepest part of the path that is there: its key, or its value. */
  readonly place: (path: Path, part: 'key' | 'value') => Place
}

type Outcome = ReadYaml | { readonly mistakes: readonly YamlMistake[] }

const mostAliases = 100
const deepest = 100
const mostMistakes = 5

/** What options are called; anything else may be a value at a wrong place. */
const plainKey = /^[a-z][a-z-]{0,30}(?=[\s:,}])/
const plainAnchor = /^[a-z_-]{1,20}$/
const named = (key: string | undefined): string | undefined => (key === undefined ? undefined : `"${key}"`)

const sayings: Partial<Record<YAMLError['code'], (at: string) => string>> = {
  TAB_AS_INDENT: () => 'a tab stands where only spaces may indent',
  DUPLICATE_KEY: (at) => `the key ${named(plainKey.exec(at)?.[0]) ?? '(not shown: it may be secret)'} stands in this mapping twice`,
  NON_STRING_KEY: () => 'a list or a mapping cannot be a key',
  MULTIPLE_DOCS: () => 'a second document starts here; one file holds one document',
  TAG_RESOLVE_FAILED: () => 'tags such as !name are not understood',
  RESOURCE_EXHAUSTION: () => 'nested too deeply',
  BAD_SCALAR_START: (at) => `a value that starts with ${shown(at.slice(0, 1))} must be quoted`,
  BLOCK_AS_IMPLICIT_KEY: () => 'a second key stands on the line of the first; indent it below, or quote the value',
}

/** The parser quotes the text at the mistake, which may be a secret. */
const withoutSource = (message: string): string =>
  message.replace(/(?:[:,]? in YAML stream)?: ["'\x60].*$/s, '').replace(/["'\x60][^"'\x60]{4,}["'\x60]?/g, '…')

const told = (error: YAMLError, text: string): string =>
  sayings[error.code]?.(text.slice(error.pos[0], error.pos[0] + 200)) ?? `not YAML: ${shown(withoutSource(error.message)).slice(1, -1)}`

const placeOf = (counter: LineCounter, offset: number): Place => {
  const { line, col } = counter.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** The first mistake of each line: the later ones of a line follow from it. */
const syntaxMistakes = (document: Document, text: string, counter: LineCounter): readonly YamlMistake[] => {
  const all = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])
  const deep = all.find((error) => error.code === 'RESOURCE_EXHAUSTION')
  const perLine = new Map<number, YamlMistake>()
  for (const error of deep === undefined ? all : [deep]) {
    const place = placeOf(counter, error.pos[0])
    if (!perLine.has(place.line)) perLine.set(place.line, { ...place, message: told(error, text) })
  }
  return [...perLine.values()].slice(0, mostMistakes)
}

/** Aliases are allowed, but few, known, and never of what they stand in; depth is bounded, so that what follows may recurse. */
const structureMistakes = (yaml: Yaml, document: Document, counter: LineCounter): readonly YamlMistake[] => {
  const found: YamlMistake[] = []
  let aliases = 0
  const mistake = (node: Node, message: string): symbol => {
    found.push({ ...placeOf(counter, node.range?.[0] ?? 0), message })
    return found.length < mostMistakes ? yaml.visit.SKIP : yaml.visit.BREAK
  }
  yaml.visit(document, {
    Node: (_key, node, path) => {
      if (path.length > deepest * 2) return mistake(node, 'nested too deeply')
      if (!yaml.isAlias(node)) return undefined
      aliases += 1
      if (aliases > mostAliases) return mistake(node, `more than ${mostAliases} aliases`)
      const target = node.resolve(document)
      if (target === undefined)
        return mistake(node, `no anchor ${plainAnchor.test(node.source) ? `&${node.source}` : 'of this name'} stands before this alias`)
      return path.includes(target) ? mistake(node, 'this alias stands inside of what it repeats') : undefined
    },
  })
  return found
}

const toValue = (document: Document): { readonly value: unknown } | { readonly mistake: string } => {
  try {
    return { value: document.toJS({ maxAliasCount: mostAliases }) as unknown }
  } catch (error) {
    // What the library only finds when it makes the value is a mistake of the file: aliases of aliases, and a merge of what is no mapping.
    if (!Error.isError(error)) throw error
    if (error.name === 'ReferenceError') return { mistake: 'aliases repeat too much (an alias bomb)' }
    if (error.message.startsWith('Merge sources')) return { mistake: '`<<` merges something that is not a mapping' }
    throw error
  }
}

const placeIn = (yaml: Yaml, document: Document, counter: LineCounter): ReadYaml['place'] => {
  const follow = (node: unknown): unknown => (yaml.isAlias(node) ? node.resolve(document) : node)
  const offset = (node: unknown): number | undefined => {
    const range = yaml.isNode(node) ? node.range : undefined
    return range === undefined || range === null ? undefined : range[0]
  }
  const step = (node: unknown, part: string | number): { key: number | undefined; node: unknown } | undefined => {
    if (yaml.isSeq(node)) return { key: offset(node.items[Number(part)]), node: node.items[Number(part)] }
    const pair = yaml.isMap(node) ? node.items.find((one) => yaml.isScalar(one.key) && String(one.key.value) === String(part)) : undefined
    return pair && { key: offset(pair.key), node: pair.value }
  }
  return (path, wanted) => {
    let [node, key]: [unknown, number | undefined] = [document.contents, offset(document.contents)]
    let value = key
    for (const part of path) {
      const next = step(follow(node), part)
      if (next?.node === undefined && next?.key === undefined) break
      const empty = yaml.isScalar(next.node) && next.node.source === ''
      ;[node, key, value] = [next.node, next.key, empty ? next.key : (offset(next.node) ?? next.key)]
    }
    return placeOf(counter, (wanted === 'key' ? key : value) ?? 0)
  }
}

/** Where more brackets are open than any file needs: the library would take seconds to find that out. */
const tooDeepAt = (text: string): number | undefined => {
  let open = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    open = '[{'.includes(bracket) ? open + 1 : Math.max(0, open - 1)
    if (open > deepest * 10) return index
  }
  return undefined
}

const placeInText = (text: string, offset: number): Place => {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

const read = (yaml: Yaml, text: string): Outcome => {
  const tooDeep = tooDeepAt(text)
  if (tooDeep !== undefined) return { mistakes: [{ ...placeInText(text, tooDeep), message: 'nested too deeply' }] }
  const counter = new yaml.LineCounter()
  const document = yaml.parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: 'error',
    version: '1.2',
  })
  const syntax = syntaxMistakes(document, text, counter)
  if (syntax.length > 0) return { mistakes: syntax }
  const structure = structureMistakes(yaml, document, counter)
  if (structure.length > 0) return { mistakes: structure }
  const made = toValue(document)
  if ('mistake' in made) return { mistakes: [{ line: 1, column: 1, message: made.mistake }] }
  return { value: made.value, place: placeIn(yaml, document, counter) }
}

/** Reads one YAML document; never throws for what stands in it. The library is loaded at the first use. */
export const readYaml = async (text: string): Promise<Outcome> => {
  const yaml = await import('yaml')
  try {
    return read(yaml, text)
  } catch (error) {
    // The library recurses: very deep nesting overflows the stack before any of its own limits.
    if (Error.isError(error) && error.name === 'RangeError') return { mistakes: [{ line: 1, column: 1, message: 'nested too deeply' }] }
    throw error
  }
}
