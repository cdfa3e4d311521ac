const escape = String.fromCharCode(0x1b)
const bell = String.fromCharCode(0x07)

/** Terminal sequences: CSI (colours, cursor), terminated OSC (titles, hyperlinks; the shown text stays), then any other escape. */
const sequence = String.raw`(?:${escape}\[|\u009b)[0-?]*[ -/]*[@-~]|(?:${escape}[\]P^_X]|[\u0090\u0098\u009d-\u009f])[^${bell}${escape}\u0080-\u009f]*(?:${bell}|${escape}\\|\u009c)|${escape}[ -/]*[0-~]`
const ansi = new RegExp(sequence, 'g')
const ansiHere = new RegExp(sequence, 'y')
const breaks = /[\t\v\f\r\n\u0085\u2028\u2029]+/g
/** Controls, bidi and other format characters, lone surrogates, and all that has no shape of its own (zero-width, tags, fillers). */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu
const isUnseen = new RegExp(unseen.source, 'u')
const alreadyPlain = /^[ -~]*$/

/** Where the terminal sequence that begins at `at` ends; undefined when none does. */
export const ansiAt = (text: string, at: number): number | undefined => {
  const code = text.charCodeAt(at)
  if (code !== 0x1b && (code < 0x90 || code > 0x9f)) return undefined
  ansiHere.lastIndex = at
  return ansiHere.test(text) ? ansiHere.lastIndex : undefined
}

/** Whether a character has no shape of its own. */
export const unseenAt = (code: number): boolean =>
  code < 0x7f ? code < 0x20 : code < 0xa0 || (code !== 0xffff && isUnseen.test(String.fromCodePoint(code)))

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

/**
 * Text of others on its way into advice, where backticks and `run: ` begin a command to copy: whoever names a folder, a column or a session must not
 * choose what people run.
 */
export const plainWords = (text: string): string => text.replaceAll('`', "'").replace(/\brun:(?=\s)/gi, 'run')

const alreadyVisible = /^[\n\t -~]*$/
const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g
const unseenInLines = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/** A text of any length and any number of lines, without what cannot be seen: the form in which secrets are looked for. */
export const visibleText = (text: string): string =>
  alreadyVisible.test(text) ? text : text.replace(ansi, '').replace(lineEnds, '\n').replace(unseenInLines, '')

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
