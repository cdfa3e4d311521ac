import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { CheckOutcome } from '../../../../../src/actions/health-check/part.ts'
import { part } from '../../../../../src/actions/health-check/parts/compose/part.ts'
import type { Context, State } from '../../../../../src/contract/context.ts'
import type { JudgedFinding } from '../../../../../src/contract/finding.ts'
import type { Status } from '../../../../../src/contract/status.ts'
import { composeAccess, createTestProject, docker, type TestProject, testImage, until } from '../../../../support/compose-project.ts'

const project = 'ronde-test-states'
const healthy = 'healthcheck: { test: [CMD, "true"], interval: 1s, retries: 1 }'
const base = `image: "${testImage}", pull_policy: never, init: true, logging: { options: { max-size: 1m } }`
const sleeping = `${base}, mem_limit: 64m, command: [sleep, "600"]`
/** What a hostile service says to its health check. */
const hostile = '##[add-mask]quiz ::set-output name=a::b <script> @everyone'

const file = (orphan: string) => `
services:
  db: { ${sleeping}, ${healthy} }
  api: { ${sleeping}, ${healthy}, depends_on: { db: { condition: service_started } } }
  killed: { ${sleeping}, restart: "no" }
  mended: { ${sleeping}, restart: always }
  stopped: { ${sleeping}, restart: always }
  paused: { ${sleeping} }
  removed: { ${sleeping} }
  pair: { ${sleeping}, deploy: { replicas: 2 } }
  bare: { image: "${testImage}", pull_policy: never, init: true, command: [sleep, "600"] }
  sick: { ${sleeping}, healthcheck: { test: [CMD-SHELL, "test ! -e /tmp/sick || { echo '${hostile}'; exit 1; }"], interval: 1s, retries: 1 } }
  hungry: { ${base}, mem_limit: 32m, memswap_limit: 32m, command: [sh, -c, "until test -e /tmp/eat; do sleep 0.2; done; exec tail /dev/zero"] }
  crashing: { ${base}, mem_limit: 64m, restart: always, command: [sh, -c, "until test -e /tmp/crash; do sleep 0.2; done; exit 3"] }
  init: { ${base}, mem_limit: 64m, command: ["true"], restart: "no" }
  after: { ${sleeping}, depends_on: { init: { condition: service_completed_successfully } } }
  failing: { ${base}, mem_limit: 64m, command: ["true"], restart: "no" }
  last: { ${sleeping}, depends_on: { failing: { condition: service_completed_successfully } } }
  debug: { ${sleeping}, profiles: [debug] }
${orphan}
`
const orphan = `  orphan: { ${sleeping} }`

/** The state of one server in memory: each run's statuses and notes are there for the next. */
const createMemory = () => {
  const notes = new Map<string, string>()
  const runs: (readonly JudgedFinding[])[] = []
  const state: State = {
    statuses: (id, subject, limit) =>
      runs
        .toReversed()
        .flatMap((findings) => findings.filter((one) => one.id === id && one.subject === subject))
        .slice(0, limit)
        .map(({ status }) => ({ at: 0, status })),
    measurements: () => [],
    note: (key) => notes.get(key),
    setNote: (key, value) => notes.set(key, value),
  }
  return { state, keep: (findings: readonly JudgedFinding[]) => runs.push(findings) }
}

let stack: TestProject
const memory = createMemory()

const look = async (asked = true): Promise<CheckOutcome> => {
  const context = { state: memory.state, compose: composeAccess({ directory: stack.directory }) } as unknown as Context
  const checked = await part.run({ 'one-shot': [], compose: {} } as never, context, asked)
  memory.keep(checked.findings)
  return checked
}
const about = ({ findings }: CheckOutcome, id: string, service: string) =>
  findings.find((one) => one.id === id && one.subject === `service/${service}`)
const aboutFile = ({ findings }: CheckOutcome) => findings.find((one) => one.id === 'compose.config')

const stateOf = async (service: string, format: string) => docker('inspect', '--format', format, await stack.idOf(service))
/** `kill -9` of the container's own process, as a crash; from a container that sees the host's processes, so that it needs no root here. */
const killProcess = async (service: string) => {
  const pid = await stateOf(service, '{{.State.Pid}}')
  await docker('run', '--rm', '--pid', 'host', '--user', '0', '--entrypoint', 'sh', testImage, '-c', `kill -9 ${pid}`)
}

const breakEverything = async () => {
  await killProcess('killed')
  await killProcess('mended')
  await stack.compose('kill', 'stopped')
  await stack.compose('pause', 'paused')
  await docker('rm', '--force', await stack.idOf('removed'))
  await docker('rm', '--force', await stack.idOf('pair'))
  await stack.compose('kill', 'db')
  await stack.compose('exec', '-T', 'sick', 'touch', '/tmp/sick')
  await stack.compose('exec', '-T', 'hungry', 'touch', '/tmp/eat')
  await stack.compose('exec', '-T', 'crashing', 'touch', '/tmp/crash')
  await stack.write(
    'compose.yaml',
    file('').replace('command: ["true"], restart: "no" }\n  last', 'command: ["false"], restart: "no" }\n  last'),
  )
  await stack.compose('up', '-d', '--no-deps', 'failing')
  await until(
    () => stateOf('sick', '{{.State.Health.Status}}'),
    (health) => health === 'unhealthy',
  )
  await until(
    () => stateOf('hungry', '{{.State.Status}}'),
    (state) => state === 'exited',
  )
  await until(
    () => stateOf('mended', '{{.RestartCount}} {{.State.Status}}'),
    (state) => state === '1 running',
  )
  await until(
    () => stateOf('crashing', '{{.RestartCount}}'),
    (count) => Number(count) >= 3,
  )
  await until(
    () => stateOf('failing', '{{.State.Status}}'),
    (state) => state === 'exited',
  )
}

beforeAll(async () => {
  stack = await createTestProject(project, { 'compose.yaml': file(orphan) })
  await stack.compose('up', '-d')
  for (const service of ['db', 'api', 'sick'])
    await until(
      () => stateOf(service, '{{.State.Health.Status}}'),
      (health) => health === 'healthy',
    )
}, 90_000)
afterAll(() => stack.remove(), 60_000)

describe('a healthy stack', () => {
  let checked: CheckOutcome
  beforeAll(async () => {
    checked = await look()
  }, 30_000)

  test('has nothing to say against it', () => {
    expect(checked.findings.filter((one) => one.status !== 'ok')).toEqual([])
    expect(checked).toMatchObject({ completed: true, facts: { lines: { compose: '17 of 17 services healthy' } } })
  })

  test.each<[string, string, object]>([
    ['a running service', 'db', { observed: 'running and healthy', advice: '' }],
    ['a service without a health check', 'paused', { observed: 'running; it has no health check' }],
    ['a replica set', 'pair', { observed: '2 of 2 running; it has no health check' }],
    ['a one-shot service that has ended', 'init', { title: 'init: done', observed: expect.stringContaining('with exit code 0') }],
    [
      'a service without limits',
      'bare',
      { advice: 'its log is never rotated: set logging options max-size and max-file; it has no memory limit: set mem_limit' },
    ],
  ])('%s', (_, service, expected) => expect(about(checked, 'compose.service', service)).toMatchObject({ status: 'ok', ...expected }))

  test('does not expect a service of an inactive profile', () => expect(about(checked, 'compose.service', 'debug')).toBeUndefined())
})

describe('a broken stack', () => {
  let first: CheckOutcome
  let second: CheckOutcome
  beforeAll(async () => {
    await breakEverything()
    first = await look()
    second = await look()
  }, 90_000)

  test.each<[string, string, string, Status, string]>([
    ['a process that was killed', 'compose.service', 'killed', 'critical', 'with exit code 137 (SIGKILL'],
    ['a process that was killed and restarted', 'compose.restarts', 'mended', 'warning', '1 restart since the last run, 1 in all'],
    ['a service that docker compose killed', 'compose.service', 'stopped', 'critical', 'with exit code 137 (SIGKILL'],
    ['a paused service', 'compose.service', 'paused', 'critical', 'paused: its processes are frozen'],
    ['a service without a container', 'compose.service', 'removed', 'critical', 'removed has no container'],
    ['a replica that is missing', 'compose.service', 'pair', 'critical', '1 of 2 containers exist'],
    ['a service that was out of memory', 'compose.service', 'hungry', 'critical', 'with exit code 137 (OOM: killed by the kernel'],
    ['the kill for lack of memory', 'compose.oom', 'hungry', 'critical', 'its memory limit is 33.6 MB'],
    ['a service that crashes again and again', 'compose.restarts', 'crashing', 'critical', 'since the last run'],
    ['a one-shot service that failed', 'compose.service', 'failing', 'critical', 'with exit code 1 (an error of the program)'],
    ['an unhealthy service, first', 'compose.service', 'sick', 'warning', 'running and unhealthy'],
  ])('%s', (_, id, service, ...[status, observed]) => {
    expect(about(first, id, service)).toMatchObject({ status, observed: expect.stringContaining(observed) })
  })

  test.each(['api', 'after', 'bare'])('leaves %s alone', (service) => expect(about(first, 'compose.service', service)?.status).toBe('ok'))

  test('an unhealthy service is critical in the second run', () => {
    expect(about(second, 'compose.service', 'sick')).toMatchObject({
      status: 'critical',
      observed: 'running and unhealthy, as in the run before',
    })
  })

  test('a restart is told once', () => expect(about(second, 'compose.restarts', 'mended')?.status).toBe('ok'))

  test('what an unhealthy service says is evidence and nowhere else', () => {
    expect(about(first, 'compose.service', 'sick')?.evidence[0]).toBe(`exit 1: ${hostile}`)
    expect(JSON.stringify(first.findings.map((one) => ({ ...one, evidence: [] })))).not.toContain('add-mask')
  })

  test('the exit follows from the kill for lack of memory', () => {
    expect(about(first, 'compose.service', 'hungry')?.parent).toEqual({ id: 'compose.oom', subject: 'service/hungry' })
  })

  test('a container that the file does not have any more is advice', () => {
    expect(aboutFile(first)).toMatchObject({
      status: 'ok',
      advice: expect.stringMatching(new RegExp(`${project}-orphan-1; to remove them: docker compose .* up -d --remove-orphans`)),
    })
  })

  test('is judged as well when the compose file is broken', async () => {
    await stack.write('compose.yaml', 'services: [')
    const checked = await look()
    expect(checked.completed).toBe(false)
    expect(aboutFile(checked)?.status).toBe('critical')
    expect(about(checked, 'compose.service', 'killed')?.status).toBe('critical')
  })

  test('is never passed over once it was seen, even by a check that nobody asked for', async () => {
    const compose = composeAccess({}, { environment: { DOCKER_HOST: 'unix:///nonexistent.sock' } })
    const run = (state: State) => part.run({ 'one-shot': [], compose: {} } as never, { state, compose } as unknown as Context, false)
    expect(await run(memory.state)).toMatchObject({
      completed: false,
      findings: [{ id: 'compose.engine', subject: 'engine', status: 'unknown' }],
    })
    expect(await run(createMemory().state)).toMatchObject({
      completed: false,
      findings: [{ status: 'ok', notChecked: expect.any(String) }],
    })
  })
})
