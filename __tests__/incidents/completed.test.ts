import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../src/contract/finding.ts'
import { createWorld, hard, soft, type World } from '../support/incident-world.ts'

const failed = (check: string): Finding => soft('unknown', { id: 'check.failed', check, subject: `check/${check}` })
const openIds = (world: World): readonly string[] => world.open().map(({ number }) => world.marker(number).id)

describe('only a completed check closes its incidents', () => {
  test.each([
    ['clock', 'clock.skew', 'clock'],
    ['endpoints', 'endpoint.status', 'https://quiz.example/'],
    ['uptime', 'uptime.short', 'host'],
    ['a-new-one', 'other.word', 'thing'],
  ])('one of %s stays open while that could not look, and "monitoring broken" stands beside it', (check, id, subject) => {
    const world = createWorld()
    world.rounds(4, [hard('critical', { id, check, subject })], { scope: ['compose', 'postgres', check] })
    expect(openIds(world)).toEqual([id])
    world.rounds(8, [failed(check)], { scope: ['compose', 'postgres'] })
    expect(openIds(world)).toEqual([id, 'monitoring.broken'])
    world.rounds(4, [hard('ok', { id, check, subject })], { scope: ['compose', 'postgres', check] })
    expect(openIds(world)).toEqual([])
  })

  test('one of the run as a whole is looked at whenever any check was completed', () => {
    const world = createWorld()
    const bad = hard('critical', { id: 'recovery.pending', check: 'health-check', subject: 'action/backup' })
    world.rounds(2, [bad])
    world.rounds(4, [hard('ok')], { scope: [] })
    expect(openIds(world)).toEqual(['recovery.pending'])
    world.rounds(4, [hard('ok')], { scope: ['compose'] })
    expect(openIds(world)).toEqual([])
  })
})

describe('what an older release wrote names no check', () => {
  const old = (status: 'critical' | 'ok') => hard(status, { check: '' })
  const opened = () => {
    const world = createWorld()
    world.rounds(2, [old('critical')])
    return world
  }

  test('it opens, and closes by a good word of a run that could look at everything', () => {
    const world = opened()
    world.rounds(4, [old('ok')])
    expect(openIds(world)).toEqual([])
  })

  test('nothing is closed by a run that could not look at something', () => {
    const world = opened()
    world.rounds(8, [{ ...failed('endpoints'), check: '' }])
    expect(openIds(world)).toContain('compose.service')
    world.rounds(8, [old('ok'), { ...failed('endpoints'), check: '' }])
    expect(openIds(world)).toContain('compose.service')
  })
})
