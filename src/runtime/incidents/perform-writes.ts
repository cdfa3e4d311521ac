import type { Issues, IssuesFailure, Write } from '../../contract/issues.ts'
import { mostWrites } from '../../incidents/fit.ts'
import type { IssueDeed, WritingOutcome } from './model.ts'

/** What the writing works with. */
export type WritingAccess = {
  readonly issues: Issues
  /** A line for the log. */
  readonly say: (line: string) => void
  /** `https://github.com/owner/name/issues/` */
  readonly issuesUrl: string
}

const isOfOne = (a: Write | undefined, b: Write): boolean =>
  a !== undefined && a.kind !== 'create' && b.kind !== 'create' && a.number === b.number

/** A comment and the update behind it belong together: all of it in this run, or nothing. */
const groupsOf = (writes: readonly Write[]): readonly (readonly Write[])[] => {
  const groups: Write[][] = []
  for (const write of writes) {
    const last = groups.at(-1)
    if (last !== undefined && isOfOne(last[0], write)) last.push(write)
    else groups.push([write])
  }
  return groups
}

const deedOf = (write: Write): IssueDeed | undefined => {
  if (write.kind === 'create') return 'opened'
  if (write.kind === 'comment') return undefined
  return write.state === undefined ? 'updated' : write.state === 'closed' ? 'closed' : 'reopened'
}

type Tally = {
  readonly created: Map<string, number>
  readonly deeds: Map<number, IssueDeed>
  readonly overtaken: Set<number>
  readonly authors: string[]
}

/** What is one issue's own trouble. */
const passedOver: ReadonlySet<IssuesFailure['kind']> = new Set(['gone', 'refused', 'overtaken'])

/** What ends the writing, or whether the rest of the group is to be written. */
const perform = async (
  write: Write,
  { issues, say, issuesUrl }: WritingAccess,
  tally: Tally,
): Promise<IssuesFailure | 'go on' | 'pass over'> => {
  const answer = await issues.perform(write)
  if (!answer.ok) {
    const { failure } = answer
    if (write.kind === 'create' || !passedOver.has(failure.kind)) return failure
    if (failure.kind === 'overtaken') tally.overtaken.add(write.number)
    say(`incidents: #${write.number} could not be written: ${failure.cause}`)
    // A locked issue takes no comment, and is kept up to date all the same.
    return write.kind === 'comment' && failure.kind === 'refused' ? 'go on' : 'pass over'
  }
  const { number, author } = answer.value
  const deed = deedOf(write)
  if (author !== undefined) tally.authors.push(author)
  if (write.kind === 'create') tally.created.set(write.fingerprint, number)
  if (deed === undefined) return 'go on'
  tally.deeds.set(number, deed)
  say(`incidents: ${deed} #${number} ${issuesUrl}${number}`)
  return 'go on'
}

/** A group that was begun is written to its end, unless its issue is gone. */
const performGroup = async (group: readonly Write[], writing: WritingAccess, tally: Tally): Promise<IssuesFailure | undefined> => {
  for (const write of group) {
    const outcome = await perform(write, writing, tally)
    if (outcome === 'pass over') return undefined
    if (outcome !== 'go on') return outcome
  }
  return undefined
}

/** In order, ten requests a run at most; an issue that is gone or refuses is passed over, anything else ends the writing. */
export const performWrites = async (writes: readonly Write[], writing: WritingAccess): Promise<WritingOutcome> => {
  const tally: Tally = { created: new Map(), deeds: new Map(), overtaken: new Set(), authors: [] }
  const groups = groupsOf(writes)
  const done = (more: Pick<WritingOutcome, 'failure' | 'left'>): WritingOutcome => ({ ...tally, author: tally.authors[0], ...more })
  for (const [at, group] of groups.entries()) {
    const left = groups.slice(at).flat()
    if (writing.issues.counts().writes + group.length > mostWrites) {
      writing.say(`incidents: ${left.length} writes wait for the next run: a run does ${mostWrites} at most`)
      return done({ failure: undefined, left })
    }
    const failure = await performGroup(group, writing, tally)
    if (failure !== undefined) return done({ failure, left: [] })
  }
  return done({ failure: undefined, left: [] })
}
