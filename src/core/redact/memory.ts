/** Answers that were found once: findings of one kind repeat their words. */
export type Memory<Answer> = (text: string, find: (text: string) => Answer) => Answer

const mostRemembered = 2_000
const longestRemembered = 1_000

/** A memory of so many short texts; when it is full it begins anew. */
export const createMemory = <Answer>(): Memory<Answer> => {
  const known = new Map<string, Answer>()
  return (text, find) => {
    if (text.length > longestRemembered) return find(text)
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = find(text)
    if (known.size >= mostRemembered) known.clear()
    known.set(text, answer)
    return answer
  }
}
