import type { Limit, Thresholds } from '../../core/options/threshold.ts'
import type { Threshold } from '../../core/threshold.ts'

type Row = Limit & { readonly limits: readonly [warning: number, critical: number] }

const hourMs = 3_600_000
const never = Number.POSITIVE_INFINITY

/** Every limit of db-maintain with its default, in milliseconds, bytes, rows or fractions of 1; `never` is no critical one. */
const rows = {
  'dead-rows': {
    kind: 'percentage',
    worse: 'above',
    limits: [0.1, never],
    description: 'Share of dead rows in a table that has more than 10,000 of them. Default: warning at `10%`.',
  },
  'vacuum-age': {
    kind: 'duration',
    worse: 'above',
    limits: [24 * hourMs, 48 * hourMs],
    description: 'Since a table with dead rows was last vacuumed. Default: `[1d, 2d]`.',
  },
  bloat: {
    kind: 'percentage',
    worse: 'above',
    limits: [0.4, never],
    description: 'Share of a table or index of at least 10 MB that holds nothing. Default: warning at `40%`.',
  },
  wraparound: {
    kind: 'number',
    worse: 'above',
    limits: [500_000_000, 1_000_000_000],
    description: 'Transactions since the oldest row was frozen. Default: `[500000000, 1000000000]`.',
  },
  sequence: {
    kind: 'percentage',
    worse: 'above',
    limits: [0.85, 0.95],
    description: 'Share of the numbers of a sequence that are used. Default: `[85%, 95%]`.',
  },
  'index-use': {
    kind: 'percentage',
    worse: 'below',
    limits: [0.95, -1],
    description: 'Share of scans of a table of more than 10,000 rows that used an index. Default: warning at `95%`.',
  },
  'days-to-full': {
    kind: 'duration',
    worse: 'below',
    limits: [30 * 24 * hourMs, 7 * 24 * hourMs],
    description: 'Until the volume of the database is full at its present growth. Default: `[30d, 7d]`.',
  },
  'volume-free': {
    kind: 'percentage',
    worse: 'below',
    limits: [0.2, 0.1],
    description: 'Free room on the volume of the database. Default: `[20%, 10%]`.',
  },
  'slow-query': {
    kind: 'duration',
    worse: 'above',
    limits: [20, never],
    description: 'Mean time of a query that was called at least 100 times. Default: warning at `20ms`.',
  },
  'idle-in-transaction': {
    kind: 'duration',
    worse: 'above',
    limits: [5 * 60_000, 30 * 60_000],
    description: 'How long a session sits idle inside a transaction. Default: `[5m, 30m]`.',
  },
  'long-query': {
    kind: 'duration',
    worse: 'above',
    limits: [60_000, 5 * 60_000],
    description: 'How long a query runs. Default: `[60s, 5m]`.',
  },
  blocked: {
    kind: 'duration',
    worse: 'above',
    limits: [30_000, 5 * 60_000],
    description: 'How long a session waits for a lock. Default: `[30s, 5m]`.',
  },
} as const satisfies Record<string, Row>

export type LimitName = keyof typeof rows

/** All of them, and those that tasks declare themselves. */
export const thresholds: Thresholds = rows

/** The configured limit, else the built-in one. */
export const limitOf = (configured: Readonly<Record<string, Threshold | undefined>>, name: LimitName): Threshold => {
  const { limits, worse } = rows[name]
  return configured[name] ?? { warning: limits[0], critical: limits[1], clear: limits[0], worse }
}
