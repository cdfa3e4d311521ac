import type { Comment, Issues, UnreadComments } from '../contract/issues.ts'
import type { CommentWithRights } from '../incidents/model.ts'
import { asksForSomething } from '../incidents/obey.ts'

/** In a public repository anybody may comment: so many are asked about, those who seem to belong to it and then the newest; the others may not command. */
const mostPeopleAsked = 20

type CommentReading = { readonly issues: Issues; readonly authors: readonly string[] }

/** Undefined when GitHub could not be asked about somebody. */
const writersAmong = async (
  comments: readonly Comment[],
  { issues, authors }: CommentReading,
): Promise<ReadonlySet<string> | undefined> => {
  const newestFirst = comments.filter((one) => asksForSomething(one, authors)).toReversed()
  const nearFirst = newestFirst.toSorted((a, b) => Number(b.near === true) - Number(a.near === true))
  const people = [...new Set(nearFirst.map((one) => one.author))].slice(0, mostPeopleAsked)
  const writers = new Set<string>()
  for (const one of people) {
    const may = await issues.mayWrite(one)
    if (!may.ok) return undefined
    if (may.value) writers.add(one)
  }
  return writers
}

/** The comments of issues with GitHub's word on who may command. What cannot be read is left out: a later run reads it, and no command is lost. */
export const commentsWithRights = async (
  unread: readonly UnreadComments[],
  reading: CommentReading,
): Promise<ReadonlyMap<number, readonly CommentWithRights[]>> => {
  const found = new Map<number, readonly CommentWithRights[]>()
  for (const one of unread) {
    const answer = await reading.issues.comments(one)
    const writers = answer.ok ? await writersAmong(answer.value, reading) : undefined
    if (!answer.ok || writers === undefined) continue
    found.set(
      one.number,
      answer.value.map((comment) => ({ ...comment, mayWrite: writers.has(comment.author) })),
    )
  }
  return found
}
