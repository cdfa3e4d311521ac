import type { Limit, Thresholds, UsualLimits } from '../../core/options/threshold.ts'
import type { Threshold } from '../../core/threshold.ts'

type Row = Limit & { readonly usual: UsualLimits }

const hourMs = 3_600_000
const never = Number.POSITIVE_INFINITY

/** Every limit of db-maintain with its default, in milliseconds, bytes, rows or fractions of 1; `never` is no critical one. */
const rows = {
  'dead-rows': {
    kind: 'percentage',
    worse: 'above',
    usual: { warning: 0.1, critical: never },
    description: 'Share of dead rows in a table that has more than 10,000 of them.',
  },
  'vacuum-age': {
    kind: 'duration',
    worse: 'above',
    usual: { warning: 24 * hourMs, critical: 48 * hourMs },
    description: 'Since a table with dead rows was last vacuumed.',
  },
  bloat: {
    kind: 'percentage',
    worse: 'above',
    usual: { warning: 0.4, critical: never },
    description: 'Share of a table or index of at least 10 MB that holds nothing.',
  },
  wraparound: {
    kind: 'number',
    worse: 'above',
    usual: { warning: 500_000_000, critical: 1_000_000_000 },
    description: 'Transactions since the oldest row was frozen.',
  },
  sequence: {
    kind: 'percentage',
    worse: 'above',
    usual: { warning: 0.85, critical: 0.95 },
    description: 'Share of the numbers of a sequence that are used.',
  },
  'index-use': {
    kind: 'percentage',
    worse: 'below',
    usual: { warning: 0.95, critical: -1 },
    description: 'Share of scans of a table of more than 10,000 rows that used an index.',
  },
  'days-to-full': {
    kind: 'duration',
    worse: 'below',
    usual: { warning: 30 * 24 * hourMs, critical: 7 * 24 * hourMs },
    description: 'Until the volume of the database is full at its present growth.',
  },
  'volume-free': {
    kind: 'percentage',
    worse: 'below',
    usual: { warning: 0.2, critical: 0.1 },
    description: 'Free room on the volume of the database.',
  },
  'slow-query': {
    kind: 'duration',
    worse: 'above',
    usual: { warning: 20, critical: never },
    description: 'Mean time of a query that was called at least 100 times.',
  },
  'idle-in-transaction': {
    kind: 'duration',
    worse: 'above',
    usual: { warning: 5 * 60_000, critical: 30 * 60_000 },
    description: 'How long a session sits idle inside a transaction.',
  },
  'long-query': {
    kind: 'duration',
    worse: 'above',
    usual: { warning: 60_000, critical: 5 * 60_000 },
    description: 'How long a query runs.',
  },
  blocked: {
    kind: 'duration',
    worse: 'above',
    usual: { warning: 30_000, critical: 5 * 60_000 },
    description: 'How long a session waits for a lock.',
  },
} as const satisfies Record<string, Row>

export type LimitName = keyof typeof rows

/** All of them, and those that tasks declare themselves. */
export const thresholds: Thresholds = rows

/** The configured limit, else the built-in one. */
export const limitOf = (configured: Readonly<Record<string, Threshold | undefined>>, name: LimitName): Threshold => {
  const { usual, worse } = rows[name]
  return configured[name] ?? { ...usual, clear: usual.warning, worse }
}
