import { addByte, type Bytes, noBytes, putBytes } from './bytes.ts'
import { entityAt, unknownCharacter } from './entities.ts'
import { pieceEnd, type TextReading, type ViewWriter } from './view.ts'

/** Writes what an escape at `at` means and gives where it ends; undefined when none stands there. */
type Reader = (text: string, at: number, writer: ViewWriter) => number | undefined

const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12, v: 11, a: 7, e: 27, E: 27 }

/** Bytes that stand next to each other are one text, in UTF-8 or in Latin-1. */
const run = (pattern: RegExp, valueOf: (match: RegExpExecArray) => number): Reader => {
  const sticky = new RegExp(pattern, `${pattern.flags}y`)
  return (text, at, writer) => {
    const bytes: Bytes = noBytes()
    let end = at
    sticky.lastIndex = at
    for (let match = sticky.exec(text); match !== null; match = sticky.exec(text)) {
      addByte(bytes, valueOf(match), end, sticky.lastIndex)
      end = sticky.lastIndex
    }
    putBytes(bytes, writer)
    return end === at ? undefined : end
  }
}

const hex = (match: RegExpExecArray): number => Number.parseInt(match[1] ?? '0', 16)

const percentBytes = run(/%(?:25){0,64}([0-9a-f]{2})/i, hex)
const quotedPrintable = run(/=([0-9A-F]{2})/, hex)
const hexBytes = run(/\\{1,64}x([0-9a-f]{2})/i, hex)
/** Also behind a doubled backslash; a lone digit or two could be a reference of a pattern, and is read all the same. */
const octalBytes = run(/\\{1,64}([0-3][0-7]{2}|[0-7]{1,2}(?![0-7]))/, (match) => Number.parseInt(match[1] ?? '0', 8))

/** Python's `\U0001f511` before `\u00e4`: both may stand in capitals, and then only the zeros tell one from the other. */
const unicode =
  /(?:\\{1,64}(?:[uU]+|[xX])\{([0-9a-fA-F]{1,6})\}|\\{1,64}U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|\\{1,64}[uU]+([0-9a-fA-F]{4})|%(?:25){0,64}[uU]([0-9a-fA-F]{4}))/y

const putUnicode: Reader = (text, at, writer) => {
  unicode.lastIndex = at
  const match = unicode.exec(text)
  if (match === null) return undefined
  const code = Number.parseInt(match[1] ?? match[2] ?? match[3] ?? match[4] ?? '0', 16)
  writer.codePoint(code > 0x10ffff ? unknownCharacter : code, at, at + match[0].length)
  return at + match[0].length
}

const backslashes = /\\{1,64}/y

/** `\n`, `\"`, `\\"`, a backslash at the end of a line: as in JSON, JavaScript, Python, C and shells, once or several times. */
const simpleEscape: Reader = (text, at, writer) => {
  backslashes.lastIndex = at
  const end = at + (backslashes.exec(text)?.[0].length ?? 1)
  const next = text[end]
  if (next === undefined) return undefined
  // `\%41`: the backslash says nothing, and the escape behind it is read by itself.
  if (next === '%' || next === '&') return end
  const code = controls[next] ?? text.charCodeAt(end)
  if (next !== '\n') writer.put(code, at, end + 1)
  return end + 1
}

const sqlUnicode = /\\{1,64}(?:\+([0-9a-f]{6})|([0-9a-f]{4}))/iy

/** `\C3\A4`, as names in certificates and directories are printed (RFC 4514). */
const hexPairs = run(/\\{1,64}([0-9a-f]{2})/i, hex)

/** `U&'\00e4'` and `\+0000e4`. */
const putSqlUnicode: Reader = (text, at, writer) => {
  sqlUnicode.lastIndex = at
  const match = sqlUnicode.exec(text)
  if (match === null) return undefined
  const code = Number.parseInt(match[1] ?? match[2] ?? '0', 16)
  writer.codePoint(code > 0x10ffff ? unknownCharacter : code, at, at + match[0].length)
  return at + match[0].length
}

const putEntity: Reader = (text, at, writer) => {
  const found = entityAt(text, at)
  if (found === undefined) return undefined
  writer.codePoint(found.code, at, at + found.length)
  return at + found.length
}

const halfEscape =
  /(?:\\{1,64}(?:[uU]\{?[0-9a-f]{0,7}|x[0-9a-f]?|[0-7]{0,2})?|%(?:25){0,64}[0-9a-f]?|&#?\w{0,10}|=[0-9A-F]?)(?=…|\.\.\.|$)/iy

/** An escape that was cut says nothing: what stands before it touches the cut. */
const skipHalf: Reader = (text, at) => {
  halfEscape.lastIndex = at
  return halfEscape.test(text) ? halfEscape.lastIndex : undefined
}

/** The end of a line in mail, also when the line was joined with the next, or when the break itself is escaped. */
const lineBreakOfMail = /^=(?:[ \t]{0,8}(?:\r?\n|(?:\\{1,8}r)?\\{1,8}n)|[ \t]{1,8})/
const softBreak: Reader = (text, at) => {
  const length = lineBreakOfMail.exec(text.slice(at, at + 30))?.[0].length
  return length === undefined ? undefined : at + length
}

/**
 * Readings that contradict each other: `\00e4` is a character in SQL and an octal byte elsewhere, `=C3` is one in mail only, and a backslash before
 * the first character of a secret (`C:\0%20…`) may say nothing.
 */
export type Dialect = 'usual' | 'sql and mail' | 'plain backslashes'

const usual: Readonly<Record<string, readonly Reader[]>> = {
  '\\': [putUnicode, hexBytes, octalBytes, skipHalf, simpleEscape],
  '%': [putUnicode, percentBytes, skipHalf],
  '&': [putEntity, skipHalf],
}
const readers: Readonly<Record<Dialect, typeof usual>> = {
  usual,
  'sql and mail': {
    ...usual,
    '\\': [putUnicode, putSqlUnicode, hexBytes, hexPairs, skipHalf, simpleEscape],
    '=': [quotedPrintable, softBreak, skipHalf],
  },
  'plain backslashes': { '%': usual['%'] ?? [], '&': usual['&'] ?? [] },
}

const worth: Readonly<Record<Dialect, RegExp>> = {
  usual: /\\|%(?:[0-9a-f]{2}|u[0-9a-f]{4}|[0-9a-f]?(?:…|\.\.\.|$))|&(?:#|[a-z]{2}|…)/i,
  'plain backslashes': /%(?:[0-9a-f]{2}|u[0-9a-f]{4})|&(?:#|[a-z]{2})/i,
  'sql and mail': /\\(?:[0-9a-f]{2}|\+[0-9a-f]{6})|=[0-9A-F]{2}|=[ \t]{0,8}(?:\r?\n| )/i,
}

/** Whether a text holds what only this dialect undoes. */
export const mayBeEscaped = (text: string, dialect: Dialect): boolean => worth[dialect].test(text)
/** Whether a dialect could find something to undo: that of SQL and mail undoes the usual escapes too. */
export const canBeUndone = (text: string, dialect: Dialect): boolean =>
  mayBeEscaped(text, dialect) || (dialect === 'sql and mail' && mayBeEscaped(text, 'usual'))

/** Writes the text with one layer of escapes undone; nothing when there is none to undo. */
export const undoEscapes = ({ text }: TextReading, dialect: Dialect, writer: ViewWriter): void => {
  if (!canBeUndone(text, dialect)) return
  const known = readers[dialect]
  let changed = false
  for (let at = 0; at < text.length; ) {
    const end = readAt(text, at, known, writer)
    if (end === undefined) writer.put(text.charCodeAt(at), at, at + 1)
    changed ||= end !== undefined
    at = end ?? at + 1
  }
  if (changed) writer.put(pieceEnd, text.length - 1, text.length)
  else writer.truncate(0)
}

const readAt = (text: string, at: number, known: typeof usual, writer: ViewWriter): number | undefined => {
  const code = text.charCodeAt(at)
  if (code !== 0x5c && code !== 0x25 && code !== 0x26 && code !== 0x3d) return undefined
  for (const read of known[text[at] ?? ''] ?? []) {
    const end = read(text, at, writer)
    if (end !== undefined) return end
  }
  return undefined
}
