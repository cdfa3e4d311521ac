/** One query as pg_stat_statements counts it, since `since` or since its counters were reset. `key` tells it again; `user` is who ran it. */
export type StatementCounter = {
  readonly key: string
  readonly queryId: string
  readonly user: string
  readonly calls: number
  readonly totalMs: number
  /** When this entry began to count, in the server's words; empty before PostgreSQL 17. */
  readonly since: string
}

export type StatementCounters = {
  readonly list: readonly StatementCounter[]
  /** When all of them were reset; empty where that is not known. */
  readonly reset: string
  /** Entries of other roles that this role may not read. */
  readonly hidden: number
}
