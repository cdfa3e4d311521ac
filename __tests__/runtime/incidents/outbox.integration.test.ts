import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import type { OutboxFact } from '../../../src/incidents/outbox.ts'
import { openOutbox } from '../../../src/runtime/incidents/outbox.ts'
import { noState, openRunState, recordRun } from '../../../src/runtime/state-of-run.ts'

const directory = mkdtempSync(join(tmpdir(), 'ronde-outbox-'))
afterAll(() => rmSync(directory, { recursive: true }))

const now = Date.now()
const fact: OutboxFact = { fingerprint: 'v1abc', kind: 'opened', at: now, status: 'critical', title: 'db is down', text: '', told: true }

/** One run: what it finds in the outbox, then what it leaves there. */
const run = async (server: string, leaves: readonly OutboxFact[] | undefined): Promise<readonly OutboxFact[]> => {
  const state = await openRunState(directory, { repository: 'quiz/operations', server, project: '', action: 'incidents' })
  const outbox = openOutbox(state.store, now)
  if (leaves !== undefined) outbox.keep(leaves)
  expect((await recordRun(state, [], now)).findings).toEqual([])
  return outbox.facts
}

test('what one run could not write is offered to the next ones of the same server until it is done', async () => {
  expect(await run('quiz-prod', [fact])).toEqual([])
  expect(await run('quiz-staging', undefined)).toEqual([])
  expect(await run('quiz-prod', undefined)).toEqual([fact])
  expect(await run('quiz-prod', [])).toEqual([fact])
  expect(await run('quiz-prod', undefined)).toEqual([])
})

test('without a state nothing is kept and nothing fails', () => {
  openOutbox(noState, now).keep([fact])
  expect(openOutbox(noState, now).facts).toEqual([])
})

test('a run with nothing to keep writes no note', () => {
  const keys: string[] = []
  openOutbox({ note: () => undefined, setNote: (key) => keys.push(key) }, now).keep([])
  expect(keys).toEqual([])
})
