import type { EventOfRun } from './event.ts'
import type { ReadBase } from './parse/configuration.ts'
import type { Recoverer } from './recover.ts'

/** The configuration of a pull request is that of its base; where the checkout does not have that commit, there is none. */
export const readBaseOf = (
  { pullRequest }: EventOfRun,
  { runProgram, workspace }: Recoverer,
  signal: AbortSignal,
): ReadBase | undefined => {
  if (pullRequest === undefined) return undefined
  return async (path) => {
    const { createGitObjects } = await import('../tools/git-objects.ts')
    const git = createGitObjects({ run: runProgram, workspace, signal })
    const file = (await git.hasCommit(pullRequest.base)) ? await git.readFile(pullRequest.base, path) : { kind: 'absent' as const }
    // A run without any configuration looks healthy: what is there and cannot be read is told.
    if (file.kind === 'refused') return { problem: `of the base cannot be read (${file.cause})` }
    return file.kind === 'text' ? { text: file.text } : { absent: true }
  }
}
