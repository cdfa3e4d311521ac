import { jsonValue } from '../../core/read-json.ts'

/** A mapping of a lockfile in block style, with the lines of its keys. */
export type BlockNode = {
  readonly line: number
  /** The scalar, unquoted; empty for a mapping. A value in flow style as it is written. */
  readonly text: string
  readonly entries: ReadonlyMap<string, BlockNode>
}
type OpenNode = { readonly line: number; readonly text: string; entries: Map<string, BlockNode> }

export type BlockText = { readonly documents: readonly BlockNode[] } | { readonly trouble: string }

type Open = { readonly indent: number; readonly node: OpenNode }
type Reading = {
  readonly documents: BlockNode[]
  stack: Open[]
  /** Deeper lines than this belong to a scalar of several lines. */
  scalarIndent: number | undefined
  /** The node of a `? key` whose value follows. */
  asked: Open | undefined
}

const deepest = 50

/** Most nodes are scalars: a map for each would be half of the work. */
const none: Map<string, BlockNode> = new Map()
const nodeAt = (line: number, text = ''): OpenNode => ({ line, text, entries: none })

const addTo = (parent: OpenNode | undefined, key: string, node: BlockNode): void => {
  if (parent === undefined) return
  if (parent.entries === none) parent.entries = new Map()
  parent.entries.set(key, node)
}

const indentOf = (line: string): number => {
  let at = 0
  while (line[at] === ' ') at += 1
  return at
}

/** Where a quoted word ends that begins the text; -1 when it does not end on this line. */
const quotedEnd = (text: string): number => {
  const quote = text[0]
  for (let at = 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote && quote === "'" && text[at + 1] === "'") at += 1
    else if (text[at] === quote) return at
  }
  return -1
}

const isQuoted = (text: string): boolean => text.startsWith('"') || text.startsWith("'")

const unquoted = (text: string): string => {
  if (text.startsWith("'") && text.endsWith("'") && text.length > 1) return text.slice(1, -1).replaceAll("''", "'")
  if (!text.startsWith('"') || quotedEnd(text) !== text.length - 1) return text
  const value = jsonValue(text)
  // An escape that JSON does not know: as it is written.
  return typeof value === 'string' ? value : text.slice(1, -1)
}

type KeyAndValue = { readonly key: string; readonly value: string }

/** `key: value` of YAML; `key value` and `a, "b":` of yarn 1. */
const splitLine = (content: string): KeyAndValue => {
  const end = isQuoted(content) ? quotedEnd(content) + 1 : 0
  const colon = content.indexOf(': ', end)
  if (end > 0 && content[end] === ' ') return { key: unquoted(content.slice(0, end)), value: content.slice(end + 1).trim() }
  if (end > 0 && content[end] === ':') return { key: unquoted(content.slice(0, end)), value: content.slice(end + 1).trim() }
  if (colon !== -1) return { key: content.slice(0, colon), value: content.slice(colon + 2).trim() }
  if (content.endsWith(':')) return { key: content.slice(0, -1), value: '' }
  const space = content.indexOf(' ')
  return space === -1 ? { key: content, value: '' } : { key: content.slice(0, space), value: content.slice(space + 1).trim() }
}

/** A scalar that goes on below: a block, or quotes that are not closed. */
const goesOn = (value: string): boolean => /^[|>][+-]?$/.test(value) || (isQuoted(value) && quotedEnd(value) === -1)

const put = (reading: Reading, indent: number, content: string, line: number): void => {
  const { key, value } = splitLine(content)
  const node = nodeAt(line, unquoted(value))
  addTo(reading.stack.at(-1)?.node, key, node)
  reading.stack.push({ indent, node })
  if (goesOn(value)) reading.scalarIndent = indent
}

const closeDownTo = (reading: Reading, indent: number): void => {
  while (reading.stack.length > 1 && (reading.stack.at(-1)?.indent ?? -1) >= indent) reading.stack.pop()
}

const begin = (reading: Reading, line: number): void => {
  const node = nodeAt(line)
  reading.documents.push(node)
  reading.stack = [{ indent: -1, node }]
  reading.asked = undefined
}

const takeAnswer = (reading: Reading, indent: number, content: string, line: number): void => {
  const rest = content.slice(1).trim()
  if (reading.asked === undefined) return
  reading.stack.push(reading.asked)
  // A mapping may begin on the line of the colon.
  if (rest !== '') put(reading, indent + 2, rest, line)
}

const take = (reading: Reading, indent: number, content: string, line: number): void => {
  closeDownTo(reading, indent)
  if (content.startsWith('- ') || content === '-') return
  if (content === ':' || content.startsWith(': ')) return takeAnswer(reading, indent, content, line)
  if (!content.startsWith('? ')) return put(reading, indent, content, line)
  const node = nodeAt(line)
  addTo(reading.stack.at(-1)?.node, unquoted(content.slice(2).trim()), node)
  reading.asked = { indent, node }
}

const takeLine = (reading: Reading, line: string, number: number): void => {
  const content = line.trim()
  if (content === '' || content.startsWith('#')) return
  const indent = indentOf(line)
  if (reading.scalarIndent !== undefined && indent > reading.scalarIndent) return
  reading.scalarIndent = undefined
  if (content === '---') return begin(reading, number)
  take(reading, indent, content, number)
}

/**
 * Reads what lockfiles of yarn and pnpm are made of: mappings in block style, two spaces a level, scalars on one line. Lists and values in
 * flow style are left as they are. One pass, so that 50,000 packages take a fraction of a second and each keeps its line (ADR 30).
 */
export const readBlockText = (text: string): BlockText => {
  const reading: Reading = { documents: [], stack: [], scalarIndent: undefined, asked: undefined }
  begin(reading, 1)
  let number = 0
  for (const line of text.split('\n')) {
    number += 1
    takeLine(reading, line, number)
    if (reading.stack.length > deepest) return { trouble: `it is nested too deeply (line ${number})` }
  }
  return { documents: reading.documents.filter(({ entries }) => entries.size > 0) }
}
