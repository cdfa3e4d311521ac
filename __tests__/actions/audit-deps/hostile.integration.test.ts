import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { hosted } from '../../support/broken-server.ts'
import { twoCommits } from '../../support/git-repository.ts'
import { osvServer, record } from '../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records = [record('GHSA-h2', 'h2', '4.3.0', { severity }), record('GHSA-d', 'django', '4.2.9', { severity })]

const audit = async (workspace: string, event: object = {}) => {
  await using server = await osvServer({ records })
  const startedAt = performance.now()
  const ran = await runRonde('audit-deps', {
    inputs: { 'osv-url': server.origin, 'kev-url': `${server.origin}/kev`, 'epss-url': `${server.origin}/epss` },
    workspace,
    environment: hosted,
    ...(Object.keys(event).length === 0 ? {} : { github: { event_name: 'pull_request', event } }),
  })
  return { ...ran, tookMs: performance.now() - startedAt, queries: [...server.queries] }
}
const told = (findings: readonly { status: string; subject: string }[]) => findings.map(({ status, subject }) => `${status} ${subject}`)

/** Each is beside a file that is sound, and must not keep it from being audited. */
const auditBeside = async (files: Readonly<Record<string, string | Buffer>>) => {
  await using folder = await temporaryFolder()
  for (const [path, content] of Object.entries({ ...files, 'sound/requirements.txt': 'h2==4.1.0\n' })) {
    await mkdir(join(folder.path, path, '..'), { recursive: true })
    await writeFile(join(folder.path, path), content)
  }
  return await audit(folder.path)
}
const sound = 'critical PyPI/h2@4.1.0 GHSA-h2'

describe('lockfiles that mean harm', () => {
  const nested = (open: string, close: string, depth = 100_000) => `${open.repeat(depth)}${close.repeat(depth)}`
  test.each([
    ['package-lock.json', `{"lockfileVersion":3,"packages":${nested('{"a":', '}')}}`],
    ['package-lock.json', `{"packages":{"":${nested('[', ']')}}}`],
    ['bun.lock', `{"lockfileVersion":1,"packages":${nested('[', ']')}}`],
    ['poetry.lock', `[metadata]\nx = ${nested('[', ']', 20_000)}\n`],
    ['pnpm-lock.yaml', Array.from({ length: 5_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['Pipfile.lock', nested('{"default":', '}')],
  ])('%s that is nested too deeply (%#) is one finding', async (path, text) => {
    const ran = await auditBeside({ [path]: text })
    expect(told(ran.findings)).toEqual([sound, `unknown file/${path}`])
    expect(ran.tookMs).toBeLessThan(20_000)
  })

  test('keys of TOML that nest without brackets are read', async () => {
    const ran = await auditBeside({ 'uv.lock': `version = 1\n${'a.'.repeat(50_000)}b = 1\n` })
    expect(told(ran.findings)).toEqual([sound, 'ok file/uv.lock'])
  })

  test('requirements that include each other end, with all that they hold', async () => {
    const ring = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [
        `r/requirements-${at}.txt`,
        `-r requirements-${(at + 1) % 50}.txt\n-r requirements-${at}.txt\npackage-${at}==1.0\n`,
      ]),
    )
    const ran = await auditBeside(ring)
    expect(ran.queries).toHaveLength(51)
    expect(told(ran.findings)).toContain(sound)
  })

  test('a file of 100 MB is told, and the others are audited', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'requirements.txt'), 'h2==4.1.0\n')
    await writeFile(join(folder.path, 'package-lock.json'), '{"lockfileVersion":3,"packages":{')
    await truncate(join(folder.path, 'package-lock.json'), 100 * 1024 * 1024)
    const ran = await audit(folder.path)
    expect(told(ran.findings)).toEqual([sound, 'unknown file/package-lock.json'])
    expect(ran.tookMs).toBeLessThan(20_000)
  })

  test('names of the prototype are names', async () => {
    const places = Object.fromEntries(
      ['__proto__', 'constructor', 'toString'].map((name) => [`node_modules/${name}`, { version: '1.0.0' }]),
    )
    const ran = await auditBeside({
      'package-lock.json': `{"lockfileVersion":3,"packages":{${Object.entries(places)
        .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
        .join()},"__proto__":{"version":"2"}}}`,
    })
    expect(ran.queries.map(({ name }) => name).toSorted()).toEqual(['__proto__', 'constructor', 'h2', 'toString'])
    expect(told(ran.findings)[0]).toBe(sound)
  })
})

test('secrets of private registries are neither read nor shown', async () => {
  const secret = 'npm_s3cr3tT0kenOfARegistry00000000000000'
  const registry = `https://user:${secret}@registry.internal.example`
  const ran = await auditBeside({
    '.npmrc': `//registry.internal.example/:_authToken=${secret}\n`,
    'requirements.txt': `--index-url ${registry}/simple\n--extra-index-url=${registry}/more\ndjango==4.2.8\nx @ ${registry}/x.whl\n`,
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: { 'node_modules/private': { version: '1.0.0', resolved: `${registry}/private-1.0.0.tgz` } },
    }),
    'yarn.lock': `other@^1:\n  version "1.0.0"\n  resolved "${registry}/other-1.0.0.tgz#abc"\n`,
  })
  expect(ran.queries.map(({ name }) => name).toSorted()).toEqual(['django', 'h2', 'other', 'private'])
  const everything = [ran.log, ran.summary, JSON.stringify(ran.reports), JSON.stringify(ran.annotations), JSON.stringify(ran.outputs)].join(
    '\n',
  )
  expect(everything).not.toContain(secret)
  expect(everything).not.toContain('registry.internal')
})

test('a base that is broken in one file is compared in the others', async () => {
  await using folder = await temporaryFolder()
  const commits = await twoCommits(
    folder.path,
    { 'package-lock.json': '{"a":'.repeat(10_000), 'requirements.txt': 'django==4.2.8\n' },
    { 'requirements.txt': 'django==4.2.8\nh2==4.1.0\n' },
  )
  const ran = await audit(folder.path, { number: 7, pull_request: { number: 7, base: { sha: commits.base } } })
  expect(told(ran.findings)).toEqual([sound, 'unknown file/package-lock.json'])
})
