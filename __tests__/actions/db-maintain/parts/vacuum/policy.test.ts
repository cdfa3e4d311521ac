import { describe, expect, test } from '@jest/globals'
import type { MaintainedDatabase } from '../../../../../src/actions/db-maintain/part.ts'
import type { VacuumStep } from '../../../../../src/actions/db-maintain/parts/vacuum/plan.ts'
import { countsOf, gainsOf, judgeLeft, judgeWork } from '../../../../../src/actions/db-maintain/parts/vacuum/policy.ts'
import type { VacuumOutcome } from '../../../../../src/actions/db-maintain/parts/vacuum/work.ts'
import type { SnapshotHolder, TableStats } from '../../../../../src/domain/postgres/table-stats.ts'

const maintained = (dryRun = false) => ({ subject: 'database/quiz', context: { dryRun } }) as unknown as MaintainedDatabase
const stats = (given: Partial<TableStats> = {}): TableStats => ({
  oid: 1,
  liveRows: 6_000,
  deadRows: 4_000,
  totalBytes: 2e6,
  heapBytes: 1e6,
  vacuumCount: 0,
  analyzeCount: 0,
  vacuumedMs: undefined,
  analyzedMs: undefined,
  freezeAge: 100,
  owner: 'quiz',
  mayMaintain: true,
  ...given,
})
const step = (name = 'game', does: VacuumStep['does'] = 'vacuum-analyze'): VacuumStep => ({
  table: { oid: 1, schema: 'public', name, kind: does === 'analyze' ? 'p' : 'r', ancestors: [] },
  does,
})
const done = (after: Partial<TableStats> = {}, of = step()): VacuumOutcome => ({
  kind: 'done',
  step: of,
  before: stats(),
  after: stats({ deadRows: 0, freezeAge: 50, ...after }),
  tookMs: 1_500,
})
const before = stats()

describe('what a table gained', () => {
  test('its dead rows at the mean size of a row, however large its indexes are', () => {
    expect(countsOf([done()])).toEqual({ vacuumed: 1, 'reclaimed-bytes': 400_000 })
    expect(gainsOf([done()], maintained()).rows).toEqual([['public.game', '4,000 → 0', '2 MB', '400 kB', '100 → 50', '1.5 s']])
  })

  test('nothing where VACUUM had to leave them, or where nothing was', () => {
    expect(countsOf([done({ deadRows: 4_000 })])['reclaimed-bytes']).toBe(0)
    expect(countsOf([{ kind: 'locked', step: step(), before, by: [] }])).toEqual({ vacuumed: 0, 'reclaimed-bytes': 0 })
  })

  test('those that gained most come first, then those with most dead rows, and what was not done says why', () => {
    const other = (kind: 'locked' | 'failed' | 'not-begun', name: string, deadRows: number): VacuumOutcome => ({
      kind,
      step: step(name),
      before: stats({ deadRows }),
      by: [],
      cause: '',
    })
    const outcomes = [
      other('locked', 'b', 5_000),
      done({ deadRows: 3_000 }, step('little')),
      other('not-begun', 'c', 1),
      done({}, step('much')),
      other('failed', 'a', 9_000),
    ]
    const { title, columns, rows } = gainsOf(outcomes, maintained())
    expect([title, columns]).toEqual(['vacuum', ['table', 'dead rows', 'size', 'room to use again', 'age in transactions', 'took']])
    expect(rows.slice(2)).toEqual([
      ['public.a', '9,000', '2 MB', '', '100', 'failed'],
      ['public.b', '5,000', '2 MB', '', '100', 'locked'],
      ['public.c', '1', '2 MB', '', '100', ''],
    ])
    expect(rows.map(([name]) => name)).toEqual(['public.much', 'public.little', 'public.a', 'public.b', 'public.c'])
    expect(gainsOf([], maintained(true)).title).toBe('vacuum would look after')
  })

  test('a parent that is merely analyzed is no vacuumed table', () => {
    const outcomes = [done(), done({}, step('sale', 'analyze'))]
    expect(countsOf(outcomes).vacuumed).toBe(1)
    expect(judgeWork('vacuum', outcomes, maintained()).observed).toBe('1 of 1 table vacuumed, 4,000 dead rows removed')
  })
})

describe('whether every table was vacuumed', () => {
  const locker = { pid: 7, mode: 'ShareLock', granted: true, user: 'quiz', application: 'migrate', autovacuum: false }
  const cases: readonly (readonly [string, VacuumOutcome, string, string])[] = [
    ['done', done(), 'ok', ''],
    [
      'held by a session',
      { kind: 'locked', step: step(), before, by: [locker] },
      'warning',
      'public.game: pid 7 quiz migrate holds ShareLock',
    ],
    [
      'held by autovacuum',
      { kind: 'locked', step: step(), before, by: [{ ...locker, autovacuum: true }] },
      'ok',
      'public.game: autovacuum (pid 7) is at work on it',
    ],
    ['held for a moment', { kind: 'locked', step: step(), before, by: [] }, 'warning', 'public.game: it was locked for a moment'],
    [
      'refused by the server',
      { kind: 'failed', step: step(), before, cause: 'invalid page in block 7 (XX001)' },
      'critical',
      'public.game: invalid page in block 7 (XX001)',
    ],
  ]
  test.each(cases)('%s', (...[, outcome, status, evidence]) => {
    const found = judgeWork('vacuum', [outcome], maintained())
    expect(found.status).toBe(status)
    expect(found.evidence.join('; ')).toBe(evidence)
  })

  test('a dry run says what it would do, and one without tables that there is nothing', () => {
    expect(judgeWork('vacuum', [{ kind: 'not-begun', step: step(), before }], maintained(true)).observed).toBe(
      'would have 1 table vacuumed',
    )
    expect(judgeWork('analyze', [], maintained()).observed).toBe('nothing left to be analyzed')
  })
})

describe('dead rows that stay', () => {
  const holder = (given: Partial<SnapshotHolder>): SnapshotHolder => ({
    kind: 'session',
    name: '42',
    user: 'quiz',
    application: 'gunicorn',
    state: 'idle in transaction',
    sinceMs: 360_000,
    ageTransactions: 1_234,
    ...given,
  })
  const cases: readonly (readonly [Partial<SnapshotHolder>, RegExp, RegExp])[] = [
    [{}, /kept by pid 42 quiz gunicorn, idle in transaction for 6 min$/, /pg_terminate_backend\(42\)/],
    [
      { kind: 'standby', name: '43', application: 'walreceiver' },
      /kept by standby quiz walreceiver \(hot_standby_feedback, pid 43\)$/,
      /hot_standby_feedback/,
    ],
    [{ kind: 'prepared', name: 'tx 1' }, /kept by prepared transaction tx 1 of quiz for 6 min$/, /ROLLBACK PREPARED/],
    [
      { kind: 'slot', name: 'old', user: '', state: 'inactive', sinceMs: undefined },
      /kept by replication slot old, inactive$/,
      /pg_drop_replication_slot/,
    ],
  ]
  test.each(cases)('%j', (given, title, advice) => {
    const found = judgeLeft([done({ deadRows: 1_000 })], [holder(given)], maintained())
    expect(found).toMatchObject({ status: 'warning', title: expect.stringMatching(title), advice: expect.stringMatching(advice) })
    expect(found.observed).toContain('1,234 transactions old')
  })

  test('fewer than 1,000 in each table are those of a busy one; without a holder nobody is named', () => {
    expect(judgeLeft([done({ deadRows: 999 })], [holder({})], maintained()).status).toBe('ok')
    expect(judgeLeft([done({ deadRows: 5_000 })], [], maintained())).toMatchObject({
      status: 'ok',
      observed: '5,000 dead rows left in 1 table after VACUUM',
    })
  })

  test('no pid that is none reaches the command', () => {
    expect(judgeLeft([done({ deadRows: 1_000 })], [holder({ name: '1); DROP TABLE game; --' })], maintained()).advice).not.toContain(
      'DROP TABLE',
    )
  })
})
