import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { hosted } from '../../support/broken-server.ts'
import { type OsvServer, type OsvWorld, osvServer, record, type ServedRecord } from '../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const v31 = (metrics: string) => [{ type: 'CVSS_V3', score: `CVSS:3.1/${metrics}` }]
const critical = v31('AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')
const low = v31('AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N')
const h2 = record('GHSA-h2h2-0000-0001', 'h2', '4.3.0', { aliases: ['CVE-2025-11111'], summary: 'Request splitting', severity: critical })
const pins = 'django==4.2.8\nh2==4.1.0\n'

type Given = {
  files?: Readonly<Record<string, string>>
  inputs?: Readonly<Record<string, string>>
  stateHome?: string
  workspace?: string
  runnerTemp?: string
}

const urls = ({ origin }: OsvServer) => ({ 'osv-url': origin, 'kev-url': `${origin}/kev`, 'epss-url': `${origin}/epss` })
const audit = (server: OsvServer, { files = { 'requirements.txt': pins }, inputs = {}, ...rest }: Given = {}) =>
  runRonde('audit-deps', { inputs: { ...urls(server), ...inputs }, files, environment: hosted, ...rest })

const auditing = async (records: readonly ServedRecord[], given: Given = {}, world: Partial<OsvWorld> = {}) => {
  await using server = await osvServer({ records, ...world })
  const ran = await audit(server, given)
  return { ...ran, requests: [...server.requests], queries: [...server.queries] }
}
const told = (findings: readonly { id: string; status: string; subject: string }[]) =>
  findings.map(({ id, status, subject }) => `${status} ${id} ${subject}`)

describe('a vulnerable package', () => {
  test('is one finding with its places, its severity, what fixes it and the line', async () => {
    const ran = await auditing([h2])
    expect(ran.outputs).toMatchObject({ status: 'critical', vulnerabilities: '1', critical: '1', fixable: '1' })
    expect(ran.exitCode).toBe(1)
    expect(ran.findings).toMatchObject([
      {
        id: 'audit.vulnerability',
        subject: 'PyPI/h2@4.1.0 CVE-2025-11111',
        status: 'critical',
        observed: 'requirements.txt:2, critical, CVSS 3.1 9.8',
        expected: 'version 4.3.0 or later',
        advice: 'write `h2==4.3.0` in requirements.txt, line 2, and install again',
        location: { path: 'requirements.txt', line: 2 },
        incidentKey: 'vulnerabilities',
        check: 'packages',
        audience: 'security',
      },
    ])
    expect(ran.annotations).toMatchObject([
      { message: expect.stringContaining('h2 4.1.0: CVE-2025-11111'), properties: { file: 'requirements.txt', line: '2' } },
    ])
    expect(ran.requests).toEqual(['POST /v1/querybatch', 'GET /v1/vulns/GHSA-h2h2-0000-0001', 'GET /kev', 'GET /epss?cve=CVE-2025-11111'])
  })

  test('is told once, however many records and files name it', async () => {
    const again = record('PYSEC-2025-9', 'h2', '4.2.0', { aliases: ['CVE-2025-11111'] })
    const ran = await auditing([h2, again], { files: { 'a/requirements.txt': 'h2==4.1.0', 'b/requirements-dev.txt': 'h2==4.1.0' } })
    expect(told(ran.findings)).toEqual(['critical audit.vulnerability PyPI/h2@4.1.0 CVE-2025-11111'])
    expect(ran.findings[0]).toMatchObject({
      expected: 'version 4.3.0 or later',
      evidence: [
        'Request splitting',
        'CVE-2025-11111, GHSA-h2h2-0000-0001, PYSEC-2025-9',
        'a/requirements.txt:1, runtime',
        'b/requirements-dev.txt:1, dev',
        expect.stringContaining('https://'),
      ],
    })
  })

  test.each([
    ['below the threshold of what runs', { severity: low }, {}, 'requirements.txt', 'warning'],
    ['at a lower threshold', { severity: low }, { severity: '{ runtime: low }' }, 'requirements.txt', 'critical'],
    ['of development only', { severity: v31('AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N') }, {}, 'requirements-dev.txt', 'warning'],
    ['of unknown severity', {}, {}, 'requirements.txt', 'warning'],
    ['of unknown severity, by the option', {}, { 'unknown-severity': 'critical' }, 'requirements.txt', 'critical'],
    ['that is known to be exploited', { severity: low, aliases: ['CVE-2020-0001'] }, {}, 'requirements.txt', 'critical'],
    ['of a package that is watched', { severity: low }, { 'critical-packages': 'H2' }, 'requirements.txt', 'critical'],
  ] as const)('%s', async (...row) => {
    const [, rest, inputs, file, status] = row
    const ran = await auditing(
      [record('GHSA-1', 'h2', '4.3.0', rest)],
      { files: { [file]: 'h2==4.1.0' }, inputs },
      { kev: ['CVE-2020-0001'] },
    )
    expect(ran.outputs).toMatchObject({ status })
  })

  test('by the word of a vendor alone is not raised', async () => {
    const ran = await auditing([record('ECHO-1-CVE-1', 'django', '4.2.8+echo.1', { severity: low })])
    expect(ran.outputs).toMatchObject({ status: 'warning' })
  })

  test.each([
    ['unknown-severity', { 'unknown-severity': 'ignore' }, record('GHSA-1', 'h2', '4.3.0')],
    [
      'only-fixable',
      { 'only-fixable': 'true' },
      { id: 'GHSA-1', severity: critical, affected: [{ package: { ecosystem: 'PyPI', name: 'h2' }, versions: ['4.1.0'] }] },
    ],
  ])('is left out by %s, and that is counted', async (_option, inputs, one) => {
    const ran = await auditing([one], { inputs })
    expect(ran.outputs).toMatchObject({ status: 'ok', vulnerabilities: '0' })
    expect(ran.log).toContain('1 left out by the options')
  })

  test('malware is critical, has no fix, and is never left out', async () => {
    const ran = await auditing(
      [{ id: 'MAL-2026-1', affected: [{ package: { ecosystem: 'npm', name: 'leftpad' }, versions: ['1.0.0'] }] }],
      {
        files: {
          'package-lock.json': JSON.stringify({
            lockfileVersion: 3,
            packages: { 'node_modules/leftpad': { version: '1.0.0', dev: true } },
          }),
        },
        inputs: { 'only-fixable': 'true' },
      },
    )
    expect(ran.findings).toMatchObject([{ status: 'critical', certainty: 'hard', advice: expect.stringContaining('remove it') }])
  })

  test.each([
    [
      'package-lock.json',
      JSON.stringify({
        lockfileVersion: 3,
        packages: { '': { dependencies: { minimist: '1' } }, 'node_modules/minimist': { version: '1.2.5' } },
      }),
      '`npm install minimist@1.2.6`',
    ],
    ['web/yarn.lock', 'minimist@1.2.5, minimist@^1.2.0:\n  version "1.2.5"\n', 'in web: `yarn upgrade minimist@1.2.6`'],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      minimist:\n        specifier: 1\n        version: 1.2.5\npackages:\n  minimist@1.2.5: {}\nsnapshots:\n  minimist@1.2.5: {}\n",
      '`pnpm update minimist@1.2.6`',
    ],
  ])('%s: the command to run', async (path, text, advice) => {
    const ran = await auditing([record('GHSA-m', 'minimist', '1.2.6', { ecosystem: 'npm' })], { files: { [path]: text } })
    expect(ran.findings.find(({ id }) => id === 'audit.vulnerability')?.advice).toBe(advice)
  })
})

describe('a repository without vulnerabilities', () => {
  test('says what was looked at, and asks nothing more', async () => {
    const ran = await auditing([record('GHSA-1', 'flask', '1')])
    expect(told(ran.findings)).toEqual(['ok audit.vulnerability file/requirements.txt'])
    expect(ran.outputs).toMatchObject({ status: 'ok', vulnerabilities: '0' })
    expect(ran.requests).toEqual(['POST /v1/querybatch'])
    expect(ran.log).toContain('2 packages in 1 file, 0 vulnerabilities')
  })

  test('and without lockfiles is unknown', async () => {
    const ran = await auditing([], { files: { 'readme.txt': 'hello' } })
    expect(told(ran.findings)).toEqual(['unknown audit.incomplete files'])
    expect(ran.exitCode).toBe(1)
    expect(ran.requests).toEqual([])
  })

  test('asks for a build as it is written, and as its release', async () => {
    const ran = await auditing(
      [{ id: 'GHSA-t', severity: critical, affected: [{ package: { ecosystem: 'PyPI', name: 'torch' }, versions: ['2.0.0'] }] }],
      {
        files: { 'requirements.txt': 'torch==2.0.0+cpu' },
      },
    )
    expect(ran.queries).toEqual([
      { name: 'torch', version: '2.0.0+cpu' },
      { name: 'torch', version: '2.0.0' },
    ])
    expect(ran.outputs).toMatchObject({ vulnerabilities: '1' })
  })

  test('known records are not asked for again while they are the same', async () => {
    await using server = await osvServer({ records: [h2] })
    await using home = await temporaryFolder()
    const self = { RUNNER_ENVIRONMENT: 'self-hosted' }
    const once = () =>
      runRonde('audit-deps', { inputs: urls(server), files: { 'requirements.txt': pins }, environment: self, stateHome: home.path })
    await once()
    const before = server.requests.length
    const ran = await once()
    expect(ran.outputs).toMatchObject({ vulnerabilities: '1' })
    expect(server.requests.slice(before)).toEqual(['POST /v1/querybatch', 'GET /kev', 'GET /epss?cve=CVE-2025-11111'])
  })
})

describe('an audit that is not complete is unknown, never green', () => {
  test.each(['busy', 'unavailable', 'reset', 'cut', 'not-json', 'slow'] as const)('OSV is once %s: asked again', async (fault) => {
    const ran = await auditing([h2], {}, { faults: [fault, 'ok', fault, 'ok'] })
    expect(ran.outputs).toMatchObject({ status: 'critical', vulnerabilities: '1' })
    expect(told(ran.findings).filter((one) => one.startsWith('unknown'))).toEqual([])
  })

  test.each(['unavailable', 'reset', 'cut', 'not-json', 'short', 'error', 'missing-record', 'wrong-order'] as const)(
    'OSV is always %s',
    async (fault) => {
      const ran = await auditing([h2, record('GHSA-x', 'django', '4.2.9', { severity: critical })], {}, { always: fault })
      expect(ran.findings.some(({ id, status }) => id === 'audit.incomplete' && status === 'unknown')).toBe(true)
      expect(ran.findings.filter(({ status }) => status === 'ok')).toEqual([])
      expect(ran.reports[0]?.scope).toEqual([])
      expect(ran.exitCode).toBe(1)
    },
  )

  test('an answer that goes on is asked for to its end, for that package only', async () => {
    const ran = await auditing(
      [1, 2, 3, 4, 5].map((nth) => record(`GHSA-${nth}`, 'h2', '4.3.0')),
      {},
      { pageSize: 2 },
    )
    expect(ran.outputs).toMatchObject({ vulnerabilities: '5' })
    expect(ran.queries).toEqual([
      { name: 'django', version: '4.2.8' },
      { name: 'h2', version: '4.1.0' },
      { name: 'h2', version: '4.1.0', page: '2' },
      { name: 'h2', version: '4.1.0', page: '4' },
    ])
  })

  test('a server that is not there', async () => {
    const ran = await runRonde('audit-deps', {
      inputs: { 'osv-url': 'http://127.0.0.1:9' },
      files: { 'requirements.txt': pins },
      environment: hosted,
    })
    expect(ran.findings).toMatchObject([
      { id: 'audit.incomplete', status: 'unknown', observed: expect.stringContaining('refuses the connection') },
    ])
  })

  test('an address of the cloud is never asked', async () => {
    const ran = await runRonde('audit-deps', {
      inputs: { 'osv-url': 'http://169.254.169.254' },
      files: { 'requirements.txt': pins },
      environment: hosted,
    })
    expect(ran.findings).toMatchObject([{ status: 'unknown', observed: expect.stringContaining('never connects to') }])
  })

  test.each([
    ['cut', '{"lockfileVersion": 3, "packages": {', 'is not JSON'],
    ['in conflict', '{\n<<<<<<< ours\n', 'merge conflict (line 2)'],
    ['no text', '\0\0\0', 'no text'],
    ['deep', '{"a":'.repeat(10_000), 'nested too deeply'],
  ])('a lockfile that is %s; the other files are audited', async (_what, text, cause) => {
    const ran = await auditing([h2], { files: { 'package-lock.json': text, 'requirements.txt': pins } })
    expect(ran.findings).toMatchObject([
      { id: 'audit.vulnerability', status: 'critical' },
      { id: 'audit.incomplete', status: 'unknown', subject: 'file/package-lock.json', observed: expect.stringContaining(cause) },
    ])
  })

  test('a lockfile that is a link, or too large, or includes what is outside', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'a'))
    await writeFile(join(folder.path, 'yarn.lock'), '#'.repeat(65 * 1024 * 1024))
    await writeFile(
      join(folder.path, 'requirements.txt'),
      '-r ../../etc/passwd\n-r https://user:secret@host/x.txt\n-r a/requirements.txt\n',
    )
    await writeFile(join(folder.path, 'a/requirements.txt'), '-r ../requirements.txt\nh2==4.1.0\n')
    await symlink('/etc/passwd', join(folder.path, 'poetry.lock'))
    const ran = await auditing([h2], { files: {}, workspace: folder.path })
    expect(ran.findings.map(({ subject, observed }) => `${subject}: ${observed}`)).toEqual(
      [
        expect.stringContaining('PyPI/h2@4.1.0'),
        'file/poetry.lock: it is a symbolic link, which is not followed',
        'file/requirements.txt: it includes a file outside of the workspace',
        expect.stringMatching(/^file\/yarn\.lock: .*more than the/),
        expect.stringContaining('file/a/requirements.txt'),
      ].slice(0, 4),
    )
    expect(ran.log).not.toContain('secret@')
  })
})

describe('what is not pinned', () => {
  test('is told for each file, and not audited as if it were', async () => {
    const ran = await auditing([h2], { files: { 'requirements.txt': 'h2>=4.1.0\ndjango\n' } })
    expect(ran.findings).toMatchObject([
      { id: 'audit.unpinned', status: 'warning', observed: 'h2 (>=4.1.0), django (any version)' },
      { status: 'ok' },
    ])
    expect(ran.queries).toEqual([])
  })

  test('is pinned by a constraints file that is named', async () => {
    const ran = await auditing([h2], { files: { 'requirements.txt': '-c pins.txt\nh2\n', 'pins.txt': '# pins\nH2==4.1.0\nflask==1.0\n' } })
    expect(ran.findings).toMatchObject([{ observed: expect.stringContaining('pins.txt:2'), location: { path: 'pins.txt', line: 2 } }, {}])
    expect(ran.queries).toEqual([{ name: 'h2', version: '4.1.0' }])
  })

  test('in pyproject.toml is told only where no lockfile stands beside it', async () => {
    const text = '[project]\ndependencies = ["h2>=4"]\n'
    expect(told((await auditing([], { files: { 'pyproject.toml': text } })).findings)[0]).toBe('warning audit.unpinned file/pyproject.toml')
    const locked = { 'pyproject.toml': text, 'uv.lock': 'version = 1\n' }
    expect(told((await auditing([], { files: locked })).findings)).toEqual(['ok audit.vulnerability file/uv.lock'])
  })
})

describe('paths and ecosystems', () => {
  const files = {
    'requirements.txt': 'h2==4.1.0',
    'web/yarn.lock': 'h2@1:\n  version "1.0.0"\n',
    'node_modules/x/package-lock.json': '{',
    'vendor/requirements.txt': '?',
  }
  test.each([
    [{}, ['requirements.txt', 'web/yarn.lock']],
    [{ paths: 'web' }, ['web/yarn.lock']],
    [{ paths: '**/yarn.lock' }, ['web/yarn.lock']],
    [{ ecosystems: 'PyPI' }, ['requirements.txt']],
  ])('%j', async (inputs, paths) => {
    const ran = await auditing([], { files, inputs })
    expect(ran.findings.map(({ subject }) => subject)).toEqual(paths.map((path) => `file/${path}`))
  })

  test('a pattern that matches nothing is unknown', async () => {
    const ran = await auditing([], { inputs: { paths: 'backend/**' } })
    expect(told(ran.findings)).toEqual(['unknown audit.incomplete file/backend/**'])
  })
})

test('SARIF for code scanning has a result for each place, on its line', async () => {
  const files = { 'a b/requirements.txt': 'h2==4.1.0\n', 'requirements.txt': `django==4.2.8\nh2==4.1.0\n` }
  await using server = await osvServer({ records: [h2] })
  await using folder = await temporaryFolder()
  const ran = await audit(server, { files, inputs: { sarif: 'true' }, runnerTemp: folder.path })
  const sarif = JSON.parse(await readFile(ran.outputs['sarif-file'] ?? '', 'utf8'))
  expect(ran.log).toContain(`wrote ronde.sarif: ${ran.outputs['sarif-file']}`)
  expect(sarif).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { rules: [{ id: 'CVE-2025-11111', properties: { 'security-severity': '9.8' } }] } },
        results: [
          {
            ruleId: 'CVE-2025-11111',
            level: 'error',
            locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b/requirements.txt' }, region: { startLine: 1 } } }],
          },
          { locations: [{ physicalLocation: { artifactLocation: { uri: 'requirements.txt' }, region: { startLine: 2 } } }] },
        ],
      },
    ],
  })
  const prints = sarif.runs[0].results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints))
  expect(new Set(prints).size).toBe(2)
})

test('a bill of materials has every package once, with its places', async () => {
  await using server = await osvServer({ records: [] })
  await using folder = await temporaryFolder()
  const files = { 'requirements.txt': 'h2==4.1.0\n', 'requirements-dev.txt': 'h2==4.1.0\nidna==3.6\n' }
  const once = async () => {
    const ran = await audit(server, { files, inputs: { sbom: 'true', server: 'quiz' }, runnerTemp: folder.path })
    return readFile(ran.outputs['sbom-file'] ?? '', 'utf8')
  }
  const text = await once()
  expect(JSON.parse(text)).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    metadata: { component: { name: 'quiz' } },
    components: [
      {
        purl: 'pkg:pypi/h2@4.1.0',
        scope: 'required',
        evidence: {
          occurrences: [
            { location: 'requirements-dev.txt', line: 1 },
            { location: 'requirements.txt', line: 1 },
          ],
        },
      },
      { purl: 'pkg:pypi/idna@3.6', scope: 'excluded' },
    ],
  })
  expect(await once()).toBe(text)
})

describe('hostile names', () => {
  const names = ['<img src=x onerror=alert(1)>', '::error::gotcha', '$(touch /tmp/x)', '../../etc', '@everyone', '##[command]x']
  test.each(names)('%s is shown as text, and never in a command', async (name) => {
    const lock = JSON.stringify({ lockfileVersion: 3, packages: { [`node_modules/${name}`]: { name, version: '1.0.0' } } })
    const ran = await auditing([record('GHSA-1', name.toLowerCase(), '2.0.0', { ecosystem: 'npm', severity: critical })], {
      files: { 'package-lock.json': lock },
    })
    const [finding] = ran.findings
    expect(finding?.advice ?? '').not.toContain(`install ${name}`)
    expect(ran.log.split('\n').filter((line) => line.startsWith('::error::gotcha') || line.includes('##[command]x'))).toEqual([])
    expect(ran.summary.replaceAll(/`[^`\n]*`/g, '')).not.toContain('<img src=x')
  })
})
