/** The small changes of a source that a test should notice: one node of its syntax at a time, each as the whole text that results. */
import { parseSync } from 'oxc-parser'

export type Change = {
  readonly line: number
  readonly at: number
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly source: string
}

type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown }
type Edit = { readonly kind: string; readonly node: Node; readonly to: string }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

/** Types change nothing at run time; what a cast or `satisfies` wraps does. */
const isType = (node: Node): boolean =>
  node.type.startsWith('TS') && !['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'].includes(node.type)

const nodesBelow = (value: unknown): readonly Node[] => {
  if (Array.isArray(value)) return value.flatMap(nodesBelow)
  if (!isNode(value) || isType(value) || value.type === 'ImportDeclaration') return []
  return [value, ...Object.values(value).flatMap(nodesBelow)]
}

const turned: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
}

const part = (node: Node, key: string): Node => node[key] as Node
const parts = (node: Node, key: string): readonly Node[] => (node[key] as readonly (Node | null)[]).filter((one) => one !== null)

const isText = (node: Node): boolean => node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node['value'] === 'string')

/** Puts two pieces of the text in each other's place. */
const exchanged = (outer: Node, [a, b]: readonly [Node, Node], source: string): string =>
  source.slice(outer.start, a.start) +
  source.slice(b.start, b.end) +
  source.slice(a.end, b.start) +
  source.slice(a.start, a.end) +
  source.slice(b.end, outer.end)

const withoutElement = (array: Node, element: Node, source: string): string => {
  const others = parts(array, 'elements').filter((one) => one !== element)
  return `[${others.map((one) => source.slice(one.start, one.end)).join(', ')}]`
}

const operatorEdits = (node: Node, source: string): readonly Edit[] => {
  const [left, right] = [part(node, 'left'), part(node, 'right')]
  const between = source.slice(left.end, right.start)
  const operator = String(node['operator'])
  return (turned[operator] ?? []).map((other) => ({
    kind: 'operator turned',
    node,
    to: source.slice(node.start, left.end) + between.replace(operator, other) + source.slice(right.start, node.end),
  }))
}

const tableEdits = (node: Node, source: string): readonly Edit[] => {
  const values = parts(node, 'properties')
    .filter((one) => one.type === 'Property')
    .map((one) => part(one, 'value'))
    .filter(isText)
  return values.slice(1).map((value, index) => ({
    kind: 'texts exchanged',
    node,
    to: exchanged(node, [values[index] ?? value, value], source),
  }))
}

const choiceEdit = (node: Node, source: string): Edit => ({
  kind: 'choice turned',
  node,
  to: exchanged(node, [part(node, 'consequent'), part(node, 'alternate')], source),
})

const edits: Readonly<Record<string, (node: Node, source: string) => readonly Edit[]>> = {
  BinaryExpression: operatorEdits,
  LogicalExpression: operatorEdits,
  ConditionalExpression: (node, source) => [choiceEdit(node, source)],
  ObjectExpression: tableEdits,
  ArrayExpression: (node, source) =>
    parts(node, 'elements').map((element) => ({ kind: 'element left out', node, to: withoutElement(node, element, source) })),
  Literal: (node) => (typeof node['value'] === 'number' ? [{ kind: 'number by one', node, to: String(node['value'] + 1) }] : []),
}

/** Every change of one source, in the order of the text. */
export const changesOf = (path: string, source: string): readonly Change[] =>
  nodesBelow(parseSync(path, source).program)
    .flatMap((node) => edits[node.type]?.(node, source) ?? [])
    .map(({ kind, node, to }) => ({
      line: source.slice(0, node.start).split('\n').length,
      at: node.start,
      kind,
      from: source.slice(node.start, node.end),
      to,
      source: source.slice(0, node.start) + to + source.slice(node.end),
    }))
    .filter((one) => one.source !== source)
