import { plainLine, plainLines, shorten } from './plain.ts'

/** Two colons, but for those of an address behind its bracket, with which no command begins. */
const marks = /(?<!\[[0-9A-Fa-f:.]{0,40}):(?=[^ -~]*:)/g

/**
 * Breaks what the runner obeys with a hair space. Not with a zero-width one: the runner looks for `::` and `##[` by the rules of the
 * culture (`StartsWith` and `IndexOf` of .NET without a comparison), which skip characters that collation ignores. Some of those are visible
 * (vowel points, U+0640), so nothing but ASCII counts as standing between two marks.
 */
const disarm = (line: string): string => line.replace(marks, ':\u200A').replace(/(#[^ -~]*#)(?=[^ -~]*\[)/g, '$1\u200A')

/** Text for one line of the log that the runner cannot take for a command: no control, ANSI, bidi or invisible characters, bounded. */
export const inertLine = (text: string, maxChars = 2_000): string => shorten(disarm(plainLine(text, maxChars)), maxChars)

/** The same line by line. */
export const inertBlock = (text: string, bounds: { readonly maxLines?: number; readonly maxChars?: number } = {}): readonly string[] =>
  plainLines(text, bounds).map((line) => inertLine(line, bounds.maxChars))
