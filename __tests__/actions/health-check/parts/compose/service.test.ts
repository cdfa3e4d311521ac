import { expect, test } from '@jest/globals'
import { type JudgedService, judgeService } from '../../../../../src/actions/health-check/parts/compose/service.ts'
import type { Container } from '../../../../../src/contract/compose.ts'
import { container } from '../../../../support/compose.ts'

const now = Date.parse('2026-11-22T10:05:00Z')
const judged = (given: Partial<Container>, service: Partial<JudgedService> = {}, named = true) =>
  judgeService(
    { name: 'web', replicas: 1, kind: 'lasting', containers: [container(given)], ...service },
    { now, wasUnhealthy: false, command: (subcommand) => (named ? subcommand.join(' ') : undefined) },
  )

test.each<[string, Partial<Container>, Partial<JudgedService>, string]>([
  ['is unhealthy', { health: 'unhealthy' }, {}, 'run: logs --tail 50'],
  ['exited', { state: 'exited', exitCode: 1 }, {}, 'run: start'],
  ['was to end, and failed', { state: 'exited', exitCode: 1 }, { kind: 'one-shot' }, 'run: logs --tail 50'],
  ['is paused', { state: 'paused' }, {}, 'run: unpause'],
  ['restarts again and again', { state: 'restarting', exitCode: 1 }, {}, 'run: logs --tail 50'],
  ['is dead', { state: 'dead' }, {}, 'run: up -d --force-recreate'],
  ['was never started', { state: 'created' }, {}, 'run: start'],
  ['is being removed', { state: 'removing' }, {}, 'run: up -d'],
  ['is in a state of nobody', { state: 'haunted' }, {}, 'run: up -d'],
  ['is missing', {}, { containers: [] }, 'run: up -d'],
  ['lacks one of two', {}, { replicas: 2 }, 'run: up -d'],
])('one that %s is mended by a command', (_what, given, service, advice) => {
  expect(judged(given, service).advice).toBe(advice)
})

test('without a name that fits a command it is told in words', () => {
  expect(judged({ state: 'paused' }, {}, false).advice).toBe('look at it with docker compose ps and docker compose logs')
})

test.each<[Partial<Container>, string]>([
  [{ logDriver: 'json-file', logOptions: {}, memoryLimitBytes: 1 }, 'its log is never rotated: set logging options max-size and max-file'],
  [{ logDriver: 'json-file', logOptions: { 'max-size': '1m' }, memoryLimitBytes: 0 }, 'it has no memory limit: set mem_limit'],
  [
    { logDriver: 'json-file', logOptions: {}, memoryLimitBytes: 0 },
    'its log is never rotated: set logging options max-size and max-file; it has no memory limit: set mem_limit',
  ],
  [{ logDriver: 'journald', logOptions: {}, memoryLimitBytes: 1 }, ''],
])('what is fine may still be better: %j', (given, advice) => {
  expect(judged(given)).toMatchObject({ status: 'ok', advice })
})
