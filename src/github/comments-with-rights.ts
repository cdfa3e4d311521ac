import type { Comment, Issues } from '../contract/issues.ts'
import type { CommentWithRights } from '../incidents/model.ts'
import { asksForSomething } from '../incidents/obey.ts'

/** In a public repository anybody may comment: the newest so many are asked about, the others may not command. */
const mostPeopleAsked = 20

type CommentReading = { readonly issues: Issues; readonly authors: readonly string[] }

/** Undefined when GitHub could not be asked about somebody. */
const writersAmong = async (
  comments: readonly Comment[],
  { issues, authors }: CommentReading,
): Promise<ReadonlySet<string> | undefined> => {
  const newestFirst = comments.filter((one) => asksForSomething(one, authors)).toReversed()
  const people = [...new Set(newestFirst.map((one) => one.author))].slice(0, mostPeopleAsked)
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
  numbers: readonly number[],
  reading: CommentReading,
): Promise<ReadonlyMap<number, readonly CommentWithRights[]>> => {
  const found = new Map<number, readonly CommentWithRights[]>()
  for (const number of numbers) {
    const answer = await reading.issues.comments(number)
    const writers = answer.ok ? await writersAmong(answer.value, reading) : undefined
    if (!answer.ok || writers === undefined) continue
    found.set(
      number,
      answer.value.map((one) => ({ ...one, mayWrite: writers.has(one.author) })),
    )
  }
  return found
}
