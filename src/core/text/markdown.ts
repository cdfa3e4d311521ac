import { largest } from '../largest.ts'
import { plainLine, plainLines } from './plain.ts'

/** Breaks mentions and references: GitHub still sees them behind `\@` or an entity. */
const zeroWidthSpace = '\u200B'

const backslashed = (one: string): string => `\\${one}`
const broken = (one: string): string => one + zeroWidthSpace

/** Entities for what could end a cell, open HTML or a code span: a backslash would be read differently inside a table. */
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
  '\\': '&#92;',
  ...Object.fromEntries(['*', '_', '~', '[', ']', '$'].map((one) => [one, backslashed(one)])),
  ...Object.fromEntries(['@', '#'].map((one) => [one, broken(one)])),
}

const escapeInline = (text: string): string =>
  text.replace(/[&<>|`\\*_~[\]$@#]/g, (one) => escapes[one] ?? one).replace(/\bGH-(?=\d)/gi, broken)

/** What would become a list, a heading or a rule at the start of a line. */
const escapeStart = (text: string): string => text.replace(/^(\d{1,9})(?=[.)])/, '$1\\').replace(/^[-+=]/, '\\$&')

const longestRun = (text: string, char: RegExp): number => largest((text.match(char) ?? []).map((run) => run.length))

const fenced = (text: string): string => {
  const fence = '`'.repeat(longestRun(text, /`+/g) + 1)
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : ''
  return `${fence}${pad}${text}${pad}${fence}`
}

/** A table ends a cell at `|` even inside code, unless a backslash stands before it; a backslash of the text is kept apart from ours. */
const pipesKept = (text: string): string => text.replace(/\\(?=\|)/g, `\\${zeroWidthSpace}`).replace(/\|/g, '\\|')

type Bounds = { readonly maxChars?: number; readonly inTable?: boolean }

/** Untrusted text as a code span that its own backticks cannot leave; empty text gives an empty string. */
export const codeSpan = (text: string, { maxChars = 300, inTable = true }: Bounds = {}): string => {
  const plain = plainLine(text, maxChars)
  return plain.trim() === '' ? '' : fenced(inTable ? pipesKept(plain) : plain)
}

/** `[words](address)` when the address holds nothing that Markdown obeys, else nothing. The words are ours. */
export const link = (words: string, address: string | undefined): string =>
  address !== undefined && /^https?:\/\/[^\s()<>[\]|`]+$/.test(address) ? `[${words}](${address})` : ''

/** URLs and what GitHub could take for a commit become code: still readable and easy to copy, and no link. */
const asCode = /(?:[a-z][a-z0-9+.-]{0,20}:\/\/|www\.)[^\s<>]*|(?<![a-z0-9])[0-9a-f]{7,40}(?![a-z0-9])/gi
/** A commit that only the code span behind it separates from the rest of its word. */
const hexAtEnd = /[0-9a-f]{7,}$/i
const trailing = /[.,;:!?)\]'"]+$/

/** Untrusted text as one line of Markdown that only shows itself, in a table cell or elsewhere. */
export const markdownText = (text: string, { maxChars = 300, inTable = true }: Bounds = {}): string => {
  const plain = plainLine(text, maxChars).trim()
  const parts: string[] = []
  let end = 0
  for (const { 0: token, index } of plain.matchAll(asCode)) {
    const kept = token.replace(trailing, '')
    parts.push(
      escapeInline(plain.slice(end, index)).replace(hexAtEnd, (hex) => hex.replace(/.{6}/g, broken)),
      codeSpan(kept, { maxChars, inTable }),
    )
    end = index + kept.length
  }
  return escapeStart(parts.join('') + escapeInline(plain.slice(end)))
}

/** Keeps the spaces that a part has where it meets its neighbours. */
const spaced = (part: string, bounds: Bounds): string =>
  `${/^\s/.test(part) ? ' ' : ''}${markdownText(part, bounds)}${/\S\s$/.test(part) ? ' ' : ''}`

const isCode = (index: number): boolean => index % 2 === 1

/** Advice: what stands between backticks, and what follows a last `run: `, is a command to copy. */
export const markdownAdvice = (advice: string, { maxChars = 600, inTable = true }: Bounds = {}): string => {
  const bounds = { maxChars, inTable }
  const parts = plainLine(advice, maxChars).split('`')
  const paired = parts.length > 1 && isCode(parts.length - 2) && parts.every((part, index) => !isCode(index) || part.trim() !== '')
  if (paired) return parts.map((part, index) => (isCode(index) ? codeSpan(part, bounds) : spaced(part, bounds))).join('')
  const at = advice.lastIndexOf('run: ')
  if (at === -1) return markdownText(advice, bounds)
  return `${markdownText(advice.slice(0, at + 4), bounds)} ${codeSpan(advice.slice(at + 5), bounds)}`.trimEnd()
}

/** Untrusted lines as a fenced block that they cannot leave. */
export const codeBlock = (text: string, bounds: { readonly maxLines: number; readonly maxChars: number }): string => {
  const body = plainLines(text, bounds).join('\n')
  const fence = '`'.repeat(Math.max(3, longestRun(body, /`+/g) + 1))
  return `${fence}text\n${body}\n${fence}`
}
