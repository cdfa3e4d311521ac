import { expect, test } from '@jest/globals'
import { createLedger, pendingRecoveries } from '../../../src/runtime/state/ledger.ts'
import { startChild } from '../../support/child.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()

test('the steps of a run become pending when its process is killed, and not before', async () => {
  const directory = fresh()
  const now = Date.now()
  const next = createLedger({ directory, action: 'backup', project: 'quiz', run: 'next', now, deadline: now + 60_000 })
  const keeper = startChild('ledger-keeper.ts', [directory, 'killed'])
  await keeper.firstLine
  expect(pendingRecoveries(directory, now)).toEqual({ recoveries: [], troubles: [] })
  expect(next.pending()).toEqual([])
  keeper.kill()
  await keeper.ended
  expect(pendingRecoveries(directory, now).recoveries).toMatchObject([{ action: 'backup', project: 'quiz', run: 'killed', steps: 2 }])
  expect(next.pending()).toEqual([{ step: 'dump', to: '/var/backups/quiz/.part' }, { step: 'rename' }])
  next.close()
  expect(pendingRecoveries(directory, now)).toEqual({ recoveries: [], troubles: [] })
}, 30_000)
