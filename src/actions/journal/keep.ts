import { setTimeout as delay } from 'node:timers/promises'
import { valueOf } from '../../contract/repository.ts'
import { UserError } from '../../contract/user-error.ts'
import type { JournalEntry } from './entries.ts'
import { type JournalAccess, lookAtJournal } from './look.ts'
import { withEntries } from './page.ts'
import { type JournalPlan, planCommit, planProposal } from './plan.ts'

export type Kept = {
  /** Written by this run. */
  readonly entries: readonly JournalEntry[]
  /** The pull request that has them; 0 without one. */
  readonly pull: number
  readonly said: string
}

const mostTries = 6
const pauseMs = 500
const mostNamed = 20

const named = (entries: readonly JournalEntry[]): string => {
  const numbers = [...new Set(entries.map(({ number }) => `#${number}`))]
  return numbers.slice(0, mostNamed).join(', ') + (numbers.length > mostNamed ? ` and ${numbers.length - mostNamed} more` : '')
}

type Write = Extract<JournalPlan, { kind: 'write' }>

/** The branch as the plan wants it; false when somebody else was faster. */
const prepareBranch = async ({ branch }: Write, { options, repository, into, progress }: JournalAccess): Promise<boolean> => {
  if (branch === 'as-it-is') return true
  const { contents } = repository
  const head = valueOf(await contents.head(into), progress)
  if (head === undefined) throw new UserError(`the default branch ${into} has no commit yet`)
  const made = branch === 'new' ? await contents.createBranch(options.branch, head) : await contents.moveBranch(options.branch, head)
  return valueOf(made, progress) === 'done'
}

/** One commit with the new lines; false when somebody else was faster. */
const commit = async (plan: Write, { options, repository, page, progress }: JournalAccess): Promise<boolean> => {
  const { path, branch } = options
  const text = withEntries(plan.from?.text, plan.entries, page)
  // No word before a number that GitHub would take for an order to close it.
  const message = `docs: journal of incidents ${named(plan.entries)}`
  const answer = await repository.contents.write({ path, branch, text, message, sha: plan.from?.sha })
  return valueOf(answer, progress) === 'done'
}

const bodyOf = (entries: readonly JournalEntry[], { path }: JournalAccess['options']): string =>
  [
    `Ronde adds these incidents to \`${path}\`: ${named(entries)}.`,
    'What nobody stated by `/cause` or `/fix` reads "not stated": complete it here, before or after the merge. Lines of later incidents join this pull request while it is open.',
  ].join('\n\n')

/** Undefined when somebody else opened it meanwhile. */
const propose = async (
  entries: readonly JournalEntry[],
  { options, repository, into, progress }: JournalAccess,
): Promise<number | undefined> => {
  const { branch } = options
  const title = `Journal of incidents: ${named(entries)}`.slice(0, 200)
  const made = valueOf(await repository.contents.openPull({ branch, into, title, body: bodyOf(entries, options) }), progress)
  return made === 'conflict' ? undefined : made
}

const nothing = (said: string): Kept => ({ entries: [], pull: 0, said })

const written = (entries: readonly JournalEntry[], pull: number, { path, branch }: JournalAccess['options']): Kept => ({
  entries,
  pull,
  said: `${named(entries)} ${entries.length === 1 ? 'is' : 'are'} in ${path} ${pull === 0 ? `on ${branch}` : `by pull request #${pull}`}`,
})

/** Undefined when somebody else was faster: to be looked at anew. */
const carryOut = async (plan: JournalPlan, keep: JournalAccess): Promise<Kept | undefined> => {
  const { options, dryRun } = keep
  if (plan.kind === 'nothing') return nothing(plan.why)
  if (dryRun) return nothing(`would add ${named(plan.entries)} to ${options.path}`)
  if (plan.kind === 'write' && !((await prepareBranch(plan, keep)) && (await commit(plan, keep)))) return undefined
  const known = plan.kind === 'write' ? plan.pull : undefined
  if (!options['pull-request']) return written(plan.entries, 0, options)
  const pull = known ?? (await propose(plan.entries, keep))
  return pull === undefined ? undefined : written(plan.entries, pull, options)
}

/** Brings the entries into the journal, whoever else does so at the same time: what is there already is not written again. */
export const keepJournal = async (entries: readonly JournalEntry[], keep: JournalAccess): Promise<Kept> => {
  const planOf = keep.options['pull-request'] ? planProposal : planCommit
  for (let tried = 1; tried <= mostTries; tried += 1) {
    const kept = await carryOut(planOf(entries, await lookAtJournal(keep)), keep)
    if (kept !== undefined) return kept
    await delay(pauseMs * tried, undefined, { signal: keep.signal })
  }
  throw new UserError(`${keep.options.path} on ${keep.options.branch} changes all the time: ${mostTries} tries; run it again`)
}
