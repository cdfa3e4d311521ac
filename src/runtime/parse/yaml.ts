import type { Document, LineCounter, Node, YAMLError } from 'yaml'
import { shown } from '../../core/options/shown.ts'
import { keepsDigits } from './yaml-numbers.ts'
import { type PlaceIn, placeIn, placeOf, type YamlPlace } from './yaml-place.ts'

type Yaml = typeof import('yaml')

type YamlMistake = YamlPlace & { readonly message: string }

/** Text that was YAML: its value, and where each part of it stands. */
export type ReadYaml = {
  readonly value: unknown
  /** Of the deepest part of the path that is there: its key, or its value. */
  readonly place: PlaceIn
}

type Outcome = ReadYaml | { readonly mistakes: readonly YamlMistake[] }

const mostAliases = 100
const deepest = 100
const mostMistakes = 5
/** The library may find a mistake, a costly object, in each. */
const mostLines = 50_000

/** What options are called; anything else may be a value at a wrong place. */
const plainKey = /^[a-z][a-z-]{0,30}$/
const plainAnchor = /^[a-z_-]{1,20}$/

const sayings: Partial<Record<YAMLError['code'], (at: string) => string>> = {
  TAB_AS_INDENT: () => 'a tab stands where only spaces may indent',
  NON_STRING_KEY: () => 'a list or a mapping cannot be a key',
  MULTIPLE_DOCS: () => 'a second document starts here; one file holds one document',
  TAG_RESOLVE_FAILED: () => 'tags such as !name are not understood',
  RESOURCE_EXHAUSTION: () => 'nested too deeply',
  BAD_SCALAR_START: (at) => `a value that starts with ${shown(at.slice(0, 1))} must be quoted`,
  BLOCK_AS_IMPLICIT_KEY: () => 'a second key stands on the line of the first; indent it below, or quote the value',
}

/** The parser quotes the text at the mistake, which may be a secret. */
const withoutSource = (message: string): string =>
  message
    .slice(0, 500)
    .replace(/(?:[:,]? in YAML stream)?: ["'\x60].*$/s, '')
    .replace(/["'\x60][^"'\x60]{4,}["'\x60]?/g, '…')

const told = (error: YAMLError, text: string): string =>
  sayings[error.code]?.(text.slice(error.pos[0], error.pos[0] + 200)) ?? `not YAML: ${shown(withoutSource(error.message)).slice(1, -1)}`

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
      if (yaml.isScalar(node) && typeof node.value === 'number' && !keepsDigits(node.source ?? '', node.value))
        return mistake(node, 'this number has more digits than can be kept or compared; a text stands in quotes')
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

/** The library has a symbol for `<<`. */
const nameOf = (value: unknown): string => (typeof value === 'symbol' ? (value.description ?? '') : String(value))

/** A key that stands in its mapping twice: the later one would win, silently. */
const doubledKeys = (yaml: Yaml, document: Document, counter: LineCounter): readonly YamlMistake[] => {
  const found: YamlMistake[] = []
  yaml.visit(document, {
    Map: (_key, map) => {
      const known = new Set<string>()
      for (const { key } of map.items) {
        const name = yaml.isScalar(key) ? nameOf(key.value) : undefined
        if (name === undefined) continue
        if (known.has(name)) {
          const place = placeOf(counter, (yaml.isNode(key) ? key.range?.[0] : undefined) ?? 0)
          found.push({
            ...place,
            message: `the key ${plainKey.test(name) ? `"${name}"` : '(not shown: it may be secret)'} stands in this mapping twice`,
          })
        }
        known.add(name)
        if (found.length >= mostMistakes) return yaml.visit.BREAK
      }
      return undefined
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

/** Where more brackets are open than any file needs: the library would take seconds to find that out. */
const tooDeepAt = (text: string): number | undefined => {
  let open = 0
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    open = '[{'.includes(bracket) ? open + 1 : Math.max(0, open - 1)
    if (open > deepest * 10) return index
  }
  return undefined
}

const placeInText = (text: string, offset: number): YamlPlace => {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

const read = (yaml: Yaml, text: string): Outcome => {
  const lines = text.split('\n', mostLines + 1).length
  if (lines > mostLines) return { mistakes: [{ line: lines, column: 1, message: `more than ${mostLines} lines` }] }
  const tooDeep = tooDeepAt(text)
  if (tooDeep !== undefined) return { mistakes: [{ ...placeInText(text, tooDeep), message: 'nested too deeply' }] }
  const counter = new yaml.LineCounter()
  const document = yaml.parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    // The library compares each key with all before it; `doubledKeys` finds them in one pass.
    uniqueKeys: false,
    logLevel: 'error',
    version: '1.2',
  })
  const syntax = syntaxMistakes(document, text, counter)
  if (syntax.length > 0) return { mistakes: syntax }
  const structure = [...doubledKeys(yaml, document, counter), ...structureMistakes(yaml, document, counter)].slice(0, mostMistakes)
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
