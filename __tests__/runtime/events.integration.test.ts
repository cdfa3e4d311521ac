import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { hosted, startBrokenServer } from '../support/broken-server.ts'
import { type RondeRun, runRonde, temporaryFolder } from '../support/ronde.ts'

const secret = 'st0len-Pässw0rd/xyz'
const repository = { default_branch: 'main' }
const main = 'refs/heads/main'
const side = 'refs/heads/topic'
const merge = 'refs/pull/1/merge'
const fork = { id: 7, full_name: 'mallory/operations', fork: true }

/** A server that keeps every header that reached it. */
const startListener = async () => {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(JSON.stringify([request.url, request.headers]))
    response.end('{}')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    heard,
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const fileOf = (url: string, header: string, more = ''): string =>
  `server: quiz\n${more}health-check: { checks: [endpoints], endpoints: [{ url: "${url}", headers: { x: "${header}" } }] }\n`

type Event = { readonly name: string; readonly ref?: string; readonly payload?: object }
/** Whether it runs there: `all`; `plain`: without a `${NAME}`; `never`. */
type Runs = 'all' | 'plain' | 'never'

const events: readonly (Event & { readonly hosted: Runs; readonly own: Runs })[] = [
  { name: 'schedule', payload: { schedule: '7 * * * *' }, hosted: 'all', own: 'all' },
  { name: 'workflow_dispatch', hosted: 'all', own: 'all' },
  { name: 'workflow_dispatch', ref: side, hosted: 'plain', own: 'never' },
  { name: 'workflow_dispatch', ref: 'refs/tags/main', hosted: 'plain', own: 'never' },
  { name: 'repository_dispatch', payload: { client_payload: { ref: 'x' } }, hosted: 'all', own: 'all' },
  { name: 'push', hosted: 'all', own: 'all' },
  { name: 'PUSH', hosted: 'all', own: 'all' },
  { name: 'push', ref: side, hosted: 'plain', own: 'never' },
  { name: 'push', ref: 'refs/heads/gh-readonly-queue/main/pr-1-0123', hosted: 'plain', own: 'never' },
  { name: 'push', payload: { repository: { default_branch: 'trunk' } }, hosted: 'plain', own: 'never' },
  { name: 'push', payload: { repository: { default_branch: ['main'] } }, ref: side, hosted: 'plain', own: 'never' },
  { name: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-1-0123', hosted: 'plain', own: 'never' },
  { name: 'pull_request', ref: merge, hosted: 'plain', own: 'never' },
  { name: 'pull_request', ref: main, hosted: 'plain', own: 'never' },
  { name: 'Pull_Request', ref: merge, hosted: 'plain', own: 'never' },
  { name: 'pull_request_target', hosted: 'never', own: 'never' },
  { name: 'PULL_REQUEST_TARGET', hosted: 'never', own: 'never' },
  { name: 'pull_request_review', ref: merge, hosted: 'plain', own: 'never' },
  { name: 'workflow_run', payload: { workflow_run: { head_repository: fork, head_branch: 'main' } }, hosted: 'plain', own: 'never' },
  { name: 'issue_comment', payload: { comment: { body: '/run' } }, hosted: 'plain', own: 'never' },
  { name: 'fork', payload: { forkee: fork }, hosted: 'plain', own: 'never' },
  { name: 'frobnicate', hosted: 'plain', own: 'never' },
]

const cases = events.flatMap(({ hosted: there, own, ...event }) =>
  ([true, false] as const).flatMap((isHosted) =>
    ([true, false] as const).map((withName) => {
      const runs = isHosted ? there : own
      const title = [event.name, 'at', event.ref ?? main, isHosted ? 'hosted' : 'self-hosted', withName ? 'with' : 'without', 'a name']
      return {
        title: title.join(' '),
        event,
        isHosted,
        withName,
        runs: runs === 'all' || (runs === 'plain' && !withName),
        never: runs === 'never',
      }
    }),
  ),
)

const githubOf = ({ name, ref = main, payload = {} }: Event) => ({ event_name: name, ref, event: { repository, ...payload } })

describe('what an event brings is not used for a secret', () => {
  test.each(cases)('$title', async ({ event, isHosted, withName, runs, never }) => {
    await using listener = await startListener()
    const ran = await runRonde('health-check', {
      files: { '.github/ronde.yml': fileOf(listener.url, withName ? `\${STOLEN}` : 'plain') },
      environment: { ...(isHosted ? hosted : {}), STOLEN: secret },
      github: githubOf(event),
    })
    expect(ran.exitCode).toBe(runs ? 0 : 1)
    expect(listener.heard).toHaveLength(runs ? 1 : 0)
    const carried = listener.heard.some((one) => one.includes('st0len'))
    expect(carried).toBe(runs && withName)
    if (runs) return
    expect(ran.log).toMatch(
      never ? /Ronde did not run: the (?:event|ref) / : /Ronde did not run: .*\(\.github\/ronde\.yml health-check\.endpoints\[0\]/,
    )
    expect(ran.reports).toEqual([])
  })
})

describe('what is not used of a pull request', () => {
  const places: readonly { what: string; run: (url: string) => Partial<RondeRun>; found: string }[] = [
    {
      what: 'a name in an input',
      run: (url) => ({ inputs: { checks: 'endpoints', endpoints: `[{ url: "${url}", headers: { x: "\${STOLEN}" } }]` } }),
      found: 'input endpoints',
    },
    { what: 'a name in the input token', run: (url) => ({ inputs: { endpoints: url, token: `\${STOLEN}` } }), found: 'input token' },
    {
      what: 'a name of the one secret that holds the others',
      run: (url) => ({
        files: { '.github/ronde.yml': fileOf(url, `\${OTHER}`) },
        environment: { ...hosted, RONDE_ENV: `OTHER=${secret}` },
      }),
      found: 'health-check.endpoints[0].headers.x',
    },
    {
      what: 'a name under another server',
      run: (url) => ({
        files: {
          '.github/ronde.yml': `servers: { quiz: {}, brain: { database: { url: "\${STOLEN}" } } }\nhealth-check: { endpoints: ["${url}"] }\n`,
        },
      }),
      found: 'servers.brain.database.url',
    },
    {
      what: 'a name in a key',
      run: (url) => ({
        files: {
          '.github/ronde.yml': `health-check: { checks: [endpoints], endpoints: [{ url: "${url}", headers: { "\${STOLEN}": x } }] }\n`,
        },
      }),
      found: 'health-check.endpoints[0].headers',
    },
    {
      what: 'a name behind an alias',
      run: (url) => ({
        files: {
          '.github/ronde.yml': `server: &s "\${STOLEN}"\nhealth-check: { checks: [endpoints], endpoints: [{ url: "${url}", headers: { x: *s } }] }\n`,
        },
      }),
      found: 'ronde.yml server',
    },
    {
      what: 'a webhook',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', `notify: [{ webhook: "${url}hook" }]\n`) } }),
      found: 'notify',
    },
    {
      what: 'a database by its URL',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'database: { url: "postgres://u@127.0.0.1:1/quiz" }\n') } }),
      found: 'database.url',
    },
    {
      what: 'a database by its service, for one server',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'servers: { quiz: { database: { service: db } } }\n') } }),
      found: 'servers.quiz.database.service',
    },
    {
      what: 'a command of a round',
      run: (url) => ({
        files: {
          '.github/ronde.yml': fileOf(url, 'x', 'rounds: { daily: [{ purge-verify: { run-command: { service: web, command: [x] } } }] }\n'),
        },
      }),
      found: 'rounds.daily[0].purge-verify.run-command',
    },
    {
      what: 'a folder of certbot, whose hooks run as root,',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'cert-check: { letsencrypt: /srv/le, renew-dry-run: true }\n') } }),
      found: 'cert-check.renew-dry-run',
    },
    {
      what: 'a program in a container',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'servers: { brain: { cert-check: { nginx-service: web } } }\n') } }),
      found: 'servers.brain.cert-check.nginx-service',
    },
    {
      what: 'the rights of root',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'privileges: sudo\n') } }),
      found: 'ronde.yml privileges',
    },
    {
      what: 'a folder of compose',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'compose: { directory: ./here }\n') } }),
      found: 'compose.directory',
    },
    {
      what: 'a file whose lines are shown',
      run: (url) => ({ files: { '.github/ronde.yml': fileOf(url, 'x', 'purge-verify: { log: { path: .git/config } }\n') } }),
      found: 'purge-verify.log.path',
    },
    {
      what: 'a file that is named, wherever it is',
      run: (url) => ({ files: { 'elsewhere.yml': fileOf(url, `\${STOLEN}`) }, inputs: { config: 'elsewhere.yml' } }),
      found: 'elsewhere.yml health-check.endpoints[0].headers.x',
    },
  ]
  test.each(places)('$what of a pull request is not used, and the message says where it is', async ({ run, found }) => {
    await using listener = await startListener()
    const given = run(listener.url)
    const github = githubOf({ name: 'pull_request', ref: merge })
    const ran = await runRonde('health-check', { ...given, environment: { ...hosted, STOLEN: secret, ...given.environment }, github })
    expect(ran.exitCode).toBe(1)
    expect(listener.heard).toEqual([])
    expect(ran.log).toContain('on the event pull_request the configuration may be that of a pull request')
    expect(ran.log).toContain(found)
    expect(ran.log).toContain('name a file without them by the input config')
    expect(JSON.stringify([ran.log, ran.masks, ran.outputs])).not.toContain('st0len')
  })
})

describe('what is used of an event', () => {
  test('what is called like one of them elsewhere is no reason to refuse', async () => {
    await using listener = await startListener()
    const file = `health-check: { checks: [endpoints], endpoints: [{ url: "${listener.url}", json: { database: { url: x } }, attempts: 1 }] }\nnotify: []\n`
    const ran = await runRonde('health-check', {
      files: { '.github/ronde.yml': file },
      environment: hosted,
      github: githubOf({ name: 'pull_request', ref: merge }),
    })
    expect(listener.heard).toHaveLength(1)
    expect(ran.reports).toHaveLength(1)
  })

  test('a name that came with a dispatch is not replaced; one of the workflow is', async () => {
    await using listener = await startListener()
    const endpoints = `[{ url: "${listener.url}", headers: { x: "\${STOLEN}" } }]`
    const go = (event_name: string, event: object) =>
      runRonde('health-check', {
        inputs: { checks: 'endpoints', endpoints },
        environment: { ...hosted, STOLEN: secret },
        github: { event_name, event: { repository, ...event } },
      })
    for (const [name, event] of [
      ['workflow_dispatch', { inputs: { url: endpoints } }],
      ['repository_dispatch', { client_payload: { deep: [{ header: 'Bearer ${STOLEN}' }] } }],
    ] as const) {
      const ran = await go(name, event)
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toContain('came with the dispatch (input endpoints)')
    }
    expect(listener.heard).toEqual([])
    expect((await go('workflow_dispatch', { inputs: { url: 'http://x/', round: 'headers', more: 'true' } })).exitCode).toBe(0)
    expect(listener.heard).toHaveLength(1)
  })

  test.each([
    ['YAML that spells it by its number', (url: string) => `[{ url: "${url}", headers: { x: "\\x24{STOLEN}" } }]`, undefined],
    ['YAML that breaks it into lines', (url: string) => `[{ url: "${url}", headers: { x: "\${\\\n  STOLEN}" } }]`, undefined],
    ['the address that it goes to', undefined, (url: string) => ({ inputs: { url } })],
    ['the address, deep in JSON', undefined, (url: string) => ({ inputs: { all: JSON.stringify([{ url }]) } })],
    ['the host alone, on a repository_dispatch', undefined, (url: string) => ({ client_payload: { to: [new URL(url).host] } })],
  ])('nor does a dispatch bring %s', async (_, inputOf, payloadOf) => {
    await using listener = await startListener()
    const usual = `[{ url: "${listener.url}", headers: { x: "\${STOLEN}" } }]`
    const endpoints = inputOf?.(listener.url) ?? usual
    const payload = payloadOf?.(listener.url) ?? { inputs: { endpoints } }
    const ran = await runRonde('health-check', {
      inputs: { checks: 'endpoints', endpoints },
      environment: { ...hosted, STOLEN: secret },
      github: { event_name: 'inputs' in payload ? 'workflow_dispatch' : 'repository_dispatch', event: { repository, ...payload } },
    })
    expect(listener.heard).toEqual([])
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('what stands beside one, came with the dispatch (input endpoints)')
  })
})

describe('an address that is one number', () => {
  test.each([
    ['text', (host: string) => ({ inputs: { host } })],
    ['a number', (host: string) => ({ client_payload: { host: Number(host) } })],
  ])('sent as %s, says where a secret goes', async (_, payloadOf) => {
    await using listener = await startListener()
    const host = '2130706433'
    const endpoints = `[{ url: "${listener.url.replace('127.0.0.1', host)}", headers: { x: "\${STOLEN}" } }]`
    const go = (payload: object) =>
      runRonde('health-check', {
        inputs: { checks: 'endpoints', endpoints },
        environment: { ...hosted, STOLEN: secret },
        github: { event_name: 'repository_dispatch', event: { repository, ...payload } },
      })
    expect((await go(payloadOf(host))).exitCode).toBe(1)
    expect(listener.heard).toEqual([])
    expect((await go({ client_payload: { round: 42 } })).exitCode).toBe(0)
    expect(listener.heard).toHaveLength(1)
  })
})

describe('a payload that cannot be read', () => {
  const payloads: readonly { what: string; write: (path: string) => string; says: string }[] = [
    { what: 'is not there', write: () => 'true', says: 'ENOENT' },
    { what: 'is a folder', write: (path) => `mkdir ${path}`, says: 'it is no file' },
    { what: 'is a pipe that nobody writes', write: (path) => `mkfifo ${path}`, says: 'it is no file' },
    { what: 'is huge', write: (path) => `truncate -s 40M ${path}`, says: 'at most 32 MiB' },
    { what: 'is empty', write: (path) => `touch ${path}`, says: 'it is not JSON' },
    { what: 'is no JSON', write: (path) => `echo '{"repository": ' > ${path}`, says: 'it is not JSON' },
    { what: 'is a list', write: (path) => `echo '[{"default_branch": "main"}]' > ${path}`, says: 'it is no object' },
    {
      what: 'brings something nested too deeply',
      write: (path) =>
        `node -e 'const n = 2e5; fs.writeFileSync("${path}", "{\\"client_payload\\":" + "[".repeat(n) + "]".repeat(n) + "}")'`,
      says: 'it is nested too deeply',
    },
    {
      what: 'is nested too deeply',
      write: (path) => `head -c 4000000 /dev/zero | tr '\\0' '[' > ${path}`,
      says: 'it is nested too deeply',
    },
  ]
  test.each(payloads)(
    '$what: refused beside a server, and no name is replaced elsewhere',
    async ({ write, says }) => {
      await using listener = await startListener()
      await using folder = await temporaryFolder()
      const path = join(folder.path, 'event.json')
      execFileSync('bash', ['-c', write(path)])
      const go = (environment: Record<string, string>, event_name: string, header = `\${STOLEN}`) =>
        runRonde('health-check', {
          files: { '.github/ronde.yml': fileOf(listener.url, header) },
          environment: { ...environment, STOLEN: secret, GITHUB_EVENT_PATH: path },
          github: { event_name },
        })
      for (const environment of [hosted, {}]) {
        const ran = await go(environment, 'workflow_dispatch')
        expect(ran.exitCode).toBe(1)
        expect(ran.log).toContain('the payload of the event workflow_dispatch cannot be read')
        expect(ran.log).toContain(says)
      }
      expect(listener.heard).toEqual([])
      expect((await go(hosted, 'push', 'plain')).exitCode).toBe(0)
      expect((await go({}, 'schedule')).exitCode).toBe(0)
    },
    60_000,
  )

  test('a runner that names no event is not a shell', async () => {
    await using listener = await startListener()
    const files = { '.github/ronde.yml': fileOf(listener.url, `\${STOLEN}`) }
    for (const environment of [hosted, {}]) {
      const ran = await runRonde('health-check', { files, environment: { ...environment, STOLEN: secret, GITHUB_EVENT_NAME: undefined } })
      expect(ran.exitCode).toBe(1)
    }
    expect(listener.heard).toEqual([])
  })
})

describe('incidents of a server', () => {
  test('are not touched by what a pull request says of it, and its verdict is the exit code again', async () => {
    await using server = await startBrokenServer()
    server.break()
    await server.look()
    expect(server.issues()).toMatchObject([{ state: 'open' }])
    server.mend()
    const pull = githubOf({ name: 'workflow_run', ref: main })
    for (const inputs of [{}, { incidents: 'true' }] as Record<string, string>[]) {
      const ran = await server.look({ environment: hosted, inputs, github: pull })
      expect(ran.exitCode).toBe(0)
      expect(ran.log).toContain('incidents are not touched: on the event workflow_run the configuration may be that of a pull request')
    }
    server.break()
    expect((await server.look({ environment: hosted, github: pull })).exitCode).toBe(1)
    expect(server.issues()).toMatchObject([{ state: 'open' }])
    expect(server.github.counts().all).toBe(0)
  }, 60_000)
})
