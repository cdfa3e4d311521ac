import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { createWorld, dayMs, hard, minuteMs, type RunOptions, soft } from '../support/incident-world.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)
const every = (ms: number, statuses: readonly Parameters<typeof soft>[0][], options: RunOptions = {}) => {
  const world = createWorld()
  const created = statuses.map((status) => {
    world.wait(ms)
    return kinds(world.run([soft(status)], options).writes).includes('create')
  })
  return created
}

describe('rule 1: open', () => {
  const cases: readonly { what: string; ms: number; statuses: Parameters<typeof soft>[0][]; opensAt: number; options?: RunOptions }[] = [
    { what: 'a critical sample opens at the second bad run', ms: 5 * minuteMs, statuses: ['critical', 'critical'], opensAt: 1 },
    { what: 'a good run between starts anew', ms: 5 * minuteMs, statuses: ['critical', 'ok', 'critical', 'critical'], opensAt: 3 },
    { what: 'unknown between does not', ms: 5 * minuteMs, statuses: ['critical', 'unknown', 'critical'], opensAt: 2 },
    { what: 'a warning opens at three of five', ms: 5 * minuteMs, statuses: ['warning', 'ok', 'warning', 'ok', 'warning'], opensAt: 4 },
    { what: 'two warnings of five do not', ms: 5 * minuteMs, statuses: ['warning', 'ok', 'ok', 'ok', 'warning'], opensAt: -1 },
    { what: 'a first run counts as frequent', ms: dayMs, statuses: ['critical'], opensAt: -1 },
    { what: 'a slow check opens at once', ms: dayMs, statuses: ['ok', 'warning'], opensAt: 1 },
    { what: 'every 15 minutes is frequent', ms: 15 * minuteMs, statuses: ['ok', 'critical'], opensAt: -1 },
    { what: 'every 20 minutes is slow', ms: 20 * minuteMs, statuses: ['ok', 'critical'], opensAt: 1 },
    { what: 'without state critical opens at once', ms: minuteMs, statuses: ['critical'], opensAt: 0, options: { state: false } },
    {
      what: 'without state a sampled warning waits',
      ms: minuteMs,
      statuses: ['warning', 'warning'],
      opensAt: -1,
      options: { state: false },
    },
    {
      what: 'confirm: 3 waits for the third',
      ms: minuteMs,
      statuses: ['critical', 'critical', 'critical'],
      opensAt: 2,
      options: { options: { confirm: 3 } },
    },
  ]
  test.each(cases)('$what', ({ ms, statuses, opensAt, options = {} }) => {
    expect(every(ms, statuses, options).indexOf(true)).toBe(opensAt)
  })

  test.each(['warning', 'critical'] as const)('a hard %s opens at once', (status) => {
    const world = createWorld()
    expect(kinds(world.run([hard(status)]).writes)).toEqual(['create'])
    expect(world.told().map((one) => one.kind)).toEqual(['opened'])
  })

  test('ten runs with a state that cannot be used make one issue', () => {
    const world = createWorld()
    world.rounds(10, [soft('critical')], { state: false })
    expect(world.issues()).toHaveLength(1)
  })
})

describe('rule 2: only what was looked at counts', () => {
  const opened = (options: RunOptions = {}) => {
    const world = createWorld()
    world.run([hard('critical')], options)
    return world
  }
  const other = [soft('ok')]

  test('twenty rounds without its check close nothing', () => {
    const world = opened()
    expect(world.rounds(5, other, { scope: ['endpoints'] })).toEqual([])
    world.rounds(15, other, { scope: ['endpoints'] })
    expect(world.open()).toHaveLength(1)
  })

  test('an ok finding of a check that was not completed closes nothing', () => {
    const world = opened()
    world.rounds(20, [hard('ok')], { scope: ['endpoints'] })
    expect(world.open()).toHaveLength(1)
  })

  test('what was merely not checked closes nothing', () => {
    const world = opened()
    world.rounds(20, [hard('ok', { cleared: false, advice: 'not checked: no engine' })])
    expect(world.open()).toHaveLength(1)
  })

  test('a subject that is gone closes as no longer monitored after three completed checks', () => {
    const world = opened()
    world.rounds(2, other)
    expect(world.open()).toHaveLength(1)
    world.rounds(1, other)
    expect(world.open()).toHaveLength(0)
    expect(world.said(1).at(-1)).toContain('no longer monitored')
  })

  test('another round, with other options, does not take it for gone', () => {
    const world = opened({ round: 'daily' })
    world.rounds(20, other, { round: 'quick' })
    expect(world.open()).toHaveLength(1)
  })

  test('an id that is absent while something else about its subject is told is not gone', () => {
    const world = opened()
    world.rounds(20, [hard('critical', { id: 'compose.restarts' })])
    expect(world.open().map((one) => one.number)).toEqual([1, 2])
  })

  test('what closes tells how often it was bad, also between two writes of its body', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(3, [hard('critical')])
    world.rounds(2, [hard('ok')])
    expect(world.said(1).at(-1)).toContain('Seen 4 times')
  })

  test('only the completed check of another action takes what it no longer sees for gone', () => {
    const world = createWorld()
    const lineage = hard('critical', { id: 'certbot.links', subject: 'lineage/quiz.example', check: 'letsencrypt' })
    const served = hard('ok', { id: 'cert.expiry', subject: 'quiz.example:443', check: 'endpoints' })
    world.run([lineage, served], { action: 'cert-check', scope: ['endpoints', 'letsencrypt'] })
    expect(world.open()).toHaveLength(1)
    world.rounds(20, [served], { action: 'cert-check', scope: ['endpoints'] })
    expect(world.open()).toHaveLength(1)
    world.rounds(3, [served], { action: 'cert-check', scope: ['endpoints', 'letsencrypt'] })
    expect(world.open()).toHaveLength(0)
  })

  test('an ok word counts only when its own check was completed', () => {
    const world = createWorld()
    const file = (status: 'critical' | 'ok') => hard(status, { id: 'cert.expiry', subject: 'file/a.pem', check: 'files' })
    world.run([file('critical')], { action: 'cert-check', scope: ['files'] })
    world.rounds(5, [file('ok')], { action: 'cert-check', scope: ['endpoints'] })
    expect(world.open()).toHaveLength(1)
    world.rounds(5, [file('ok')], { action: 'cert-check', scope: ['files'] })
    expect(world.open()).toHaveLength(0)
  })

  test('another server and another action are left alone', () => {
    const world = opened()
    world.rounds(5, [hard('ok')], { server: 'quiz-staging' })
    world.rounds(5, [hard('ok')], { action: 'cert-check' })
    expect(world.open()).toHaveLength(1)
  })

  test('a trouble that is only told while it lasts closes when a run ends without it', () => {
    const world = createWorld()
    world.run([hard('critical', { id: 'recovery.pending', subject: 'action/backup' })])
    world.rounds(2, other)
    expect(world.open()).toHaveLength(0)
  })
})

const database = (status: Parameters<typeof soft>[0]) => hard(status, { id: 'compose.service', subject: 'service/db' })
const endpoint = (status: Parameters<typeof soft>[0], name = 'api', overrides = {}) =>
  soft(status, { subject: `https://quiz.example/${name}`, parent: { id: 'compose.service', subject: 'service/db' }, ...overrides })

describe('rule 3: group', () => {
  test('endpoints join the database that is down, with one comment and one notification', () => {
    const world = createWorld()
    world.run([database('critical'), endpoint('critical')])
    const writes = world.rounds(1, [database('critical'), endpoint('critical'), endpoint('warning', 'home')])
    expect(kinds(writes)).toEqual(['comment', 'update'])
    expect(world.open()).toHaveLength(1)
    expect(world.issue(1).body).toContain('- critical `https://quiz.example/api` endpoint.status')
    expect(world.told().map((one) => one.kind)).toEqual(['opened', 'worsened'])
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
  expect(kinds(world.rounds(1, [database('critical'), ...many]))).toEqual(['comment', 'update'])
  expect(world.rounds(3, [database('critical'), ...many])).toEqual([])
  expect(world.issue(1).body.length).toBeLessThan(60_000)
})

describe('rule 4: create', () => {
  test('with labels and assignees, in one write', () => {
    const world = createWorld()
    const { writes } = world.run([hard('critical')], { options: { assignees: ['ana'], labels: ['incident', 'x'.repeat(60)] } })
    // What GitHub does not take of them is cut where it is sent, with a warning.
    expect(writes).toEqual([expect.objectContaining({ kind: 'create', assignees: ['ana'], labels: ['ronde', 'incident', 'x'.repeat(60)] })])
  })

  test('closed issues are wanted only before something is created', () => {
    const world = createWorld()
    expect(world.run([hard('ok')], { dry: true }).wants).toEqual({ closed: false, comments: [] })
  })

  test('of several open ones the lowest number stays', () => {
    const world = createWorld()
    const { writes } = world.run([hard('critical')], { dry: true })
    for (const write of [...writes, ...writes, ...writes]) world.perform(write)
    world.rounds(1, [hard('critical')])
    expect(world.open().map((one) => one.number)).toEqual([1])
    expect(world.said(3)).toEqual(['**Closed**: the same incident as #1, which stays open.'])
  })

  test('people and other bots are never touched, whatever stands in their issue', () => {
    const world = createWorld()
    world.run([hard('critical')])
    const copied = world.add({ author: 'mallory', body: world.issue(1).body })
    const plain = world.add({ author: 'ana', body: 'the site is slow' })
    world.rounds(4, [hard('ok')])
    expect([copied, plain].map((number) => world.issue(number).state)).toEqual(['open', 'open'])
    expect(world.said(copied)).toEqual([])
    expect(world.run([hard('ok')]).facts.foreign).toEqual([copied, plain])
  })

  test.each([
    ['emptied', () => ''],
    ['with a marker edited by hand', (body: string) => body.replace('quiz-prod', 'other')],
  ])('a body %s is left alone and told, and what is still bad opens anew', (_, edit) => {
    const world = createWorld()
    world.run([hard('critical')])
    world.change(1, { body: edit(world.issue(1).body) })
    world.wait(5 * minuteMs)
    const { facts } = world.run([hard('critical')])
    expect(facts.unreadable).toEqual([1])
    expect(world.open().map((one) => one.number)).toEqual([1, 2])
    expect(world.rounds(3, [hard('critical')])).toEqual([])
  })
})

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
    expect(kinds(world.rounds(1, [hard('critical')]))).toEqual(['comment', 'update'])
    expect(kinds(world.rounds(1, [hard('warning')]))).toEqual(['comment', 'update'])
    expect(world.said(1).map((one) => one.slice(0, 9))).toEqual(['**Worse**', '**Better*'])
    expect(world.told().map((one) => one.kind)).toEqual(['opened', 'worsened'])
  })

  test('one sample changes no severity', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    expect(world.rounds(1, [soft('warning')])).toEqual([])
  })
})
