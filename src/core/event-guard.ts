import type { EffectStarter } from '../contract/action.ts'

/** What the runner says about the run; every part may be missing outside of GitHub Actions. */
export type RunnerEvent = {
  /** `RUNNER_ENVIRONMENT`: `self-hosted` or `github-hosted`; one that says neither counts as self-hosted. */
  readonly runner: string | undefined
  /** `GITHUB_EVENT_NAME`; undefined in a shell, empty where a runner does not say. */
  readonly event: string | undefined
  readonly ref: string | undefined
  /** The payload's `repository.default_branch`. */
  readonly defaultBranch: string | undefined
  /** Why the payload could not be read; a runner always gives one. */
  readonly unreadable?: string | undefined
  /** The payload's `sender.type`: `User`, `Bot` … */
  readonly sender?: string | undefined
  /** `GITHUB_ACTOR` and `GITHUB_TRIGGERING_ACTOR`: who started the run first, and who did now. */
  readonly actors?: readonly string[]
}

/** When the payload does not tell: GitHub's own always does. */
const usualBranches = ['main', 'master']

/** A branch of the merge queue holds what pull requests bring, and its pushes are pushes. */
const queue = 'refs/heads/gh-readonly-queue/'

/** What only people and tokens with write permission can cause. What a pull request, a fork or a comment brings is none of these. */
const trustedEvents = ['schedule', 'workflow_dispatch', 'repository_dispatch', 'push']
const listed = trustedEvents.join(', ')

/** GitHub's names are lower case; one that is written otherwise means the same. */
const nameOf = ({ event }: RunnerEvent): string => event?.trim().toLowerCase() ?? ''
const shownName = (name: string): string => (name === '' ? '(none)' : name)
const branchesOf = ({ defaultBranch }: RunnerEvent): readonly string[] => (defaultBranch === undefined ? usualBranches : [defaultBranch])

const isAtDefaultBranch = (run: RunnerEvent): boolean =>
  run.ref?.startsWith(queue) !== true && branchesOf(run).some((branch) => run.ref === `refs/heads/${branch}`)

/**
 * Why this run must not touch the server, or `undefined`. On a self-hosted runner the code of a pull request or of a side branch
 * must never run beside the server, whatever the workflow says (design: security rules). A schedule implies the default branch.
 */
export const untrustedEvent = (run: RunnerEvent): string | undefined => {
  const name = nameOf(run)
  if (run.event === undefined) return undefined
  if (name === 'pull_request_target') return 'the event pull_request_target gives secrets to the code of a pull request; use pull_request'
  if (run.runner === 'github-hosted') return undefined
  if (!trustedEvents.includes(name))
    return `the event ${shownName(name)} does not run on a self-hosted runner; Ronde accepts there only ${listed}`
  if (name === 'schedule') return undefined
  if (run.unreadable !== undefined)
    return `the payload of the event ${name} cannot be read (${run.unreadable}), so nobody knows what it is about`
  if (isAtDefaultBranch(run)) return undefined
  const wanted = branchesOf(run).map((branch) => `refs/heads/${branch}`)
  return `the ref ${run.ref || '(none)'} is not the default branch; on a self-hosted runner Ronde runs only at ${wanted.join(' or ')}`
}

/**
 * Whose the configuration may be when it is not the base's, as the beginning of a sentence; else `undefined`. It is read from the workspace,
 * so on any runner it counts as the base's only where the event and the ref say so.
 */
export const foreignConfiguration = (run: RunnerEvent): string | undefined => {
  const name = nameOf(run)
  if (run.event === undefined || name === 'schedule') return undefined
  if (!trustedEvents.includes(name)) return `on the event ${shownName(name)} the configuration may be that of a pull request`
  if (run.unreadable !== undefined)
    return `the payload of the event ${name} cannot be read (${run.unreadable}), so the configuration may be anybody's`
  return isAtDefaultBranch(run) ? undefined : `the configuration is that of ${run.ref || 'no branch'}, which is not the default branch`
}

const isBot = (login: string): boolean => /\[bot\]$/i.test(login.trim())

/** A bot among those who started the run: a job's token on a server that is watched can dispatch, and run again, what a person started. */
const botOf = ({ sender, actors = [] }: RunnerEvent): string | undefined =>
  actors.find(isBot) ?? (sender === undefined || sender === 'User' ? undefined : `a ${sender}`)

/** Why whoever started this run may not start an action with an effect, or `undefined`. In a shell it is whoever sits there. */
export const refusedStarter = (run: RunnerEvent, starter: EffectStarter): string | undefined => {
  const name = nameOf(run)
  if (run.event === undefined) return undefined
  const events = starter === 'person' ? ['workflow_dispatch'] : trustedEvents
  if (!events.includes(name)) return `it runs only on ${events.join(', ')}, not on ${shownName(name)}`
  if (run.unreadable !== undefined) return `the payload of the event cannot be read (${run.unreadable}), so nobody knows who started it`
  const bot = botOf(run)
  if (bot !== undefined) return `only a person may start it, and ${bot} did`
  const isKnown = run.sender === 'User' && (run.actors ?? []).length > 1 && (run.actors ?? []).every((one) => one.trim() !== '')
  return starter === 'no-bot' || isKnown ? undefined : 'only a person may start it, and nobody knows who did'
}
