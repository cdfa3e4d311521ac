const escape = String.fromCharCode(0x1b)
const bell = String.fromCharCode(0x07)

/** Terminal sequences: CSI (colours, cursor), terminated OSC (titles, hyperlinks; the shown text stays), then any other escape. */
const ansi = new RegExp(
  `${escape}\\[[0-?]*[ -/]*[@-~]|${escape}[\\]P^_X][^${bell}${escape}]*(?:${bell}|${escape}\\\\)|${escape}[ -/]*[0-~]`,
  'g',
)
const breaks = /[\t\v\f\r\n\u0085\u2028\u2029]+/g
/** Controls, bidi and other format characters, lone surrogates, and all that has no shape of its own (zero-width, tags, fillers). */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu
const alreadyPlain = /^[ -~]*$/

/** Ends every text that was cut: by it the beginning of a secret is still known as one. */
export const cutMark = '…'

/** Cuts to at most `maxChars` UTF-16 units, never inside a surrogate pair; a cut text ends in `…`. */
export const shorten = (text: string, maxChars: number): string => {
  if (text.length <= maxChars) return text
  const kept = text.slice(0, maxChars - 1)
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}${cutMark}`
}

/** One line of visible characters, bounded: line breaks and tabs become a space, everything unseen goes. */
export const plainLine = (text: string, maxChars = 2_000): string => {
  if (text.length <= maxChars && alreadyPlain.test(text)) return text
  const near = text.slice(0, maxChars * 8)
  const plain = near.replace(ansi, '').replace(breaks, ' ').replace(unseen, '')
  return shorten(near.length < text.length ? `${plain}…` : plain, maxChars)
}

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/
const maxBlockChars = 1_000_000

/** The lines of a text, each plain and bounded; when there are more than `maxLines`, a last one says how many were left out. */
export const plainLines = (text: string, { maxLines = 200, maxChars = 2_000 } = {}): readonly string[] => {
  const all = text.slice(0, maxBlockChars).split(lineBreak)
  if (all.at(-1) === '') all.pop()
  const shown = all.slice(0, maxLines).map((line) => plainLine(line, maxChars))
  const left = all.length - shown.length
  return left === 0 && text.length <= maxBlockChars ? shown : [...shown, `… ${left === 0 ? 'more' : left} lines left out`]
}
