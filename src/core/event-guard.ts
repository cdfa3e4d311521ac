/** What the runner says about the run; every part may be missing outside of GitHub Actions. */
export type RunnerEvent = {
  /** `RUNNER_ENVIRONMENT`: `self-hosted` or `github-hosted`; one that says neither counts as self-hosted. */
  readonly runner: string | undefined
  readonly event: string | undefined
  readonly ref: string | undefined
  /** The payload's `repository.default_branch`. */
  readonly defaultBranch: string | undefined
}

/** When the payload does not tell: GitHub's own always does. */
const usualBranches = ['main', 'master']

const trustedEvents = ['schedule', 'workflow_dispatch', 'repository_dispatch', 'push']

/**
 * Why this run must not touch the server, or `undefined`. On a self-hosted runner the code of a pull request or of a side branch
 * must never run beside the server, whatever the workflow says (design: security rules). A schedule implies the default branch.
 */
export const untrustedEvent = ({ runner, event, ref, defaultBranch }: RunnerEvent): string | undefined => {
  if (event === undefined || event === '') return undefined
  if (event === 'pull_request_target') return 'the event pull_request_target gives secrets to the code of a pull request; use pull_request'
  if (runner === 'github-hosted') return undefined
  if (!trustedEvents.includes(event))
    return `the event ${event} does not run on a self-hosted runner; Ronde accepts there only ${trustedEvents.join(', ')}`
  if (event === 'schedule') return undefined
  const branches = defaultBranch === undefined ? usualBranches : [defaultBranch]
  if (branches.some((branch) => ref === `refs/heads/${branch}`)) return undefined
  return `the ref ${ref ?? '(none)'} is not the default branch; on a self-hosted runner Ronde runs only at refs/heads/${branches.join(' or refs/heads/')}`
}
