import type { GithubAnswer, Issues, IssuesFailure } from './issues.ts'
import { UserError } from './user-error.ts'

/** What the job's token must be allowed, as its `permissions` block names it: told when GitHub refuses. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>

/** `sha`: of the blob, which a write must name. */
export type FileOnBranch = { readonly text: string; readonly sha: string }
/** `head`: the last commit of its branch. */
export type Pull = { readonly number: number; readonly isOpen: boolean; readonly head: string }

/** Files, branches and pull requests. A `conflict` is somebody else who was faster: read again. */
export interface Contents {
  defaultBranch(): Promise<GithubAnswer<string>>
  /** The commit that a branch points to; undefined when there is no such branch. */
  head(branch: string): Promise<GithubAnswer<string | undefined>>
  /** Undefined when it is not there. Refuses what is no text of UTF-8 up to 1 MB. */
  read(path: string, branch: string): Promise<GithubAnswer<FileOnBranch | undefined>>
  /** One commit; `sha` is the blob that was read, undefined for a new file. */
  write(file: {
    readonly path: string
    readonly branch: string
    readonly text: string
    readonly message: string
    readonly sha: string | undefined
  }): Promise<GithubAnswer<'done' | 'conflict'>>
  createBranch(branch: string, sha: string): Promise<GithubAnswer<'done' | 'conflict'>>
  /** Even backwards: what only this branch had is lost. */
  moveBranch(branch: string, sha: string): Promise<GithubAnswer<'done' | 'conflict'>>
  /** From one branch into another, open and closed, the newest first; ten at most. */
  pulls(branch: string, into: string): Promise<GithubAnswer<readonly Pull[]>>
  /** Its number; a conflict when there is an open one already. */
  openPull(pull: {
    readonly branch: string
    readonly into: string
    readonly title: string
    readonly body: string
  }): Promise<GithubAnswer<number | 'conflict'>>
}

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
  readonly contents: Contents
  /** Everything that is written there goes through it first. */
  redact(text: string): string
}

/** Who takes a line for the log; a `Progress` is one. */
type LineTeller = { readonly say: (line: string) => void }

const oneLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join(' ')

/** What GitHub refused, as an error for people; the block of permissions also stands in the log as it is to be copied. */
export const refusalError = (failure: IssuesFailure, { say }: LineTeller): UserError => {
  if (failure.kind !== 'forbidden') return new UserError(failure.cause)
  for (const line of failure.advice.split('\n')) say(line)
  return new UserError(`${failure.cause}; ${oneLine(failure.advice)}`)
}

/** The value of an answer; throws what GitHub refused. */
export const valueOf = <T>(answer: GithubAnswer<T>, progress: LineTeller): T => {
  if (answer.ok) return answer.value
  throw refusalError(answer.failure, progress)
}
