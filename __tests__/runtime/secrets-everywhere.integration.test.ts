import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ChildSeen, recordingPrograms, watchGrandchildren } from '../support/children-seen.ts'
import { startGitHub } from '../support/github/server.ts'
import { recordingServer } from '../support/http-server.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { noonZone } from '../support/purge.ts'
import { type RondeResult, runRonde, temporaryFolder } from '../support/ronde.ts'
import { readActionFile } from '../support/runner/environment.ts'
import { anySecret, damages, notations, stacked, tellerOf, tells } from '../support/secret-notations.ts'
import {
  echoServer,
  tellingCertificate,
  tellingEngine,
  tellingObjects,
  tellingPostgres,
  tellingTlsServer,
} from '../support/telling-world.ts'

const repository = 'quiz/operations'
const seed = 20_261_122
const [key = '', password = '', hook = '', unset = ''] = fc.sample(anySecret, { numRuns: 4, seed })
const told = 's3cr3t-Pässw0rd/xyz'
const untold = 'ghs_15368_eyJ0eXAiOiJKV1Qi.eyJpYXQiOjE3NjM3NzY4MDB9.c2lnbmF0dXJl'
const written = [...notations, ...damages, ...fc.sample(stacked, { numRuns: 12, seed })].map(({ write }) => write(told))
const yaml = (text: string): string => JSON.stringify(text)

const filesBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
    .join('\n')

/** What the runner is told to hide is the one place where a secret stands. */
const withoutMasks = (text: string): string => text.replace(/^::add-mask::.*$/gm, '')

type Left = {
  readonly runs: readonly RondeResult[]
  readonly github: Awaited<ReturnType<typeof startGitHub>>
  readonly webhooks: readonly { readonly body: string }[]
  readonly stateFolder: string
}

/** Every place to which a run writes, by its name. */
const placesOf = ({ runs, github, webhooks, stateFolder }: Left): Readonly<Record<string, string>> => ({
  log: withoutMasks(runs.map((one) => one.log).join('\n')),
  stdout: withoutMasks(runs.map((one) => `${one.stdout}\n${one.stderr}\n${one.post?.stdout}\n${one.post?.stderr}`).join('\n')),
  annotations: JSON.stringify(runs.map((one) => one.annotations)),
  commands: JSON.stringify(runs.flatMap((one) => one.commands.filter(({ name }) => name !== 'add-mask'))),
  summary: runs.map((one) => one.summary).join('\n'),
  report: JSON.stringify(runs.map((one) => one.reports)),
  outputs: JSON.stringify(runs.map((one) => [one.outputs, one.state, one.env])),
  issues: JSON.stringify([...github.repository.issues].map(({ title, body, labels }) => [title, body, labels])),
  comments: JSON.stringify([...github.repository.comments].map(({ body }) => body)),
  requests: JSON.stringify(github.requests.map(({ path, query, body }) => [path, query, body])),
  webhook: webhooks.map(({ body }) => body).join('\n'),
  state: filesBelow(stateFolder),
})

/** Which of these secrets stand in which of these places, in whatever notation. */
const shownIn = (places: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(places).flatMap(([place, text]) => {
    const told = tellerOf(text)
    return Object.entries(secrets).flatMap(([name, secret]) => (told(secret) ? [`${place}: ${name}`] : []))
  })

describe('generated secrets that servers echo', () => {
  test('stand in no output: log, annotations, summary, report, outputs, issues, comments, webhook, state', async () => {
    await using echo = await echoServer(written, encodeURIComponent(told), () => `${untold} DB_PASS=${encodeURIComponent(password)}`)
    await using listener = await recordingServer()
    await using folder = await temporaryFolder()
    const github = await startGitHub({ repository })
    try {
      const endpoints = written.map(
        (_, index) => `  - { url: "${echo.origin}/${index}", attempts: 1, text: "all good", headers: { x-key: "\${KEY}" } }`,
      )
      const file = `server: quiz-test
incidents: { enabled: true, confirm: 1 }
notify: [{ webhook: "${listener.origin}/${encodeURIComponent(hook)}" }]
health-check:
  checks: [endpoints]
  endpoints:
${endpoints.join('\n')}
`
      const run = () =>
        runRonde('health-check', {
          files: { '.github/ronde.yml': file },
          stateHome: folder.path,
          environment: { KEY: told },
          github: { repository, api_url: github.url, token: github.token('job') },
        })
      const first = await run()
      const second = await run()
      expect(first.findings.filter((one) => one.status === 'critical')).toHaveLength(written.length)
      const places = placesOf({ runs: [first, second], github, webhooks: listener.received, stateFolder: folder.path })
      expect(github.repository.issues.length).toBeGreaterThan(3)
      expect(places['webhook']).not.toBe('')
      expect(shownIn(places, { told, untold, hook })).toEqual([])
      expect(places['summary']).toContain('error: ')
    } finally {
      await github.close()
    }
  }, 120_000)
})

/** What a child may know of our environment, said anew here: a name that is added to the code must be added here as well. */
const allowed =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|TZ|SYSTEMROOT|RUNNER_TRACKING_ID|XDG_(?:CACHE|CONFIG|DATA|STATE)_HOME|XDG_RUNTIME_DIR|DOCKER_(?:API_VERSION|CERT_PATH|CONFIG|CONTEXT|DEFAULT_PLATFORM|HOST|TLS|TLS_VERIFY)|COMPOSE_(?:ENV_FILES|PROFILES)|SSL_CERT_(?:DIR|FILE)|(?:ALL|HTTPS?|NO)_PROXY|(?:all|https?|no)_proxy|LC_ALL|NODE_CHANNEL_\w+)$/

describe('generated secrets in every source', () => {
  /** ASCII, so that each is at most 63 bytes long: the names of a database are. */
  const short = anySecret.filter((one) => one.length <= 30 && /^[ -~]*$/.test(one) && !/["\\]/.test(one))
  const names = ['endpoint', 'subject', 'file', 'notice', 'error', 'container', 'health', 'engine', 'proxy', 'table', 'index'] as const
  const moreNames = ['column', 'role', 'session', 'header', 'login', 'hook', 'token'] as const
  type Name = (typeof names)[number] | (typeof moreNames)[number]
  const all = [...names, ...moreNames]
  const generated = fc.sample(short, { numRuns: all.length, seed })
  const secrets = Object.fromEntries(all.map((name, index) => [name, generated[index] ?? ''])) as Record<Name, string>
  /** Each source writes in another notation; names of a database and of certificates as they are. */
  const ways = [...notations, ...fc.sample(stacked, { numRuns: 8, seed })].filter((one) => one.write('x') !== 'x')
  const say = (name: Name): string => `${ways[all.indexOf(name) % ways.length]?.write(secrets[name])} ${secrets[name]} ${untold}`

  /** What tells the words of each source: containers, web servers, certificates, databases, logs. */
  const heard = [
    'compose.service',
    'nginx.config',
    'endpoint.body',
    'cert.name',
    'cert.self-signed',
    'cert.order',
    'purge.log',
    'postgres.blocked',
    'postgres.connections',
    'db.index-duplicate',
    'schema.constraint',
  ]
  let database: PostgresServer
  beforeAll(async () => {
    database = await startPostgres()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test('stand in no output, no command line and no environment of a child', async () => {
    await using folder = await temporaryFolder()
    const stateFolder = join(folder.path, 'state')
    const project = join(folder.path, 'quiz')
    await Promise.all([mkdir(stateFolder), mkdir(project)])
    await writeFile(join(project, 'compose.yml'), 'services: {}\n')
    const programs = await recordingPrograms(folder.path, {
      docker: tellingEngine(project, { ...secrets, say }),
      sudo: { '*': { stderr: say('engine'), exitCode: 1 } },
    })
    let mended = false
    await using echo = await echoServer([say('endpoint')], encodeURIComponent(secrets.endpoint), () =>
      mended ? 'all good' : say('endpoint'),
    )
    await using listener = await recordingServer()
    await using tls = await tellingTlsServer(tellingCertificate(secrets.subject))
    await using liar = await tellingPostgres({ notice: say('notice'), error: say('error') })
    await using _objects = await tellingObjects(database, secrets)
    const onDisk = join(folder.path, 'served.pem')
    await writeFile(onDisk, tellingCertificate(secrets.file).cert)
    const github = await startGitHub({ repository })
    const token = github.token('job')
    const file = (url: string) => `server: quiz-test
time-zone: "${noonZone}"
incidents: { enabled: true, confirm: 1, recover: 1, settle: 1ms }
notify: [{ webhook: "${listener.origin}/${encodeURIComponent(secrets.hook)}" }]
compose: { project: quiz }
database: { url: "${url}" }
rounds: { daily: [health-check, cert-check, purge-verify, db-maintain] }
health-check:
  thresholds: { idle-in-transaction: { warning: 1ms, critical: 2ms }, blocked: { warning: 1ms, critical: 2ms } }
  endpoints:
    - { url: "${echo.origin}/0", attempts: 1, text: "all good", headers: { ${all.map((name) => `x-${name}: "\${S_${name}}"`).join(', ')} } }
    - { url: "${tls.origin}/", attempts: 1 }
cert-check: { headers: true, endpoints: ["127.0.0.1:${tls.port}"], files: ["${onDisk}"], nginx-service: web }
purge-verify: { table: ${yaml(`"${secrets.table}"`)}, date-column: ${yaml(`"${secrets.column}"`)}, log: { service: web, pattern: 'Purge OK: (?<rows>\\d+) rows' } }
db-maintain: { expected-indexes: [${yaml(`"${secrets.index}"`)}, missing_index] }
`
    const run = async (url: string) =>
      runRonde('round', {
        inputs: { round: 'daily' },
        files: { '.github/ronde.yml': file(url) },
        stateHome: stateFolder,
        environment: {
          PATH: `${programs.bin}:${process.env['PATH']}`,
          ...Object.fromEntries(all.map((name) => [`S_${name}`, secrets[name]])),
        },
        github: { repository, api_url: github.url, token },
        timeoutMs: 110_000,
      })
    const watched = await watchGrandchildren()
    try {
      const whole = await run(database.url)
      const lied = await run(`postgres://quiz:${encodeURIComponent(secrets.login)}@127.0.0.1:${liar.port}/quiz`)
      mended = true
      const runs = [whole, lied, await run(database.url)]
      const children: readonly ChildSeen[] = [...(await watched.stop()), ...(await programs.seen())]
      const places: Readonly<Record<string, string>> = {
        ...placesOf({ runs, github, webhooks: listener.received, stateFolder }),
        'command lines': JSON.stringify(children.map((one) => one.args)),
        environments: JSON.stringify(children.map((one) => one.environment)),
      }
      expect(shownIn(places, { ...secrets, untold, token, postgres: database.password })).toEqual([])
      expect(Object.entries(places).filter(([, text]) => text.length < 3)).toEqual([])
      expect(children.flatMap((one) => Object.keys(one.environment)).filter((name) => !allowed.test(name))).toEqual([])
      expect(new Set(children.map((one) => one.args.find((arg) => /docker|looker/.test(arg))?.replace(/.*\//, '')))).toEqual(
        new Set(['docker', 'looker.js']),
      )
      // Each source was heard: what it said is hidden, and stands in a finding.
      const hidden = new Set<string>(
        runs
          .flatMap((one) => one.findings)
          .filter((one) => JSON.stringify([one.title, one.observed, one.evidence]).includes('***'))
          .map((one) => one.id),
      )
      expect(heard.filter((id) => !hidden.has(id))).toEqual([])
      expect(places['comments']).toContain('begins with')
    } finally {
      await watched.stop()
      await github.close()
    }
  }, 240_000)
})

describe('a mistake repeats no secret', () => {
  const webhook = `https://hooks.slack.com/services/T0/B0/${'aB3dE5fG'.repeat(3)}`
  const rows: readonly { what: string; file: string; secret: string; inputs?: Readonly<Record<string, string>>; says: RegExp }[] = [
    { what: 'a webhook for the list', file: `notify: ${yaml(webhook)}`, secret: webhook.slice(-20), says: /not shown: it may be secret/ },
    {
      what: 'a webhook for the mapping',
      file: `notify: [${yaml(webhook)}]`,
      secret: webhook.slice(-20),
      says: /not shown: it may be secret/,
    },
    { what: 'a password for the mapping', file: `database: ${yaml(password)}`, secret: password, says: /not shown: it may be secret/ },
    { what: 'a password as a key', file: `database: { ${yaml(password)}: 1 }`, secret: password, says: /not shown: it may be secret/ },
    { what: 'a number for the mapping', file: 'database: 739184625', secret: '739184625', says: /not shown: it may be secret/ },
    {
      what: 'credentials without a scheme',
      file: `health-check: { endpoints: [${yaml('u:hunter2hunter@host/path')}] }`,
      secret: 'hunter2hunter',
      says: /has no scheme/,
    },
    { what: 'a value that begins as an alias', file: `database: { url: *hunter2hunter }`, secret: 'hunter2hunter', says: /anchor/ },
    { what: 'a text that is not closed', file: `database: { url: "hunter2hunter }`, secret: 'hunter2hunter', says: /YAML|mistake/ },
    { what: 'a flow that is not closed', file: `notify: [{ slack: hunter2hunter }}`, secret: 'hunter2hunter', says: /YAML|mistake/ },
    {
      what: 'an input of another kind',
      file: 'server: a',
      inputs: { 'database-url': unset.replace(/^/, 'x') },
      secret: unset,
      says: /not shown/,
    },
    { what: 'a token as an option', file: `health-check: { quick: ghp_${'a1B2'.repeat(9)} }`, secret: 'a1B2a1B2a1B2', says: /quick/ },
    {
      what: 'credentials twice in a URL',
      file: `health-check: { endpoints: [${yaml('https://u:p@SECRETpart/w@127.0.0.1/')}] }`,
      secret: 'SECRETpart',
      says: /more than one way|not a URL/,
    },
  ]
  test.each(rows)('$what', async ({ file, secret, inputs = {}, says }) => {
    const ran = await runRonde('health-check', { files: { '.github/ronde.yml': `${file}\n` }, inputs, environment: { KEY: key } })
    const all = withoutMasks([ran.log, ran.stdout, ran.stderr, ran.summary, JSON.stringify([ran.annotations, ran.outputs])].join('\n'))
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toMatch(says)
    expect(all).not.toContain(secret)
    expect(tells(all, secret)).toBe(false)
  })
})

describe('an input of any name repeats no secret', () => {
  const word = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY'
  const values: readonly { readonly what: string; readonly value: string; readonly secret: string }[] = [
    { what: 'a token', value: `ghp_${word}`, secret: word },
    { what: 'an address with credentials', value: `amqp://quiz:${word}@mq:5672/`, secret: word },
    { what: 'a secret that was told', value: `before ${key} after`, secret: key },
    { what: 'that secret in base64', value: Buffer.from(`quiz:${key}`).toString('base64'), secret: key },
    { what: 'an assignment', value: `DB_PASSWORD=${word}`, secret: word },
  ]
  const file = 'health-check: { endpoints: [{ url: "http://127.0.0.1:1/", headers: { x: "${KEY}" } }] }\nrounds: { daily: [cert-check] }\n'
  const actions = ['health-check', 'cert-check', 'purge-verify', 'db-maintain', 'round', 'merge', 'journal', 'silence'] as const
  const rows = actions.flatMap((action) => values.map((one) => ({ action, ...one })))
  test.each(rows)('$action given $what', async ({ action, value, secret }) => {
    const { inputs } = await readActionFile(action === 'round' ? 'action.yml' : `actions/${action}/action.yml`)
    const kept = new Set(['config', 'report-file', 'token'])
    const names = Object.keys(inputs).filter((name) => !kept.has(name))
    expect(names.length).toBeGreaterThan(3)
    const ran = await runRonde(action, {
      files: { '.github/ronde.yml': file },
      inputs: Object.fromEntries(names.map((name) => [name, value])),
      environment: { KEY: key },
      github: { event_name: 'workflow_dispatch' },
    })
    const all = [
      withoutMasks(`${ran.log}\n${ran.stdout}\n${ran.stderr}`),
      ran.summary,
      JSON.stringify([ran.annotations, ran.outputs, ran.reports]),
    ]
    expect(ran.exitCode).toBe(1)
    expect(tells(all.join('\n'), secret)).toBe(false)
  })
})

describe('a database URL that can be read in more than one way', () => {
  const urls = [
    { password: 'Zx@9kfSECRET/Qw7', url: 'postgresql://quiz:Zx@9kfSECRET/Qw7@127.0.0.1:5432/postgres' },
    { password: 'p@SECRET1?q/z', url: 'postgresql://quiz:p@SECRET1?q/z@127.0.0.1:5432/quiz' },
    { password: 'p@ss:w/rdSECRET?#', url: 'postgresql://quiz:p@ss:w/rdSECRET?#@127.0.0.1/q' },
  ]
  const actions = ['health-check', 'db-maintain', 'purge-verify'] as const
  const rows = urls.flatMap(({ url }) => actions.flatMap((action) => [true, false].map((byInput) => ({ url, action, byInput }))))
  test.each(rows)('$action refuses $url, by input: $byInput', async ({ url, action, byInput }) => {
    const more = action === 'purge-verify' ? { table: 'game', 'date-column': 'd' } : action === 'health-check' ? { checks: 'postgres' } : {}
    const ran = await runRonde(action, {
      files: byInput ? {} : { '.github/ronde.yml': 'database: { url: "${DATABASE_URL}" }\n' },
      inputs: { ...more, ...(byInput ? { 'database-url': url } : {}) },
      environment: { DATABASE_URL: url },
    })
    const all = withoutMasks(
      [ran.log, ran.stdout, ran.stderr, ran.summary, JSON.stringify([ran.annotations, ran.outputs, ran.reports])].join('\n'),
    )
    expect(all).not.toMatch(/SECRET|Qw7|ENOTFOUND/)
    expect(ran.outputs['status'] ?? 'refused').toMatch(/unknown|refused/)
    expect(all).toMatch(/percent-encoded/)
    expect(ran.masks).toContain(url)
    expect(ran.masks.filter((one) => one.length < 4)).toEqual([])
  })
})
