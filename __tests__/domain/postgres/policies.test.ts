import { describe, expect, test } from '@jest/globals'
import { judgeConnections, noConnectionLeft } from '../../../src/domain/postgres/connections.ts'
import { judgeCacheHit, judgeDeadlocks, readDeadlockNote, writeDeadlockNote } from '../../../src/domain/postgres/counters.ts'
import type { DatabaseCounters, ReplicationLink } from '../../../src/domain/postgres/observation.ts'
import { judgeReplication } from '../../../src/domain/postgres/replication.ts'
import { judgeSize } from '../../../src/domain/postgres/size.ts'
import type { PostgresSubject } from '../../../src/domain/postgres/thresholds.ts'
import { judgeWraparound } from '../../../src/domain/postgres/wraparound.ts'

const about: PostgresSubject = { subject: 'service/db', thresholds: {} }
const above = (warning: number, critical: number) => ({ warning, critical, clear: warning, worse: 'above' }) as const

describe('connections', () => {
  test.each([
    [12, 'ok'],
    [77, 'ok'],
    [78, 'warning'],
    [87, 'warning'],
    [88, 'critical'],
    [97, 'critical'],
  ])('%d of the 97 that are not reserved: %s', (used, status) => {
    const judged = judgeConnections({ used, available: 97, max: 100, byState: { idle: used } }, about)
    expect(judged).toMatchObject({ id: 'postgres.connections', status, measurements: [{ value: used }] })
    expect(judged.title).toContain(`${used} of 97`)
  })

  test('the configured threshold goes before the built-in one', () => {
    const strict = { ...about, thresholds: { connections: above(0.1, 0.2) } }
    expect(judgeConnections({ used: 15, available: 100, max: 103, byState: {} }, strict).status).toBe('warning')
  })

  test('a refusal for want of slots is a hard fact that names itself', () => {
    expect(
      noConnectionLeft('service/db', { kind: 'too-many-connections', detail: 'sorry, too many clients already (53300)' }, 'quiz'),
    ).toMatchObject({
      id: 'postgres.connections',
      status: 'critical',
      certainty: 'hard',
      title: 'service/db: no connection slot left',
    })
  })
})

const counters = (given: Partial<DatabaseCounters>): DatabaseCounters => ({
  deadlocks: 0,
  blocksHit: 0,
  blocksRead: 0,
  statsReset: '',
  ...given,
})

describe('deadlocks since the last run', () => {
  test.each([
    ['a first sight is a baseline', 7, undefined, 'ok'],
    ['none', 7, { deadlocks: 7, statsReset: '' }, 'ok'],
    ['one', 8, { deadlocks: 7, statsReset: '' }, 'warning'],
    ['ten', 17, { deadlocks: 7, statsReset: '' }, 'critical'],
    ['counters that were reset are a baseline', 9, { deadlocks: 7, statsReset: '2026-01-01T00:00:00.000Z' }, 'ok'],
    ['counters that went back are a baseline', 3, { deadlocks: 7, statsReset: '' }, 'ok'],
  ] as const)('%s', (_, deadlocks, last, status) => {
    expect(judgeDeadlocks(counters({ deadlocks }), last, about).status).toBe(status)
  })

  test('the note comes back as it was written, and an unreadable one is a first sight', () => {
    const note = { deadlocks: 3, statsReset: '2026-01-01T00:00:00.000Z' }
    expect(readDeadlockNote(writeDeadlockNote(note))).toEqual(note)
    expect(readDeadlockNote(writeDeadlockNote({ deadlocks: 0, statsReset: '' }))).toEqual({ deadlocks: 0, statsReset: '' })
    expect([undefined, '', 'x', '1.5 y'].map(readDeadlockNote)).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('cache hits', () => {
  test.each([
    ['too few blocks say nothing', 10, 90, 'ok', 'too little read'],
    ['99.4 %', 994_000, 6_000, 'ok', 'cache hits 99.4 %'],
    ['95 %', 950_000, 50_000, 'warning', 'cache hits 95 %'],
    ['79 %', 790_000, 210_000, 'critical', 'cache hits 79 %'],
  ])('%s', (...[, blocksHit, blocksRead, status, title]) => {
    const judged = judgeCacheHit(counters({ blocksHit, blocksRead }), about)
    expect(judged.status).toBe(status)
    expect(judged.title).toContain(title)
  })
})

describe('wraparound', () => {
  test.each([
    ['a young database', 3e6, 200e6, 'ok'],
    ['autovacuum is late', 500e6, 200e6, 'warning'],
    ['half the counter used', 1.1e9, 200e6, 'critical'],
    ['a server told to wait longer is not late before that', 600e6, 1e9, 'ok'],
    ['but it is when it is past that', 1.2e9, 1e9, 'warning'],
    ['and near the end', 1.4e9, 1e9, 'critical'],
    ['however long it was told to wait', 2.1e9, 2e9, 'critical'],
  ])('%s', (_, ageTransactions, freezeMaxAge, status) => {
    expect(judgeWraparound({ database: 'quiz', kind: 'transaction', ageTransactions, freezeMaxAge }, about).status).toBe(status)
  })
})

describe('replication', () => {
  const link = (given: Partial<ReplicationLink>): ReplicationLink => ({
    kind: 'standby',
    name: 'replica',
    state: 'streaming',
    lagBytes: 0,
    lagMs: undefined,
    ...given,
  })

  test('where there is none, nothing is said', () => {
    expect(judgeReplication({ links: [], hidden: 0 }, about)).toEqual([])
  })

  test.each([
    ['a standby that keeps up', link({}), 'ok'],
    ['a standby a minute behind', link({ lagMs: 61_000 }), 'warning'],
    ['a standby ten minutes behind', link({ lagMs: 600_000 }), 'critical'],
    ['a slot that nobody reads and that fills the disk', link({ kind: 'idle-slot', state: 'inactive', lagBytes: 2e9 }), 'warning'],
    [
      'a standby that does not hear its primary',
      link({ kind: 'self', name: '', state: 'disconnected', lagBytes: undefined, lagMs: 5 }),
      'warning',
    ],
  ])('%s', (_, one, status) => {
    const [judged] = judgeReplication({ links: [link({ name: 'other' }), one], hidden: 0 }, about)
    expect(judged).toMatchObject({ id: 'postgres.replication-lag', status })
  })

  test('the title is about the worst of them', () => {
    const [judged] = judgeReplication({ links: [link({ name: 'good' }), link({ name: 'bad', lagMs: 700_000 })], hidden: 0 }, about)
    expect(judged?.title).toBe('service/db: standby bad streaming, 11 min 40 s or 0 B behind')
  })
})

describe('size', () => {
  const now = Date.parse('2026-11-22T00:00:00Z')
  const hoursAgo = (hours: number, value: number) => ({ at: now - hours * 3_600_000, value })
  test.each([
    ['a first sight', 5e9, [], 'ok', '5 GB'],
    ['steady growth', 5.1e9, [hoursAgo(24, 5e9)], 'ok', '5.1 GB, +100 MB a day'],
    ['half as much again in a day', 7.6e9, [hoursAgo(24, 5e9)], 'warning', '7.6 GB, +2.6 GB a day'],
    ['three times the size in a day', 15e9, [hoursAgo(24, 5e9)], 'critical', '15 GB, +10 GB a day'],
    ['a small database may double', 20e6, [hoursAgo(24, 5e6)], 'ok', '20 MB, +15 MB a day'],
    ['an hour ago is no day', 15e9, [hoursAgo(1, 5e9)], 'ok', '15 GB'],
    ['growth over two days is shared between them', 9e9, [hoursAgo(48, 5e9)], 'ok', '9 GB, +2 GB a day'],
    ['what was purged', 4e9, [hoursAgo(24, 5e9)], 'ok', '4 GB, -1 GB a day'],
  ] as const)('%s', (...[, size, past, status, observed]) => {
    expect(judgeSize(size, { past, now }, about)).toMatchObject({
      status,
      observed,
      measurements: [{ name: 'database-size', value: size, unit: 'bytes' }],
    })
  })
})
