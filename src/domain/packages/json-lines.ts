import { readJson } from '../../core/read-json.ts'
import { pushTo } from './push-to.ts'

/** A lockfile of 50,000 packages has about a million. */
export const mostValues = 4_000_000

export type JsonFile = { readonly value: unknown; readonly lineOf: (key: string) => number } | { readonly trouble: string }

const quote = '"'

/** `"key": {` or `"key": [`, as all writers put it on a line of its own -> its key as JSON. */
const keyOn = (line: string): string | undefined => {
  const trimmed = line.trim()
  if (!trimmed.startsWith(quote)) return undefined
  const opens = trimmed.endsWith('{') || trimmed.endsWith('[') || trimmed.includes('": [')
  const end = trimmed.indexOf('":')
  return opens && end > 0 ? trimmed.slice(0, end + 1) : undefined
}

/** Where each key stands, in the order of the file: a name that comes again is found again. */
const linesByKey = (text: string): ReadonlyMap<string, readonly number[]> => {
  const lines = new Map<string, number[]>()
  let [from, number] = [0, 1]
  while (from < text.length) {
    const found = text.indexOf('\n', from)
    const end = found === -1 ? text.length : found
    const key = keyOn(text.slice(from, end))
    if (key !== undefined) pushTo(lines, key, number)
    from = end + 1
    number += 1
  }
  return lines
}

/** For `lineOf`, called in the order of the file: each call for a key takes its next place. 1 where it is not known. */
export const createLineOf = (text: string): ((key: string) => number) => {
  const lines = linesByKey(text)
  const taken = new Map<string, number>()
  return (key) => {
    const known = lines.get(JSON.stringify(key)) ?? []
    const nth = taken.get(key) ?? 0
    taken.set(key, nth + 1)
    return known[nth] ?? known.at(-1) ?? 1
  }
}

/** JSON with the lines of its keys. */
export const readJsonLines = (text: string): JsonFile => {
  const read = readJson(text, mostValues)
  return 'trouble' in read ? { trouble: `it ${read.trouble}` } : { value: read.value, lineOf: createLineOf(text) }
}
