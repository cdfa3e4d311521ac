import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, hard, minuteMs, soft } from '../support/incident-world.ts'

const updateFails = (write: Write): boolean => write.kind === 'update'
const commentFails = (write: Write): boolean => write.kind === 'comment'
const saying = (said: readonly string[], word: string): number => said.filter((one) => one.startsWith(`**${word}**`)).length

describe('a comment is said once, whatever GitHub does not take', () => {
  test('the escalation, while the issue cannot be updated for two hours', () => {
    const world = createWorld()
    world.rounds(5, [hard('critical')])
    world.rounds(24, [hard('critical')], { fails: updateFails })
    expect(world.said(1)).toEqual([])
    world.rounds(24, [hard('critical')])
    expect(saying(world.said(1), 'Escalated')).toBe(1)
  })

  test('the closing, and the issue closes when it can', () => {
    const world = createWorld()
    world.rounds(3, [hard('critical')])
    world.rounds(24, [hard('ok')], { fails: updateFails })
    expect([world.said(1).length, world.open().length]).toEqual([0, 1])
    world.rounds(3, [hard('ok')])
    expect([saying(world.said(1), 'Closed'), world.open().length]).toEqual([1, 0])
  })

  test('a change of severity', () => {
    const world = createWorld()
    world.rounds(2, [hard('warning')])
    world.rounds(5, [hard('critical')], { fails: updateFails })
    world.rounds(3, [hard('critical')])
    expect(saying(world.said(1), 'Worse')).toBe(1)
  })

  test('an escalation whose comment failed names its contacts as soon as it passes', () => {
    const world = createWorld()
    world.rounds(5, [hard('critical')])
    world.rounds(3, [hard('critical')], { fails: commentFails })
    expect(world.said(1)).toEqual([])
    world.rounds(6, [hard('critical')])
    expect(saying(world.said(1), 'Escalated')).toBe(1)
  })
})

describe('what people ask for', () => {
  test('a command that is not understood gets one answer, and nothing else happens', () => {
    const world = createWorld()
    world.rounds(2, [hard('critical')])
    world.comment(1, '/silence')
    world.rounds(3, [hard('critical')])
    expect(saying(world.said(1), 'Not understood')).toBe(1)
    expect(world.said(1)[0]).toContain('`/silence 2h`')
    expect(world.marker(1).silenced).toBeUndefined()
  })

  test('of somebody who may not write it gets none', () => {
    const world = createWorld()
    world.rounds(2, [hard('critical')])
    world.comment(1, '/silence', { mayWrite: false })
    world.rounds(3, [hard('critical')])
    expect(world.said(1)).toEqual([])
  })

  test('is read although as many comments were deleted as written', () => {
    const world = createWorld()
    world.rounds(2, [hard('critical')])
    world.comment(1, 'looks bad', { author: 'ben' })
    world.rounds(8, [hard('critical')])
    world.deleteComments(1, 'ben')
    world.comment(1, '/ack')
    world.wait(minuteMs)
    world.rounds(1, [hard('critical')])
    expect(world.marker(1).acknowledged).toMatchObject({ by: 'ana' })
  })

  test('a silence outlives a closing and a reopening: no comment but what closes it', () => {
    const world = createWorld()
    world.rounds(3, [soft('critical')])
    world.comment(1, '/silence 7d')
    world.rounds(6, [soft('ok')])
    expect(world.open()).toEqual([])
    const told = world.told().length
    world.wait(6 * 60 * minuteMs)
    world.rounds(20, [soft('critical')])
    expect(world.open()).toHaveLength(1)
    expect(world.marker(1).silenced).toMatchObject({ by: 'ana' })
    expect(world.said(1).filter((one) => !one.startsWith('**Closed**'))).toEqual([])
    expect(world.told()).toHaveLength(told)
  })

  test('but a silence of a warning is void when it comes back critical', () => {
    const world = createWorld()
    world.rounds(5, [soft('warning')])
    world.comment(1, '/silence 7d')
    world.rounds(6, [soft('ok')])
    world.rounds(20, [soft('critical')])
    expect(world.marker(1).silenced).toBeUndefined()
    expect(saying(world.said(1), 'Reopened')).toBe(1)
  })
})
