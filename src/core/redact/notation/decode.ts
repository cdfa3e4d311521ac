import { cutMark } from '../../text/plain.ts'
import { type Bytes, sequenceCode, sequenceLength } from './bytes.ts'
import { pieceEnd, type ViewWriter } from './view.ts'

/** Decoded pieces that are shorter say nothing: any word can be read as base64. Where a secret is short, or is cut, less counts. */
const shortestPiece = 8
const shortestOfShort = { base64: 6, other: 4 } as const

/** What a character of base64 stands for, in both alphabets; -1 for any other. */
export const sextets = new Int8Array(128).fill(-1)
for (const [index, one] of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').entries())
  sextets[one.charCodeAt(0)] = index
sextets[0x2d] = 62
sextets[0x5f] = 63

const isText = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13 || byte === 27

/** Bytes of ASCII text, and those that a character outside of it could begin with or go on with. */
const mayBeText = Uint8Array.from({ length: 256 }, (_, byte) => (isText(byte) || byte >= 0x80 ? 1 : 0))
const isAscii = Uint8Array.from({ length: 256 }, (_, byte) => (isText(byte) ? 1 : 0))

/** The character that reads at `at`, behind so many readable bytes: 0 for the zero bytes of UTF-16, undefined for what is no text. */
const readableAt = (values: Uint8Array, at: number, read: number): number | undefined => {
  const length = sequenceLength(values, at)
  const byte = values[at] ?? 0
  if (byte === 0 || length > 1) return sequenceCode(values, at, length)
  return isText(byte) || (byte >= 0xa0 && read >= 3) ? byte : undefined
}

/** Whether so many bytes in a row could be text: most that is read as base64 says nothing. */
const saysSomething = (values: Uint8Array, least: number): boolean => {
  let read = 0
  for (let at = 0, width = 1; at < values.length; at += width) {
    const code = readableAt(values, at, read)
    width = Math.max(1, sequenceLength(values, at))
    if (code !== 0) read = code === undefined ? 0 : read + width
    if (read >= least) return true
  }
  return false
}

type Decoded = {
  readonly values: Uint8Array
  readonly from: (at: number) => number
  readonly to: (at: number) => number
  readonly least: number
}

/** How a run is written, and what could be looked for in it. */
export type How = { readonly making: () => ViewWriter; readonly isCut: boolean; readonly short: boolean; readonly wide: boolean }

const leastOf = ({ isCut, short }: How, kind: keyof typeof shortestOfShort): number =>
  isCut || short ? shortestOfShort[kind] : shortestPiece

/** Writes the parts of decoded bytes that read as text; zero bytes are those of UTF-16. */
const putReadable = ({ values, from, to, least }: Decoded, { making, isCut }: How): void => {
  if (!saysSomething(values, least)) return
  const writer = making()
  let [begin, read] = [writer.length(), 0]
  const close = (at: number, cut = false): void => {
    if (read < least) writer.truncate(begin)
    else {
      if (cut) writer.put(cutMark.charCodeAt(0), at, at + 1)
      writer.put(pieceEnd, at, at + 1)
    }
    begin = writer.length()
    read = 0
  }
  for (let at = 0, width = 1; at < values.length; at += width) {
    const code = readableAt(values, at, read)
    width = Math.max(1, sequenceLength(values, at))
    if (code === undefined) close(from(at))
    else if (code > 0) {
      writer.codePoint(code, from(at), to(at + width - 1))
      read += width
    }
  }
  if (values.length > 0) close(to(values.length - 1) - 1, isCut)
}

/** Counts readable bytes in a row; true when enough of them are there. */
const counter = (kinds: number, least: number, wide: boolean) => {
  const reads = wide ? mayBeText : isAscii
  const runs = new Uint32Array(kinds)
  return (kind: number, byte: number): boolean => {
    const before = runs[kind] ?? 0
    const run = reads[byte] === 1 ? before + 1 : byte === 0 ? before : 0
    runs[kind] = run
    return run >= least
  }
}

/** A look that costs little: whether at one alignment enough bytes in a row could be text. All of the run is read once. */
const mayReadBase64 = (text: string, least: number, wide: boolean): boolean => {
  const enough = counter(4, least, wide)
  let before = -1
  let at = 0
  for (let index = 0; index < text.length; index += 1) {
    const value = sextets[text.charCodeAt(index)] ?? -1
    if (value < 0) continue
    const pair = (before << 6) | value
    if (before >= 0 && (enough(at, (pair >> 4) & 0xff) || enough((at + 3) & 3, (pair >> 2) & 0xff) || enough((at + 2) & 3, pair & 0xff)))
      return true
    at = before < 0 ? 0 : (at + 1) & 3
    before = value
  }
  return false
}

/** Base64 at each of its alignments, both alphabets, perhaps broken into lines. */
export const putBase64 = (text: string, begin: number, how: How): void => {
  if (!mayReadBase64(text, leastOf(how, 'base64'), how.wide)) return
  const values = new Uint8Array(text.length)
  const places = new Uint32Array(text.length)
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const value = sextets[text.charCodeAt(at)] ?? -1
    if (value < 0) continue
    values[count] = value
    places[count] = begin + at
    count += 1
  }
  for (let shift = 0; shift < 4; shift += 1) {
    const bytes = new Uint8Array(Math.floor(((count - shift) * 6) / 8))
    const first = (at: number): number => shift + Math.floor((at * 8) / 6)
    for (let at = 0; at < bytes.length; at += 1) {
      const pair = ((values[first(at)] ?? 0) << 6) | (values[first(at) + 1] ?? 0)
      bytes[at] = (pair >> (4 - ((at * 8) % 6))) & 0xff
    }
    const from = (at: number): number => places[first(at)] ?? 0
    putReadable({ values: bytes, from, to: (at) => (places[first(at) + 1] ?? 0) + 1, least: leastOf(how, 'base64') }, how)
  }
}

const digitOf = (code: number): number =>
  code >= 0x30 && code <= 0x39 ? code - 0x30 : (code | 0x20) >= 0x61 && (code | 0x20) <= 0x66 ? (code | 0x20) - 0x57 : -1

/** The same look for hexadecimal digits. */
const mayReadHex = (text: string, least: number, wide: boolean): boolean => {
  const enough = counter(2, least, wide)
  let before = -1
  for (let index = 0, shift = 0; index < text.length; index += 1) {
    const digit = digitOf(text.charCodeAt(index))
    if (digit < 0) continue
    if (before >= 0 && enough(shift, (before << 4) | digit)) return true
    shift = 1 - shift
    before = digit
  }
  // A zero before an `x` is no digit: then the pairs stand elsewhere.
  return /0x/i.test(text)
}

/** Pairs of hexadecimal digits, at both alignments; `0x` before a pair is no digit. */
export const putHex = (text: string, begin: number, how: How): void => {
  if (!mayReadHex(text, leastOf(how, 'other'), how.wide)) return
  const places = new Uint32Array(text.length)
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    if (digitOf(text.charCodeAt(at)) < 0 || (text[at] === '0' && (text.charCodeAt(at + 1) | 0x20) === 0x78)) continue
    places[count] = at
    count += 1
  }
  const place = (index: number): number => places[index] ?? 0
  for (const shift of [0, 1]) {
    const values = new Uint8Array(Math.floor((count - shift) / 2))
    for (let at = 0; at < values.length; at += 1)
      values[at] = (digitOf(text.charCodeAt(place(shift + at * 2))) << 4) | digitOf(text.charCodeAt(place(shift + at * 2 + 1)))
    const from = (at: number): number => begin + place(shift + at * 2)
    putReadable({ values, from, to: (at) => begin + place(shift + at * 2 + 1) + 1, least: leastOf(how, 'other') }, how)
  }
}

/** Numbers of bytes, as `Buffer` in JSON and Go's `[]byte` are printed. */
export const putDecimal = (text: string, begin: number, how: How): void => {
  if (!/\d[\s,]/.test(text)) return
  const bytes: Bytes = { values: [], from: [], to: [] }
  for (const { 0: number, index } of text.matchAll(/\d+/g)) {
    bytes.values.push(Number(number) > 255 ? 1 : Number(number))
    bytes.from.push(begin + index)
    bytes.to.push(begin + index + number.length)
  }
  const decoded = {
    values: Uint8Array.from(bytes.values),
    from: (at: number) => bytes.from[at] ?? 0,
    to: (at: number) => bytes.to[at] ?? 0,
  }
  putReadable({ ...decoded, least: leastOf(how, 'other') }, how)
}
