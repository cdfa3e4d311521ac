import { expect, test } from '@jest/globals'
import { judgeRecoveries } from '../../src/core/pending-recovery.ts'
import { toldOf } from '../support/told.ts'

const left = { action: 'backup', project: 'quiz', startedAt: Date.parse('2026-11-22T02:17:00Z'), steps: 2 }

test('nothing left is no finding', () => {
  expect(judgeRecoveries({ recoveries: [], troubles: [] })).toEqual([])
})

test('what a dead run left is critical until it is taken back', () => {
  const [known, unknown] = judgeRecoveries({ recoveries: [left, { ...left, project: '', cause: 'no such role' }], troubles: [] })
  expect(known).toMatchObject({ group: 'recovery', subject: 'action/backup/quiz', certainty: 'hard', audience: 'infrastructure' })
  expect(toldOf(known ?? [])).toEqual([
    'critical recovery.pending: a run of backup died and left work half done',
    'observed: started 2026-11-22T02:17:00.000Z, 2 steps in its ledger',
    'expected: no ledger of a dead run',
    'advice: every run on this site recovers it first: mend what keeps it from that, then run any of them again',
  ])
  expect(unknown?.subject).toBe('action/backup')
  expect(unknown?.observed).toBe('started 2026-11-22T02:17:00.000Z, 2 steps in its ledger; not recovered: no such role')
})

test('a ledger that cannot be read is critical as well', () => {
  const [trouble] = judgeRecoveries({ recoveries: [], troubles: ['journal/x.jsonl is of another user'] })
  expect(trouble).toMatchObject({ group: 'recovery', subject: 'state/journal', certainty: 'hard', audience: 'infrastructure' })
  expect(toldOf(trouble ?? [])).toEqual([
    'critical recovery.unreadable: a ledger of Ronde cannot be read',
    'observed: journal/x.jsonl is of another user',
    'expected: ledgers that Ronde wrote itself',
    'advice: look at who wrote it; then move it away',
  ])
})
