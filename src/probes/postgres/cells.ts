import { readJson } from '../../core/read-json.ts'

/**
 * Reading what a server wrote, by the type that was asked for, whatever type it names: text as it is, numbers as `float8` or `int8`, times as
 * milliseconds of the server's own clock. Each reader takes time in proportion to the text, and gives nothing for what is none of its kind.
 */

/** At most `most` characters; empty when it is no text. */
export const textCell = (value: unknown, most = 1_000): string => (typeof value === 'string' ? value.slice(0, most) : '')

/** The whole text. */
export const wholeCell = (value: unknown): string => (typeof value === 'string' ? value : '')

export const booleanCell = (value: unknown): boolean => value === 't'

/** Longer ones are no numbers. */
const longestNumber = 400

export const numberCell = (value: unknown): number => {
  if (typeof value === 'string') return value.length > longestNumber ? Number.NaN : Number(value)
  return typeof value === 'number' ? value : 0
}

export const optionalCell = (value: unknown): number | undefined => (value === null || value === undefined ? undefined : numberCell(value))

/** Of a catalogue with thousands of tables. */
const mostJsonValues = 5_000_000

/** `undefined` for what is no JSON, or too much of it. */
export const jsonCell = (value: unknown): unknown => {
  const read = readJson(wholeCell(value), mostJsonValues)
  return 'value' in read ? read.value : undefined
}

/** Where the quoted text that begins at `from` ends, behind its last quote. */
const quotedEnd = (text: string, from: number): number => {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

const plainEnd = (text: string, from: number): number => {
  let at = from
  while (at < text.length - 1 && text[at] !== ',') at += 1
  return at
}

/** The texts of an array of one dimension, without its nulls; empty when it is none. */
export const textsCell = (value: unknown): readonly string[] => {
  const text = wholeCell(value)
  if (!text.startsWith('{') || !text.endsWith('}')) return []
  const found: string[] = []
  for (let at = 1; at < text.length - 1; at += 1) {
    const quoted = text[at] === '"'
    const end = quoted ? quotedEnd(text, at) : plainEnd(text, at)
    const written = text.slice(at, end)
    if (quoted) found.push(written.slice(1, -1).replace(/\\(.)/gs, '$1'))
    else if (written !== 'NULL') found.push(written)
    at = end
  }
  return found
}

export const numbersCell = (value: unknown): readonly number[] => textsCell(value).map(numberCell)

/** An SQL expression: milliseconds since a moment of the server. */
export const sinceMs = (moment: string): string =>
  `(extract(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) ${moment}) OPERATOR(pg_catalog.*) 1000)::pg_catalog.float8`
