import type { Comment } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { largest } from '../core/largest.ts'
import { writeDuration } from '../core/options/duration.ts'
import { plainLine } from '../core/text/plain.ts'
import { slashCommandLines } from '../core/text/slash-commands.ts'
import { hasUnreadComments } from './identify.ts'
import { isAuthor, longestMs } from './marker.ts'
import type { CommentWithRights, IncidentUpdate, Marker, ReconcileInput } from './model.ts'
import { askedFor } from './texts/comments.ts'
import { eventsWith, withMarker } from './update.ts'

type CommandOrigin = { readonly by: string; readonly at: Instant }

type IncidentCommand =
  | ({ readonly kind: 'acknowledge'; readonly until: Instant } & CommandOrigin)
  | ({ readonly kind: 'silence'; readonly until: Instant } & CommandOrigin)
  | ({ readonly kind: 'unsilence' } & CommandOrigin)
  | ({ readonly kind: 'cause'; readonly text: string } & CommandOrigin)
  | ({ readonly kind: 'fix'; readonly text: string } & CommandOrigin)

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const maxTextChars = 300

/** `2h` -> milliseconds, at most `most`; undefined when it is no duration. */
const spanMs = (text: string, most: number): number | undefined => {
  const [, number = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ms = Number(number) * (unitMs[unit] ?? 0)
  return ms > 0 ? Math.min(ms, most) : undefined
}

const timed = (kind: 'acknowledge' | 'silence', ms: number | undefined, { author, createdAt }: Comment): readonly IncidentCommand[] =>
  ms === undefined ? [] : [{ kind, by: author, at: createdAt, until: createdAt + ms }]

const grammar: Readonly<Record<string, (rest: string, comment: Comment) => readonly IncidentCommand[]>> = {
  ack: (rest, comment) => timed('acknowledge', rest === '' ? longestMs.acknowledged : spanMs(rest, longestMs.acknowledged), comment),
  silence: (rest, comment) => timed('silence', spanMs(rest, longestMs.silenced), comment),
  unsilence: (rest, { author, createdAt }) => (rest === '' ? [{ kind: 'unsilence', by: author, at: createdAt }] : []),
  cause: (rest, comment) => noted('cause', rest, comment),
  fix: (rest, comment) => noted('fix', rest, comment),
}

const noted = (kind: 'cause' | 'fix', rest: string, { author, createdAt }: Comment): readonly IncidentCommand[] => {
  const text = plainLine(rest, maxTextChars).trim()
  return text === '' ? [] : [{ kind, by: author, at: createdAt, text }]
}

const ofLine = (line: string, comment: Comment): readonly IncidentCommand[] => {
  const [, name = '', rest = ''] = /^\/([a-z]{1,10})(?:[ \t](.*))?$/.exec(line.trimEnd()) ?? []
  return Object.hasOwn(grammar, name) ? (grammar[name]?.(rest.trim(), comment) ?? []) : []
}

const ofComment = (comment: Comment): readonly IncidentCommand[] => slashCommandLines(comment.body).flatMap((line) => ofLine(line, comment))

/** A bot is nobody who is asked: a server that is watched could comment by the token of its job. */
const isPerson = ({ author }: Comment, authors: readonly string[]): boolean => !isAuthor(authors, author) && !/\[bot\]$/i.test(author)

/** Unedited, of a person, and with a command in it: only of these people GitHub is asked whether they may write. */
export const asksForSomething = (comment: Comment, authors: readonly string[]): boolean =>
  comment.createdAt === comment.updatedAt && isPerson(comment, authors) && ofComment(comment).length > 0

/** The commands in comments that are new, unedited and of people who may write; oldest first. Said, not shown: `slash-commands.ts` tells which lines are. */
export const commandsIn = (comments: readonly CommentWithRights[], after: number, authors: readonly string[]): readonly IncidentCommand[] =>
  comments
    .filter((one) => one.id > after && one.mayWrite && asksForSomething(one, authors))
    .toSorted((a, b) => a.id - b.id)
    .flatMap(ofComment)

const lasting = ({ at, until }: { at: number; until: number }): string => writeDuration(until - at)

const effects: {
  readonly [Kind in IncidentCommand['kind']]: (marker: Marker, command: Extract<IncidentCommand, { kind: Kind }>) => Partial<Marker>
} = {
  acknowledge: (marker, command) => ({
    acknowledged: { by: command.by, until: command.until },
    events: eventsWith(marker, command.at, askedFor(`acknowledged for ${lasting(command)}`, command.by)),
  }),
  silence: (marker, command) => ({
    silenced: { by: command.by, until: command.until, status: marker.status },
    events: eventsWith(marker, command.at, askedFor(`silenced for ${lasting(command)}`, command.by)),
  }),
  unsilence: (marker, { at, by }) => ({ silenced: undefined, events: eventsWith(marker, at, askedFor('silence ended', by)) }),
  cause: (marker, { at, by, text }) => ({ cause: text, events: eventsWith(marker, at, askedFor('cause stated', by)) }),
  fix: (marker, { at, by, text }) => ({ fix: text, events: eventsWith(marker, at, askedFor('fix stated', by)) }),
}

/** Rule 6: what people asked for by comments since they were last read. */
export const withCommands = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  const { issue, marker } = update.incident
  const read = input.comments.get(issue.number)
  if (read === undefined || !hasUnreadComments(update.incident)) return update
  const commands = commandsIn(read, marker.comments.last, input.options.authors)
  const last = largest(
    read.map((one) => one.id),
    marker.comments.last,
  )
  const known: IncidentUpdate = { ...update, marker: { ...update.marker, comments: { count: issue.comments, last } } }
  return commands.reduce<IncidentUpdate>(
    (so, command) => withMarker(so, effects[command.kind](so.marker, command as never), 'change'),
    known,
  )
}

/** A person opened it again after we had closed it: it must prove itself anew. */
export const withManualReopening = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate =>
  update.marker.closed === undefined ? update : withMarker(update, { closed: undefined, lastBad: input.now, gone: 0 }, 'update')
