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
import type { PostgresSubject } from '../../../src/domain/postgres/thresholds.ts'
import { judgeWraparound } from '../../../src/domain/postgres/wraparound.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf, toldOn } from '../../support/told.ts'

const page = toldOn('__tests__/domain/postgres/told.txt')

const about: PostgresSubject = { subject: 'service/db', thresholds: {} }
const minute = 60_000
const dayMs = 86_400_000
const now = Date.parse('2026-12-05T08:00:00Z')
const seen = (...list: readonly Session[]) => ({ list, prepared: [], hidden: 0 })
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

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['nobody waits', () => toldOf(judgeBlocked(seen(session(1)), about))],
  ['one waits', () => toldOf(judgeBlocked(seen(idle(7, minute), waits(8, [7], minute)), about))],
  [
    'many wait for four',
    () =>
      toldOf(
        judgeBlocked(
          seen(...[1, 2, 3, 4].map((pid) => session(pid)), ...[5, 6, 7, 8].map((pid) => waits(pid, [pid - 4], 6 * minute))),
          about,
        ),
      ),
  ],
  ['they wait for a prepared transaction', () => toldOf(judgeBlocked(seen(waits(8, [0], minute)), about))],
  ['they wait in a circle', () => toldOf(judgeBlocked(seen(waits(1, [2], minute), waits(2, [1], minute)), about))],
  ['nobody idles', () => toldOf(judgeIdleInTransaction(seen(session(1)), about))],
  ['one idles for a short time', () => toldOf(judgeIdleInTransaction(seen(idle(2, 5 * minute - 1)), about))],
  ['two idle', () => toldOf(judgeIdleInTransaction(seen(idle(2, 5 * minute), idle(3, 30 * minute)), about))],
  ['no transaction', () => toldOf(judgeLongestTransaction(seen(session(1)), about))],
  ['a short transaction', () => toldOf(judgeLongestTransaction(seen(open(1, minute)), about))],
  ['a long transaction', () => toldOf(judgeLongestTransaction(seen(open(1, 30 * minute), open(2, 30 * minute - 1)), about))],
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
  ],
  ['no query', () => toldOf(judgeLongQueries(seen(session(1)), about))],
  ['short queries', () => toldOf(judgeLongQueries(seen(runs(1, 59_999), runs(2, 0)), about))],
  ['a long query', () => toldOf(judgeLongQueries(seen(runs(1, minute), runs(2, 59_999)), about))],
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
  ],
  ['young rows', () => toldOf(judgeWraparound(frozen(12_340_000), about))],
  ['a moment before the warning', () => toldOf(judgeWraparound(frozen(499_999_999), about))],
  ['old rows', () => toldOf(judgeWraparound(frozen(500_000_000), about))],
  ['very old rows', () => toldOf(judgeWraparound({ ...frozen(1_000_000_000), kind: 'multixact' }, about))],
  ['rows of a server that freezes late', () => toldOf(judgeWraparound(frozen(1_100_000_000, 1_000_000_000), about))],
  ['rows of one that freezes very late', () => toldOf(judgeWraparound(frozen(2_040_109_466, 2_000_000_000), about))],
  ['connections by state', () => toldOf(judgeConnections({ used: 12, available: 97, max: 100, byState: { idle: 11, active: 1 } }, about))],
  ['many connections', () => toldOf(judgeConnections({ used: 90, available: 97, max: 100, byState: {} }, about))],
  [
    'no connection of the database left',
    () =>
      toldOf(
        noConnectionLeft('service/db', { kind: 'database-limit', detail: 'too many connections for database "quiz" (53300)' }, 'quiz'),
      ),
  ],
  [
    'no connection left',
    () =>
      toldOf(noConnectionLeft('service/db', { kind: 'too-many-connections', detail: 'sorry, too many clients already (53300)' }, 'quiz')),
  ],
  ['a first look at deadlocks', () => toldOf(judgeDeadlocks(counted(0, 0), undefined, about))],
  ['one deadlock', () => toldOf(judgeDeadlocks({ ...counted(0, 0), deadlocks: 8 }, { deadlocks: 7, statsReset: '' }, about))],
  ['nine deadlocks', () => toldOf(judgeDeadlocks({ ...counted(0, 0), deadlocks: 16 }, { deadlocks: 7, statsReset: '' }, about))],
  ['a good cache', () => toldOf(judgeCacheHit(counted(95_000_000, 5_000_000), about))],
  ['a poor cache', () => toldOf(judgeCacheHit(counted(90_000_000, 10_000_000), about))],
  ['a cache of which little is known', () => toldOf(judgeCacheHit(counted(9, 1), about))],
  ['no replication', () => links()],
  ['a standby that keeps up', () => links(link({ lagBytes: 100, lagMs: 59_999 }))],
  ['a standby a minute behind', () => links(link({ lagMs: minute }))],
  ['a standby 10 GB behind', () => links(link({ lagBytes: 10e9, lagMs: undefined }))],
  ['a slot that nobody reads', () => links(link({ kind: 'idle-slot', name: 'left', state: 'inactive', lagBytes: 1e9, lagMs: undefined }))],
  ['a standby itself', () => links(link({ kind: 'self', name: 'a', lagBytes: undefined, lagMs: 11 * minute }))],
  [
    'a standby that is cut off',
    () => links(link({ kind: 'self', name: 'a', state: 'disconnected', lagBytes: undefined, lagMs: undefined })),
  ],
  ['a size without a past', () => toldOf(judgeSize(1e9, { past: [], now }, about))],
  ['a size that grew by half, a day ago', () => grown(3e9, 2e9, dayMs)],
  ['a size that tripled', () => grown(6e9, 2e9, dayMs)],
  ['a size of too young a past', () => grown(6e9, 2e9, 0.9 * dayMs - 1)],
  ['a size of a past just old enough', () => grown(6e9, 2e9, 0.9 * dayMs)],
  ['a size of three days', () => grown(8e9, 2e9, 3 * dayMs)],
  ['a size of more than three days', () => grown(8e9, 2e9, 3 * dayMs + 1)],
  ['a size that shrank', () => grown(1e9, 2e9, dayMs)],
  ['a small database that doubled', () => grown(1.9e9, 0.95e9, dayMs)],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
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
  'database-limit',
  'role-limit',
  'own-timeout',
  'server-error',
  'wrong-password',
  'no-access',
]
const failed = (kind: PostgresFailureKind, service?: string) =>
  toldOf(judgeUnreachable({ kind, detail: 'what it said', code: '' } as unknown as Parameters<typeof judgeUnreachable>[0], target(service)))
const failures: readonly [what: string, told: () => readonly string[]][] = [
  ['a service that fails in each way', () => kinds.flatMap((kind) => failed(kind, 'db'))],
  ['an address that fails in each way', () => kinds.flatMap((kind) => failed(kind))],
  ['one that answers', () => toldOf(reachable('16.4', target('db')))],
  ['a container that is down', () => toldOf(containerDown('service/db', 'exited (1)'))],
]
describe('a server', () => {
  test.each(failures)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

const whole: PostgresObservation = {
  server: { version: '16.4', major: 16, standby: false, user: 'ronde' },
  connections: saw({ used: 12, available: 97, max: 100, byState: { idle: 12 } }, now),
  sessions: saw({ list: [waits(8, [7], 1_000)], prepared: [], hidden: 1 }, now),
  counters: saw(counted(994, 6), now),
  freezeAge: couldNotLook('no right', 'give it'),
  replication: saw({ links: [], hidden: 2 }, now),
  sizeBytes: saw(1e9, now),
}
const parts: readonly [what: string, told: () => readonly string[]][] = [
  [
    'of which parts were not seen',
    () => toldOf(judgePostgres(whole, target('db'), { past: { deadlocks: undefined, sizes: [] }, now, about })),
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
      ).slice(-8),
  ],
  ['of which two sessions are hidden', () => toldOf(amongVisible(judgeBlocked(seen(), about), 2, 'ronde'))],
  [
    'in one line',
    () => [
      postgresLine(whole),
      postgresLine({ ...whole, sessions: saw(seen(waits(1, [2], 1), waits(3, [2], 1), waits(4, [], 1)), now) }),
      postgresLine({ ...whole, sessions: saw(seen(), now), counters: couldNotLook('', '') }),
    ],
  ],
]
describe('a look at a server', () => {
  test.each(parts)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test('the page says nothing else', () => {
  expect([...page.keys()]).toEqual([...rows, ...failures, ...parts].map(([what]) => what))
})
