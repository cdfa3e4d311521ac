import { describe, expect, test } from '@jest/globals'
import { createWorld, hard, type RunOptions, soft } from '../support/incident-world.ts'
import { sampleFinding } from '../support/sample-report.ts'

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

  test('of a run as a whole it closes when something was completed, and not by a run that completed nothing', () => {
    const world = createWorld()
    const failed = soft('unknown', { id: 'health-check.failed', subject: 'action/health-check', check: 'health-check', certainty: 'hard' })
    world.run([failed], { scope: [] })
    expect(world.open()).toHaveLength(1)
    world.rounds(6, [hard('ok')], { scope: [] })
    expect(world.open()).toHaveLength(1)
    world.rounds(6, [hard('ok')], { scope: ['compose'] })
    expect(world.open()).toEqual([])
  })

  test('a check that could look again closes its own, whether or not it found something to tell', () => {
    const world = createWorld()
    world.rounds(3, [soft('unknown', { check: 'endpoints' })], { scope: ['compose'] })
    expect(world.open()).toHaveLength(1)
    world.rounds(2, [hard('ok')], { scope: ['endpoints', 'compose'] })
    expect(world.open()).toHaveLength(1)
    world.rounds(4, [hard('ok')], { scope: ['endpoints', 'compose'] })
    expect(world.open()).toEqual([])
  })

  test('what was merely not checked closes nothing', () => {
    const world = opened()
    world.rounds(20, [hard('ok', { cleared: false, notChecked: 'no engine' })])
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

describe('what a subject may be', () => {
  test.each(['a|b', 'x'.repeat(5_000), '--> <!-- ronde:{} -->', '@org/ops #1', 'é\n```'])('%s opens and closes', (subject) => {
    const world = createWorld()
    world.run([sampleFinding({ status: 'critical', certainty: 'hard', subject })])
    world.rounds(3, [sampleFinding({ subject })])
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
  })
})
