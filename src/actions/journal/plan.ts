import type { FileOnBranch, Pull } from '../../contract/repository.ts'
import type { JournalEntry } from './entries.ts'
import { missingIn } from './page.ts'

/** The journal as it is on GitHub. */
export type JournalState = {
  /** On the default branch. */
  readonly base: FileOnBranch | undefined
  /** The branch of the journal, with its file and the pull requests from it, the newest first. */
  readonly branch: { readonly head: string; readonly file: FileOnBranch | undefined; readonly pulls: readonly Pull[] } | undefined
}

/** What is to be done. `from`: the file that the new lines go into. */
export type JournalPlan =
  | { readonly kind: 'nothing'; readonly why: string }
  | {
      readonly kind: 'write'
      readonly branch: 'as-it-is' | 'new' | 'move'
      readonly from: FileOnBranch | undefined
      readonly entries: readonly JournalEntry[]
      /** A pull request that has them then; else one is opened, where one is wanted. */
      readonly pull: number | undefined
    }
  /** The lines are on the branch already, and nobody was asked to merge them. */
  | { readonly kind: 'propose'; readonly entries: readonly JournalEntry[] }

const journaled = { kind: 'nothing', why: 'every closed incident is in the journal' } as const

/** A file grows by no more in one commit; the next run writes the rest. */
const mostEntries = 200
const first = (entries: readonly JournalEntry[]): readonly JournalEntry[] => entries.slice(0, mostEntries)

/** Lines that go straight to a branch. */
export const planCommit = (entries: readonly JournalEntry[], { base, branch }: JournalState): JournalPlan => {
  const from = branch === undefined ? base : branch.file
  const missing = missingIn(from?.text, entries)
  if (missing.length === 0) return journaled
  return { kind: 'write', branch: branch === undefined ? 'new' : 'as-it-is', from, entries: first(missing), pull: undefined }
}

/**
 * Lines that people merge. A branch whose pull request is open gets more lines. One whose pull request is closed is begun anew from the default
 * branch when there are new lines, and left alone when there are none: who closed it without merging did not want these. One that nobody was asked
 * to merge yet, by a job that is at work now or that was refused, is gone on with.
 */
export const planProposal = (all: readonly JournalEntry[], { base, branch }: JournalState): JournalPlan => {
  const entries = missingIn(base?.text, all)
  if (entries.length === 0) return journaled
  if (branch === undefined) return { kind: 'write', branch: 'new', from: base, entries: first(entries), pull: undefined }
  const missing = missingIn(branch.file?.text, entries)
  const open = branch.pulls.find((one) => one.isOpen)
  const closed = branch.pulls.find((one) => one.head === branch.head)
  if (missing.length > 0)
    return open === undefined && closed !== undefined
      ? { kind: 'write', branch: 'move', from: base, entries: first(entries), pull: undefined }
      : { kind: 'write', branch: 'as-it-is', from: branch.file, entries: first(missing), pull: open?.number }
  if (open !== undefined) return { kind: 'nothing', why: `pull request #${open.number} has them and waits to be merged` }
  return closed === undefined
    ? { kind: 'propose', entries }
    : { kind: 'nothing', why: `pull request #${closed.number} had them and was closed` }
}
