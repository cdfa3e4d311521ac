import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createAuthority, withDates } from '../support/authority.ts'
import { runRonde, temporaryFolder } from '../support/ronde.ts'

const many = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index)).join('')

describe('a configuration', () => {
  test.each([
    ['of 10 MB', 'a: 1\n'.repeat(2_000_000), /larger than 1 MiB/],
    ['of a hundred thousand keys', `health-check: { ${many(90_000, (index) => `k${index}: 1, `)} }`, /unknown key/],
    ['of one key, over and over', `health-check: { ${'k: 1, '.repeat(150_000)} }`, /twice/],
    ['of lines alone', `a: "${'\\\n'.repeat(500_000)}"`, /more than 50000 lines/],
    ['of lists in lists', `a: ${'['.repeat(500_000)}`, /nested too deeply/],
    ['of maps in maps', `a: ${'{a: '.repeat(100_000)}`, /nested too deeply/],
    ['of keys below keys', many(900, (index) => `${' '.repeat(index)}a:\n`), /nested too deeply/],
    [
      'that is an alias bomb',
      `a: &a [x]\n${many(40, (index) => `b${index}: &b${index} [${index === 0 ? '*a' : `*b${index - 1}, *b${index - 1}`}]\n`)}`,
      /alias|unknown key/,
    ],
    ['of slashes', `health-check: { checks: "${'/'.repeat(900_000)}" }`, /mistake/],
    ['of a hundred thousand wrong items', `health-check: { endpoints: [${'1, '.repeat(100_000)}] }`, /mistakes/],
  ])(
    '%s is refused by name',
    async (_, text, says) => {
      const { exitCode, signal, log } = await runRonde('health-check', { files: { '.github/ronde.yml': text }, timeoutMs: 100_000 })
      expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null })
      expect(log).toMatch(says)
    },
    120_000,
  )
})

test('payloads of events that are no payloads do not stop a run', async () => {
  await using folder = await temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  execFileSync('mkfifo', [path('pipe')])
  await writeFile(path('deep'), `{"repository":${'['.repeat(5_000_000)}`)
  await writeFile(path('null'), 'null')
  await writeFile(path('sparse'), '')
  await truncate(path('sparse'), 10 ** 12)
  for (const name of ['pipe', 'deep', 'null', 'sparse', 'nowhere']) {
    const { signal, reports } = await runRonde('health-check', {
      inputs: { checks: 'endpoints' },
      files: { '.github/ronde.yml': 'health-check: { endpoints: [{ url: "tcp://127.0.0.1:1", attempts: 1 }] }' },
      environment: { GITHUB_EVENT_PATH: path(name) },
    })
    expect([name, signal, reports[0]?.status]).toEqual([name, null, 'critical'])
  }
}, 120_000)

test('files that are no certificates are told, each by its name', async () => {
  await using folder = await temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  execFileSync('mkfifo', [path('a-pipe.pem')])
  await symlink('/dev/zero', path('b-zero.pem'))
  await symlink(path('c-loop.pem'), path('c-loop.pem'))
  await writeFile(path('d-sparse.pem'), '')
  await truncate(path('d-sparse.pem'), 10 ** 11)
  await writeFile(
    path('e-begins.pem'),
    many(40_000, (index) => `-----BEGIN X${index}-----\n`),
  )
  await writeFile(path('f-label.pem'), `-----BEGIN ${'x'.repeat(900_000)}`)
  await writeFile(path('g-deep.der'), Buffer.from('3080'.repeat(400_000), 'hex'))
  await writeFile(path('h-long.der'), Buffer.from(`3084ffffffff${'3003020101'.repeat(100_000)}`, 'hex'))
  await writeFile(path('i-base64.pem'), `-----BEGIN CERTIFICATE-----\n${'A'.repeat(900_000)}\n-----END CERTIFICATE-----\n`)
  using authority = createAuthority()
  const dated = withDates(authority.issue({ name: 'quiz.example' }), '261130000000Z', '269945000000Z')
  await writeFile(path('j-dates.pem'), dated.cert)
  const { findings, signal, reports } = await runRonde('cert-check', {
    // Named one by one: what a pattern matches and is no certificate is passed over.
    files: { '.github/ronde.yml': `cert-check: { files: ${JSON.stringify(readdirSync(folder.path).map(path))}, timeout: 30s }` },
    timeoutMs: 100_000,
  })
  expect([signal, reports[0]?.status]).toEqual([null, 'critical'])
  for (const name of 'abcdefghij') expect(findings.some((one) => one.subject.includes(`/${name}-`) && one.status !== 'ok')).toBe(true)
}, 120_000)

test('a folder of certbot with 150,000 files, loops and endless texts is looked at', async () => {
  await using folder = await temporaryFolder()
  const path = (...names: readonly string[]) => join(folder.path, ...names)
  await mkdir(path('renewal'))
  await mkdir(path('live', 'quiz'), { recursive: true })
  await mkdir(path('archive', 'quiz'), { recursive: true })
  execFileSync('sh', ['-c', 'seq 1 150000 | xargs touch'], { cwd: path('archive', 'quiz') })
  await writeFile(path('renewal', 'quiz.conf'), `archive_dir = ${path('archive', 'quiz')}\n${'['.repeat(200_000)}`)
  await writeFile(path('renewal', 'loop.conf'), '= '.repeat(120_000))
  await symlink('fullchain.pem', path('live', 'quiz', 'fullchain.pem'))
  await writeFile(path('cli.ini'), ' '.repeat(250_000))
  const { findings, signal, reports } = await runRonde('cert-check', {
    files: { '.github/ronde.yml': `cert-check: { letsencrypt: "${folder.path}", timeout: 30s }` },
    timeoutMs: 100_000,
  })
  expect(signal).toBeNull()
  expect(['unknown', 'critical']).toContain(reports[0]?.status)
  expect(JSON.stringify(findings)).not.toContain('RangeError')
  expect(findings.some((one) => one.subject.includes('quiz'))).toBe(true)
}, 120_000)

test('reports that are none are told by the merge, and the good one is taken', async () => {
  await using folder = await temporaryFolder()
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text)
  const good = {
    schemaVersion: 1,
    action: 'health-check',
    server: 'a',
    status: 'ok',
    startedAt: new Date().toISOString(),
    durationMs: 1,
    scope: ['x'],
    findings: [],
    facts: {},
  }
  await write('a.json', JSON.stringify(good))
  await write('b.json', `[${'0,'.repeat(1_900_000)}0]`)
  await write('c.json', '['.repeat(4_000_000))
  await write('d.json', JSON.stringify({ ...good, server: 'd', findings: Array.from({ length: 300_000 }, () => 0) }))
  await write('e.json', `{"reports":[${'{},'.repeat(400_000)}{}]}`)
  await write('f.json', JSON.stringify({ ...good, server: 'f', facts: { deep: JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`) } }))
  const { findings, signal, log } = await runRonde('merge', { inputs: { reports: folder.path }, timeoutMs: 100_000 })
  expect(signal).toBeNull()
  const wrong = findings
    .filter((one) => one.status !== 'ok')
    .map((one) => `${one.subject} ${one.observed}`)
    .join('\n')
  for (const name of ['b.json', 'c.json', 'd.json', 'e.json']) expect(`${wrong}\n${log}`).toContain(name)
  expect(wrong).not.toContain('a.json')
}, 120_000)
