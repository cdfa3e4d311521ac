import { describe, expect, test } from '@jest/globals'
import { count, gainsOf, judgePolicy } from '../../../src/actions/db-maintain/parts/sessions/policy.ts'
import type { Deed } from '../../../src/actions/db-maintain/parts/sessions/signal.ts'
import { baseLine, judgeSlowQueries, notCounted, slowQueries, tableOf } from '../../../src/actions/db-maintain/parts/slow-queries/policy.ts'
import { session } from '../../support/session-seen.ts'
import { toldOf } from '../../support/told.ts'

const deed = (pid: number, fate: Deed['fate']): Deed => ({ target: { session: session(pid), reason: 'long query', way: 'cancel' }, fate })
const policy = { policy: 'cancel', roles: [], applications: [], states: [] } as const
const policyTold = (...fates: readonly Deed['fate'][]) =>
  toldOf(
    judgePolicy(
      fates.map((fate, index) => deed(index + 1, fate)),
      policy,
      'service/db',
    ),
  )

const slowness = { warning: 500, critical: 2_000, clear: 500, worse: 'above' } as const
const about = { subject: 'service/db', role: 'ronde', threshold: slowness }
const counter = (key: string, calls: number, totalMs: number, user = 'quiz') => ({ key, queryId: key, user, calls, totalMs, since: '' })
const nothing = { at: 0, reset: '', entries: new Map() }
const list = (...counters: readonly ReturnType<typeof counter>[]) => ({ list: counters, reset: '', hidden: 0 })
const texts = new Map([['a', 'SELECT a']])
const slowTold = (hidden: number, ...counters: readonly ReturnType<typeof counter>[]) =>
  toldOf(judgeSlowQueries({ ...slowQueries(list(...counters), nothing, about), texts, sinceMs: 3_600_000, hidden }, about))

const rows: readonly [what: string, told: () => readonly string[], expected: readonly string[]][] = [
  ['a policy that only reports', () => toldOf(judgePolicy([deed(1, 'terminated')], { ...policy, policy: 'report' }, 'service/db')), []],
  [
    'nothing to end',
    () => policyTold(),
    [
      'ok db.session-policy: service/db: no session beyond a critical limit',
      'observed: policy cancel: no session beyond a critical limit',
      'expected: every session beyond a critical limit ended',
    ],
  ],
  [
    'what was ended',
    () => policyTold('cancelled', 'terminated', 'gone'),
    [
      'ok db.session-policy: service/db: 2 sessions ended, 1 session went on by themselves',
      'observed: policy cancel: 2 sessions ended, 1 session went on by themselves',
      'expected: every session beyond a critical limit ended',
      'evidence: cancelled (long query): pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: terminated (long query): pid 2 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: gone (long query): pid 3 quiz gunicorn, active: UPDATE game SET points = ?',
    ],
  ],
  [
    'what would be ended',
    () => policyTold('would cancel', 'would terminate'),
    [
      'ok db.session-policy: service/db: 2 sessions would be ended',
      'observed: policy cancel: 2 sessions would be ended',
      'expected: every session beyond a critical limit ended',
      'evidence: would cancel (long query): pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: would terminate (long query): pid 2 quiz gunicorn, active: UPDATE game SET points = ?',
    ],
  ],
  [
    'what was not ended',
    () => policyTold('still there', 'not allowed', 'not reached', 'needs terminate', 'needs terminate'),
    [
      'warning db.session-policy: service/db: 5 sessions not ended',
      'observed: policy cancel: 5 sessions not ended',
      'expected: every session beyond a critical limit ended',
      'advice: the server did not stop it in 5 s: it may wait for a disk or a network; read the server log; see the finding db.rights; the run ended first: run it again; pg_cancel_backend does nothing to a session that runs no query: set sessions.policy to terminate, or end it by hand with SELECT pg_terminate_backend(pid);',
      'evidence: still there (long query): pid 1 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: not allowed (long query): pid 2 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: not reached (long query): pid 3 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: needs terminate (long query): pid 4 quiz gunicorn, active: UPDATE game SET points = ?',
      'evidence: needs terminate (long query): pid 5 quiz gunicorn, active: UPDATE game SET points = ?',
    ],
  ],
  [
    'no extension',
    () => toldOf(notCounted('no extension', about)),
    [
      'ok db.slow-queries: service/db: slow queries are not counted',
      'observed: pg_stat_statements is not in this database',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: not checked: pg_stat_statements is not in this database; add it to shared_preload_libraries (for a container: command: postgres -c shared_preload_libraries=pg_stat_statements) and restart the server; then in this database: CREATE EXTENSION pg_stat_statements;',
    ],
  ],
  [
    'not loaded',
    () => toldOf(notCounted('not loaded', about)),
    [
      'ok db.slow-queries: service/db: slow queries are not counted',
      'observed: pg_stat_statements is not loaded by the server',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: not checked: pg_stat_statements is not loaded by the server; add it to shared_preload_libraries (for a container: command: postgres -c shared_preload_libraries=pg_stat_statements) and restart the server',
    ],
  ],
  [
    'a first look',
    () => toldOf(baseLine(list(counter('a', 1, 1)), about)),
    [
      'ok db.slow-queries: service/db: slow queries are compared from the next run on',
      'observed: 1 kind of query counted so far',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
    ],
  ],
  [
    'a first look that does not see all',
    () => toldOf(baseLine({ ...list(counter('a', 1, 1), counter('b', 1, 1)), hidden: 1_234 }, about)),
    [
      'ok db.slow-queries: service/db: slow queries are compared from the next run on',
      'observed: 2 kinds of query counted so far',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: not checked: 1,234 of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
    ],
  ],
  [
    'no slow query',
    () => slowTold(0, counter('a', 100, 49_999), counter('b', 99, 990_000)),
    [
      'ok db.slow-queries: service/db: no slow query',
      'observed: none in the last 1 h',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
    ],
  ],
  [
    'no slow query among those that may be seen',
    () => slowTold(3),
    [
      'ok db.slow-queries: service/db: no slow query',
      'observed: none in the last 1 h',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: not checked: 3 of other roles; as a superuser: GRANT pg_monitor TO "ronde";',
    ],
  ],
  [
    'a slow query',
    () => slowTold(0, counter('a', 100, 50_000)),
    [
      'warning db.slow-queries: service/db: 1 slow query in the last 1 h',
      'observed: mean 500 ms, 100 calls, 50 s in all, quiz: SELECT a',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: look at its plan with real values: EXPLAIN (ANALYZE, BUFFERS); what reads many rows to give few wants an index on the columns of its WHERE or ORDER BY',
      'evidence: mean 500 ms, 100 calls, 50 s in all, quiz: SELECT a',
      'measured: slow-query 500 ms',
    ],
  ],
  [
    'two slow queries',
    () => slowTold(0, counter('a', 100, 50_000), counter('b', 1_000, 2_000_000, '')),
    [
      'critical db.slow-queries: service/db: 2 slow queries in the last 1 h',
      'observed: mean 2 s, 1,000 calls, 33 min 20 s in all, a dropped role: (its text is not kept)',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: look at its plan with real values: EXPLAIN (ANALYZE, BUFFERS); what reads many rows to give few wants an index on the columns of its WHERE or ORDER BY',
      'evidence: mean 2 s, 1,000 calls, 33 min 20 s in all, a dropped role: (its text is not kept)',
      'evidence: mean 500 ms, 100 calls, 50 s in all, quiz: SELECT a',
      'measured: slow-query 2000 ms',
    ],
  ],
  [
    'twelve slow queries',
    () => slowTold(0, ...Array.from({ length: 12 }, (_, index) => counter(`q${index}`, 100, 60_000 + index))).slice(0, 4),
    [
      'warning db.slow-queries: service/db: 12 slow queries in the last 1 h',
      'observed: mean 600 ms, 100 calls, 1 min in all, quiz: (its text is not kept)',
      'expected: a mean of less than 500 ms for every query that is called 100 times or more between two runs',
      'advice: look at its plan with real values: EXPLAIN (ANALYZE, BUFFERS); what reads many rows to give few wants an index on the columns of its WHERE or ORDER BY',
    ],
  ],
]
describe('what people are told of', () => {
  test.each(rows)('%s', (_what, told, expected) => {
    expect(told()).toEqual(expected)
  })
})

test('deeds are counted by what they came to', () => {
  const deeds = (['cancelled', 'terminated', 'would cancel', 'gone', 'still there', 'not reached', 'not allowed'] as const).map(
    (fate, index) => deed(index, fate),
  )
  expect((['done', 'planned', 'passed', 'missed'] as const).map((word) => count(deeds, word))).toEqual([2, 1, 1, 3])
})

test('the table of sessions says all of each', () => {
  expect(gainsOf([deed(42, 'cancelled')])).toEqual({
    title: 'Sessions in the way',
    columns: ['pid', 'role', 'application', 'why', 'what was done', 'query'],
    rows: [['42', 'quiz', 'gunicorn', 'long query', 'cancelled', 'UPDATE game SET points = ?']],
  })
})

test('the table of slow queries says all of each, those that took most first', () => {
  expect(tableOf({ ...slowQueries(list(counter('a', 100, 50_000), counter('b', 1_000, 2_000_000)), nothing, about), texts })).toEqual({
    title: 'Slow queries since the last run',
    columns: ['mean', 'calls', 'in all', 'role', 'query'],
    rows: [
      ['2 s', '1,000', '33 min 20 s', 'quiz', '(its text is not kept)'],
      ['500 ms', '100', '50 s', 'quiz', 'SELECT a'],
    ],
  })
})

test('a query is judged by what it took since the last run, unless counting began anew', () => {
  const before = { at: 0, reset: 'monday', entries: new Map([['a', { numbers: [100, 900_000], since: '' }]]) }
  const now = { list: [counter('a', 200, 950_000)], reset: 'monday', hidden: 0 }
  expect(slowQueries(now, before, about).shown).toMatchObject([{ calls: 100, totalMs: 50_000, meanMs: 500 }])
  expect(slowQueries({ ...now, reset: 'tuesday' }, before, about).shown).toMatchObject([{ calls: 200, totalMs: 950_000, meanMs: 4_750 }])
})
