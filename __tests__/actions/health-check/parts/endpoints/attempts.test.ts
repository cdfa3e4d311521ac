import { describe, expect, test } from '@jest/globals'
import { askRepeatedly } from '../../../../../src/actions/health-check/parts/endpoints/attempts.ts'
import type { Observation } from '../../../../../src/actions/health-check/parts/endpoints/observation.ts'
import { judgeEndpoint } from '../../../../../src/actions/health-check/parts/endpoints/policy.ts'
import { createGate } from '../../../../../src/core/gate.ts'
import { answer, target } from '../../../../support/endpoints.ts'

const unseen = (lasting: boolean): Observation => ({ kind: 'unseen', cause: 'why', advice: 'what', lasting })
const wrong = answer({ status: 500 })
const home = target('http://quiz.example/')

/** Asks for what stands in the list, one after another. */
const asking = (observations: readonly Observation[], schedule: readonly number[] = [0, 1, 2], signal = new AbortController().signal) => {
  const startedAt: number[] = []
  const begin = performance.now()
  const ask = async (): Promise<Observation> => {
    startedAt.push(performance.now() - begin)
    return observations[startedAt.length - 1] ?? answer()
  }
  return { ask, gate: createGate(8), signal, schedule, startedAt }
}

describe('attempts', () => {
  const rows: readonly (readonly [string, readonly Observation[], number])[] = [
    ['one, when it answers', [answer()], 1],
    ['two, when the second answers', [wrong, answer()], 2],
    ['three, when none does', [wrong, unseen(false), wrong, answer()], 3],
    ['one, when another cannot change it', [unseen(true), answer()], 1],
    ['three samples, when the first is slow', [answer({ totalMs: 600 }), answer(), answer(), answer()], 3],
    ['three samples after a failure', [wrong, answer({ totalMs: 600 }), answer(), answer()], 4],
  ]
  test.each(rows)('are %s', async (_name, observations, expected) => {
    const given = asking(observations)
    await askRepeatedly(home, given)
    expect(given.startedAt).toHaveLength(expected)
  })

  test('begin when the schedule says, counted from the first, its last gap repeating', async () => {
    const given = asking([wrong, wrong, wrong, wrong], [0, 40, 100])
    await askRepeatedly(target({ url: 'http://quiz.example/', attempts: 4 }), given)
    // From before all of them: a busy machine may call the first one late.
    const [, second = 0, third = 0, fourth = 0] = given.startedAt
    expect(second).toBeGreaterThanOrEqual(39)
    expect(third).toBeGreaterThanOrEqual(99)
    expect(fourth).toBeGreaterThanOrEqual(159)
  })

  test('end at the deadline with what was seen', async () => {
    const given = asking([wrong, wrong], [0, 60_000], AbortSignal.timeout(30))
    expect((await askRepeatedly(home, given)).attempts).toEqual([wrong])
    expect(given.startedAt).toHaveLength(1)
  })

  test('keep what an earlier one saw when the deadline cuts a later one', async () => {
    const given = asking([wrong, unseen(true)])
    expect((await askRepeatedly(home, given)).attempts).toEqual([wrong])
  })
})

describe('the samples of a slow answer', () => {
  const slow = answer({ totalMs: 1_500 })
  const reset: Observation = {
    kind: 'fault',
    fault: { kind: 'reset', phase: 'first-byte', detail: '' },
    redirects: [],
    timing: slow.timing,
  }
  const body = answer({ body: { text: 'down', whole: true } })
  const fine = target({ url: 'http://quiz.example/', text: 'status' })

  test.each<[string, Observation]>([
    ['reset', reset],
    ['503', answer({ status: 503 })],
    ['another body', body],
  ])('that fail decide: %s', async (_, failing) => {
    const observed = await askRepeatedly(fine, asking([slow, failing, failing]))
    expect(judgeEndpoint(fine, observed).map((one) => one.status)).toContain('critical')
    expect(JSON.stringify(judgeEndpoint(fine, observed))).toContain('attempt 1: answered in 1.5 s')
  })

  test('of which one fails do not make it better: the first counts, and the failure is told', async () => {
    const observed = await askRepeatedly(fine, asking([slow, reset, answer()]))
    expect(judgeEndpoint(fine, observed).find((one) => one.id === 'endpoint.latency')).toMatchObject({
      status: 'critical',
      observed: '1.5 s (limit 1 s), median of 3',
      evidence: [expect.any(String), 'a sample: connection reset before an answer came'],
    })
  })

  test('that are quick make it good', async () => {
    const observed = await askRepeatedly(fine, asking([slow, answer(), answer()]))
    expect(judgeEndpoint(fine, observed).map((one) => one.status)).not.toContain('critical')
  })
})

describe('the gate', () => {
  test('lets no more than its limit run at once, and all of them run', async () => {
    const gate = createGate(3)
    let running = 0
    let most = 0
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        gate(async () => {
          running += 1
          most = Math.max(most, running)
          await new Promise((resolve) => setTimeout(resolve, 20))
          running -= 1
          if (index === 5) throw new Error('one fails')
          return index
        }).catch(() => 'failed'),
      ),
    )
    expect(most).toBe(3)
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => (index === 5 ? 'failed' : index)))
  })
})
