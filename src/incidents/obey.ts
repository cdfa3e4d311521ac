import { largest } from '../core/largest.ts'
import { writeDuration } from '../core/options/duration.ts'
import { type Command, commandsIn } from './commands.ts'
import { wantsComments } from './identify.ts'
import { happened, urgently } from './life.ts'
import type { Life, Marker, ReconcileInput } from './model.ts'
import { askedFor } from './texts/comments.ts'

const lasting = ({ at, until }: { at: number; until: number }): string => writeDuration(until - at)

const effects: { readonly [Kind in Command['kind']]: (marker: Marker, command: Extract<Command, { kind: Kind }>) => Partial<Marker> } = {
  acknowledge: (marker, command) => ({
    acknowledged: { by: command.by, until: command.until },
    events: happened(marker, command.at, askedFor(`acknowledged for ${lasting(command)}`, command.by)),
  }),
  silence: (marker, command) => ({
    silenced: { by: command.by, until: command.until, status: marker.status },
    events: happened(marker, command.at, askedFor(`silenced for ${lasting(command)}`, command.by)),
  }),
  unsilence: (marker, { at, by }) => ({ silenced: undefined, events: happened(marker, at, askedFor('silence ended', by)) }),
  cause: (marker, { at, by, text }) => ({ cause: text, events: happened(marker, at, askedFor('cause stated', by)) }),
  fix: (marker, { at, by, text }) => ({ fix: text, events: happened(marker, at, askedFor('fix stated', by)) }),
}

/** Rule 6: what people asked for by comments since they were last read. */
export const obeyed = (life: Life, input: ReconcileInput): Life => {
  const { issue, marker } = life.incident
  const read = input.comments.get(issue.number)
  if (read === undefined || !wantsComments(life.incident)) return life
  const commands = commandsIn(read, marker.comments.last, input.options.authors)
  const last = largest(
    read.map((one) => one.id),
    marker.comments.last,
  )
  const known: Life = { ...life, marker: { ...life.marker, comments: { count: issue.comments, last } } }
  return commands.reduce<Life>((so, command) => urgently(so, effects[command.kind](so.marker, command as never), 'change'), known)
}
