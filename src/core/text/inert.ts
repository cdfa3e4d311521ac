import { plainLine, plainLines, shorten } from './plain.ts'

/**
 * Breaks what the runner obeys with a hair space. Not with a zero-width one: the runner looks for `::` and `##[` by the rules of the
 * culture (`StartsWith` and `IndexOf` of .NET without a comparison), which skip characters that collation ignores. Some of those are visible
 * (vowel points, U+0640), so nothing but ASCII counts as standing between two marks.
 */
const disarm = (line: string): string => line.replace(/:(?=[^ -~]*:)/g, ':\u200A').replace(/(#[^ -~]*#)(?=[^ -~]*\[)/g, '$1\u200A')

/** Text for one line of the log that the runner cannot take for a command: no control, ANSI, bidi or invisible characters, bounded. */
export const inertLine = (text: string, maxChars = 2_000): string => shorten(disarm(plainLine(text, maxChars)), maxChars)

/** The same line by line. */
export const inertBlock = (text: string, bounds: { readonly maxLines?: number; readonly maxChars?: number } = {}): readonly string[] =>
  plainLines(text, bounds).map((line) => inertLine(line, bounds.maxChars))

/** An address in its brackets as it was written; only for what stands behind the head of a command of our own, where no other can begin. */
export const withAddresses = (message: string): string =>
  message.replace(/\[[\dA-Fa-f.]{0,15}(?::\u200A?[\dA-Fa-f.]{0,15}){2,8}\]/g, (address) => address.replaceAll('\u200A', ''))
