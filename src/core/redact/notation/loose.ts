import { ansiAt, unseenAt } from '../../text/plain.ts'
import { createViewWriter, pieceEnd, type TextReading } from './view.ts'

/**
 * How a text and a secret are compared. `exact`: without what cannot be seen. `loose`: also without white space, quotes, backslashes,
 * `$`, `%` and `+` (escapes add, double and replace them), accents and capitals. `worn`: as loose, and each run of other characters than ASCII, or of
 * question marks, counts as one: a wrong character set cannot be undone.
 */
export type Likeness = 'exact' | 'loose' | 'worn'

const wornOut = 0xfffd
const asciiNoise = /[\0-\x20\x7f\\'"`$%+]+/g
const plainAscii = /^[\n\r\t -~]*$/

const isNoise = (code: number): boolean =>
  code <= 0x20 ||
  code === 0x7f ||
  code === 0x5c ||
  code === 0x27 ||
  code === 0x22 ||
  code === 0x60 ||
  code === 0x24 ||
  code === 0x25 ||
  code === 0x2b

const cutMark = 0x2026
const folded = new Map<number, string>()

/** Without accents and capitals; the mark of a cut stays. */
const fold = (code: number): string => {
  if (code === cutMark) return '…'
  const known = folded.get(code)
  if (known !== undefined) return known
  const text = String.fromCodePoint(code)
    .normalize('NFKD')
    .replace(/[\p{M}\p{White_Space}]/gu, '')
    .toLowerCase()
  if (folded.size > 5_000) folded.clear()
  folded.set(code, text)
  return text
}

/** What a character becomes: itself, what it is folded to, nothing, or one for a run of worn ones. */
const likeCharacter = (code: number, likeness: Likeness): string | typeof wornOut => {
  if (likeness === 'exact') return unseenAt(code) ? '' : String.fromCodePoint(code)
  if (likeness === 'worn' && isWorn(code)) return wornOut
  if (isNoise(code) || unseenAt(code)) return ''
  return code < 0x80 ? lowerAscii(code) : fold(code)
}

const isWorn = (code: number): boolean =>
  code === 0x3f || (code >= 0xd800 && code <= 0xdfff) || (code > 0x7e && code !== cutMark && code !== pieceEnd && !unseenAt(code))

const alreadyLegible = /^[\n\t -~]*$/

/** A reading as a person would see it: without what cannot be seen. Its pieces stand in lines of their own, so that no value goes on in the next. */
export const legibleView = (source: TextReading): TextReading => {
  const text = source.text.replaceAll('\uffff', '\n')
  if (alreadyLegible.test(text)) return { ...source, text }
  const writer = createViewWriter(source, text.length)
  for (let at = 0, end = 0; at < text.length; at = end) {
    const code = text.codePointAt(at) ?? 0
    const sequence = ansiAt(text, at)
    end = sequence ?? at + (code > 0xffff ? 2 : 1)
    if (sequence === undefined && (code === 0x0a || code === 0x09 || !unseenAt(code))) writer.codePoint(code, at, end)
  }
  return writer.view()
}

/** The view as it is compared, with its places in the source: slower than the text alone. */
export const likeView = (source: TextReading, likeness: Likeness): TextReading => {
  const { text } = source
  const writer = createViewWriter(source, Math.max(64, text.length))
  let worn = false
  for (let at = 0, end = 0; at < text.length; at = end) {
    const code = text.codePointAt(at) ?? 0
    const sequence = ansiAt(text, at)
    end = sequence ?? at + (code > 0xffff ? 2 : 1)
    const like = sequence === undefined ? likeCharacter(code, likeness) : ''
    if (like === '') continue
    if (like !== wornOut) for (let unit = 0; unit < like.length; unit += 1) writer.put(like.charCodeAt(unit), at, end)
    else if (!worn) writer.put(wornOut, at, end)
    worn = like === wornOut
  }
  return writer.view()
}

const lowerAscii = (code: number): string => String.fromCharCode(code >= 0x41 && code <= 0x5a ? code + 0x20 : code)

/** The text alone, as it is compared. */
export const likeText = (text: string, likeness: Likeness): string => {
  if (likeness === 'exact' && plainAscii.test(text)) return text.replace(/[\n\r\t]+/g, '')
  if (likeness === 'loose' && plainAscii.test(text)) return text.replace(asciiNoise, '').toLowerCase()
  return likeView({ text, places: undefined }, likeness).text
}
