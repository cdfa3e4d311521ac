import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, hard, soft } from '../support/incident-world.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)

const database = (status: Parameters<typeof soft>[0]) => hard(status, { id: 'compose.service', subject: 'service/db' })
const endpoint = (status: Parameters<typeof soft>[0], name = 'api', overrides = {}) =>
  soft(status, { subject: `https://quiz.example/${name}`, parent: { id: 'compose.service', subject: 'service/db' }, ...overrides })

describe('rule 3: group', () => {
  test('endpoints join the database that is down, with one comment and one notification', () => {
    const world = createWorld()
    world.run([database('critical'), endpoint('critical')])
    const writes = world.rounds(1, [database('critical'), endpoint('critical'), endpoint('warning', 'home')])
    expect(kinds(writes)).toEqual(['update', 'comment'])
    expect(world.open()).toHaveLength(1)
    expect(world.issue(1).body).toContain('- critical `https://quiz.example/api` endpoint.status')
    expect(world.told().map((one) => one.kind)).toEqual(['opened', 'worsened'])
  })

  test('the issue tells when something began to fail with it: by its id, or how many', () => {
    const world = createWorld()
    world.rounds(2, [database('critical')])
    world.rounds(2, [database('critical'), endpoint('critical')])
    expect(world.marker(1).events.map(({ what }) => what)).toContain('endpoint.status fails with it')
    world.rounds(2, [database('critical'), endpoint('critical'), endpoint('critical', 'a'), endpoint('critical', 'b')])
    expect(world.marker(1).events.map(({ what }) => what)).toContain('2 more fail with it')
  })

  test('one that got worse is told again, one that stays is not', () => {
    const world = createWorld()
    world.run([database('critical'), endpoint('warning')])
    world.rounds(2, [database('critical'), endpoint('warning')])
    const before = world.said(1).length
    world.rounds(1, [database('critical'), endpoint('critical')])
    expect(world.said(1).length).toBe(before + 1)
    expect(world.rounds(2, [database('critical'), endpoint('critical')])).toEqual([])
  })

  test('a hard fact opens its own', () => {
    const world = createWorld()
    world.run([database('critical'), endpoint('critical', 'api', { certainty: 'hard' })])
    expect(world.open()).toHaveLength(2)
  })

  test('a parent that opens nothing hides nothing', () => {
    const world = createWorld()
    world.rounds(2, [soft('warning', { id: 'compose.service', subject: 'service/db' }), endpoint('critical')])
    expect(world.open().map((one) => one.title)).toEqual(['[quiz-prod] api: answered 500 instead of 200'])
  })

  test('two that name each other hide nothing', () => {
    const world = createWorld()
    const other = endpoint('critical', 'b', { parent: { id: 'endpoint.status', subject: 'https://quiz.example/a' } })
    world.rounds(2, [endpoint('critical', 'a', { parent: { id: 'endpoint.status', subject: 'https://quiz.example/b' } }), other])
    expect(world.open()).toHaveLength(2)
  })

  test('grouping holds up no resolution: one with its own issue closes by itself', () => {
    const world = createWorld()
    world.rounds(2, [database('ok'), endpoint('critical')])
    world.rounds(4, [database('critical'), endpoint('ok')])
    expect(world.open().map((one) => one.number)).toEqual([2])
  })

  test('what is still bad when its parent closes opens its own', () => {
    const world = createWorld()
    world.rounds(2, [database('critical'), endpoint('critical')])
    world.rounds(3, [database('ok'), endpoint('critical')])
    expect(world.open().map((one) => one.number)).toEqual([2])
  })

  test('findings with one key share one incident', () => {
    const world = createWorld()
    world.run([hard('critical', { subject: 'a', incidentKey: 'both' }), hard('warning', { subject: 'b', incidentKey: 'both' })])
    expect(world.open()).toHaveLength(1)
  })
})

test('a hundred that join cost one comment, once', () => {
  const world = createWorld()
  const many = Array.from({ length: 100 }, (_, at) => endpoint('critical', `${at}/${'é'.repeat(200)}`))
  world.run([database('critical'), ...many])
  expect(kinds(world.rounds(1, [database('critical'), ...many]))).toEqual(['update', 'comment'])
  expect(world.rounds(3, [database('critical'), ...many])).toEqual([])
  expect(world.issue(1).body.length).toBeLessThan(60_000)
})
