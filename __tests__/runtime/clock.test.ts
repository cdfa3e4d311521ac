import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { incidentsKey, recallClock, rememberClock } from '../../src/runtime/clock.ts'
import { noState, openRunState, recordRun } from '../../src/runtime/state-of-run.ts'

const stateDirectory = mkdtempSync(join(tmpdir(), 'ronde-clock-'))
afterAll(() => rmSync(stateDirectory, { recursive: true }))

const hourMs = 3_600_000
const now = Date.now()
const where = { repository: 'quiz/operations', server: 'quiz-prod' }

const remember = async (server: string, offsetMs: number | undefined, note?: string): Promise<void> => {
  const state = await openRunState(stateDirectory, incidentsKey(where.repository, server))
  rememberClock(state.store, offsetMs, now)
  if (note !== undefined) state.store.setNote('clock', note)
  await recordRun(state, [], now)
}

/** What a run of another action finds. */
const recall = async (at: number, server = where.server) => {
  const { store } = await openRunState(stateDirectory, { ...where, server, project: 'quiz', action: 'health-check' })
  const seen = recallClock({ ...where, server, store }, at)
  await store.close()
  return seen
}

test('what one run heard is there for the next ones of the same server', async () => {
  expect(await recall(now)).toBeUndefined()
  await remember('quiz-prod', 84_000)
  expect(await recall(now + hourMs)).toEqual({ offsetMs: 84_000, at: now })
  expect(await recall(now, 'quiz-staging')).toBeUndefined()
  expect(recallClock({ ...where, store: noState }, now)).toBeUndefined()
})

test('a run without an answer leaves what was there', async () => {
  await remember('quiz-a', -70_000)
  await remember('quiz-a', undefined)
  expect(await recall(now, 'quiz-a')).toMatchObject({ offsetMs: -70_000 })
})

test.each([
  ['more than a day old', 27 * hourMs],
  ['from a time that is still to come: the clock was set back since', -hourMs],
])('a comparison %s is none', async (_, later) => {
  await remember('quiz-b', 84_000)
  expect(await recall(now + later, 'quiz-b')).toBeUndefined()
})

test.each(['', '{', 'null', '{"offsetMs":"1","at":2}', '[]'])('a damaged note %j is none', async (note) => {
  await remember('quiz-c', undefined, note)
  expect(await recall(now, 'quiz-c')).toBeUndefined()
})
