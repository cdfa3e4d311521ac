import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createTestProject, docker, type TestProject } from '../../../support/compose-project.ts'
import { osvServer, record } from '../../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../../support/ronde.ts'

const execute = promisify(execFile)
const image = 'ronde-test-audit:1'

/** Debian's packages come from the image below; each line makes a layer. */
const dockerfile = `FROM ronde-quiz/web:1
RUN mkdir -p /srv/site-packages/h2-4.1.0.dist-info /srv/node_modules/minimist /srv/node_modules/gone
COPY METADATA /srv/site-packages/h2-4.1.0.dist-info/METADATA
COPY package.json /srv/node_modules/minimist/package.json
COPY package.json /srv/node_modules/gone/package.json
RUN rm -r /srv/node_modules/gone
`
const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records = [
  record('GHSA-h2', 'h2', '4.3.0', { severity }),
  record('GHSA-m', 'minimist', '1.2.6', { ecosystem: 'npm', severity }),
  record('DEBIAN-CVE-2026-1', 'python-django', '9:9', { ecosystem: 'Debian', severity }),
]

let project: TestProject
beforeAll(async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'Dockerfile'), dockerfile)
  await writeFile(join(folder.path, 'METADATA'), 'Metadata-Version: 2.1\nName: h2\nVersion: 4.1.0\n\nText\n')
  await writeFile(join(folder.path, 'package.json'), '{ "name": "minimist", "version": "1.2.5" }')
  await execute('docker', ['build', '--quiet', '--tag', image, folder.path])
  project = await createTestProject('ronde-test-audit', {
    'compose.yaml': `services:\n  web: { image: "${image}", pull_policy: never, command: [sleep, "600"], mem_limit: 64m }\n`,
  })
  await project.compose('create')
}, 120_000)
afterAll(async () => {
  await project.remove()
  await docker('image', 'rm', image)
}, 60_000)

const audit = async (inputs: Readonly<Record<string, string>>) => {
  await using server = await osvServer({ records })
  await using folder = await temporaryFolder()
  const temp = join(folder.path, 'temp')
  await mkdir(temp)
  const ran = await runRonde('audit-deps', {
    inputs: { 'osv-url': server.origin, 'kev-url': `${server.origin}/kev`, 'epss-url': `${server.origin}/epss`, ...inputs },
    files: { 'requirements.txt': 'django==4.2.8\n' },
    runnerTemp: temp,
  })
  return { ...ran, left: (await readdir(temp)).filter((name) => name.startsWith('ronde-image-')) }
}

describe('images of the local engine', () => {
  test('what is vulnerable inside, with the layer that brought it; never counted as a vulnerability of the repository', async () => {
    const ran = await audit({ images: 'web', 'compose-project': 'ronde-test-audit' })
    const inside = ran.findings.filter(({ check, id }) => check === 'images' && id === 'audit.vulnerability')
    expect(inside.map(({ subject, status }) => `${status} ${subject}`).toSorted()).toEqual([
      expect.stringMatching(/^critical Debian:\d+\/python-django@\S+ CVE-2026-1$/),
      'critical PyPI/h2@4.1.0 GHSA-h2',
      'critical npm/minimist@1.2.5 GHSA-m',
    ])
    const layers = inside.map(({ evidence }) => evidence.join(' ')).join('\n')
    expect(layers).toMatch(
      /web \(ronde-test-audit:1\), layer \d+ of \d+ \([0-9a-f]{12}\), srv\/site-packages\/h2-4\.1\.0\.dist-info\/METADATA/,
    )
    expect(layers).toMatch(/layer 1 of \d+ \([0-9a-f]{12}\), var\/lib\/dpkg\/status/)
    expect(inside.map(({ advice }) => advice).join()).toContain('docker compose build --pull web')
    expect(ran.outputs).toMatchObject({ vulnerabilities: '0', status: 'critical' })
    expect(ran.reports[0]?.scope).toContain('images')
    expect(ran.left).toEqual([])
  }, 120_000)

  test('an image that the engine does not have is unknown, and the others are looked into', async () => {
    const ran = await audit({ images: `nobody/has-this:1, ${image}` })
    expect(ran.findings.filter(({ status }) => status === 'unknown')).toMatchObject([
      { id: 'audit.incomplete', subject: 'image/nobody/has-this:1', observed: 'the engine has no such image' },
    ])
    expect(ran.findings.some(({ subject }) => subject === 'PyPI/h2@4.1.0 GHSA-h2')).toBe(true)
    expect(ran.reports[0]?.scope).not.toContain('images')
  }, 120_000)
})
