import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { startGitHub } from '../support/github/server.ts'
import { recordingServer } from '../support/http-server.ts'
import { runRonde, temporaryFolder } from '../support/ronde.ts'
import { anySecret, damages, notations, stacked, tells } from '../support/secret-notations.ts'

const repository = 'quiz/operations'
const seed = 20_261_122
const [key = '', password = '', hook = '', unset = ''] = fc.sample(anySecret, { numRuns: 4, seed })
const told = 's3cr3t-Pässw0rd/xyz'
const untold = 'ghs_15368_eyJ0eXAiOiJKV1Qi.eyJpYXQiOjE3NjM3NzY4MDB9.c2lnbmF0dXJl'
const written = [...notations, ...damages, ...fc.sample(stacked, { numRuns: 12, seed })].map(({ write }) => write(told))
const yaml = (text: string): string => JSON.stringify(text)

/** A web server that echoes what it must not, in body, header and status line: each path in another notation. */
const startEcho = async () => {
  const server = createServer((request, response) => {
    const body = written[Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0)] ?? ''
    const header = encodeURIComponent(told)
    response.writeHead(200, `oops ${header}`, { 'x-echo': header, 'content-type': 'text/plain; charset=utf-8' })
    response.end(`error: ${body} and ${untold} DB_PASS=${encodeURIComponent(password)} at the end`)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close }
}

const filesBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'))
    .join('\n')

/** What the runner is told to hide is the one place where a secret stands. */
const withoutMasks = (text: string): string => text.replace(/^::add-mask::.*$/gm, '')

describe('generated secrets that servers echo', () => {
  test('stand in no output: log, annotations, summary, report, outputs, issues, comments, webhook, state', async () => {
    await using echo = await startEcho()
    await using listener = await recordingServer()
    await using folder = await temporaryFolder()
    const github = await startGitHub({ repository })
    try {
      const endpoints = written.map(
        (_, index) => `  - { url: "${echo.url}/${index}", attempts: 1, text: "all good", headers: { x-key: "\${KEY}" } }`,
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
      const places: Readonly<Record<string, string>> = {
        log: [first.log, second.log].map(withoutMasks).join('\n'),
        stdout: withoutMasks(`${first.stdout}\n${first.stderr}`),
        annotations: JSON.stringify(first.annotations),
        summary: first.summary + second.summary,
        report: JSON.stringify(first.reports),
        outputs: JSON.stringify(first.outputs),
        issues: JSON.stringify([...github.repository.issues].map(({ title, body }) => [title, body])),
        webhook: listener.received.map(({ body }) => body).join('\n'),
        state: filesBelow(folder.path),
      }
      expect(github.repository.issues.length).toBeGreaterThan(3)
      expect(places['webhook']).not.toBe('')
      const shown = Object.entries(places).flatMap(([place, text]) =>
        [told, untold, hook].filter((one) => tells(text, one)).map((one) => `${place}: ${one}`),
      )
      expect(shown).toEqual([])
      expect(places['summary']).toContain('error: ')
    } finally {
      await github.close()
    }
  }, 120_000)
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
