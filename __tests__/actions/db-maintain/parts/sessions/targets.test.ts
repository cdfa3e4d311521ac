import { describe, expect, test } from '@jest/globals'
import { chooseTargets, type SessionPolicy } from '../../../../../src/actions/db-maintain/parts/sessions/targets.ts'
import type { Session } from '../../../../../src/domain/postgres/observation.ts'
import { session } from '../../../../support/session-seen.ts'

const minute = 60_000
const policy = (given: Partial<SessionPolicy> = {}): SessionPolicy => ({
  policy: 'terminate',
  roles: [],
  applications: [],
  states: [],
  ...given,
})
const idle = (pid: number, given: Partial<Session> = {}) => session(pid, { state: 'idle in transaction', stateMs: 31 * minute, ...given })
const long = (pid: number, given: Partial<Session> = {}) => session(pid, { queryMs: 6 * minute, stateMs: 6 * minute, ...given })
const waiting = (pid: number, blockedBy: readonly number[], given: Partial<Session> = {}) =>
  session(pid, { waitingMs: 6 * minute, queryMs: 6 * minute, blockedBy, ...given })
const chosen = (list: readonly Session[], given: Partial<SessionPolicy> = {}) =>
  chooseTargets({ list, database: 'quiz' }, policy(given), {}).map((one) => `${one.session.pid} ${one.reason}: ${one.way}`)

describe('who is ended', () => {
  const rows: readonly (readonly [string, readonly Session[], readonly string[]])[] = [
    ['one idle in its transaction beyond the critical limit', [idle(1)], ['1 idle in transaction: terminate']],
    ['one in a failed transaction', [idle(1, { state: 'idle in transaction (aborted)' })], ['1 idle in transaction: terminate']],
    ['not one that is merely beyond the warning', [idle(1, { stateMs: 29 * minute }), long(2, { queryMs: 4 * minute })], []],
    ['a long query: cancelled first', [long(1)], ['1 long query: cancel, then terminate']],
    [
      'who blocks others, before all else, and not those who wait',
      [long(3), session(1), waiting(2, [1])],
      ['1 blocks others: cancel, then terminate', '3 long query: cancel, then terminate'],
    ],
    [
      'the root of a chain only',
      [waiting(3, [2]), waiting(2, [1], { waitingMs: 1 }), session(1, { state: 'idle' })],
      ['1 blocks others: terminate'],
    ],
    ['nobody for a short wait', [session(1), waiting(2, [1], { waitingMs: 4 * minute })], []],
    ['nobody of a circle: the server ends one of them', [waiting(1, [2]), waiting(2, [1])], []],
    ['not a prepared transaction', [waiting(2, [0])], []],
    ['no session of another database', [idle(1, { database: 'other' }), long(2, { database: '' })], []],
    ['no dump, though it blocks', [long(1, { application: 'pg_dump' }), waiting(2, [1])], []],
    [
      'no process of the server itself',
      [session(1, { backendType: 'autovacuum worker' }), waiting(2, [1]), long(3, { backendType: 'walsender' })],
      [],
    ],
    [
      'no VACUUM and no CREATE INDEX for its length',
      [long(1, { query: 'VACUUM game' }), long(2, { query: 'create unique index x on y (z)' })],
      [],
    ],
    ['nobody of whom nothing can be seen', [idle(1, { backendStart: '', stateChange: '' })], []],
  ]
  test.each(rows)('%s', (_, list, expected) => {
    expect(chosen(list)).toEqual(expected)
  })

  test.each([
    ['report', {}, []],
    ['cancel', { policy: 'cancel' }, ['1 idle in transaction: needs terminate', '2 long query: cancel', '3 long query: cancel']],
    ['a role', { roles: ['other'] }, ['2 long query: cancel, then terminate']],
    [
      'an application',
      { applications: ['gunicorn'], states: ['active'] },
      ['2 long query: cancel, then terminate', '3 long query: cancel, then terminate'],
    ],
    ['a state', { states: ['idle in transaction'] }, ['1 idle in transaction: terminate']],
    ['a role that nobody has', { roles: ['nobody'] }, []],
  ] as const)('by the policy and its filters: %s', (what, given, expected) => {
    const list = [idle(1), long(2, { user: 'other' }), long(3)]
    expect(chosen(list, what === 'report' ? { policy: 'report' } : given)).toEqual(expected)
  })

  test('at most 50 at a time', () => {
    expect(chosen(Array.from({ length: 80 }, (_, index) => long(index + 1)))).toHaveLength(50)
  })
})
