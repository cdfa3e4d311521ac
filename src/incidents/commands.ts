import type { Comment } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { plainLine } from '../core/text/plain.ts'
import { slashCommandLines } from '../core/text/slash-commands.ts'
import { longestMs } from './marker.ts'

/** Who said it, and when by GitHub's clock. */
type CommandOrigin = { readonly by: string; readonly at: Instant }

/** What a person asks of an incident by a comment. `misread`: a command that cannot be followed, and how it is written. */
export type IncidentCommand =
  | ({ readonly kind: 'acknowledge'; readonly until: Instant } & CommandOrigin)
  | ({ readonly kind: 'silence'; readonly until: Instant } & CommandOrigin)
  | ({ readonly kind: 'unsilence' } & CommandOrigin)
  | ({ readonly kind: 'cause'; readonly text: string } & CommandOrigin)
  | ({ readonly kind: 'fix'; readonly text: string } & CommandOrigin)
  | ({ readonly kind: 'misread'; readonly command: string; readonly advice: string } & CommandOrigin)

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const unitsMs: readonly (readonly [RegExp, number])[] = [
  [/^(?:m|min|mins|minutes?)$/, minuteMs],
  [/^(?:h|hrs?|hours?)$/, hourMs],
  [/^(?:d|days?)$/, 24 * hourMs],
  [/^(?:w|weeks?)$/, 7 * 24 * hourMs],
]
const unitMs = (unit: string): number | undefined => unitsMs.find(([pattern]) => pattern.test(unit))?.[1]

/** One number with its unit, where a text begins. */
const amount = /^(\d{1,6}(?:[.,]\d{1,2})?)[ \t]{0,3}([a-z]{1,7})(?![a-z\d])/
/** The same directly before the next one: `1h30m`. */
const firstOfTwo = /^(\d{1,6})([a-z]{1,7})(?=\d)/

/** Weeks, days, hours, minutes: nobody means more, and what anybody writes must not cost more. */
const mostAmounts = 4

/** The time that a text begins with, in milliseconds: `2h`, `90 minutes`, `1h30m`, `1.5 h`, `for 2 days`. Undefined when it begins with none. */
const leadingMs = (text: string): number | undefined => {
  let given = text.toLowerCase().replace(/^for[ \t]+/, '')
  let sum: number | undefined
  for (let count = 0; count < mostAmounts; count += 1) {
    const first = firstOfTwo.exec(given)
    const [, number = '', unit = ''] = first ?? amount.exec(given) ?? []
    const size = unitMs(unit)
    if (size === undefined) return sum
    sum = (sum ?? 0) + Number(number.replace(',', '.')) * size
    if (first === null) return sum
    given = given.slice(first[0].length)
  }
  return sum
}

type CommandReader = (rest: string, comment: Comment) => IncidentCommand | undefined

const origin = ({ author, createdAt }: Comment): CommandOrigin => ({ by: author, at: createdAt })
const misread = (command: string, advice: string, comment: Comment): IncidentCommand => ({
  kind: 'misread',
  command,
  advice,
  ...origin(comment),
})

/** Any words acknowledge; a time where they begin is how long. */
const acknowledge: CommandReader = (rest, comment) => {
  const ms = leadingMs(rest) ?? longestMs.acknowledged
  if (ms <= 0) return misread('ack', '`/ack` is for 24 h, `/ack 2h` for 2 h', comment)
  return { kind: 'acknowledge', until: comment.createdAt + Math.min(ms, longestMs.acknowledged), ...origin(comment) }
}

/** Without a time it is not known what is meant, and nothing is silenced by guessing. */
const silence: CommandReader = (rest, comment) => {
  const ms = leadingMs(rest)
  if (ms === undefined || ms <= 0)
    return misread('silence', 'say how long: `/silence 2h`, `/silence 30m` or `/silence 1d` (7 d at most)', comment)
  return { kind: 'silence', until: comment.createdAt + Math.min(ms, longestMs.silenced), ...origin(comment) }
}

const maxTextChars = 300
const noted =
  (kind: 'cause' | 'fix'): CommandReader =>
  (rest, comment) => {
    const text = plainLine(rest, maxTextChars).trim()
    return text === '' ? misread(kind, `say it behind the command: \`/${kind} …\``, comment) : { kind, text, ...origin(comment) }
  }

const commandsLine = 'there are `/ack`, `/silence 2h`, `/unsilence`, `/cause …` and `/fix …`'
const unknown =
  (name: string): CommandReader =>
  (_, comment) =>
    misread(name, commandsLine, comment)

/** By their names in small letters; what people type instead gets an answer. Any other line that begins with `/` is not for Ronde. */
const grammar = new Map<string, CommandReader>([
  ...['ack', 'acked', 'acknowledge', 'acknowledged'].map((name) => [name, acknowledge] as const),
  ['silence', silence],
  ['unsilence', (_, comment) => ({ kind: 'unsilence', ...origin(comment) })],
  ['cause', noted('cause')],
  ['fix', noted('fix')],
  ...['unack', 'silent', 'mute', 'unmute', 'snooze', 'resolve', 'resolved'].map((name) => [name, unknown(name)] as const),
])

const written = /^\/([a-z]{1,12})(?![a-z\d_/-])[:.,;!]{0,3}(.*)$/i

const ofLine = (line: string, comment: Comment): IncidentCommand | undefined => {
  const [, name = '', rest = ''] = written.exec(line.trimEnd()) ?? []
  return grammar.get(name.toLowerCase())?.(rest.trim(), comment)
}

/** What a comment asks for, in its order. Said, not shown: `slash-commands.ts` tells which lines are. */
export const ofComment = (comment: Comment): readonly IncidentCommand[] =>
  slashCommandLines(comment.body).flatMap((line) => ofLine(line, comment) ?? [])
