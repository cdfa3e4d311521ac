import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, hard, minuteMs, soft } from '../support/incident-world.ts'

const opened = (writes: readonly Write[]): number => writes.filter((one) => one.kind === 'create').length

/** The world begins on Sunday 2026-11-22 at 04:16 of +04:00. */
describe('a maintenance window is over to the minute', () => {
  const at = (from: string, to: string, days?: ['sat' | 'sun']) => [{ from, to, ...(days === undefined ? {} : { days }) }]
  test.each([
    ['begins this minute', at('04:16', '05:00'), 0],
    ['begins the next minute', at('04:17', '05:00'), 1],
    ['ends the next minute', at('03:00', '04:17'), 0],
    ['ends this minute', at('03:00', '04:16'), 1],
    ['begins and ends at one time lasts all day, and', at('05:00', '05:00'), 0],
    ['past midnight, ends the next minute', at('23:00', '04:17', ['sat']), 0],
    ['past midnight, ends this minute', at('23:00', '04:16', ['sat']), 1],
    ['past midnight, begins this minute', at('04:16', '02:00', ['sun']), 0],
    ['past midnight, begins the next minute', at('04:17', '02:00', ['sun']), 1],
  ])('one that %s: %j opens %i', (_what, maintenance, opens) => {
    expect(opened(createWorld().run([hard('critical')], { maintenance }).writes)).toBe(opens)
  })
})

describe('a check that runs', () => {
  test.each([
    ['every 16 minutes is frequent: its first bad run opens nothing', 16 * minuteMs, 0],
    ['a moment less often is slow: its first bad run opens', 16 * minuteMs + 1, 1],
  ])('%s', (_what, ms, opens) => {
    const world = createWorld()
    world.run([soft('ok')])
    world.wait(ms)
    expect(opened(world.run([soft('critical')]).writes)).toBe(opens)
  })

  test('now and then is as frequent as the latest of its findings, when monitoring is broken', () => {
    const world = createWorld()
    const unknown = (subject: string) => soft('unknown', { subject })
    world.run([unknown('https://quiz.example/a')])
    world.wait(60 * minuteMs)
    world.run([unknown('https://quiz.example/b')])
    world.wait(10 * minuteMs)
    const both = ['a', 'b'].map((one) => unknown(`https://quiz.example/${one}`))
    expect(opened(world.run(both, { options: { confirm: 3 } }).writes)).toBe(0)
  })
})

describe('the worst that an incident was', () => {
  const slow = (value: number, status: 'ok' | 'warning' | 'critical' = 'warning') =>
    soft(status, {
      id: 'endpoint.latency',
      certainty: 'hard',
      observed: `${value} ms`,
      measurements: [{ name: 'latency', value, unit: 'ms' }],
    })
  const worstAfter = (...values: readonly ReturnType<typeof slow>[]) => {
    const world = createWorld()
    // Which way is worse, a good value before tells.
    world.run([slow(100, 'ok')])
    world.wait(5 * minuteMs)
    for (const one of values) {
      world.run([one])
      // The body is written every half hour.
      world.wait(30 * minuteMs)
    }
    return world.marker(1).worst
  }

  test.each([
    ['a further value', [slow(600), slow(900)], { status: 'warning', observed: '900 ms' }],
    ['not a nearer one', [slow(600), slow(900), slow(700)], { status: 'warning', observed: '900 ms' }],
    ['not the same again', [slow(600), slow(600)], { status: 'warning', observed: '600 ms' }],
    ['a worse status, even with a nearer value', [slow(900), slow(700, 'critical')], { status: 'critical', observed: '700 ms' }],
    ['not a further value of a better status', [slow(700, 'critical'), slow(900)], { status: 'critical', observed: '700 ms' }],
  ])('is %s', (_what, values, worst) => {
    expect(worstAfter(...values)).toEqual(worst)
  })

  test('is what was first seen where there is no value', () => {
    const world = createWorld()
    world.rounds(1, [hard('critical', { observed: 'exited (1)' })])
    world.rounds(1, [hard('critical', { observed: 'exited (2)' })])
    expect(world.marker(1).worst).toEqual({ status: 'critical', observed: 'exited (1)' })
  })
})

test('everything that one run says of an incident is said: that it got worse, and what fails with it', () => {
  const world = createWorld()
  const child = soft('critical', { parent: { id: 'compose.service', subject: 'service/db' } })
  world.rounds(1, [hard('warning'), child])
  world.rounds(1, [hard('critical'), child])
  const [said = '', ...more] = world.said(1)
  expect(more).toEqual([])
  expect(said).toMatch(/^\*\*Worse\*\*: warning before, now critical[^]*\n\n[^]*endpoint\.status/)
})
