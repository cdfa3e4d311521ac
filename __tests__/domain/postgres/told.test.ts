import { describe, expect, test } from '@jest/globals'
import { couldNotLook, saw } from '../../../src/contract/seen.ts'
import { judgeConnections, noConnectionLeft } from '../../../src/domain/postgres/connections.ts'
import { judgeCacheHit, judgeDeadlocks } from '../../../src/domain/postgres/counters.ts'
import type { PostgresFailureKind } from '../../../src/domain/postgres/failure.ts'
import { amongVisible, judgePostgres, postgresLine } from '../../../src/domain/postgres/judge.ts'
import type { PostgresObservation, ReplicationLink, Session } from '../../../src/domain/postgres/observation.ts'
import { containerDown, judgeUnreachable, reachable } from '../../../src/domain/postgres/reachable.ts'
import { judgeReplication } from '../../../src/domain/postgres/replication.ts'
import { judgeBlocked, judgeIdleInTransaction, judgeLongestTransaction, judgeLongQueries } from '../../../src/domain/postgres/sessions.ts'
import { judgeSize } from '../../../src/domain/postgres/size.ts'
import type { About } from '../../../src/domain/postgres/thresholds.ts'
import { judgeWraparound } from '../../../src/domain/postgres/wraparound.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf } from '../../support/told.ts'

const about: About = { subject: 'service/db', thresholds: {} }
const minute = 60_000
const dayMs = 86_400_000
const now = Date.parse('2026-12-05T08:00:00Z')
const seen = (...list: readonly Session[]) => ({ list, hidden: 0 })
const waits = (pid: number, blockedBy: readonly number[], waitingMs: number) =>
  session(pid, { waitingMs, blockedBy, transactionMs: waitingMs })
const idle = (pid: number, stateMs: number) => session(pid, { state: 'idle in transaction', stateMs, transactionMs: stateMs })
const open = (pid: number, transactionMs: number, more: Partial<Session> = {}) => session(pid, { transactionMs, ...more })
const runs = (pid: number, queryMs: number, more: Partial<Session> = {}) => session(pid, { queryMs, ...more })
const frozen = (ageTransactions: number, freezeMaxAge = 200_000_000) =>
  ({ database: 'quiz', ageTransactions, freezeMaxAge, kind: 'transaction' }) as const
const counted = (blocksHit: number, blocksRead: number) => ({ deadlocks: 0, blocksHit, blocksRead, statsReset: '' })
const link = (given: Partial<ReplicationLink>): ReplicationLink => ({
  kind: 'standby',
  name: 'b',
  state: 'streaming',
  lagBytes: 0,
  lagMs: 0,
  ...given,
})
const links = (...list: readonly ReplicationLink[]) => toldOf(judgeReplication({ links: list, hidden: 0 }, about))
const grown = (sizeBytes: number, value: number, ago: number) =>
  toldOf(judgeSize(sizeBytes, { past: [{ at: now - ago, value }], now }, about))

const rows: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'nobody waits',
    () => toldOf(judgeBlocked(seen(session(1)), about)),
    [
      'ok postgres.blocked: service/db: no blocked session',
      'observed: no session waits for a lock',
      'expected: nobody waits for a lock for 30 s',
      'measured: blocked 0 ms',
    ],
  ],
  [
    'one waits',
    () => toldOf(judgeBlocked(seen(idle(7, minute), waits(8, [7], minute)), about)),
    [
      'warning postgres.blocked: service/db: 1 session blocked, the longest for 1 min',
      'observed: 1 session waiting for a lock, the longest for 1 min',
      'expected: nobody waits for a lock for 30 s',
      'advice: look at what it is doing, then end it: SELECT pg_terminate_backend(7);',
      'evidence: pid 7 quiz gunicorn, idle in transaction for 1 min: UPDATE game SET points = ?',
      'evidence:   pid 8 quiz gunicorn, waiting for a lock for 1 min: UPDATE game SET points = ?',
      'measured: blocked 60000 ms',
    ],
  ],
  [
    'many wait for four',
    () =>
      toldOf(
        judgeBlocked(
          seen(...[1, 2, 3, 4].map((pid) => session(pid)), ...[5, 6, 7, 8].map((pid) => waits(pid, [pid - 4], 6 * minute))),
          about,
        ),
      ),
    [
      'critical postgres.blocked: service/db: 4 sessions blocked, the longest for 6 min',
      'observed: 4 sessions waiting for a lock, the longest for 6 min',
      'expected: nobody waits for a lock for 30 s',
      'advice: look at what it is doing, then end it: SELECT pg_terminate_backend(1); SELECT pg_terminate_backend(2); SELECT pg_terminate_backend(3);',
      'evidence: pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence:   pid 5 quiz gunicorn, waiting for a lock for 6 min: UPDATE game SET points = ?',
      'evidence: pid 2 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence:   pid 6 quiz gunicorn, waiting for a lock for 6 min: UPDATE game SET points = ?',
      'evidence: pid 3 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence:   pid 7 quiz gunicorn, waiting for a lock for 6 min: UPDATE game SET points = ?',
      'evidence: pid 4 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence:   pid 8 quiz gunicorn, waiting for a lock for 6 min: UPDATE game SET points = ?',
      'measured: blocked 360000 ms',
    ],
  ],
  [
    'they wait for a prepared transaction',
    () => toldOf(judgeBlocked(seen(waits(8, [0], minute)), about)),
    [
      'warning postgres.blocked: service/db: 1 session blocked, the longest for 1 min',
      'observed: 1 session waiting for a lock, the longest for 1 min',
      'expected: nobody waits for a lock for 30 s',
      'advice: a prepared transaction holds the lock: find it in pg_prepared_xacts, then COMMIT PREPARED or ROLLBACK PREPARED',
      'evidence: a prepared transaction (see pg_prepared_xacts)',
      'evidence:   pid 8 quiz gunicorn, waiting for a lock for 1 min: UPDATE game SET points = ?',
      'measured: blocked 60000 ms',
    ],
  ],
  [
    'they wait in a circle',
    () => toldOf(judgeBlocked(seen(waits(1, [2], minute), waits(2, [1], minute)), about)),
    [
      'warning postgres.blocked: service/db: 2 sessions blocked, the longest for 1 min',
      'observed: 2 sessions waiting for a lock, the longest for 1 min',
      'expected: nobody waits for a lock for 30 s',
      'advice: they wait in a circle: the server ends one of them after deadlock_timeout',
      'evidence: pid 1 quiz gunicorn, waiting for a lock for 1 min: UPDATE game SET points = ?',
      'evidence:   pid 2 quiz gunicorn, waiting for a lock for 1 min: UPDATE game SET points = ?',
      'measured: blocked 60000 ms',
    ],
  ],
  [
    'nobody idles',
    () => toldOf(judgeIdleInTransaction(seen(session(1)), about)),
    [
      'ok postgres.idle-in-transaction: service/db: no session left idle in a transaction',
      'observed: no session idle in a transaction',
      'expected: none idle in a transaction for 5 min',
      'measured: idle-in-transaction 0 ms',
    ],
  ],
  [
    'one idles for a short time',
    () => toldOf(judgeIdleInTransaction(seen(idle(2, 5 * minute - 1)), about)),
    [
      'ok postgres.idle-in-transaction: service/db: no session left idle in a transaction',
      'observed: 1 session, the longest idle for 5 min',
      'expected: none idle in a transaction for 5 min',
      'evidence: pid 2 quiz gunicorn, idle in transaction for 5 min: UPDATE game SET points = ?',
      'measured: idle-in-transaction 299999 ms',
    ],
  ],
  [
    'two idle',
    () => toldOf(judgeIdleInTransaction(seen(idle(2, 5 * minute), idle(3, 30 * minute)), about)),
    [
      'critical postgres.idle-in-transaction: service/db: idle in a transaction for 30 min',
      'observed: 2 sessions, the longest idle for 30 min',
      'expected: none idle in a transaction for 5 min',
      'advice: pg_cancel_backend does nothing to an idle session; look at what it is doing, then end it: SELECT pg_terminate_backend(3); In the application, end every transaction, or set idle_in_transaction_session_timeout',
      'evidence: pid 2 quiz gunicorn, idle in transaction for 5 min: UPDATE game SET points = ?',
      'evidence: pid 3 quiz gunicorn, idle in transaction for 30 min: UPDATE game SET points = ?',
      'measured: idle-in-transaction 1800000 ms',
    ],
  ],
  [
    'no transaction',
    () => toldOf(judgeLongestTransaction(seen(session(1)), about)),
    [
      'ok postgres.longest-transaction: service/db: no long transaction',
      'observed: no transaction open',
      'expected: less than 30 min',
      'measured: longest-transaction 0 ms',
    ],
  ],
  [
    'a short transaction',
    () => toldOf(judgeLongestTransaction(seen(open(1, minute)), about)),
    [
      'ok postgres.longest-transaction: service/db: no long transaction',
      'observed: the longest open for 1 min',
      'expected: less than 30 min',
      'measured: longest-transaction 60000 ms',
    ],
  ],
  [
    'a long transaction',
    () => toldOf(judgeLongestTransaction(seen(open(1, 30 * minute), open(2, 30 * minute - 1)), about)),
    [
      'warning postgres.longest-transaction: service/db: a transaction has been open for 30 min',
      'observed: the longest open for 30 min',
      'expected: less than 30 min',
      'advice: VACUUM cannot remove what it may still see; look at what it is doing, then end it: SELECT pg_terminate_backend(1);',
      'evidence: pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'measured: longest-transaction 1800000 ms',
    ],
  ],
  [
    'a dump, a worker, one that waits and one that idles',
    () =>
      toldOf(
        judgeLongestTransaction(
          seen(
            open(1, 999 * minute, { application: 'pg_dump' }),
            open(2, 999 * minute, { backendType: 'autovacuum worker' }),
            open(3, 999 * minute, { waitingMs: 30_000 }),
            idle(4, 5 * minute),
          ),
          about,
        ),
      ),
    [
      'ok postgres.longest-transaction: service/db: no long transaction',
      'observed: no transaction open',
      'expected: less than 30 min',
      'measured: longest-transaction 0 ms',
    ],
  ],
  [
    'one that waits and one that idles, a moment too short',
    () =>
      toldOf(
        judgeLongestTransaction(
          seen(
            open(3, 121 * minute, { waitingMs: 29_999 }),
            session(4, { state: 'idle in transaction', stateMs: 5 * minute - 1, transactionMs: 120 * minute }),
          ),
          about,
        ),
      ),
    [
      'critical postgres.longest-transaction: service/db: a transaction has been open for 2 h 1 min',
      'observed: the longest open for 2 h 1 min',
      'expected: less than 30 min',
      'advice: VACUUM cannot remove what it may still see; look at what it is doing, then end it: SELECT pg_terminate_backend(3);',
      'evidence: pid 3 quiz gunicorn, waiting for a lock for 30 s: UPDATE game SET points = ?',
      'evidence: pid 4 quiz gunicorn, idle in transaction for 5 min: UPDATE game SET points = ?',
      'measured: longest-transaction 7260000 ms',
    ],
  ],
  [
    'no query',
    () => toldOf(judgeLongQueries(seen(session(1)), about)),
    [
      'ok postgres.long-query: service/db: no long query',
      'observed: no query runs',
      'expected: less than 1 min',
      'measured: long-query 0 ms',
    ],
  ],
  [
    'short queries',
    () => toldOf(judgeLongQueries(seen(runs(1, 59_999), runs(2, 0)), about)),
    [
      'ok postgres.long-query: service/db: no long query',
      'observed: 2 sessions with a running query, the longest for 1 min',
      'expected: less than 1 min',
      'measured: long-query 59999 ms',
    ],
  ],
  [
    'a long query',
    () => toldOf(judgeLongQueries(seen(runs(1, minute), runs(2, 59_999)), about)),
    [
      'warning postgres.long-query: service/db: a query has been running for 1 min',
      'observed: 2 sessions with a running query, the longest for 1 min',
      'expected: less than 1 min',
      'advice: look at what it waits for and at its plan (EXPLAIN); to stop the query and keep the session: SELECT pg_cancel_backend(1);',
      'evidence: pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'measured: long-query 60000 ms',
    ],
  ],
  [
    'long by their nature',
    () =>
      toldOf(
        judgeLongQueries(
          seen(
            runs(1, 9 * minute, { query: 'VACUUM game' }),
            runs(2, 9 * minute, { application: 'pg_basebackup' }),
            runs(3, 9 * minute, { blockedBy: [9] }),
            runs(4, 9 * minute, { backendType: 'walsender' }),
            runs(5, 9 * minute, { query: 'create unique index on game (id)' }),
          ),
          about,
        ),
      ),
    [
      'ok postgres.long-query: service/db: no long query',
      'observed: no query runs',
      'expected: less than 1 min',
      'measured: long-query 0 ms',
    ],
  ],
  [
    'young rows',
    () => toldOf(judgeWraparound(frozen(12_340_000), about)),
    [
      'ok postgres.wraparound: service/db: 0.6 % of the transaction counter used',
      'observed: database quiz: oldest transaction is 12.3 million old, 0.6 % of 2^31',
      'expected: less than 500 million; autovacuum freezes at 200 million',
      'measured: freeze-age 12340000 transactions',
    ],
  ],
  [
    'a moment before the warning',
    () => toldOf(judgeWraparound(frozen(499_999_999), about)),
    [
      'ok postgres.wraparound: service/db: 23.3 % of the transaction counter used',
      'observed: database quiz: oldest transaction is 500 million old, 23.3 % of 2^31',
      'expected: less than 500 million; autovacuum freezes at 200 million',
      'measured: freeze-age 499999999 transactions',
    ],
  ],
  [
    'old rows',
    () => toldOf(judgeWraparound(frozen(500_000_000), about)),
    [
      'warning postgres.wraparound: service/db: 23.3 % of the transaction counter used',
      'observed: database quiz: oldest transaction is 500 million old, 23.3 % of 2^31',
      'expected: less than 500 million; autovacuum freezes at 200 million',
      'advice: find what keeps old rows alive (long transactions, prepared transactions, replication slots), then run VACUUM (FREEZE) in that database: SELECT relname, age(relfrozenxid) FROM pg_class WHERE relfrozenxid <> 0 ORDER BY 2 DESC LIMIT 10;',
      'measured: freeze-age 500000000 transactions',
    ],
  ],
  [
    'very old rows',
    () => toldOf(judgeWraparound({ ...frozen(1_000_000_000), kind: 'multixact' }, about)),
    [
      'critical postgres.wraparound: service/db: 46.6 % of the multixact counter used',
      'observed: database quiz: oldest multixact is 1000 million old, 46.6 % of 2^31',
      'expected: less than 500 million; autovacuum freezes at 200 million',
      'advice: find what keeps old rows alive (long transactions, prepared transactions, replication slots), then run VACUUM (FREEZE) in that database: SELECT relname, age(relfrozenxid) FROM pg_class WHERE relfrozenxid <> 0 ORDER BY 2 DESC LIMIT 10;',
      'measured: freeze-age 1000000000 transactions',
    ],
  ],
  [
    'rows of a server that freezes late',
    () => toldOf(judgeWraparound(frozen(1_100_000_000, 1_000_000_000), about)),
    [
      'warning postgres.wraparound: service/db: 51.2 % of the transaction counter used',
      'observed: database quiz: oldest transaction is 1100 million old, 51.2 % of 2^31',
      'expected: less than 1100 million; autovacuum freezes at 1000 million',
      'advice: find what keeps old rows alive (long transactions, prepared transactions, replication slots), then run VACUUM (FREEZE) in that database: SELECT relname, age(relfrozenxid) FROM pg_class WHERE relfrozenxid <> 0 ORDER BY 2 DESC LIMIT 10;',
      'measured: freeze-age 1100000000 transactions',
    ],
  ],
  [
    'rows of one that freezes very late',
    () => toldOf(judgeWraparound(frozen(2_040_109_466, 2_000_000_000), about)),
    [
      'critical postgres.wraparound: service/db: 95 % of the transaction counter used',
      'observed: database quiz: oldest transaction is 2040.1 million old, 95 % of 2^31',
      'expected: less than 2200 million; autovacuum freezes at 2000 million',
      'advice: find what keeps old rows alive (long transactions, prepared transactions, replication slots), then run VACUUM (FREEZE) in that database: SELECT relname, age(relfrozenxid) FROM pg_class WHERE relfrozenxid <> 0 ORDER BY 2 DESC LIMIT 10;',
      'measured: freeze-age 2040109466 transactions',
    ],
  ],
  [
    'connections by state',
    () => toldOf(judgeConnections({ used: 12, available: 97, max: 100, byState: { idle: 11, active: 1 } }, about)),
    [
      'ok postgres.connections: service/db: 12 of 97 connections taken',
      'observed: 12 of 97 (12.4 %); max_connections 100',
      'expected: less than 80 % of the connections that are not reserved',
      'evidence: idle: 11',
      'evidence: active: 1',
      'measured: connections 12 connections',
    ],
  ],
  [
    'many connections',
    () => toldOf(judgeConnections({ used: 90, available: 97, max: 100, byState: {} }, about)),
    [
      'critical postgres.connections: service/db: 90 of 97 connections taken',
      'observed: 90 of 97 (92.8 %); max_connections 100',
      'expected: less than 80 % of the connections that are not reserved',
      'advice: find who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC; then bound the pool of that application, or raise max_connections',
      'measured: connections 90 connections',
    ],
  ],
  [
    'no connection left',
    () => toldOf(noConnectionLeft('service/db', 'sorry, too many clients already (53300)')),
    [
      'critical postgres.connections: service/db: no connection slot left',
      'observed: sorry, too many clients already (53300)',
      'expected: a free connection slot',
      'advice: find who holds them: SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC; then bound the pool of that application, or raise max_connections',
    ],
  ],
  [
    'a first look at deadlocks',
    () => toldOf(judgeDeadlocks(counted(0, 0), undefined, about)),
    [
      'ok postgres.deadlocks: service/db: no new deadlock',
      'observed: 0 counted so far; compared from the next run on',
      'expected: fewer than 1 since the last run',
      'measured: deadlocks 0 deadlocks',
    ],
  ],
  [
    'one deadlock',
    () => toldOf(judgeDeadlocks({ ...counted(0, 0), deadlocks: 8 }, { deadlocks: 7, statsReset: '' }, about)),
    [
      'warning postgres.deadlocks: service/db: 1 deadlock since the last run',
      'observed: 1 since the last run',
      'expected: fewer than 1 since the last run',
      'advice: the server log names both queries (search it for "deadlock detected"); let all transactions take their locks in the same order',
      'measured: deadlocks 1 deadlocks',
    ],
  ],
  [
    'nine deadlocks',
    () => toldOf(judgeDeadlocks({ ...counted(0, 0), deadlocks: 16 }, { deadlocks: 7, statsReset: '' }, about)),
    [
      'warning postgres.deadlocks: service/db: 9 deadlocks since the last run',
      'observed: 9 since the last run',
      'expected: fewer than 1 since the last run',
      'advice: the server log names both queries (search it for "deadlock detected"); let all transactions take their locks in the same order',
      'measured: deadlocks 9 deadlocks',
    ],
  ],
  [
    'a good cache',
    () => toldOf(judgeCacheHit(counted(95_000_000, 5_000_000), about)),
    [
      'warning postgres.cache-hit: service/db: cache hits 95 %',
      'observed: 95 % of 100000000 blocks',
      'expected: more than 95 %, once 100000 blocks were read',
      'advice: raise shared_buffers (a quarter of the memory is usual), or find the queries that read whole tables; after a change start counting anew with SELECT pg_stat_reset(); (it also clears what autovacuum counts)',
      'measured: cache-hit 95 %',
    ],
  ],
  [
    'a poor cache',
    () => toldOf(judgeCacheHit(counted(90_000_000, 10_000_000), about)),
    [
      'warning postgres.cache-hit: service/db: cache hits 90 %',
      'observed: 90 % of 100000000 blocks',
      'expected: more than 95 %, once 100000 blocks were read',
      'advice: raise shared_buffers (a quarter of the memory is usual), or find the queries that read whole tables; after a change start counting anew with SELECT pg_stat_reset(); (it also clears what autovacuum counts)',
      'measured: cache-hit 90 %',
    ],
  ],
  [
    'a cache of which little is known',
    () => toldOf(judgeCacheHit(counted(9, 1), about)),
    [
      'ok postgres.cache-hit: service/db: too little read to judge the cache',
      'observed: 10 blocks read so far, judged from 100000 on',
      'expected: more than 95 %, once 100000 blocks were read',
    ],
  ],
  ['no replication', () => links(), []],
  [
    'a standby that keeps up',
    () => links(link({ lagBytes: 100, lagMs: 59_999 })),
    [
      'ok postgres.replication-lag: service/db: standby b streaming, 1 min or 100 B behind',
      'observed: standby b streaming, 1 min or 100 B behind',
      'expected: less than 1 min and 1 GB behind',
      'evidence: standby b streaming, 1 min or 100 B behind',
      'measured: replication-lag 59999 ms',
      'measured: replication-backlog 100 bytes',
    ],
  ],
  [
    'a standby a minute behind',
    () => links(link({ lagMs: minute })),
    [
      'warning postgres.replication-lag: service/db: standby b streaming, 1 min or 0 B behind',
      'observed: standby b streaming, 1 min or 0 B behind',
      'expected: less than 1 min and 1 GB behind',
      'advice: see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      'evidence: standby b streaming, 1 min or 0 B behind',
      'measured: replication-lag 60000 ms',
      'measured: replication-backlog 0 bytes',
    ],
  ],
  [
    'a standby 10 GB behind',
    () => links(link({ lagBytes: 10e9, lagMs: undefined })),
    [
      'critical postgres.replication-lag: service/db: standby b streaming, 10 GB behind',
      'observed: standby b streaming, 10 GB behind',
      'expected: less than 1 min and 1 GB behind',
      'advice: see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      'evidence: standby b streaming, 10 GB behind',
      'measured: replication-lag 0 ms',
      'measured: replication-backlog 10000000000 bytes',
    ],
  ],
  [
    'a slot that nobody reads',
    () => links(link({ kind: 'idle-slot', name: 'left', state: 'inactive', lagBytes: 1e9, lagMs: undefined })),
    [
      'warning postgres.replication-lag: service/db: slot without a reader left inactive, 1 GB behind',
      'observed: slot without a reader left inactive, 1 GB behind',
      'expected: less than 1 min and 1 GB behind',
      'advice: see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      'evidence: slot without a reader left inactive, 1 GB behind',
      'measured: replication-lag 0 ms',
      'measured: replication-backlog 1000000000 bytes',
    ],
  ],
  [
    'a standby itself',
    () => links(link({ kind: 'self', name: 'a', lagBytes: undefined, lagMs: 11 * minute })),
    [
      'critical postgres.replication-lag: service/db: this standby a streaming, 11 min behind',
      'observed: this standby a streaming, 11 min behind',
      'expected: less than 1 min and 1 GB behind',
      'advice: see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      'evidence: this standby a streaming, 11 min behind',
      'measured: replication-lag 660000 ms',
      'measured: replication-backlog 0 bytes',
    ],
  ],
  [
    'a standby that is cut off',
    () => links(link({ kind: 'self', name: 'a', state: 'disconnected', lagBytes: undefined, lagMs: undefined })),
    [
      'warning postgres.replication-lag: service/db: this standby a disconnected, lag unknown',
      'observed: this standby a disconnected, lag unknown',
      'expected: less than 1 min and 1 GB behind',
      'advice: see whether the standby runs and reaches its primary; a slot that nobody will read again keeps the disk filling until it is dropped: SELECT slot_name, active FROM pg_replication_slots;',
      'evidence: this standby a disconnected, lag unknown',
      'measured: replication-lag 0 ms',
      'measured: replication-backlog 0 bytes',
    ],
  ],
  [
    'a size without a past',
    () => toldOf(judgeSize(1e9, { past: [], now }, about)),
    [
      'ok postgres.size: service/db: 1 GB',
      'observed: 1 GB',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 1000000000 bytes',
    ],
  ],
  [
    'a size that grew by half, a day ago',
    () => grown(3e9, 2e9, dayMs),
    [
      'warning postgres.size: service/db: grew by 50 % in a day',
      'observed: 3 GB, +1 GB a day',
      'expected: less than 50 % and 1 GB more in a day',
      "advice: find what grew: SELECT oid::regclass, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 10;",
      'measured: database-size 3000000000 bytes',
    ],
  ],
  [
    'a size that tripled',
    () => grown(6e9, 2e9, dayMs),
    [
      'critical postgres.size: service/db: grew by 200 % in a day',
      'observed: 6 GB, +4 GB a day',
      'expected: less than 50 % and 1 GB more in a day',
      "advice: find what grew: SELECT oid::regclass, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 10;",
      'measured: database-size 6000000000 bytes',
    ],
  ],
  [
    'a size of too young a past',
    () => grown(6e9, 2e9, 0.9 * dayMs - 1),
    [
      'ok postgres.size: service/db: 6 GB',
      'observed: 6 GB',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 6000000000 bytes',
    ],
  ],
  [
    'a size of a past just old enough',
    () => grown(6e9, 2e9, 0.9 * dayMs),
    [
      'critical postgres.size: service/db: grew by 222.2 % in a day',
      'observed: 6 GB, +4.4 GB a day',
      'expected: less than 50 % and 1 GB more in a day',
      "advice: find what grew: SELECT oid::regclass, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 10;",
      'measured: database-size 6000000000 bytes',
    ],
  ],
  [
    'a size of three days',
    () => grown(8e9, 2e9, 3 * dayMs),
    [
      'warning postgres.size: service/db: grew by 100 % in a day',
      'observed: 8 GB, +2 GB a day',
      'expected: less than 50 % and 1 GB more in a day',
      "advice: find what grew: SELECT oid::regclass, pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'm') ORDER BY 2 DESC LIMIT 10;",
      'measured: database-size 8000000000 bytes',
    ],
  ],
  [
    'a size of more than three days',
    () => grown(8e9, 2e9, 3 * dayMs + 1),
    [
      'ok postgres.size: service/db: 8 GB',
      'observed: 8 GB',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 8000000000 bytes',
    ],
  ],
  [
    'a size that shrank',
    () => grown(1e9, 2e9, dayMs),
    [
      'ok postgres.size: service/db: 1 GB',
      'observed: 1 GB, -1 GB a day',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 1000000000 bytes',
    ],
  ],
  [
    'a small database that doubled',
    () => grown(1.9e9, 0.95e9, dayMs),
    [
      'ok postgres.size: service/db: 1.9 GB',
      'observed: 1.9 GB, +950 MB a day',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 1900000000 bytes',
    ],
  ],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
  })
})

const target = (service: string | undefined) =>
  ({ subject: 'service/db', service, host: '127.0.0.1', port: 5432, user: 'quiz', database: 'quiz' }) as unknown as Parameters<
    typeof judgeUnreachable
  >[1]
const kinds: readonly PostgresFailureKind[] = [
  'refused',
  'reset',
  'timeout',
  'hung',
  'starting-up',
  'too-many-connections',
  'server-error',
  'wrong-password',
  'no-access',
]
const failed = (kind: PostgresFailureKind, service?: string) =>
  toldOf(judgeUnreachable({ kind, detail: 'what it said', code: '' } as unknown as Parameters<typeof judgeUnreachable>[0], target(service)))
const failures: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'a service that fails in each way',
    () => kinds.flatMap((kind) => failed(kind, 'db')),
    [
      'critical postgres.reachable: service/db: refuses connections',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: the server does not listen there: start it, and read its log: docker compose logs --tail 100 db',
      'critical postgres.reachable: service/db: closes the connection',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: read its log: docker compose logs --tail 100 db',
      'unknown postgres.reachable: service/db: does not answer',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: run the runner on the Docker host itself, or, when it runs in a container, attach that container to the network of the project with docker network connect; or publish the port on 127.0.0.1 and set database.url',
      'critical postgres.reachable: service/db: takes the connection and then says nothing',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: it hangs, or it is not PostgreSQL: read its log: docker compose logs --tail 100 db',
      'critical postgres.reachable: service/db: is not ready for connections',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: it starts, stops or recovers: read its log: docker compose logs --tail 100 db',
      'ok postgres.reachable: service/db: answers, and has no connection slot left',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'critical postgres.reachable: service/db: answers with an error',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: read its log: docker compose logs --tail 100 db',
      'unknown postgres.reachable: service/db: does not take our password',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: POSTGRES_PASSWORD only counts when the data folder is first made; if the password was changed since, or database.user is another role, set database.url with the right one',
      'unknown postgres.reachable: service/db: does not let this role in',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: let pg_hba.conf admit this role, from the runner\'s address and with or without TLS as sslmode says; it may need LOGIN, or GRANT CONNECT ON DATABASE "quiz" TO "quiz";',
    ],
  ],
  [
    'an address that fails in each way',
    () => kinds.flatMap((kind) => failed(kind)),
    [
      'critical postgres.reachable: service/db: refuses connections',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: the server does not listen there: start it, and read the server log',
      'critical postgres.reachable: service/db: closes the connection',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: read the server log',
      'critical postgres.reachable: service/db: does not answer',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: check the route and the firewall between the runner and that host',
      'critical postgres.reachable: service/db: takes the connection and then says nothing',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: it hangs, or it is not PostgreSQL: read the server log',
      'critical postgres.reachable: service/db: is not ready for connections',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: it starts, stops or recovers: read the server log',
      'ok postgres.reachable: service/db: answers, and has no connection slot left',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'critical postgres.reachable: service/db: answers with an error',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: read the server log',
      'unknown postgres.reachable: service/db: does not take our password',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: put the right password into the URL that database.url names',
      'unknown postgres.reachable: service/db: does not let this role in',
      'observed: what it said',
      'expected: a session of role quiz in database quiz',
      'advice: let pg_hba.conf admit this role, from the runner\'s address and with or without TLS as sslmode says; it may need LOGIN, or GRANT CONNECT ON DATABASE "quiz" TO "quiz";',
    ],
  ],
  [
    'one that answers',
    () => toldOf(reachable('16.4', target('db'))),
    [
      'ok postgres.reachable: service/db: reachable',
      'observed: PostgreSQL 16.4 answers',
      'expected: a session of role quiz in database quiz',
    ],
  ],
  [
    'a container that is down',
    () => toldOf(containerDown('service/db', 'exited (1)')),
    [
      'critical postgres.reachable: service/db: its container does not run',
      'observed: exited (1)',
      'expected: a running container',
      'advice: docker compose up -d db, then docker compose logs --tail 100 db',
    ],
  ],
]
describe('a server', () => {
  test.each(failures)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
  })
})

const whole: PostgresObservation = {
  server: { version: '16.4', major: 16, standby: false, user: 'ronde' },
  connections: saw({ used: 12, available: 97, max: 100, byState: { idle: 12 } }, now),
  sessions: saw({ list: [waits(8, [7], 1_000)], hidden: 1 }, now),
  counters: saw(counted(994, 6), now),
  freezeAge: couldNotLook('no right', 'give it'),
  replication: saw({ links: [], hidden: 2 }, now),
  sizeBytes: saw(1e9, now),
}
const parts: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  [
    'of which parts were not seen',
    () => toldOf(judgePostgres(whole, target('db'), { past: { deadlocks: undefined, sizes: [] }, now, about })),
    [
      'ok postgres.reachable: service/db: reachable',
      'observed: PostgreSQL 16.4 answers',
      'expected: a session of role quiz in database quiz',
      'ok postgres.connections: service/db: 12 of 97 connections taken',
      'observed: 12 of 97 (12.4 %); max_connections 100',
      'expected: less than 80 % of the connections that are not reserved',
      'evidence: idle: 12',
      'measured: connections 12 connections',
      'ok postgres.blocked: service/db: 1 session blocked, the longest for 1 s among those that may be seen',
      'observed: 1 session waiting for a lock, the longest for 1 s',
      'expected: nobody waits for a lock for 30 s',
      'advice: not checked: 1 session of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
      'evidence: pid 7, of which nothing can be seen',
      'evidence:   pid 8 quiz gunicorn, waiting for a lock for 1 s: UPDATE game SET points = ?',
      'measured: blocked 1000 ms',
      'ok postgres.idle-in-transaction: service/db: no session left idle in a transaction among those that may be seen',
      'observed: no session idle in a transaction',
      'expected: none idle in a transaction for 5 min',
      'advice: not checked: 1 session of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
      'measured: idle-in-transaction 0 ms',
      'ok postgres.longest-transaction: service/db: no long transaction among those that may be seen',
      'observed: the longest open for 1 s',
      'expected: less than 30 min',
      'advice: not checked: 1 session of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
      'measured: longest-transaction 1000 ms',
      'ok postgres.deadlocks: service/db: no new deadlock',
      'observed: 0 counted so far; compared from the next run on',
      'expected: fewer than 1 since the last run',
      'measured: deadlocks 0 deadlocks',
      'ok postgres.cache-hit: service/db: too little read to judge the cache',
      'observed: 1000 blocks read so far, judged from 100000 on',
      'expected: more than 95 %, once 100000 blocks were read',
      'ok postgres.wraparound: service/db: not checked',
      'observed: no right',
      'advice: not checked: no right; give it',
      'ok postgres.replication-lag: service/db: not checked',
      'observed: 2 standby connections may not be seen',
      'advice: not checked: 2 standby connections may not be seen; as a superuser: GRANT pg_monitor TO "ronde";',
      'ok postgres.size: service/db: 1 GB',
      'observed: 1 GB',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 1000000000 bytes',
    ],
  ],
  [
    'of which one standby is hidden',
    () =>
      toldOf(
        judgePostgres({ ...whole, replication: saw({ links: [], hidden: 1 }, now) }, target('db'), {
          past: { deadlocks: undefined, sizes: [] },
          now,
          about,
        }),
      ).slice(-7),
    [
      'ok postgres.replication-lag: service/db: not checked',
      'observed: 1 standby connection may not be seen',
      'advice: not checked: 1 standby connection may not be seen; as a superuser: GRANT pg_monitor TO "ronde";',
      'ok postgres.size: service/db: 1 GB',
      'observed: 1 GB',
      'expected: less than 50 % and 1 GB more in a day',
      'measured: database-size 1000000000 bytes',
    ],
  ],
  [
    'of which two sessions are hidden',
    () => toldOf(amongVisible(judgeBlocked(seen(), about), 2, 'ronde')),
    [
      'ok postgres.blocked: service/db: no blocked session among those that may be seen',
      'observed: no session waits for a lock',
      'expected: nobody waits for a lock for 30 s',
      'advice: not checked: 2 sessions of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
      'measured: blocked 0 ms',
    ],
  ],
  [
    'in one line',
    () => [
      postgresLine(whole),
      postgresLine({ ...whole, sessions: saw(seen(waits(1, [2], 1), waits(3, [2], 1), waits(4, [], 1)), now) }),
      postgresLine({ ...whole, sessions: saw(seen(), now), counters: couldNotLook('', '') }),
    ],
    ['12 of 97 connections, 1 blocked session', '12 of 97 connections, 2 blocked sessions', '12 of 97 connections, no blocked session'],
  ],
]
describe('a look at a server', () => {
  test.each(parts)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
  })
})
