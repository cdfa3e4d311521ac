import { describe, expect, test } from '@jest/globals'
import { judgeCompose } from '../../../../../src/actions/health-check/parts/compose/part.ts'
import type { Container } from '../../../../../src/contract/compose.ts'
import type { JudgedFinding } from '../../../../../src/contract/finding.ts'
import { noHistory } from '../../../../../src/contract/history.ts'
import type { Status } from '../../../../../src/contract/status.ts'
import type { ComposeSnapshot } from '../../../../../src/probes/compose.ts'
import { container, declared, snapshot, validConfig } from '../../../../support/compose.ts'

const judge = (seen: ComposeSnapshot) => judgeCompose(seen, { 'one-shot': [], asked: true }, noHistory, Date.parse('2026-11-22T10:05:00Z'))
const about = (findings: readonly JudgedFinding[], id: string, subject = 'service/web') =>
  findings.find((one) => one.id === id && one.subject === subject)
const one = (overrides: Partial<Container>) => judge(snapshot(validConfig(declared()), container(overrides)))

describe('containers of services that the file does not have', () => {
  const here = { folder: '/srv/quiz', configFiles: '' }
  const seen = (overrides: Partial<Container>) => {
    const found = judge(snapshot(validConfig(declared()), container(here), container({ ...here, service: 'old', ...overrides })))
    return {
      advice: about(found, 'compose.config', 'compose-file')?.advice,
      engine: about(found, 'compose.engine', 'engine')?.observed,
      old: about(found, 'compose.service', 'service/old'),
    }
  }

  test('started by it may be removed, and are not judged', () => {
    const { advice, old } = seen({ state: 'exited', exitCode: 1 })
    expect(advice).toContain('--remove-orphans')
    expect(old).toBeUndefined()
  })

  test.each([
    ['in another folder', { folder: '/srv/other' }, 'two folders share the project name quiz (quiz-old-1)'],
    ['with other files', { configFiles: '/srv/quiz/a.yml' }, 'started with other files: quiz-old-1'],
  ])('started %s are told, judged, and never removed', (_, elsewhere, told) => {
    const { advice, old } = seen({ ...elsewhere, state: 'exited', exitCode: 137 })
    expect(advice).toContain(told)
    expect(advice).not.toContain('remove')
    expect(old?.status).toBe('critical')
    expect(seen(elsewhere).old?.status).toBe('ok')
  })

  test('are not told how to be removed while others would go with them: compose takes all of the project’s name', () => {
    const containers = [{ service: 'old' }, { service: 'theirs', folder: '/srv/other' }].map((one) => container({ ...here, ...one }))
    const found = judge(snapshot(validConfig(declared()), container(here), ...containers))
    const { advice } = about(found, 'compose.config', 'compose-file') ?? {}
    expect(advice).toContain('containers of services that the file does not have: quiz-old-1')
    expect(advice).not.toContain('--remove-orphans')
  })

  test('of another folder are told beside the project', () => {
    expect(seen({ folder: '/srv/other' }).engine).toContain('containers of that name come from /srv/other too: quiz-old-1')
  })
})

describe('a service', () => {
  const refusedStart = 'OCI runtime create failed: runc: exec: "/nope": stat /nope: no such file or directory'
  test.each<[string, Partial<Container>]>([
    ['created', { state: 'created', exitCode: 127, startError: refusedStart }],
    ['exited', { state: 'exited', exitCode: 127, startError: refusedStart }],
  ])('that is %s and cannot be started says why, and is not told to start', (_, overrides) => {
    const found = about(one(overrides), 'compose.service')
    expect(found).toMatchObject({
      status: 'critical',
      observed: expect.stringContaining('the engine could not start it: exec: "/nope": stat /nope: no such file or directory'),
      evidence: [refusedStart],
      advice: expect.stringMatching(/^correct what the engine complains of \(see the evidence\); run: docker compose .* up -d web$/),
    })
  })

  test.each<[string, Partial<Container>, Status, RegExp]>([
    ['0 of what nothing restarts', { exitCode: 0, restartPolicy: 'no' }, 'critical', /one-shot: \[web\] .*logs --tail 50 web$/],
    ['0 of what restarts on failure only', { exitCode: 0, restartPolicy: 'on-failure' }, 'ok', /^$/],
    ['0 of what is always restarted', { exitCode: 0, restartPolicy: 'always' }, 'critical', / start web$/],
    ['1 of what nothing restarts', { exitCode: 1, restartPolicy: 'no' }, 'critical', /logs --tail 50 web$/],
    ['137 of what is restarted', { exitCode: 137 }, 'critical', / start web$/],
  ])('that exited with %s', (_, overrides, status, advice) => {
    const found = about(one({ state: 'exited', ...overrides }), 'compose.service')
    expect(found).toMatchObject({ status, advice: expect.stringMatching(advice) })
    expect(overrides.restartPolicy === 'no' && / start /.test(found?.advice ?? '')).toBe(false)
  })

  test('that only restarts on failure is missing without a container', () => {
    const findings = judge(snapshot(validConfig(declared({ restart: 'on-failure' }))))
    expect(about(findings, 'compose.service')?.status).toBe('critical')
  })
})
