import { describe, expect, test } from '@jest/globals'
import type { Session } from '../../../src/domain/postgres/observation.ts'
import { judgeBlocked, judgeIdleInTransaction, judgeLongestTransaction, judgeLongQueries } from '../../../src/domain/postgres/sessions.ts'
import type { PostgresSubject } from '../../../src/domain/postgres/thresholds.ts'
import { session } from '../../support/session-seen.ts'

const about: PostgresSubject = { subject: 'service/db', thresholds: {} }
const second = 1_000
const minute = 60 * second

const seen = (...list: Session[]) => ({ list, prepared: [], hidden: 0 })
const waiting = (pid: number, blockedBy: readonly number[], waitingMs: number) =>
  session(pid, { waitingMs, blockedBy, transactionMs: waitingMs })

describe('blocked sessions', () => {
  test.each([
    ['nobody waits', seen(session(1)), 'ok', 'no blocked session'],
    ['a short wait', seen(session(1), waiting(2, [1], 29 * second)), 'ok', '1 session blocked, the longest for 29 s'],
    ['half a minute', seen(session(1), waiting(2, [1], 30 * second)), 'warning', '1 session blocked, the longest for 30 s'],
    [
      'five minutes',
      seen(session(1), waiting(2, [1], 5 * minute), waiting(3, [2, 1], 10 * second)),
      'critical',
      '2 sessions blocked, the longest for 5 min',
    ],
  ])('%s', (_, sessions, status, title) => {
    expect(judgeBlocked(sessions, about)).toMatchObject({ id: 'postgres.blocked', status, title: `service/db: ${title}` })
  })

  test('the tree shows who waits for whom, and the advice ends the one at its root', () => {
    const idle = session(7, { state: 'idle in transaction', stateMs: 6 * minute, query: 'SELECT ?' })
    const judged = judgeBlocked(seen(waiting(9, [8], 2 * second), idle, waiting(8, [7], 40 * second)), about)
    expect(judged.evidence).toEqual([
      'pid 7 quiz gunicorn, idle in transaction for 6 min: SELECT ?',
      '  pid 8 quiz gunicorn, waiting for a lock for 40 s: UPDATE game SET points = ?',
      '    pid 9 quiz gunicorn, waiting for a lock for 2 s: UPDATE game SET points = ?',
    ])
    expect(judged.advice).toContain('SELECT pg_terminate_backend(7);')
    expect(judged.advice).not.toContain('(8)')
  })

  test('a prepared transaction at the root has no pid to end', () => {
    const judged = judgeBlocked(seen(waiting(8, [0], minute)), about)
    expect(judged.evidence[0]).toContain('a prepared transaction')
    expect(judged.advice).toContain('ROLLBACK PREPARED')
    expect(judged.advice).not.toContain('pg_terminate_backend')
  })

  test('sessions in a circle are each told once', () => {
    const judged = judgeBlocked(seen(waiting(1, [2], minute), waiting(2, [1], minute)), about)
    expect(judged.evidence).toHaveLength(2)
    expect(judged.advice).toContain('in a circle')
  })

  test('a crowd is cut, and counted', () => {
    const crowd = Array.from({ length: 60 }, (_, index) => waiting(index + 10, [1], minute))
    const { evidence } = judgeBlocked(seen(session(1), ...crowd), about)
    expect(evidence).toHaveLength(21)
    expect(evidence.at(-1)).toBe('and 41 more')
  })
})

describe('idle in a transaction', () => {
  const idle = (stateMs: number) => session(1, { state: 'idle in transaction', stateMs, transactionMs: stateMs + 1 })
  test.each([
    ['a moment', idle(second), 'ok'],
    ['five minutes', idle(5 * minute), 'warning'],
    ['half an hour', idle(30 * minute), 'critical'],
    ['half an hour in a failed one', { ...idle(30 * minute), state: 'idle in transaction (aborted)' }, 'critical'],
    ['half an hour outside one', session(1, { state: 'idle', stateMs: 30 * minute }), 'ok'],
  ])('%s', (_, one, status) => {
    expect(judgeIdleInTransaction(seen(one), about).status).toBe(status)
  })

  test('the advice says that cancelling does nothing', () => {
    const { advice } = judgeIdleInTransaction(seen(idle(6 * minute)), about)
    expect(advice).toContain('pg_cancel_backend does nothing')
    expect(advice).toContain('SELECT pg_terminate_backend(1);')
  })
})

describe('the longest transaction', () => {
  const running = (transactionMs: number, given: Partial<Session> = {}) => session(1, { transactionMs, ...given })
  test.each([
    ['none', session(1), 'ok'],
    ['half an hour', running(30 * minute), 'warning'],
    ['two hours', running(120 * minute), 'critical'],
    ['a dump takes its time', running(120 * minute, { application: 'pg_dump' }), 'ok'],
    ['for a day, since anybody may call a session so', running(24 * 60 * minute, { application: 'pg_dump' }), 'critical'],
    ['so does autovacuum', running(120 * minute, { backendType: 'autovacuum worker' }), 'ok'],
    ['one that is already told as idle', running(120 * minute, { state: 'idle in transaction', stateMs: 119 * minute }), 'ok'],
    ['one that is already told as blocked', running(120 * minute, { waitingMs: 119 * minute, blockedBy: [2] }), 'ok'],
    ['one that is idle for this moment only', running(120 * minute, { state: 'idle in transaction', stateMs: 5 }), 'critical'],
  ])('%s', (_, one, status) => {
    expect(judgeLongestTransaction(seen(one), about)).toMatchObject({ id: 'postgres.longest-transaction', status })
  })
})

describe('long queries', () => {
  const running = (queryMs: number, given: Partial<Session> = {}) => session(1, { queryMs, ...given })
  test.each([
    ['none', session(1), 'ok'],
    ['a short one', running(59 * second), 'ok'],
    ['a minute', running(minute), 'warning'],
    ['five minutes', running(5 * minute), 'critical'],
    ['a dump takes its time', running(5 * minute, { application: 'pg_dump' }), 'ok'],
    ['for a day, since anybody may call a session so', running(24 * 60 * minute, { application: 'pg_dump evil' }), 'critical'],
    ['so does a new index', running(5 * minute, { query: 'CREATE INDEX ON game (points)' }), 'ok'],
    ['so does the server itself', running(5 * minute, { backendType: 'walsender' }), 'ok'],
    ['one that waits for a lock is told as blocked', running(5 * minute, { waitingMs: 1, blockedBy: [2] }), 'ok'],
  ])('%s', (_, one, status) => {
    expect(judgeLongQueries(seen(one), about)).toMatchObject({ id: 'postgres.long-query', status })
  })

  test('the advice stops the query and keeps the session', () => {
    const judged = judgeLongQueries(seen(running(6 * minute)), about)
    expect(judged).toMatchObject({
      title: 'service/db: a query has been running for 6 min',
      advice: expect.stringContaining('SELECT pg_cancel_backend(1);'),
    })
  })
})
