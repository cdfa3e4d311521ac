import { describe, expect, test } from '@jest/globals'
import { judgeCompose } from '../../../../../src/actions/health-check/parts/compose/part.ts'
import { composeLine } from '../../../../../src/actions/health-check/parts/compose/policy.ts'
import { containersNote, noteOf } from '../../../../../src/actions/health-check/parts/compose/restarts.ts'
import { unhealthyNote, unhealthyOf } from '../../../../../src/actions/health-check/parts/compose/unhealthy.ts'
import type { Container } from '../../../../../src/contract/compose.ts'
import type { JudgedFinding } from '../../../../../src/contract/finding.ts'
import { type History, noHistory } from '../../../../../src/contract/history.ts'
import type { Status } from '../../../../../src/contract/status.ts'
import type { ComposeSnapshot } from '../../../../../src/probes/compose.ts'
import type { DeclaredService } from '../../../../../src/probes/compose-config.ts'
import { container, declared, pastWith, snapshot, validConfig } from '../../../../support/compose.ts'

const now = Date.parse('2026-11-22T10:05:00Z')
const rules = { 'one-shot': [], asked: true }

const judge = (seen: ComposeSnapshot, past: History = noHistory, given: Partial<typeof rules> = {}) =>
  judgeCompose(seen, { ...rules, ...given }, past, now)
const about = (findings: readonly JudgedFinding[], id: string, subject = 'service/web') =>
  findings.find((one) => one.id === id && one.subject === subject)

const one = (overrides: Partial<Container>, service: Partial<DeclaredService> = {}, past: History = noHistory) =>
  judge(snapshot(validConfig(declared(service)), container(overrides)), past)

const waitsFor = (name: string, condition = 'service_completed_successfully') =>
  declared({ name: 'waiting', dependsOn: [{ service: name, condition }] })
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

const replica = (number: number, overrides: Partial<Container> = {}) => container({ id: `web${number}abcdef012345`, ...overrides })
const judgeReplicas = (replicas: number, ...containers: readonly Container[]) =>
  about(judge(snapshot(validConfig(declared({ replicas })), ...containers)), 'compose.service')
const init = (overrides: Partial<Container>) => container({ service: 'init', state: 'exited', restartPolicy: 'no', ...overrides })
const judgeOptional = (overrides: Partial<Container>) => {
  const config = { kind: 'valid', services: [declared()], inactive: ['debug'], unset: [] } as const
  const findings = judge(snapshot(config, container(), container({ service: 'debug', ...overrides })))
  return { service: about(findings, 'compose.service', 'service/debug'), config: about(findings, 'compose.config', 'compose-file') }
}
const seenBefore = (before: Partial<Container>) => pastWith({ notes: { [containersNote]: noteOf([container(before)]) } })
const restarts = (overrides: Partial<Container>, past: History) => about(one(overrides, {}, past), 'compose.restarts')
const configFinding = (seen: ComposeSnapshot, asked = true) => about(judge(seen, noHistory, { asked }), 'compose.config', 'compose-file')

describe('a service', () => {
  test.each<[string, Partial<Container>, Status, 'hard' | 'soft', string]>([
    ['running and healthy', {}, 'ok', 'soft', 'running and healthy'],
    ['without a health check', { health: 'none' }, 'ok', 'soft', 'running; it has no health check'],
    ['starting', { health: 'starting', startedAt: minutesAgo(0.2) }, 'ok', 'soft', 'started 12 s ago, its health check has not spoken yet'],
    ['unhealthy for the first time', { health: 'unhealthy' }, 'warning', 'soft', 'running and unhealthy'],
    ['exited with an error', { state: 'exited', exitCode: 1 }, 'critical', 'hard', 'exited with exit code 1 (an error of the program)'],
    [
      'exited 0',
      { state: 'exited', finishedAt: minutesAgo(3) },
      'critical',
      'hard',
      'exited 3 min ago with exit code 0 (it ended by itself, without an error)',
    ],
    [
      'killed',
      { state: 'exited', exitCode: 137 },
      'critical',
      'hard',
      'exited with exit code 137 (SIGKILL: docker kill, a stop that took too long, or no memory left on the host)',
    ],
    ['crashed', { state: 'exited', exitCode: 139 }, 'critical', 'hard', 'exited with exit code 139 (SIGSEGV: the program crashed)'],
    ['ended by a real-time signal', { state: 'exited', exitCode: 163 }, 'critical', 'hard', 'exited with exit code 163 (signal 35)'],
    [
      'killed for lack of memory',
      { state: 'exited', exitCode: 137, oomKilled: true },
      'critical',
      'soft',
      'exited with exit code 137 (OOM: killed by the kernel, it was out of memory)',
    ],
    ['paused', { state: 'paused' }, 'critical', 'hard', 'paused: its processes are frozen'],
    [
      'restarting',
      { state: 'restarting', exitCode: 1, restartCount: 7 },
      'critical',
      'hard',
      'ended with exit code 1 (an error of the program), after 7 restarts',
    ],
    ['created and never started', { state: 'created' }, 'critical', 'soft', 'created and never started'],
    ['dead', { state: 'dead' }, 'critical', 'hard', 'dead: the engine could not remove it completely'],
    ['in a state of a later engine', { state: 'hibernating' }, 'critical', 'hard', 'in state hibernating'],
  ])('%s', (_, overrides, ...[status, certainty, observed]) => {
    expect(about(one(overrides), 'compose.service')).toMatchObject({ status, certainty, observed })
  })

  test.each<[string, readonly Status[], Status, 'hard' | 'soft']>([
    ['was healthy in the last run', ['ok', 'critical'], 'warning', 'soft'],
    ['was unhealthy in the last run', ['warning'], 'critical', 'hard'],
    ['was critical in the last run', ['critical'], 'critical', 'hard'],
    ['could not be looked at in the last run', ['unknown'], 'warning', 'soft'],
  ])('that is unhealthy and %s', (_, statuses, status, certainty) => {
    expect(about(one({ health: 'unhealthy' }, {}, pastWith({ statuses })), 'compose.service')).toMatchObject({ status, certainty })
  })

  test.each<[string, readonly string[], Status]>([
    ['exited', [], 'warning'],
    ['unhealthy', ['web'], 'critical'],
  ])('that is unhealthy, and was %s in the last run, which was critical', (_, unhealthy, status) => {
    const past = pastWith({ statuses: ['critical'], notes: { [unhealthyNote]: JSON.stringify(unhealthy) } })
    expect(about(one({ health: 'unhealthy' }, {}, past), 'compose.service')?.status).toBe(status)
  })

  test('that was unhealthy is remembered by its name', () => {
    const sick = container({ health: 'unhealthy' })
    expect(
      unhealthyOf([sick, sick, container({ service: 'db' }), container({ service: 'old', state: 'exited', health: 'unhealthy' })]),
    ).toBe('["web"]')
  })

  test('that is unhealthy shows what its health check said', () => {
    const healthLog = ['exit 7: connection refused', 'exit 0: ']
    expect(about(one({ health: 'unhealthy', healthLog }), 'compose.service')?.evidence).toEqual(healthLog)
  })

  test('without a container is missing, with the command that brings it back', () => {
    const findings = judge(snapshot(validConfig(declared())))
    expect(about(findings, 'compose.service')).toMatchObject({
      status: 'critical',
      certainty: 'hard',
      title: 'web: missing',
      advice: 'run: docker compose --project-directory /srv/quiz -p quiz up -d web',
    })
  })

  test('is not there merely because `docker compose run` left a container', () => {
    const findings = judge(snapshot(validConfig(declared()), container({ oneOff: true })))
    expect(about(findings, 'compose.service')).toMatchObject({ status: 'critical', title: 'web: missing' })
  })

  test.each<[string, string, string]>([
    ['a service name', 'web; rm -rf /', 'look at it with docker compose ps and docker compose logs'],
    ['an option as a name', '--help', 'look at it with docker compose ps and docker compose logs'],
    ['a plain name', 'web-2.a', 'run: docker compose -p quiz start web-2.a'],
  ])('offers a command only for names that can stand in one: %s', (_, name, advice) => {
    const findings = judge(snapshot(validConfig(declared({ name })), container({ service: name, state: 'exited', exitCode: 1 })))
    expect(about(findings, 'compose.service', `service/${name}`)?.advice).toBe(advice)
  })
})

describe('replicas', () => {
  test.each<[string, number, readonly Container[], Status, string, string]>([
    ['all healthy', 2, [replica(1), replica(2)], 'ok', 'web: 2 of 2 running and healthy', '2 of 2 running and healthy'],
    ['one missing', 2, [replica(1)], 'critical', 'web: 1 of 2 containers missing', '1 of 2 containers exist'],
    [
      'one paused',
      2,
      [replica(1), replica(2, { state: 'paused' })],
      'critical',
      'web: 1 of 2 paused',
      '1 of 2 paused: its processes are frozen',
    ],
    ['more than declared', 1, [replica(1), replica(2)], 'ok', 'web: 2 of 2 running and healthy', '2 of 2 running and healthy'],
    ['none wanted', 0, [], 'ok', 'web: not wanted', '0 replicas are declared'],
  ])('%s', (_, replicas, containers, ...[status, title, observed]) => {
    expect(judgeReplicas(replicas, ...containers)).toMatchObject({ status, title, observed })
  })

  test('are expected as they are declared', () => {
    expect(judgeReplicas(1, replica(1))?.expected).toBe('running and healthy')
    expect(judgeReplicas(2, replica(1), replica(2))?.expected).toBe('2 containers, running and healthy')
  })

  test('are not cleared while one still starts', () => {
    expect(judgeReplicas(2, replica(1), replica(2, { health: 'starting' }))).toMatchObject({ status: 'ok', cleared: false })
  })
})

describe('a one-shot service', () => {
  const judgeInit = (restart: string, containers: readonly Container[], waiting = waitsFor('init'), named: readonly string[] = []) => {
    const config = validConfig(declared({ name: 'init', restart }), waiting)
    return about(judge(snapshot(config, ...containers), noHistory, { 'one-shot': named as never }), 'compose.service', 'service/init')
  }

  test.each<[string, JudgedFinding | undefined, Status]>([
    ['may be exited 0', judgeInit('no', [init({})]), 'ok'],
    ['may restart on failure', judgeInit('on-failure:3', [init({})]), 'ok'],
    ['may be gone, as after a cleanup', judgeInit('no', []), 'ok'],
    ['may still be at work', judgeInit('no', [init({ state: 'running', health: 'none' })]), 'ok'],
    ['may not fail', judgeInit('no', [init({ exitCode: 1 })]), 'critical'],
    ['is none when it restarts always', judgeInit('always', [init({})]), 'critical'],
    ['is none when it is merely waited for', judgeInit('no', [init({})], waitsFor('init', 'service_started')), 'critical'],
    ['is one by the options too', judgeInit('no', [init({})], waitsFor('init', 'service_started'), ['init']), 'ok'],
  ])('%s', (_, found, status) => expect(found?.status).toBe(status))

  test('that is no service is told, with the one that was meant', () => {
    const seen = snapshot(validConfig(declared({ name: 'migrate' })), container({ service: 'migrate' }))
    const named = (name: string) => about(judge(seen, noHistory, { 'one-shot': [name] as never }), 'compose.config', `one-shot/${name}`)
    expect(named('migrte')).toMatchObject({ status: 'ok', advice: 'take migrte out of one-shot, or name a service; did you mean migrate?' })
    expect(named('migrate')).toBeUndefined()
  })

  test('is expected to end well, and one of a profile to be healthy while it runs', () => {
    expect(judgeInit('no', [init({})])?.expected).toBe('exited with code 0')
    expect(judgeOptional({ state: 'paused' }).service?.expected).toBe('healthy while it runs')
  })
})

describe('a service of a profile that is not active', () => {
  test('may be stopped', () => expect(judgeOptional({ state: 'exited', exitCode: 143 }).service?.status).toBe('ok'))
  test('is judged while it runs', () => expect(judgeOptional({ state: 'paused' }).service?.status).toBe('critical'))
  test('is no orphan', () => expect(judgeOptional({}).config?.advice).toBe(''))
  test('is not expected', () => {
    const config = { kind: 'valid', services: [declared()], inactive: ['debug'], unset: [] } as const
    expect(about(judge(snapshot(config, container())), 'compose.service', 'service/debug')).toBeUndefined()
  })
})

describe('advice on a good service', () => {
  test.each<[string, Partial<Container>, string]>([
    ['nothing to say', {}, ''],
    ['a log without rotation', { logOptions: {} }, 'its log is never rotated: set logging options max-size and max-file'],
    ['a log that another program rotates', { logDriver: 'journald', logOptions: {} }, ''],
    ['no memory limit', { memoryLimitBytes: 0 }, 'it has no memory limit: set mem_limit'],
    [
      'both',
      { logOptions: {}, memoryLimitBytes: 0 },
      'its log is never rotated: set logging options max-size and max-file; it has no memory limit: set mem_limit',
    ],
  ])('%s', (_, overrides, advice) => {
    expect(about(one(overrides), 'compose.service')).toMatchObject({ status: 'ok', advice })
  })
})

describe('restarts', () => {
  test.each<[string, Partial<Container>, History, Status, string]>([
    ['none', {}, seenBefore({}), 'ok', '0 restarts since the last run, 0 in all'],
    ['as many as before', { restartCount: 4 }, seenBefore({ restartCount: 4 }), 'ok', '0 restarts since the last run, 4 in all'],
    ['at first sight', { restartCount: 4 }, noHistory, 'ok', '4 restarts so far (first sight: a baseline)'],
    ['one more', { restartCount: 5 }, seenBefore({ restartCount: 4 }), 'warning', '1 restart since the last run, 5 in all'],
    ['three more', { restartCount: 7 }, seenBefore({ restartCount: 4 }), 'critical', '3 restarts since the last run, 7 in all'],
    [
      'counted anew after a start by hand',
      { restartCount: 1 },
      seenBefore({ restartCount: 4 }),
      'warning',
      '1 restart since the last run, 1 in all',
    ],
    [
      'of a container that is new',
      { restartCount: 2 },
      seenBefore({ id: 'another-container' }),
      'warning',
      '2 restarts since the last run, 2 in all',
    ],
    [
      'with a note that cannot be read',
      { restartCount: 2 },
      pastWith({ notes: { [containersNote]: '{"a' } }),
      'ok',
      '2 restarts so far (first sight: a baseline)',
    ],
    [
      'a loop, at first sight and between two crashes',
      { restartCount: 3, startedAt: minutesAgo(0.1) },
      noHistory,
      'critical',
      '3 restarts so far (first sight: a baseline), the last one less than a minute ago',
    ],
  ])('%s', (_, overrides, past, ...[status, observed]) => {
    expect(restarts(overrides, past)).toMatchObject({ status, observed, certainty: 'hard' })
  })

  test('are measured', () => {
    expect(restarts({ restartCount: 5 }, seenBefore({ restartCount: 4 }))?.measurements).toEqual([
      { name: 'restarts', value: 1, unit: 'restarts' },
    ])
  })

  test('are remembered by container, and those of containers that are gone are forgotten', () => {
    const note = JSON.parse(noteOf([container({ id: 'aaaaaaaaaaaaaaaa', restartCount: 2 }), container({ id: 'bbbbbbbbbbbbbbbb' })]))
    expect(note).toEqual({ aaaaaaaaaaaa: { restarts: 2, oom: '' }, bbbbbbbbbbbb: { restarts: 0, oom: '' } })
  })
})

describe('a kill for lack of memory', () => {
  const killed: Partial<Container> = { oomKilled: true, finishedAt: minutesAgo(2) }

  test.each<[string, Partial<Container>, History, Status]>([
    ['none', {}, noHistory, 'ok'],
    ['that the container did not survive', { ...killed, state: 'exited', exitCode: 137 }, noHistory, 'critical'],
    ['that it is restarted after', { ...killed, state: 'restarting', exitCode: 137 }, noHistory, 'critical'],
    ['since the last run, survived by a restart', killed, seenBefore({}), 'critical'],
    ['that the last run has told', killed, seenBefore(killed), 'ok'],
    ['of before the first sight', killed, noHistory, 'ok'],
    ['again, after one that was told', killed, seenBefore({ ...killed, finishedAt: minutesAgo(9) }), 'critical'],
  ])('%s', (_, overrides, past, status) => {
    expect(about(one(overrides, {}, past), 'compose.oom')).toMatchObject({ status, certainty: 'hard' })
  })

  test('names the limit', () => {
    expect(about(one({ ...killed, state: 'exited' }), 'compose.oom')?.observed).toBe(
      'a process of quiz-web-1 was killed by the kernel for lack of memory; its memory limit is 64 MB',
    )
  })

  test('is what the exit of the service follows from', () => {
    expect(about(one({ ...killed, state: 'exited' }), 'compose.service')?.parent).toEqual({ id: 'compose.oom', subject: 'service/web' })
  })
})

describe('dependencies', () => {
  const config = validConfig(declared({ name: 'db' }), declared({ dependsOn: [{ service: 'db', condition: 'service_healthy' }] }))
  const parentOf = (...containers: readonly Container[]) => about(judge(snapshot(config, ...containers)), 'compose.service')?.parent

  test('a failing service names the failing one that it depends on', () => {
    expect(parentOf(container({ service: 'db', state: 'exited' }), container({ health: 'unhealthy' }))).toEqual({
      id: 'compose.service',
      subject: 'service/db',
    })
  })
  test('a good service names none', () => expect(parentOf(container({ service: 'db', state: 'exited' }), container())).toBeUndefined())
  test('a failing service whose dependency is good names none', () => {
    expect(parentOf(container({ service: 'db' }), container({ health: 'unhealthy' }))).toBeUndefined()
  })
})

describe('the compose file', () => {
  const invalid = { kind: 'invalid', cause: 'YAML, line 3: a tab', advice: 'run: …' } as const
  const unreadable = { kind: 'unreadable', cause: 'not readable', advice: 'run: …' } as const

  test.each<[string, JudgedFinding | undefined, Status]>([
    ['valid', configFinding(snapshot(validConfig(declared()), container())), 'ok'],
    ['invalid', configFinding(snapshot(invalid, container())), 'critical'],
    ['not readable, and asked for', configFinding(snapshot(unreadable, container())), 'unknown'],
    ['not readable, and merely inferred', configFinding(snapshot(unreadable, container()), false), 'ok'],
  ])('%s', (_, found, status) => expect(found?.status).toBe(status))

  test('that was merely inferred and not readable is told as not checked', () => {
    expect(configFinding(snapshot(unreadable, container()), false)?.notChecked).toBe('whether every declared service is there')
  })

  test('does not hide the containers when it is invalid', () => {
    const findings = judge(snapshot(invalid, container({ service: 'db' }), container({ state: 'exited', exitCode: 1 })))
    expect(findings.filter((one) => one.id === 'compose.service').map((one) => [one.subject, one.status])).toEqual([
      ['service/db', 'ok'],
      ['service/web', 'critical'],
    ])
  })

  test('that is not known leaves open whether what ended well was meant to', () => {
    const ended = container({ state: 'exited', exitCode: 0, restartPolicy: 'no' })
    expect(about(judge(snapshot(unreadable, ended)), 'compose.service')?.status).toBe('ok')
    expect(about(judge(snapshot(unreadable, { ...ended, restartPolicy: 'always' })), 'compose.service')?.status).toBe('critical')
  })

  test('tells of containers that it does not have any more, and of variables that are not set', () => {
    const config = { kind: 'valid', services: [declared()], inactive: [], unset: ['TAG'] } as const
    const found = configFinding(snapshot(config, container(), container({ service: 'old' })))
    expect(found).toMatchObject({ status: 'ok' })
    expect(found?.advice).toContain(
      'quiz-old-1; to remove them: docker compose --project-directory /srv/quiz -p quiz up -d --remove-orphans',
    )
    expect(found?.advice).toContain('not set for the runner, so taken as empty: TAG')
  })
})

test('the line of the log counts the services that are good', () => {
  const config = validConfig(declared(), declared({ name: 'db' }), declared({ name: 'gone' }))
  expect(composeLine(judge(snapshot(config, container(), container({ service: 'db' }))))).toBe('2 of 3 services healthy')
})

test('every finding is for those who look after the infrastructure', () => {
  expect(one({ state: 'exited' }).map((found) => found.audience)).toEqual(Array(5).fill('infrastructure'))
})
