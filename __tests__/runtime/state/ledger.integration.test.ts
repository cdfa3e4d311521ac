import { expect, test } from '@jest/globals'
import { leftLedgers, pendingRecoveries } from '../../../src/runtime/state/ledger-left.ts'
import { startChild } from '../../support/child.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()

test('the steps of a run become pending when its process is killed, and not before', async () => {
  const directory = fresh()
  const of = { repository: 'quiz/operations' }
  const keeper = startChild('ledger-keeper.ts', [directory, 'killed'])
  await keeper.firstLine
  expect(pendingRecoveries(directory, of)).toEqual({ recoveries: [], troubles: [] })
  keeper.kill()
  await keeper.ended
  expect(pendingRecoveries(directory, of).recoveries).toMatchObject([{ action: 'update', project: 'quiz', steps: 2 }])
  expect(leftLedgers(directory, new Set())).toMatchObject([
    { steps: [{ step: 'dump', to: '/var/backups/quiz/.part' }, { step: 'rename' }] },
  ])
}, 30_000)
