import { readJson } from '../../core/read-json.ts'
import { pushTo } from './push-to.ts'

/** A lockfile of 50,000 packages has about a million. */
const mostValues = 4_000_000

export type JsonFile = { readonly value: unknown; readonly lineOf: (key: string) => number } | { readonly trouble: string }

const quote = 0x22
const space = 0x20

/** `"key": {` or `"key": [`, as all writers begin what has a place of its own -> its key as JSON. */
const keyOn = (text: string, from: number, end: number): string | undefined => {
  let at = from
  while (at < end && text.charCodeAt(at) === space) at += 1
  if (text.charCodeAt(at) !== quote) return undefined
  const close = text.indexOf('":', at)
  if (close === -1 || close >= end) return undefined
  const opens = text[close + 3]
  return opens === '{' || opens === '[' ? text.slice(at, close + 1) : undefined
}

/** Where each key stands, in the order of the file: a name that comes again is found again. */
const linesByKey = (text: string): ReadonlyMap<string, readonly number[]> => {
  const lines = new Map<string, number[]>()
  let [from, number] = [0, 1]
  while (from < text.length) {
    const found = text.indexOf('\n', from)
    const end = found === -1 ? text.length : found
    const key = keyOn(text, from, end)
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
