/** The pull request that a run is about, as the runner's event tells it. */
export type PullRequestOfRun = {
  readonly number: number
  /** The commit that it is to be merged into. */
  readonly base: string
}
