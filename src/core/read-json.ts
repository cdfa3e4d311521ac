export type ReadJson = { readonly value: unknown } | { readonly trouble: string }

/**
 * Values and keys together: each costs a hundred bytes or more when it is made, and again when a shape complains of it. A page of a hundred
 * issues of GitHub has 30,000, a container a thousand.
 */
const defaultMost = 250_000
/** What follows may recurse. */
const deepest = 500

const quote = 0x22
const backslash = 0x5c
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b])
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d])
/** `,` and `:` */
const separating: ReadonlySet<number> = new Set([0x2c, 0x3a])

/** Where a string ends that begins at `from`. */
const stringEnd = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}

/** Counts before anything is made. One pass; what is no JSON is counted as well as it goes. */
const excess = (text: string, mostValues: number): string | undefined => {
  let [open, count] = [0, 1]
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) at = stringEnd(text, at)
    else if (separating.has(code)) count += 1
    else if (closing.has(code)) open -= 1
    else if (opening.has(code)) {
      open += 1
      count += 1
    }
    if (open > deepest) return 'is nested too deeply'
    if (count > mostValues) return `holds more than ${mostValues} values`
  }
  return undefined
}

/** Reads JSON that somebody else wrote: bounded before it is read, so that neither it nor what looks at its value can run away. */
export const readJson = (text: string, mostValues = defaultMost): ReadJson => {
  // A text this short cannot hold too much.
  const trouble = text.length <= deepest ? undefined : excess(text, mostValues)
  if (trouble !== undefined) return { trouble }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    // Whether it is JSON is what the caller asks.
    return { trouble: 'is not JSON' }
  }
}

/** The value of a JSON text, or `undefined`, which no JSON means. */
export const jsonValue = (text: string): unknown => {
  const read = readJson(text)
  return 'value' in read ? read.value : undefined
}
