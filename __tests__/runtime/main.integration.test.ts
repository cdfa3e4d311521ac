import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { runRonde, temporaryFolder } from '../support/ronde.ts'

const serve = async (listener: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close }
}

const healthy: RequestListener = (_request, response) => response.end('{"status":"ok"}')
const hanging: RequestListener = () => {}

describe('a run of a single action', () => {
  test('needs no file: one input is enough, and the outputs, the report and the summary agree', async () => {
    await using server = await serve(healthy)
    const ran = await runRonde('health-check', { inputs: { endpoints: `${server.url}/api/health`, checks: 'endpoints' } })
    expect(ran.exitCode).toBe(0)
    expect(ran.outputs).toMatchObject({ status: 'ok', findings: '0', checks: '1' })
    expect(ran.outputs['summary']).toContain('health-check')
    expect(ran.reports[0]).toMatchObject({ schemaVersion: 1, action: 'health-check', status: 'ok', scope: ['endpoints'] })
    expect(ran.summary).toContain('ok')
    expect(ran.annotations.filter((one) => one.level === 'error')).toEqual([])
  })

  test.each([
    ['critical', '', 1],
    ['critical', 'critical', 1],
    ['critical', 'never', 0],
    ['warning', 'warning', 1],
    ['warning', 'critical', 0],
  ])('a %s verdict with fail-on "%s" ends with exit code %i', async (verdict, failOn, exitCode) => {
    await using server = await serve((request, response) => {
      if (verdict === 'critical') response.writeHead(503).end()
      else setTimeout(() => healthy(request, response), 60)
    })
    const endpoint = `[{ url: "${server.url}/", max-latency: 10ms, attempts: 1 }]`
    const ran = await runRonde('health-check', { inputs: { endpoints: endpoint, checks: 'endpoints', 'fail-on': failOn } })
    expect(ran.outputs['status']).toBe(verdict)
    expect(ran.exitCode).toBe(exitCode)
  })

  test('a name that the runner passes but nobody declared is told, with the one that was meant', async () => {
    const ran = await runRonde('health-check', { inputs: { endpoint: 'http://127.0.0.1:1/' } })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('did you mean endpoints?')
    expect(ran.reports).toEqual([])
  })

  test('a mistake is told without a stack, all of them at once, from the file and from the inputs', async () => {
    const file = 'server: a\nhealth-check:\n  quik: true\n  thresholds: { cpu: [95%, 80%] }\n'
    const ran = await runRonde('health-check', {
      inputs: { endpoints: 'quiz.example', timeout: '30' },
      files: { '.github/ronde.yml': file },
    })
    expect(ran.exitCode).toBe(1)
    for (const told of ['did you mean quick?', 'warning 95 % is above critical 80 %', 'https://quiz.example', '30s'])
      for (const seen of [ran.log, ran.summary]) expect(seen).toContain(told)
    expect(ran.log).not.toMatch(/\n\s+at /)
    expect(ran.annotations.map(({ level, properties: { file: path, line, col } }) => [level, path, line, col])).toEqual([
      ['error', '.github/ronde.yml', '3', '3'],
      ['error', '.github/ronde.yml', '4', '22'],
      ['error', undefined, undefined, undefined],
      ['error', undefined, undefined, undefined],
    ])
    expect(ran.summary).toMatch(/^## Ronde did not run: 4 mistakes\n\n- .github\/ronde.yml, line 3, column 3: /)
  })

  test('the deadline ends a check that hangs; what was finished is still reported', async () => {
    await using good = await serve(healthy)
    await using bad = await serve(hanging)
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `${good.url}/\n${bad.url}/`, timeout: '1s' },
    })
    expect(ran.durationMs).toBeLessThan(8_000)
    expect(ran.findings.filter((one) => one.subject.startsWith(good.url)).map((one) => one.status)).not.toContain('critical')
    const hung = ran.findings.filter((one) => one.subject.startsWith(bad.url) && one.status !== 'ok')
    expect(hung).toHaveLength(1)
  })

  test('a cancelled run says so, reports what it has and leaves no process', async () => {
    await using server = await serve(hanging)
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `${server.url}/` },
      cancel: { afterMs: 2_000 },
    })
    expect(ran.conclusion).toBe('cancelled')
    expect(ran.orphans).toEqual([])
    expect(JSON.stringify(ran.reports)).toContain('cancelled')
    expect(ran.reports[0]?.status).not.toBe('ok')
  })
})

describe('a run that looked at nothing', () => {
  test.each([
    ['since nothing is configured and there is no engine', { 'fail-on': '' }, 'compose: the Docker engine is not running'],
    ['since an empty list of checks was given', { checks: '[]' }, 'no check was asked for'],
  ])('is unknown and never ok, and quotes why: %s', async (_why, inputs, reason) => {
    const ran = await runRonde('health-check', { inputs, environment: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' } })
    expect(ran.outputs).toMatchObject({ status: 'unknown', checks: '0' })
    const nothing = ran.findings.find((one) => one.id === 'health-check.nothing')
    expect(nothing?.observed).toContain(reason)
    for (const told of [ran.outputs['summary'] ?? '', ran.annotations.map(({ message }) => message).join()]) expect(told).toContain(reason)
    expect(ran.exitCode).toBe(1)
  })
})

describe('which configuration was read', () => {
  test('is said by every run, and one that is gone is a warning until it is there again', async () => {
    await using state = await temporaryFolder()
    await using server = await serve(healthy)
    const run = (file: string | undefined, name = 'round') =>
      runRonde(name, {
        inputs: name === 'round' ? { round: 'quick' } : { checks: 'endpoints', endpoints: `${server.url}/` },
        files: file === undefined ? {} : { '.github/ronde.yml': file },
        stateHome: state.path,
      })
    const gone = ({ findings }: Awaited<ReturnType<typeof run>>) => findings.filter((one) => one.id === 'configuration.missing')
    const none = 'no .github/ronde.yml in the workspace: defaults'

    const before = await run(undefined)
    expect([gone(before), before.log.includes(`configuration: ${none}`), before.summary.includes(`Configuration: ${none}.`)]).toEqual([
      [],
      true,
      true,
    ])

    const read = await run(`server: named\nhealth-check: { checks: [endpoints], endpoints: ["${server.url}/"] }\n`)
    expect(read.log).toContain('  configuration: .github/ronde.yml\n')
    expect([read.outputs['status'], gone(read)]).toEqual(['ok', []])

    const after = await run(undefined)
    expect(gone(after)).toMatchObject([{ status: 'warning', observed: none }])
    expect(after.annotations.map(({ message }) => message).join()).toContain('.github/ronde.yml is not there')
    // A step that never had one does without.
    expect((await run(undefined, 'health-check')).outputs['status']).toBe('ok')
    expect(gone(await run('# defaults\n'))).toEqual([])
  })
})

describe('a quick run', () => {
  test('leaves out slow checks of a later release too, and tells the others', async () => {
    await using server = await serve(healthy)
    const inputs = { checks: 'endpoints, flow, host', quick: 'true', endpoints: `${server.url}/` }
    const ran = await runRonde('health-check', { inputs })
    expect(ran.findings.filter((one) => one.id === 'check.unavailable').map((one) => one.subject)).toEqual(['check/host'])
  })
})

describe('what leaves the server', () => {
  test('a secret is masked even when a mistake ends the run before it begins', async () => {
    const inputs = { 'database-url': 'postgres://u:hunter2-and-more@127.0.0.1/h', endpoint: 'x' }
    const ran = await runRonde('health-check', { inputs })
    expect(ran.exitCode).toBe(1)
    expect(ran.masks).toContain('hunter2-and-more')
  })

  test('a report file below a folder that refuses to be made is a warning, and the run ends', async () => {
    await using server = await serve(healthy)
    const inputs = { checks: 'endpoints', endpoints: `${server.url}/`, 'report-file': '/proc/x/y.json' }
    const ran = await runRonde('health-check', { inputs })
    expect(ran.outputs['status']).toBe('ok')
    expect(ran.log).toContain('report file: could not be written')
  })

  test('a secret of the configuration is masked and stands nowhere, not even in the cause of an error', async () => {
    const password = 'p@ss word/%41"very-secret'
    const url = `postgres://ronde:${encodeURIComponent(password)}@127.0.0.1:1/quiz`
    const ran = await runRonde('health-check', {
      inputs: { checks: 'postgres' },
      files: { '.github/ronde.yml': 'database: { url: "${DATABASE_URL}" }\n' },
      environment: { DATABASE_URL: url },
    })
    expect(ran.reports[0]?.status).toBe('critical')
    const visible = [ran.log, ran.summary, JSON.stringify(ran.outputs), JSON.stringify(ran.reports)].join('\n')
    expect(visible).not.toContain('very-secret')
    expect(visible).not.toContain(encodeURIComponent(password))
    expect(ran.masks).toEqual(expect.arrayContaining([password]))
  })

  test.each([
    '##[add-mask]hidden',
    '::set-output name=status::ok',
    '<img src=x onerror=alert(1)>',
    '@octocat and #1',
    '::stop-commands::x',
  ])('the body "%s" of an endpoint is neither obeyed nor rendered', async (hostile) => {
    await using server = await serve((_request, response) => response.writeHead(500, { 'x-note': 'a' }).end(`\n${hostile}\n`))
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `[{ url: "${server.url}/", attempts: 1, text: welcome, status: 500 }]` },
    })
    expect(ran.outputs['status']).toBe('critical')
    expect(ran.masks).not.toContain('hidden')
    expect(ran.summary).not.toContain('<img')
    expect(ran.summary).not.toMatch(/(^|[^`\w\u200b])@octocat/)
  })
})

describe('where the state lives', () => {
  test('a state folder that cannot be used is critical, and everything else is still judged', async () => {
    await using server = await serve(healthy)
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `${server.url}/` },
      stateHome: '/proc/1/nowhere',
    })
    const byId = Object.fromEntries(ran.findings.map((one) => [one.id, one.status]))
    expect(byId).toMatchObject({ 'endpoint.reachable': 'ok', 'state.unwritable': 'critical' })
  })

  test('a hosted runner has none, and that is not a fault', async () => {
    await using server = await serve(healthy)
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `${server.url}/` },
      environment: { RUNNER_ENVIRONMENT: 'github-hosted' },
      stateHome: '/proc/1/nowhere',
    })
    expect(ran.outputs['status']).toBe('ok')
  })
})

describe('a round', () => {
  const file = (url: string): string =>
    `server: quiz-test
rounds:
  quick:
    - health-check: { quick: true, endpoints: ["${url}/one"] }
    - health-check: { endpoints: ["${url}/two"], timeout: 2s }
health-check: { checks: [endpoints] }
`

  test('is one report of several, each with the options of its own entry', async () => {
    await using server = await serve(healthy)
    const ran = await runRonde('round', { inputs: { round: 'quick' }, files: { '.github/ronde.yml': file(server.url) } })
    expect(ran.exitCode).toBe(0)
    expect(ran.reports.map((report) => report.findings[0]?.subject)).toEqual([`${server.url}/one`, `${server.url}/two`])
    expect(ran.summary.match(/^#+ /gm)).toHaveLength(1)
  })

  test('an entry that hangs ends at its own deadline and hides none of the others', async () => {
    await using server = await serve((request, response) => (request.url === '/two' ? undefined : healthy(request, response)))
    const ran = await runRonde('round', { inputs: { round: 'quick' }, files: { '.github/ronde.yml': file(server.url) } })
    expect(ran.reports.map((report) => report.status)).toEqual(['ok', 'critical'])
    expect(ran.outputs['status']).toBe('critical')
    expect(ran.exitCode).toBe(1)
  })

  test('that is cancelled starts none of the actions that were still to come', async () => {
    let asked = 0
    await using server = await serve((request) => {
      if (request.url === '/two') asked += 1
    })
    const ran = await runRonde('round', {
      inputs: { round: 'quick' },
      files: { '.github/ronde.yml': file(server.url) },
      cancel: { afterMs: 2_000 },
    })
    expect(ran.reports.map((report) => report.status)).toEqual(['unknown', 'unknown'])
    expect(asked).toBe(0)
  })

  test('a round that nobody wrote names those that there are', async () => {
    const ran = await runRonde('round', { inputs: { round: 'dayly' } })
    expect(ran.log).toContain('did you mean daily?')
    expect(ran.exitCode).toBe(1)
  })
})

describe('who may run it', () => {
  test.each([
    ['pull_request', 'refs/pull/1/merge'],
    ['push', 'refs/heads/topic'],
  ])('the event %s at %s does nothing on a self-hosted runner, and says why', async (eventName, ref) => {
    let asked = 0
    await using server = await serve((request, response) => {
      asked += 1
      healthy(request, response)
    })
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints: `${server.url}/` },
      github: { event_name: eventName, ref, event: { repository: { default_branch: 'main' } } },
    })
    expect(ran.exitCode).toBe(1)
    expect(asked).toBe(0)
    expect(ran.log).toContain('Ronde did not run')
  })
})

test('each action file starts its bundle', async () => {
  await using server = await serve(healthy)
  const single = await runRonde('health-check', { inputs: { checks: 'endpoints', endpoints: `${server.url}/` }, code: 'dist' })
  expect(single.outputs['status']).toBe('ok')
  const files = { '.github/ronde.yml': `health-check: { checks: [endpoints], endpoints: ["${server.url}/"] }\n` }
  const round = await runRonde('round', { inputs: { round: 'quick' }, files, code: 'dist' })
  expect(round.outputs['status']).toBe('ok')
  expect(readFileSync('dist/package.json', 'utf8')).toContain('module')
})
