import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, hard, soft } from '../support/incident-world.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)

describe('rule 5: update', () => {
  test('in place, every half hour at most, without a comment', () => {
    const world = createWorld()
    world.run([hard('warning')])
    expect(kinds(world.rounds(12, [hard('warning')]))).toEqual(['update', 'update'])
    expect(world.said(1)).toEqual([])
    expect(world.issue(1).body).toContain('seen 13 times')
  })

  test('a change of severity is told at once, worse and better', () => {
    const world = createWorld()
    world.run([hard('warning')])
    expect(kinds(world.rounds(1, [hard('critical')]))).toEqual(['update', 'comment'])
    expect(kinds(world.rounds(1, [hard('warning')]))).toEqual(['update', 'comment'])
    expect(world.said(1).map((one) => one.slice(0, 9))).toEqual(['**Worse**', '**Better*'])
    expect(world.told().map((one) => one.kind)).toEqual(['opened', 'worsened'])
  })

  test('one sample changes no severity', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    expect(world.rounds(1, [soft('warning')])).toEqual([])
  })
})

const endpoint = (status: Parameters<typeof soft>[0], name = 'api', overrides = {}) =>
  soft(status, { subject: `https://quiz.example/${name}`, parent: { id: 'compose.service', subject: 'service/db' }, ...overrides })

describe('a public repository', () => {
  test('hears ids and advice only', () => {
    const world = createWorld()
    const secretly = {
      evidence: ['10.0.0.9 logged in'],
      observed: 'port 5432 of 10.0.0.9',
      subject: '10.0.0.9:5432',
      title: '10.0.0.9: refused',
    }
    const options = { publicRepository: true } as const
    world.rounds(8, [hard('critical', secretly), endpoint('critical', '10.0.0.9')], options)
    world.rounds(4, [hard('ok', secretly)], options)
    const all = JSON.stringify([
      world.issues(),
      world.issues().map((one) => world.said(one.number)),
      world.told().map((one) => ({ ...one, contacts: [] })),
    ])
    expect(all).not.toMatch(/10\.0\.0\.9|5432|\+212/)
    expect(world.issue(1).title).toBe('[quiz-prod] compose.service')
    expect(world.issues().map((one) => one.state)).toContain('closed')
  })

  test('that became public keeps its incidents', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(7, [hard('critical')], { publicRepository: true })
    expect(world.issues()).toHaveLength(1)
    expect(world.issue(1).body).not.toContain('exited (1)')
  })
})
