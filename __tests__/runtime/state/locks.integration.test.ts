import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { whoHolds } from '../../../src/runtime/state/locks.ts'
import { startChild } from '../../support/child.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const processes = 20
const holds = 5

test('of twenty processes that compete, half of which die holding the lock, exactly one holds it at a time', async () => {
  const folder = fresh()
  const directory = join(folder, 'ronde')
  const rivals = Array.from({ length: processes }, (_, place) =>
    startChild('lock-rival.ts', [directory, join(folder, 'witness'), String(holds), place % 2 === 0 ? 'die' : 'leave']),
  )
  const ended = await Promise.all(rivals.map((rival) => rival.ended))
  expect(ended.map(({ stderr }) => stderr).filter(Boolean)).toEqual([])
  expect(ended.filter(({ signal }) => signal === 'SIGKILL')).toHaveLength(processes / 2)
  expect(ended.filter(({ code }) => code === 0)).toHaveLength(processes / 2)
  const taken = ended.flatMap(({ lines }) => lines)
  expect(taken).toHaveLength(processes * holds)
  const abandoned = existsSync(join(directory, 'locks', 'quiz.lock')) ? 1 : 0
  expect(taken.filter((line) => line === 'took over')).toHaveLength(processes / 2 - abandoned)
  expect(whoHolds(directory, 'quiz', Date.now())).toEqual({ kind: 'free' })
  expect(readdirSync(join(directory, 'locks')).filter((name) => name.startsWith('.new-'))).toEqual([])
}, 120_000)
