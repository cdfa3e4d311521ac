import type { RunProgram } from '../contract/process.ts'
import { foreignConfiguration, type RunnerEvent } from '../core/event-guard.ts'

/** GitHub's cache: what a run of the default branch saved, every later run may restore. */
export type GitHubCache = {
  /** Puts back what the newest entry holds whose key begins so. */
  readonly restore: (path: string, prefix: string) => Promise<void>
  /** Does nothing in a run that is not of the default branch. */
  readonly save: (path: string, key: string) => Promise<void>
}

export type GitHubCacheParts = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly event: RunnerEvent
  /** `src/keeper.ts`, as it was emitted. */
  readonly script: string
  readonly runProgram: RunProgram
  readonly signal: AbortSignal
}

/** All that the library reads. */
const needed = [
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_CACHE_SERVICE_V2',
  'ACTIONS_CACHE_MODE',
  'ACTIONS_CACHE_URL',
  'GITHUB_SERVER_URL',
  'GITHUB_WORKSPACE',
  'RUNNER_TEMP',
  'NODE_EXTRA_CA_CERTS',
]

/** A cache that is slow is worth less than none. */
const timeoutMs = 60_000

/** What a pull request brings never decides what the default branch finds. */
const isOfDefaultBranch = (event: RunnerEvent): boolean => event.event !== undefined && foreignConfiguration(event) === undefined

const unreadable: ReadonlySet<string> = new Set(['none', 'write-only'])

/** Undefined where the runner offers none, or the workflow's `cache-mode` is `none`. */
export const openGitHubCache = ({ environment, event, script, runProgram, signal }: GitHubCacheParts): GitHubCache | undefined => {
  const mode = environment['ACTIONS_CACHE_MODE']?.trim().toLowerCase() ?? ''
  const isThere = ['ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN'].every((name) => (environment[name] ?? '') !== '')
  if (!isThere || mode === 'none') return undefined
  const given = Object.fromEntries(needed.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])))
  const keeper = async (...args: readonly string[]): Promise<void> => {
    // Whatever becomes of it: there is nothing then, or nothing is kept, and the run goes on.
    await runProgram(process.execPath, [script, ...args], { environment: given, timeoutMs, signal, maxBytes: 4_096 })
  }
  return {
    restore: async (path, prefix) => (unreadable.has(mode) ? undefined : keeper('restore', path, prefix)),
    save: async (path, key) => (mode === 'read' || !isOfDefaultBranch(event) ? undefined : keeper('save', path, key)),
  }
}
