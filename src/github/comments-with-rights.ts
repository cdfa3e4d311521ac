import type { Comment, Issues, UnreadComments } from '../contract/issues.ts'
import type { CommentWithRights } from '../incidents/model.ts'
import { asksForSomething } from '../incidents/obey.ts'

/** In a public repository anybody may comment: so many are asked about, those who seem to belong to it and then the newest; the others may not command. */
const mostPeopleAsked = 20

/**
 * What is read for commands of those who do not seem to belong to it, of all issues together and the newest first: strangers can write 65 MB below
 * each issue, and while that is read no time-out ends anything.
 */
const mostCharsOfStrangers = 1_000_000

type CommentReading = { readonly issues: Issues; readonly authors: readonly string[]; readonly left: { chars: number } }

const isToBeRead = ({ near, body }: Comment, left: CommentReading['left']): boolean => {
  if (near === true) return true
  left.chars -= body.length
  return left.chars >= 0
}

/** Undefined when GitHub could not be asked about somebody. */
const writersAmong = async (
  comments: readonly Comment[],
  { issues, authors, left }: CommentReading,
): Promise<ReadonlySet<string> | undefined> => {
  const nearFirst = comments.toReversed().toSorted((a, b) => Number(b.near === true) - Number(a.near === true))
  const asking = nearFirst.filter((one) => isToBeRead(one, left) && asksForSomething(one, authors))
  const people = [...new Set(asking.map((one) => one.author))].slice(0, mostPeopleAsked)
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
  access: Omit<CommentReading, 'left'>,
): Promise<ReadonlyMap<number, readonly CommentWithRights[]>> => {
  const found = new Map<number, readonly CommentWithRights[]>()
  const reading: CommentReading = { ...access, left: { chars: mostCharsOfStrangers } }
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
