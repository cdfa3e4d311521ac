import type { Progress } from './context.ts'
import type { Answer, Issues, IssuesFailure } from './incidents/types.ts'
import { UserError } from './user-error.ts'

/** What the job's token must be allowed, as its `permissions` block names it: told when GitHub refuses. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>

/** The repository of this run on GitHub. What GitHub or the network does is in the answers; nothing throws for it. */
export interface Repository {
  /** `owner/name`. */
  readonly name: string
  readonly url: string
  /** Of this workflow run. */
  readonly runUrl: string
  /** Who started the run, as GitHub tells it; empty outside of GitHub Actions. */
  readonly actor: string
  /** `incidents.authors`: whose issues carry markers that count. */
  readonly authors: readonly string[]
  readonly issues: Issues
  /** Everything that is written there goes through it first. */
  redact(text: string): string
}

const oneLine = (text: string): string => text.split(/\s*\n\s*/).join(' ')

/** What GitHub refused, as an error for people; the block of permissions also stands in the log as it is to be copied. */
export const refusalError = (failure: IssuesFailure, { say }: Pick<Progress, 'say'>): UserError => {
  if (failure.kind !== 'forbidden') return new UserError(failure.cause)
  for (const line of failure.advice.split('\n')) say(line)
  return new UserError(`${failure.cause}; ${oneLine(failure.advice)}`)
}

/** The value of an answer; throws what GitHub refused. */
export const valueOf = <T>(answer: Answer<T>, progress: Pick<Progress, 'say'>): T => {
  if (answer.ok) return answer.value
  throw refusalError(answer.failure, progress)
}
