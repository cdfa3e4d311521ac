import type { Document, LineCounter, Pair, YAMLMap } from 'yaml'
import type { Path } from './path.ts'

type Yaml = typeof import('yaml')

export type YamlPlace = { readonly line: number; readonly column: number }

/** Of the deepest part of the path that is there: its key, or its value. */
export type PlaceIn = (path: Path, part: 'key' | 'value') => YamlPlace

export const placeOf = (counter: LineCounter, offset: number): YamlPlace => {
  const { line, col } = counter.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Where the parts of a document stand. The keys of a mapping are gone through once, however many are asked for. */
export const placeIn = (yaml: Yaml, document: Document, counter: LineCounter): PlaceIn => {
  const follow = (node: unknown): unknown => (yaml.isAlias(node) ? node.resolve(document) : node)
  const offset = (node: unknown): number | undefined => {
    const range = yaml.isNode(node) ? node.range : undefined
    return range === undefined || range === null ? undefined : range[0]
  }
  const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()
  const pairOf = (map: YAMLMap, name: string): Pair | undefined => {
    const known = pairs.get(map) ?? new Map(map.items.flatMap((one) => (yaml.isScalar(one.key) ? [[String(one.key.value), one]] : [])))
    pairs.set(map, known)
    return known.get(name)
  }
  const step = (node: unknown, part: string | number): { key: number | undefined; node: unknown } | undefined => {
    if (yaml.isSeq(node)) return { key: offset(node.items[Number(part)]), node: node.items[Number(part)] }
    const pair = yaml.isMap(node) ? pairOf(node, String(part)) : undefined
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
