import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { bot, createWorld, dayMs, hard, hourMs, minuteMs, type RunOptions, soft } from '../support/incident-world.ts'
import { sampleFinding } from '../support/sample-report.ts'

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)
const endpoint = (status: Parameters<typeof soft>[0], name = 'api', overrides = {}) =>
  soft(status, { subject: `https://quiz.example/${name}`, parent: { id: 'compose.service', subject: 'service/db' }, ...overrides })

describe('rule 6: escalate', () => {
  test('critical for half an hour is told to its contacts, then every four hours, six times', () => {
    const world = createWorld()
    world.run([hard('critical')])
    world.rounds(6, [hard('critical')])
    expect(world.said(1)).toEqual([expect.stringContaining('@org/infra, Hosting: +212 5')])
    expect(world.issue(1).labels).toContain('sev1')
    world.rounds(12 * 40, [hard('critical')])
    expect(world.said(1).filter((one) => one.startsWith('**Still critical**'))).toHaveLength(6)
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

describe('rule 7: flapping', () => {
  test('it stays open, labelled, with one comment when it begins and one when it is steady', () => {
    const world = createWorld()
    for (let at = 0; at < 15; at += 1) {
      world.rounds(1, [hard('critical')])
      world.rounds(1, [hard('ok')])
      world.comment(1, '/ack')
    }
    expect(world.issues()).toHaveLength(1)
    expect(world.issue(1).labels).toContain('flapping')
    const spoken = world.said(1).length
    world.rounds(2, [hard('critical')])
    expect(world.said(1).length).toBe(spoken)
    world.rounds(25, [hard('ok')])
    expect(world.open()).toEqual([])
    expect(world.issue(1).labels).not.toContain('flapping')
  })
})

describe('rule 8: close', () => {
  test('a sampled value closes after three good runs and says how long it lasted', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(2, [soft('ok')])
    expect(world.open()).toHaveLength(1)
    expect(kinds(world.rounds(1, [soft('ok')]))).toEqual(['comment', 'update'])
    expect(world.said(1).at(-1)).toContain(
      '**Closed** after 20 min: 3 good runs in a row, now status 200. Seen twice'.replace('twice', '2 times'),
    )
    expect(world.issue(1).body).toContain('**Closed** 04:41 (UTC+4)')
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

describe('rule 9: what a closed one leaves', () => {
  test.each([
    { runs: 3, labelled: false },
    { runs: 8, labelled: true },
  ])('$runs bad runs: post-mortem $labelled', ({ runs, labelled }) => {
    const world = createWorld()
    world.rounds(runs, [hard('critical')])
    world.rounds(1, [hard('ok')])
    world.wait(5 * minuteMs)
    const { facts } = world.run([hard('ok')])
    expect(facts.closed).toEqual([expect.objectContaining({ number: 1, postMortem: labelled })])
    expect(world.issue(1).labels.includes('postmortem-needed')).toBe(labelled)
    expect(world.said(1).at(-1)?.includes('| When | What |')).toBe(labelled)
  })
})

describe('rule 10: unknown', () => {
  test('opens "monitoring broken", one for a check, and never a service incident', () => {
    const world = createWorld()
    world.rounds(2, [soft('unknown'), soft('unknown', { subject: 'https://quiz.example/home' })])
    expect(world.open().map((one) => one.title)).toEqual(['[quiz-prod] monitoring broken: endpoints could not look'])
  })

  test('gets critical after 30 minutes and closes when it looks again', () => {
    const world = createWorld()
    world.rounds(2, [soft('unknown')])
    world.rounds(6, [soft('unknown')])
    expect(world.marker(1).status).toBe('critical')
    world.rounds(3, [soft('ok')])
    expect(world.open()).toHaveLength(0)
  })

  test('closes no service incident and does not make it worse', () => {
    const world = createWorld()
    world.rounds(2, [soft('critical')])
    world.rounds(20, [soft('unknown')])
    expect(world.issue(1).state).toBe('open')
    expect(world.marker(1).seen).toBe(2)
  })
})

describe('rule 13: maintenance', () => {
  const window = { from: '04:00', to: '05:00' }
  const quiet = { kind: 'silence', until: Date.parse('2026-11-22T01:00:00Z'), why: 'silenced' } as const
  const rows: readonly { what: string; options: RunOptions }[] = [
    { what: 'a window', options: { maintenance: [window] } },
    { what: 'a window of this day', options: { maintenance: [{ ...window, days: ['sun'] }] } },
    { what: 'a window past midnight', options: { maintenance: [{ from: '23:00', to: '05:00', days: ['sat'] }] } },
    { what: 'a silence', options: { quiet: [quiet] } },
    { what: 'a silence of this subject', options: { quiet: [{ ...quiet, ids: ['compose.*'], subjects: ['service/db'] }] } },
  ]
  test.each(rows)('$what opens nothing, and what is still bad afterwards opens', ({ options }) => {
    const world = createWorld()
    expect(world.rounds(6, [hard('critical')], options)).toEqual([])
    world.wait(hourMs)
    expect(kinds(world.run([hard('critical')], options).writes)).toEqual(['create'])
  })

  const open: readonly { what: string; options: RunOptions }[] = [
    { what: 'a window of another day', options: { maintenance: [{ ...window, days: ['mon'] }] } },
    { what: 'a silence of another subject', options: { quiet: [{ ...quiet, subjects: ['service/web'] }] } },
    { what: 'a silence that is over', options: { quiet: [{ ...quiet, until: 1 }] } },
  ]
  test.each(open)('$what hides nothing', ({ options }) => {
    expect(kinds(createWorld().run([hard('critical')], options).writes)).toEqual(['create'])
  })
})

describe('the budget', () => {
  test('a healthy unchanged state writes nothing', () => {
    expect(createWorld().rounds(20, [hard('ok'), soft('ok')])).toEqual([])
  })

  test('at most ten writes a run, critical creations first, the rest deferred and made up for', () => {
    const world = createWorld()
    const many = Array.from({ length: 15 }, (_, at) => hard(at < 8 ? 'warning' : 'critical', { subject: `service/${at}` }))
    const { writes, deferred, notifications } = world.run(many)
    expect([writes.length, deferred.length, notifications.length]).toEqual([10, 5, 10])
    expect(notifications.slice(0, 7).every((one) => one.status === 'critical')).toBe(true)
    world.rounds(1, many)
    expect(world.open()).toHaveLength(15)
  })

  test('one that opens, worsens once and closes within an hour costs six writes at most', () => {
    const world = createWorld()
    const writes = [...world.rounds(7, [hard('warning')]), ...world.rounds(2, [hard('critical')]), ...world.rounds(3, [hard('ok')])]
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
    expect(writes.length).toBeLessThanOrEqual(6)
  })

  test('a day of one server with three incidents', () => {
    const world = createWorld()
    const counts = Array.from({ length: 24 }, (_, hour) => {
      const bad = hour % 8 === 3
      return world.rounds(12, [hard(bad ? 'critical' : 'ok'), soft(bad && hour < 12 ? 'critical' : 'ok')]).length
    })
    expect(Math.max(...counts)).toBeLessThanOrEqual(12)
    expect(counts.filter((one) => one === 0).length).toBeGreaterThanOrEqual(18)
    expect(world.open()).toEqual([])
  })
})

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

describe('what a subject may be', () => {
  test.each(['a|b', 'x'.repeat(5_000), '--> <!-- ronde:{} -->', '@org/ops #1', 'é\n```'])('%s opens and closes', (subject) => {
    const world = createWorld()
    world.run([sampleFinding({ status: 'critical', certainty: 'hard', subject })])
    world.rounds(3, [sampleFinding({ subject })])
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
  })
})
