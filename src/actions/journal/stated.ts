import type { Repository } from '../../contract/repository.ts'
import { commentsWithRights } from '../../github/comments-with-rights.ts'
import { commandsIn } from '../../incidents/obey.ts'
import type { JournalEntry } from './entries.ts'
import { type PageOptions, rowOf } from './page.ts'

/** What was closed last is asked first; a run reads the comments of no more issues. */
const mostRead = 50

type StatedWords = Pick<JournalEntry, 'cause' | 'fix'>

const isLatestOf = (entry: JournalEntry, entries: readonly JournalEntry[]): boolean =>
  entries.every((one) => one.number !== entry.number || one.closedAt <= entry.closedAt)

/** Causes and fixes that people stated after the incident had closed: those of the night are often known in the morning. */
export const withWordsOfLater = async (
  entries: readonly JournalEntry[],
  repository: Repository,
  page: PageOptions,
): Promise<readonly JournalEntry[]> => {
  const { issues, authors } = repository
  const asked = entries
    .filter((one) => one.maySayMore && isLatestOf(one, entries))
    .toReversed()
    .slice(0, mostRead)
  const comments = await commentsWithRights(
    asked.map(({ number, comments: count, readUpTo: after }) => ({ number, count, after })),
    { issues, authors },
  )
  const saidOf = ({ number, readUpTo }: JournalEntry): Partial<StatedWords> => {
    const said = commandsIn(comments.get(number) ?? [], readUpTo, authors).filter((one) => one.kind === 'cause' || one.kind === 'fix')
    return Object.fromEntries(said.map(({ kind, text }) => [kind, repository.redact(text)]))
  }
  return entries.map((entry) => {
    const said = asked.includes(entry) ? saidOf(entry) : {}
    return Object.keys(said).length === 0 ? entry : { ...entry, ...said, replaces: rowOf(entry, page) }
  })
}
