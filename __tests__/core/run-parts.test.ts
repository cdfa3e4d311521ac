import { describe, expect, test } from '@jest/globals'
import { Ended } from '../../src/contract/ended.ts'
import { finding } from '../../src/contract/finding.ts'
import type { PartOutcome } from '../../src/core/parts.ts'
import { completedParts, type PartsRun, type PlannedPart, runPartsInTurn, runPartsSideBySide } from '../../src/core/run-parts.ts'

const said = (id: string) => finding({ id, subject: 'thing', status: 'ok', title: id, observed: '', expected: '', audience: 'technical' })

const setting = (signal = new AbortController().signal): PartsRun => ({
  signal,
  unfinished: (part, { cause, advice }) => ({
    ...said('check.failed'),
    subject: `check/${part}`,
    status: 'unknown',
    observed: cause,
    advice,
  }),
})

type Declared = Partial<PlannedPart<PartOutcome>['part']>
const planned = (name: string, run: () => Promise<PartOutcome>, declared: Declared = {}): PlannedPart<PartOutcome> => ({
  part: { name, ...declared },
  run,
})
const good = (name: string, declared: Declared = {}) =>
  planned(name, async () => ({ completed: true, findings: [said(`${name}.fine`)] }), declared)
const bad = (name: string, error: unknown) => planned(name, () => Promise.reject(error))
const hangs = (name: string) => planned(name, () => new Promise(() => {}))
const words = (
  ran: readonly { readonly findings: readonly { readonly id: string; readonly check: string; readonly observed: string }[] }[],
) => ran.flatMap(({ findings }) => findings.map(({ id, check, observed }) => [id, check, observed]))

describe('parts side by side', () => {
  test('a throw is that part alone, and every finding has the name of its part', async () => {
    const ran = await runPartsSideBySide([good('one'), bad('two', new TypeError('no function')), good('three')], setting())
    expect(words(ran)).toEqual([
      ['one.fine', 'one', ''],
      ['check.failed', 'two', expect.stringContaining('TypeError: no function')],
      ['three.fine', 'three', ''],
    ])
    expect(completedParts(ran)).toEqual(['one', 'three'])
  })

  test('a part that throws before it looks at anything is told as well', async () => {
    const throws = planned('odd', () => {
      throw new Error('at once')
    })
    expect(words(await runPartsSideBySide([throws], setting()))).toEqual([['check.failed', 'odd', expect.stringContaining('at once')]])
  })

  test('what ended the process that spoke for it is told as itself', async () => {
    const ran = await runPartsSideBySide([bad('one', new Ended('quiz.example:443', 'SIGSEGV'))], setting())
    expect(ran[0]?.findings[0]).toMatchObject({
      observed: expect.stringContaining('SIGSEGV'),
      advice: expect.stringContaining('that server'),
    })
  })

  test.each([
    ['cancelled', 'the run was cancelled'],
    ['deadline', 'the deadline came first'],
  ])('one that hangs is given up on a second after an abort (%s), the others stand', async (reason, cause) => {
    const abort = new AbortController()
    const running = runPartsSideBySide([hangs('one'), good('two')], setting(abort.signal))
    abort.abort(reason)
    expect(words(await running)).toEqual([
      ['check.failed', 'one', cause],
      ['two.fine', 'two', ''],
    ])
  })

  test('what it says of its own about a cancelled look stays, and beside it stands why', async () => {
    const cut = planned('one', async () => ({ completed: false, findings: [said('one.cut')] }))
    const ran = await runPartsSideBySide([cut], setting(AbortSignal.abort('cancelled')))
    expect(words(ran)).toEqual([
      ['one.cut', 'one', ''],
      ['check.failed', 'one', 'the run was cancelled'],
    ])
  })

  test('group, and what own work may explain, are those of the declaration', async () => {
    const parts = [good('one', { group: 'all', disturbedByWork: ['one.fine'] }), good('two', { disturbedByWork: ['two.other'] })]
    const [one, two] = (await runPartsSideBySide(parts, setting())).map(({ findings }) => findings[0])
    expect([one?.group, one?.disturbedByWork, two?.group, two?.disturbedByWork]).toEqual(['all', true, undefined, undefined])
    const lost = { ...bad('one', new Error('x')), part: { name: 'one', disturbedByWork: ['one.fine'] } }
    expect((await runPartsSideBySide([lost], setting()))[0]?.findings[0]?.disturbedByWork).toBe(true)
  })
})

describe('parts in turn', () => {
  const all = async (plan: readonly PlannedPart<PartOutcome>[], given: PartsRun) => {
    const ran = []
    for await (const one of runPartsInTurn(plan, given)) ran.push(one)
    return ran
  }

  test('each begins when the one before it has ended, whatever became of that', async () => {
    const order: string[] = []
    const slow = planned('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push('slow')
      throw new Error('after all')
    })
    const quick = planned('quick', async () => {
      order.push('quick')
      return { completed: true, findings: [] }
    })
    expect(completedParts(await all([slow, quick], setting()))).toEqual(['quick'])
    expect(order).toEqual(['slow', 'quick'])
  })

  test('after an abort none is begun any more, and each says why', async () => {
    const abort = new AbortController()
    const last = planned('one', async () => {
      abort.abort('deadline')
      return { completed: true, findings: [said('one.fine')] }
    })
    expect(words(await all([last, hangs('two')], { ...setting(abort.signal), deadlineAdvice: 'name fewer' }))).toEqual([
      ['one.fine', 'one', ''],
      ['check.failed', 'two', 'the deadline came first'],
    ])
  })

  test('what ends them all is thrown on', async () => {
    const lost = new Error('the session was lost')
    await expect(all([bad('one', lost), good('two')], { ...setting(), endsAll: (error) => error === lost })).rejects.toBe(lost)
  })
})
