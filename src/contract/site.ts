/**
 * Who a run is about: computed once, and the same for state, lock, ledger, own work, recovery and the identity of incidents. Two applications
 * of one server never share it.
 */
export type Site = {
  /** `owner/name` on GitHub; empty outside of it. */
  readonly repository: string
  readonly server: string
  /** What is maintained, in one word: the compose project, else its configured folder, else `database:…`; empty where nothing is known. */
  readonly project: string
  /** Words by which earlier releases, and runs that could not see the engine yet, knew the same: what they left is carried over. */
  readonly formerly: readonly string[]
}

/** What of a site tells it from all others. */
export type SiteWords = Pick<Site, 'repository' | 'server' | 'project'>
