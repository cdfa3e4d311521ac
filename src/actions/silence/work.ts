import type { Context } from '../../contract/context.ts'
import type { Write } from '../../contract/issues.ts'
import { type Repository, valueOf } from '../../contract/repository.ts'
import { type OpenSilence, silenceOverBody, silencesIn } from '../../incidents/texts/silence-issue.ts'
import type { SilenceOptions } from './options.ts'

export type SilenceWork = { readonly options: SilenceOptions; readonly context: Context; readonly repository: Repository }

export type SilenceOutcome = {
  /** What was done, in one line. */
  readonly said: string
  /** In effect afterwards. */
  readonly active: readonly OpenSilence[]
  /** The number of the issue that was made or closed. */
  readonly changed: number | undefined
}

/** The silences in effect now: by the same word as in every run that heeds them. */
export const activeSilences = async ({ context, repository }: SilenceWork): Promise<readonly OpenSilence[]> => {
  const open = valueOf(await repository.issues.listOpen(), context.progress)
  return silencesIn(open, { authors: repository.authors, repository: repository.name }, context.now()).active
}

/** The write that ends a silence before its time. */
export const endWrite = ({ issue }: { readonly issue: Pick<OpenSilence['issue'], 'number' | 'body'> }, verdict: string): Write => ({
  kind: 'update',
  number: issue.number,
  body: silenceOverBody(issue.body, verdict),
  state: 'closed',
  stateReason: 'completed',
})
