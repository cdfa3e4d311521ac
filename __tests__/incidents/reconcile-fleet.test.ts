import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../src/contract/finding.ts'
import type { ReconcileInput } from '../../src/incidents/model.ts'
import { reconcileAll } from '../../src/incidents/reconcile.ts'
import { type Silence, writeSilence } from '../../src/incidents/texts/silence-issue.ts'
import { createWorld, hard, hourMs, type World } from '../support/incident-world.ts'

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `quiz-${at}`)

/** The inputs of a merge job. */
const fleet = (world: World, servers: readonly string[], findings: readonly Finding[], more: Partial<ReconcileInput> = {}) =>
  servers.map(
    (server): ReconcileInput => ({ ...world.input(findings, { server }), ...more, issues: { ...world.input([]).issues, closed: [] } }),
  )
const run = (world: World, servers: readonly string[], findings: readonly Finding[], more: Partial<ReconcileInput> = {}) => {
  const plan = reconcileAll(fleet(world, servers, findings, more))
  for (const write of plan.writes) world.perform(write)
  return plan
}

describe('several servers reconciled at once', () => {
  test('write no more than ten together, the rest in the next runs, and nothing is lost or told twice', () => {
    const world = createWorld()
    const servers = names(23)
    const told = [0, 1, 2, 3].map(() => {
      const plan = run(world, servers, [hard('critical')])
      return { writes: plan.writes.length, deferred: plan.deferred.length, told: plan.notifications.length }
    })
    expect(told).toEqual([
      { writes: 10, deferred: 13, told: 10 },
      { writes: 10, deferred: 3, told: 10 },
      { writes: 3, deferred: 0, told: 3 },
      { writes: 0, deferred: 0, told: 0 },
    ])
    const titles = world.issues().map((one) => /\[(.+?)\]/.exec(one.title)?.[1])
    expect(new Set(titles)).toEqual(new Set(servers))
  })

  test('each has its own incidents, options and project', () => {
    const world = createWorld()
    const [one, other] = fleet(world, ['quiz-a', 'quiz-b'], [hard('critical')])
    if (one === undefined || other === undefined) throw new Error('two inputs')
    const window = [{ from: '00:00', to: '24:00' }]
    expect(reconcileAll([{ ...one, maintenance: window }, other]).writes).toMatchObject([
      { kind: 'create', title: expect.stringContaining('[quiz-b]') },
    ])
    run(world, ['quiz-a', 'quiz-b'], [hard('critical')])
    world.wait(hourMs)
    const [a, b] = fleet(world, ['quiz-a', 'quiz-b'], [hard('ok')])
    if (a === undefined || b === undefined) throw new Error('two inputs')
    const shop = { ...b, identity: { ...b.identity, project: 'shop' } }
    expect(reconcileAll([a, shop]).writes.map((write) => ('number' in write ? write.number : 0))).toEqual([1, 1])
  })

  test('a server that tells ever new things does not keep the others from being heard', () => {
    const world = createWorld()
    const many = Array.from({ length: 40 }, (_, at) => hard('critical', { subject: `service/${at}` }))
    const loud = names(20).map((project) => {
      const [input] = fleet(world, ['quiz-loud'], many)
      if (input === undefined) throw new Error('an input')
      return { ...input, identity: { ...input.identity, project } }
    })
    const quiet = [...fleet(world, ['quiz-b'], [hard('critical')]), ...fleet(world, ['quiz-c'], [hard('critical')])]
    const titles = reconcileAll([...loud, ...quiet]).writes.map((write) =>
      'title' in write ? /\[(.+?)\]/.exec(write.title ?? '')?.[1] : '',
    )
    expect(titles.slice(0, 3)).toEqual(['quiz-loud', 'quiz-b', 'quiz-c'])
    expect(titles).toHaveLength(10)
  })

  test('the critical of one server goes before the warnings of the others', () => {
    const world = createWorld()
    const inputs = [...fleet(world, names(15), [hard('warning')]), ...fleet(world, ['quiz-last'], [hard('critical')])]
    expect(reconcileAll(inputs).writes[0]).toMatchObject({ kind: 'create', title: expect.stringContaining('[quiz-last]') })
  })

  test('a silence that is over is closed by one write, and one in effect holds for all it means', () => {
    const world = createWorld()
    const silence: Silence = {
      repository: 'o/r',
      servers: ['quiz-*'],
      ids: ['*'],
      subjects: ['*'],
      upTo: 'critical',
      since: world.now(),
      until: world.now() + hourMs,
      by: 'ana',
      reason: '',
      run: '',
    }
    world.add({ body: writeSilence(silence) })
    expect(run(world, ['quiz-0', 'quiz-1', 'shop'], [hard('critical')]).writes).toMatchObject([
      { title: expect.stringContaining('[shop]') },
    ])
    world.wait(2 * hourMs)
    expect(reconcileAll(fleet(world, names(3), [hard('ok')])).writes).toMatchObject([{ kind: 'update', number: 1, state: 'closed' }])
  })

  test("people's issues are counted once", () => {
    const world = createWorld()
    world.add({ author: 'ana' })
    expect(reconcileAll(fleet(world, names(5), [hard('ok')])).facts.foreign).toEqual([1])
  })

  test('256 servers and 500 open issues: each issue is read for its own server, not for every server', () => {
    const world = createWorld()
    const servers = names(256)
    const bare = fleet(world, servers, [hard('critical')]).map((one) => ({ ...one, issues: { open: [], closed: [] } }))
    for (const one of bare) for (const write of reconcileAll([one]).writes) world.perform(write)
    for (let at = 0; at < 244; at += 1) world.add({ author: 'ana' })
    const inputs = fleet(world, servers, [hard('critical')])
    const { open } = inputs[0]?.issues ?? { open: [] }
    let reads = 0
    const counted = open.map((issue) => Object.defineProperty({ ...issue }, 'body', { get: () => ((reads += 1), issue.body) }))
    const plan = reconcileAll(inputs.map((one) => ({ ...one, issues: { ...one.issues, open: counted } })))
    expect(plan).toMatchObject({ writes: [], facts: { open: 256 } })
    expect(reads).toBeLessThan(10 * open.length)
  })
})
