import { z } from 'zod'
import { readJson } from '../../core/read-json.ts'

/**
 * What a database is to a restore, in its comment on the server itself: it outlives the state of the host that made it. `loading`: a copy that is not
 * whole; `ready`: loaded and compared; `beside`: one that stays beside the live database; `before`: what was replaced, or what an `undo` replaced.
 */
const markShape = z.object({
  ronde: z.literal('restore'),
  id: z.string().regex(/^[0-9a-f]{12}$/),
  is: z.enum(['loading', 'ready', 'beside', 'before']),
  /** Of which database, whatever this one is called. */
  database: z.string(),
  /** sha256 of the manifest that it was loaded from; of a `before` that of what took its place. */
  manifest: z.string(),
  /** ISO 8601; when it may go. */
  until: z.string(),
  /** The comment that it had. */
  comment: z.string().nullable(),
})
export type RestoreMark = z.output<typeof markShape>

const mostValues = 100

export const markText = (mark: RestoreMark): string => JSON.stringify(mark)

/** The mark in a comment; undefined for any other comment. */
export const readMark = (comment: string | undefined): RestoreMark | undefined => {
  if (comment?.startsWith('{"ronde":"restore"') !== true) return undefined
  const read = readJson(comment, mostValues)
  return 'value' in read ? markShape.safeParse(read.value).data : undefined
}
