import { ansiAt, unseenAt } from '../../text/plain.ts'
import { createViewWriter, type View } from './view.ts'

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

/** The view as it is compared, with its places in the source: slower than the text alone. */
export const likeView = (source: View, likeness: Likeness): View => {
  const { text } = source
  const writer = createViewWriter(source, Math.max(64, text.length))
  let worn = false
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0
    const end = ansiAt(text, at) ?? at + (code > 0xffff ? 2 : 1)
    const from = at
    at = end
    const isLost = likeness === 'worn' && code >= 0xd800 && code <= 0xdfff
    if (end - from > 2 || (unseenAt(code) && !isLost) || (likeness !== 'exact' && isNoise(code))) continue
    const isWorn = likeness === 'worn' && ((code > 0x7e && code !== cutMark && code !== 0xffff) || code === 0x3f)
    if (isWorn && !worn) writer.put(wornOut, from, end)
    else if (likeness === 'exact') writer.codePoint(code, from, end)
    else if (!isWorn) for (const unit of code < 0x80 ? lowerAscii(code) : fold(code)) writer.codePoint(unit.codePointAt(0) ?? 0, from, end)
    worn = isWorn
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
