import { describe, expect, test } from '@jest/globals'
import { bot, createWorld, hard } from '../support/incident-world.ts'

describe('rule 6: escalate', () => {
  test('critical for half an hour is told to its contacts, then every four hours, six times', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(6, [hard('critical')])
    expect(world.said(1)).toEqual([expect.stringContaining('@org/infra, Hosting: +212 5')])
    expect(world.issue(1).labels).toContain('sev1')
    world.rounds(12 * 4 - 1, [hard('critical')])
    expect(world.said(1)).toHaveLength(1)
    world.rounds(1, [hard('critical')])
    expect(world.said(1)[1]).toContain('(reminder 1 of 6)')
    world.rounds(12 * 36, [hard('critical')])
    expect(world.said(1).filter((one) => one.startsWith('**Still critical**'))).toHaveLength(6)
  })

  test('the half hour begins when it got critical, not when it opened', () => {
    const world = createWorld()
    world.rounds(12, [hard('warning')])
    world.rounds(6, [hard('critical')])
    expect(world.issue(1).labels).not.toContain('sev1')
    world.rounds(1, [hard('critical')])
    expect(world.issue(1).labels).toContain('sev1')
  })

  const commands: readonly { what: string; body: string; escalates: boolean; given?: object }[] = [
    { what: '/ack holds it', body: '/ack', escalates: false },
    { what: '/ack 2h too', body: 'on it\n/ack 2h', escalates: false },
    { what: '/ack 10m ends', body: '/ack 10m', escalates: true },
    { what: '/silence 2h holds it', body: '/silence 2h', escalates: false },
    { what: '/silence without a time is no command', body: '/silence', escalates: true },
    { what: 'a reader may not', body: '/ack', escalates: true, given: { mayWrite: false } },
    { what: 'an edited comment does not count', body: '/ack', escalates: true, given: { updatedAt: 8e12 } },
    { what: 'nor our own', body: '/ack', escalates: true, given: { author: bot } },
    { what: 'nor a quoted one', body: '> /ack', escalates: true },
  ]
  test.each(commands)('$what', ({ body, escalates, given = {} }) => {
    const world = createWorld()
    world.run([hard('critical')])
    world.comment(1, body, given)
    world.rounds(8, [hard('critical')])
    expect(world.issue(1).labels.includes('sev1')).toBe(escalates)
  })

  test('an acknowledgement holds for 24 hours at most', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.comment(1, '/ack 9d')
    world.rounds(12 * 24 - 1, [hard('critical')])
    expect(world.issue(1).labels).not.toContain('sev1')
    world.rounds(2, [hard('critical')])
    expect(world.issue(1).labels).toContain('sev1')
  })

  test('a silence is void when it gets worse, and ends when somebody says so', () => {
    const world = createWorld()
    world.run([hard('warning')])
    world.comment(1, '/silence 7d')
    world.rounds(1, [hard('warning')])
    expect(world.marker(1).silenced?.by).toBe('ana')
    world.rounds(1, [hard('critical')])
    expect(world.marker(1).silenced).toBeUndefined()
    expect(world.told().at(-1)?.kind).toBe('worsened')
    world.comment(1, '/silence 2h')
    world.rounds(1, [hard('critical')])
    world.comment(1, '/unsilence')
    world.rounds(1, [hard('critical')])
    expect(world.marker(1).silenced).toBeUndefined()
  })

  test('what a person commented is read once', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.comment(1, '/cause a full disk\n/fix a bigger one')
    world.rounds(1, [hard('critical')])
    expect(world.run([hard('critical')], { dry: true }).wants.comments).toEqual([])
    expect(world.issue(1).body).toContain('**Cause:** a full disk')
    world.rounds(3, [hard('ok')])
    expect(world.said(1).at(-1)).toContain('Cause: a full disk. Fix: a bigger one.')
  })
})
