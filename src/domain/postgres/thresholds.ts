import type { Threshold } from '../../core/threshold.ts'

const minuteMs = 60_000
const above = (warning: number, critical: number): Threshold => ({ warning, critical, clear: warning, worse: 'above' })

/** What is judged when the configuration says nothing else; the names are the keys of `thresholds:`. */
export const postgresThresholds = {
  /** A fraction of the connections that ordinary roles may use. */
  connections: above(0.8, 0.9),
  /** Milliseconds of waiting for a lock. */
  blocked: above(30_000, 5 * minuteMs),
  /** Milliseconds since the session fell idle inside its transaction. */
  'idle-in-transaction': above(5 * minuteMs, 30 * minuteMs),
  /** Milliseconds since the transaction began. */
  'longest-transaction': above(30 * minuteMs, 120 * minuteMs),
  /** Milliseconds since the query began. */
  'long-query': above(minuteMs, 5 * minuteMs),
  /** Since the last run. */
  deadlocks: above(1, 10),
  /** A fraction of the blocks that were read. */
  'cache-hit': { warning: 0.95, critical: 0.8, clear: 0.95, worse: 'below' },
  /** Transactions since the oldest row was frozen; the server stops at about 2.1 billion. */
  wraparound: above(500_000_000, 1_000_000_000),
  /** Milliseconds behind. */
  'replication-lag': above(minuteMs, 10 * minuteMs),
  /** Bytes of changes that wait for a standby or a slot. */
  'replication-backlog': above(1e9, 10e9),
  /** A fraction of the size a day ago. */
  'database-growth': above(0.5, 2),
} as const satisfies Record<string, Threshold>

export type PostgresThreshold = keyof typeof postgresThresholds

/** What every policy needs besides what was seen. */
export type PostgresSubject = {
  readonly subject: string
  /** From the configuration, laid over the built-in ones. */
  readonly thresholds: Readonly<Record<string, Threshold | undefined>>
}

/** The configured threshold, else the built-in one. */
export const thresholdOf = (about: PostgresSubject, name: PostgresThreshold): Threshold =>
  about.thresholds[name] ?? postgresThresholds[name]
