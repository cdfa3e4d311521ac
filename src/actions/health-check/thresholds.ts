import { z } from 'zod'
import { threshold } from '../../core/options/threshold.ts'
import type { Threshold } from '../../core/threshold.ts'

type Kind = Parameters<typeof threshold>[0]['kind']
type Row = readonly [kind: Kind, worse: Threshold['worse'], description: string]

/** Every limit that `thresholds:` may set. Those of checks of later releases are accepted already, so that files need no change then. */
const rows = {
  p95: ['duration', 'above', 'Latency of an endpoint without `max-latency`.'],
  connections: ['percentage', 'above', 'Share of the connections of PostgreSQL that are in use.'],
  blocked: ['duration', 'above', 'How long a session of PostgreSQL waits for a lock.'],
  'idle-in-transaction': ['duration', 'above', 'How long a session sits idle inside a transaction.'],
  'longest-transaction': ['duration', 'above', 'Age of the oldest transaction.'],
  deadlocks: ['number', 'above', 'Deadlocks since the last run.'],
  'cache-hit': ['percentage', 'below', 'Share of blocks that PostgreSQL found in its cache.'],
  wraparound: ['number', 'above', 'Transactions since the oldest row was frozen.'],
  'replication-lag': ['duration', 'above', 'How far a standby is behind.'],
  'replication-backlog': ['size', 'above', 'Changes that wait for a standby or a slot.'],
  'database-growth': ['percentage', 'above', 'Growth of the database in a day.'],
  cpu: ['percentage', 'above', 'For the host check of a later release.'],
  memory: ['percentage', 'above', 'For the host check of a later release.'],
  'disk-free': ['percentage', 'below', 'For the host check of a later release.'],
  'load-per-core': ['number', 'above', 'For the host check of a later release.'],
  'error-rate': ['percentage', 'above', 'For the access-log check of a later release.'],
} as const satisfies Record<string, Row>

const shape = Object.fromEntries(
  Object.entries(rows).map(([name, [kind, worse, description]]) => [name, threshold({ kind, worse }).optional().meta({ description })]),
)

export const thresholds: z.ZodType<Readonly<Record<string, Threshold | undefined>>> = z
  .strictObject(shape)
  .prefault({})
  .meta({ description: 'Limits as `[warning, critical]` or `{ warning, critical, clear }`.' })
