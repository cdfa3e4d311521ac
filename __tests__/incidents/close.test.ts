import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, dayMs, hard, hourMs, soft } from '../support/incident-world.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)

describe('rule 8: close', () => {
  test('a sampled value closes after three good runs and says how long it lasted', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(2, [soft('ok')])
    expect(world.open()).toHaveLength(1)
    expect(kinds(world.rounds(1, [soft('ok')]))).toEqual(['update', 'comment'])
    expect(world.said(1).at(-1)).toContain(
      '**Closed** after 20 min: 3 good runs in a row, now status 200. Seen twice'.replace('twice', '2 times'),
    )
    expect(world.issue(1).body).toContain('**Closed** 2026-11-22 04:41 (UTC+4)')
    expect(world.told().at(-1)).toMatchObject({ kind: 'closed', status: 'ok' })
  })

  test('a hard fact closes after one good run, once it has settled', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(1, [hard('ok')])
    expect(world.open()).toHaveLength(1)
    world.rounds(1, [hard('ok')])
    expect(world.open()).toHaveLength(0)
  })

  test('a slow check closes after one', () => {
    const world = createWorld()
    for (const status of ['ok', 'critical', 'ok'] as const) {
      world.wait(dayMs)
      world.run([soft(status)])
    }
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
  })

  test('ok, but not beyond the clear value, is no good run, now or before', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(20, [soft('ok', { cleared: false })])
    expect(world.open()).toHaveLength(1)
    world.rounds(2, [soft('ok')])
    expect(world.open()).toHaveLength(1)
    world.rounds(10, [soft('ok')])
    expect(world.open()).toHaveLength(0)
  })

  test('without state good runs are counted in the issue', () => {
    const world = createWorld()
    world.rounds(1, [soft('critical')], { state: false })
    world.rounds(2, [soft('ok')], { state: false })
    expect(world.open()).toHaveLength(1)
    world.rounds(1, [soft('ok')], { state: false })
    expect(world.open()).toHaveLength(0)
  })

  const again = (hours: number) => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(3, [hard('ok')])
    world.wait(hours * hourMs)
    world.run([hard('critical')])
    return world
  }

  test('bad again within 24 hours: the same issue, opened again', () => {
    const world = again(23)
    expect(world.issues().map((one) => one.state)).toEqual(['open'])
    expect(world.said(1).at(-1)).toContain('bad again within 24 hours')
  })

  test('bad again later: a new issue that links the old one', () => {
    const world = again(25)
    expect(world.issues().map((one) => one.state)).toEqual(['closed', 'open'])
    expect(world.issue(2).body).toContain('Earlier: #1.')
  })

  test('closed by a person while bad: 24 hours of silence, then opened again with one comment', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.closeByHand(1)
    expect(world.rounds(12 * 24 - 1, [hard('critical')])).toEqual([])
    world.rounds(2, [hard('critical')])
    expect(world.open().map((one) => one.number)).toEqual([1])
    expect(world.said(1)).toEqual([expect.stringContaining('still bad')])
  })

  test('closed by a person when it was good, and bad again: opened again at once', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(1, [soft('ok')])
    world.closeByHand(1)
    world.rounds(1, [soft('ok')])
    world.rounds(2, [soft('critical')])
    expect(world.open().map((one) => one.number)).toEqual([1])
  })

  test('opened again by a person, it proves itself anew', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(3, [soft('ok')])
    world.change(1, { state: 'open' })
    world.rounds(2, [soft('ok')])
    expect(world.open()).toHaveLength(1)
    world.rounds(4, [soft('ok')])
    expect(world.open()).toHaveLength(0)
  })
})
