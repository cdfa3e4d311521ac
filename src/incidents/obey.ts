import type { Comment } from '../contract/issues.ts'
import { largest } from '../core/largest.ts'
import { writeDuration } from '../core/options/duration.ts'
import { type IncidentCommand, ofComment } from './commands.ts'
import { hasUnreadComments } from './identify.ts'
import { isAuthor } from './marker.ts'
import type { CommentWithRights, IncidentUpdate, Marker, ReconcileInput } from './model.ts'
import { askedFor, misreadComment } from './texts/comments.ts'
import { eventsWith, withComment, withMarker } from './update.ts'

/** A bot is nobody who is asked: a server that is watched could comment by the token of its job. */
const isPerson = ({ author }: Comment, authors: readonly string[]): boolean => !isAuthor(authors, author) && !/\[bot\]$/i.test(author)

/** Unedited, of a person, and with a command in it: only of these people GitHub is asked whether they may write. */
export const asksForSomething = (comment: Comment, authors: readonly string[]): boolean =>
  comment.createdAt === comment.updatedAt && isPerson(comment, authors) && ofComment(comment).length > 0

/** The commands in comments that are new, unedited and of people who may write; oldest first. */
export const commandsIn = (comments: readonly CommentWithRights[], after: number, authors: readonly string[]): readonly IncidentCommand[] =>
  comments
    .filter((one) => one.id > after && one.mayWrite && asksForSomething(one, authors))
    .toSorted((a, b) => a.id - b.id)
    .flatMap(ofComment)

const lasting = ({ at, until }: { at: number; until: number }): string => writeDuration(until - at)

type ObeyedCommand = Exclude<IncidentCommand, { kind: 'misread' }>
const effects: {
  readonly [Kind in ObeyedCommand['kind']]: (marker: Marker, command: Extract<ObeyedCommand, { kind: Kind }>) => Partial<Marker>
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

/** What cannot be followed is answered, once: the comments count as read with the same write. */
const answered = (update: IncidentUpdate, misread: readonly Extract<IncidentCommand, { kind: 'misread' }>[]): IncidentUpdate =>
  misread.length === 0 ? update : withComment(withMarker(update, {}, 'change'), misreadComment(misread))

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
  const known: IncidentUpdate = { ...update, marker: { ...update.marker, comments: { count: issue.comments, last, at: issue.updatedAt } } }
  const obeyed = commands
    .filter((one) => one.kind !== 'misread')
    .reduce<IncidentUpdate>((so, command) => withMarker(so, effects[command.kind](so.marker, command as never), 'change'), known)
  return answered(
    obeyed,
    commands.filter((one) => one.kind === 'misread'),
  )
}

/** A person opened it again after we had closed it: it must prove itself anew, and what was over before does not count for what begins now. */
export const withManualReopening = (update: IncidentUpdate, input: ReconcileInput): IncidentUpdate => {
  if (update.marker.closed === undefined) return update
  const { now } = input
  const again = update.verdict?.says === 'bad' ? {} : { since: now, criticalSince: now, escalated: false }
  return withMarker(update, { closed: undefined, lastBad: now, gone: 0, good: { runs: 0, since: 0 }, ...again }, 'update')
}
