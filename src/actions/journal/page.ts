import type { Instant } from '../../contract/seen.ts'
import { formatDuration } from '../../core/quantity.ts'
import { markdownText } from '../../core/text/markdown.ts'
import { localTime } from '../../core/time/local-time.ts'
import type { JournalEntry } from './entries.ts'

/** How the journal is written: where issues are, and in which zone times are told. */
export type PageOptions = { readonly url: string; readonly timeZone: string }

const head = ['| Closed | Incident | Lasted | Cause | Action | Lasting fix |', '|---|---|---|---|---|---|'] as const
const place = '<!-- ronde-journal -->'
const keys = /<!-- ronde-journal:(\d{1,10}:\d{1,16}) -->/g
const postMortemKey = (key: string): string => `<!-- ronde-post-mortem:${key} -->`

const opening = [
  '# Incidents',
  '',
  'Ronde adds a line for each incident that closed. Edit the lines as you like; by the hidden comment at the end of each it knows that it is there.',
  '',
]

/** What stands in a text already. */
const keysIn = (text: string): ReadonlySet<string> => new Set([...text.matchAll(keys)].map((match) => match[1] ?? ''))

/** The line of an entry as it was written before more was stated; -1 when it is not there, or a person changed it. */
const lineToReplace = (lines: readonly string[], { replaces }: JournalEntry): number =>
  replaces === undefined ? -1 : lines.findIndex((line) => line.trimEnd() === replaces)

/** What a text does not have yet, or has without what was stated later. */
export const missingIn = (text: string | undefined, entries: readonly JournalEntry[]): readonly JournalEntry[] => {
  const there = keysIn(text ?? '')
  const lines = (text ?? '').split('\n')
  return entries.filter((one) => !there.has(one.key) || lineToReplace(lines, one) !== -1)
}

const at = (instant: Instant, { timeZone }: PageOptions): string => localTime(instant, timeZone, 0)
const linkTo = (number: number, { url }: PageOptions): string => `[#${number}](${url}/issues/${number})`
const stated = (text: string): string => (text === '' ? 'not stated' : markdownText(text))

/** One line of the table. */
export const rowOf = (entry: JournalEntry, options: PageOptions): string => {
  const { number, title, since, closedAt, cause, fix, deeds, postMortem, key } = entry
  const incident = `${linkTo(number, options)} ${markdownText(title)}${postMortem ? ', post-mortem below' : ''}`
  const cells = [at(closedAt, options), incident, formatDuration(Math.max(0, closedAt - since)), stated(cause), stated(deeds), stated(fix)]
  return `| ${cells.join(' | ')} <!-- ronde-journal:${key} --> |`
}

/** What a team completes: the times are there, what nobody but people knows is asked for. */
const postMortemOf = ({ number, title, events, closedAt, key }: JournalEntry, options: PageOptions): readonly string[] => [
  '',
  `## Post-mortem of ${linkTo(number, options)}: ${markdownText(title, { inTable: false })}`,
  postMortemKey(key),
  '',
  '| When | What |',
  '|---|---|',
  ...events.map((one) => `| ${at(one.at, options)} | ${markdownText(one.what)} |`),
  `| ${at(closedAt, options)} | closed |`,
  '',
  '- What was noticed, and by whom:',
  '- What was tried:',
  '- What made it good:',
  '- What keeps it from coming back:',
]

const timeOf = (line: string): Instant | undefined => {
  const [key] = keysIn(line)
  return key === undefined ? undefined : Number(key.split(':')[1])
}

const isRow = (line: string | undefined): boolean => line?.trimStart().startsWith('|') === true

/** The lines of our table, from its head on: behind the first mark that still has one. */
const tableIn = (lines: readonly string[]): { readonly first: number; readonly end: number } | undefined => {
  const marks = lines.flatMap((line, index) => (line.trim() === place ? [index] : []))
  const heads = marks.map((mark) => lines.findIndex((line, index) => index > mark && line.trim() !== ''))
  const first = heads.find((index) => isRow(lines[index]))
  if (first === undefined) return undefined
  const rest = lines.findIndex((line, index) => index > first && !isRow(line))
  return { first, end: rest === -1 ? lines.length : rest }
}

/** Behind the last line that is not later; people's own lines, which have no time, stay where they are. */
const insertRow = (lines: readonly string[], row: string, entry: JournalEntry): readonly string[] => {
  const { closedAt: time } = entry
  const known = lineToReplace(lines, entry)
  if (known !== -1) return lines.with(known, row)
  const table = tableIn(lines)
  if (table === undefined) return lines
  const { first, end } = table
  const times = lines.map((line, index) => (index >= first && index < end ? timeOf(line) : undefined))
  const earlier = times.findLastIndex((one) => one !== undefined && one <= time)
  const later = times.findIndex((one) => one !== undefined && one > time)
  const index = earlier === -1 ? (later === -1 ? end : later) : earlier + 1
  return lines.toSpliced(index, 0, row)
}

/** Without the empty lines at its end, so that one more part begins where it should. */
const trimmed = (lines: readonly string[]): readonly string[] => lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)

/** The text with these entries, which it does not have yet. What people wrote in it stays as it is, to the byte. */
export const withEntries = (given: string | undefined, entries: readonly JournalEntry[], options: PageOptions): string => {
  const text = given ?? ''
  if (entries.length === 0) return text
  const end = text.includes('\r\n') ? '\r' : ''
  const append = (lines: readonly string[], more: readonly string[]): readonly string[] => [
    ...trimmed(lines),
    ...more.map((line) => line + end),
    '',
  ]
  const lines = text.split('\n')
  const before = text.trim() === '' ? opening : ['']
  const based = tableIn(lines) === undefined ? append(lines, [...before, place, ...head]) : lines
  const filled = entries.reduce((so, one) => insertRow(so, rowOf(one, options) + end, one), based)
  const sections = entries
    .filter((one) => one.postMortem && !text.includes(postMortemKey(one.key)))
    .flatMap((one) => postMortemOf(one, options))
  return (sections.length === 0 ? filled : append(filled, sections)).join('\n')
}
