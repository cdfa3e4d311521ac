import type { Progress } from '../../contract/context.ts'
import { type Repository, valueOf } from '../../contract/repository.ts'
import type { JournalOptions } from './options.ts'
import type { PageOptions } from './page.ts'
import type { JournalState } from './plan.ts'

/** What writing the journal works with. */
export type JournalAccess = {
  readonly options: JournalOptions
  readonly repository: Repository
  /** The default branch. */
  readonly into: string
  readonly page: PageOptions
  readonly progress: Progress
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** Reads the journal where it is and where it is proposed. */
export const lookAtJournal = async ({ options, repository, into, progress }: JournalAccess): Promise<JournalState> => {
  const { contents } = repository
  const { path, branch } = options
  const base = valueOf(await contents.read(path, into), progress)
  const head = valueOf(await contents.head(branch), progress)
  if (head === undefined) return { base, branch: undefined }
  const file = branch === into ? base : valueOf(await contents.read(path, branch), progress)
  const pulls = options['pull-request'] ? valueOf(await contents.pulls(branch, into), progress) : []
  return { base, branch: { head, file, pulls } }
}
