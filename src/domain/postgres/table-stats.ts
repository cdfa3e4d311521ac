/** What PostgreSQL counts of one table; ages are by the server's clock. */
export type TableStats = {
  readonly oid: number
  readonly liveRows: number
  readonly deadRows: number
  /** With indexes and TOAST. */
  readonly totalBytes: number
  /** The rows alone. */
  readonly heapBytes: number
  /** How often a person, Ronde or autovacuum vacuumed it, since the counters began. */
  readonly vacuumCount: number
  readonly analyzeCount: number
  /** Since the last (auto)vacuum; absent when the counters know of none. */
  readonly vacuumedMs: number | undefined
  readonly analyzedMs: number | undefined
  /** Transactions since its oldest row was frozen; absent for a partitioned parent. */
  readonly freezeAge: number | undefined
  /** Its owner; absent when that is a superuser, whose membership nobody should be given. */
  readonly owner: string | undefined
  /** Whether our role may run VACUUM and ANALYZE on it. */
  readonly mayMaintain: boolean
}

/** Who keeps dead rows from being removed: the oldest first. Texts are untrusted. */
export type SnapshotHolder = {
  readonly kind: 'session' | 'standby' | 'prepared' | 'slot'
  /** The pid, the gid of a prepared transaction, or the slot's name. */
  readonly name: string
  readonly user: string
  readonly application: string
  /** PostgreSQL's word, of a session. */
  readonly state: string
  /** Since its transaction began. */
  readonly sinceMs: number | undefined
  /** How many transactions began since its snapshot. */
  readonly ageTransactions: number
}
