import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type OsvServer, type OsvWorld, osvServer, record } from '../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records = [
  record('GHSA-h2', 'H2', '4.3.0', { aliases: ['CVE-2025-11111'], severity }),
  record('GHSA-other', 'flask', '99', { severity }),
  record('GHSA-npm', 'minimist', '1.2.6', { ecosystem: 'npm', severity }),
]
const files = {
  'requirements.txt': 'django==4.2.8\nh2==4.1.0\n',
  'yarn.lock': 'minimist@1.2.5:\n  version "1.2.5"\n',
}

const onServer = { RUNNER_ENVIRONMENT: 'self-hosted' }
const audit = (server: OsvServer, stateHome: string, inputs: Readonly<Record<string, string>> = {}) =>
  runRonde('audit-deps', {
    inputs: {
      offline: 'true',
      'osv-url': 'http://127.0.0.1:9',
      'osv-zip-url': `${server.origin}/zips`,
      'kev-url': `${server.origin}/kev`,
      ...inputs,
    },
    files,
    environment: onServer,
    stateHome,
  })
const fetches = ['GET /zips/PyPI/all.zip', 'GET /zips/npm/all.zip', 'GET /kev']
const keptIn = (stateHome: string) => join(stateHome, 'ronde/kept/audit-deps/files')
const world = async (given: Partial<OsvWorld> = {}) => {
  const server = await osvServer({ records, ...given })
  const home = await temporaryFolder()
  return {
    server,
    home: home.path,
    audit: (inputs?: Readonly<Record<string, string>>) => audit(server, home.path, inputs),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await home[Symbol.asyncDispose]()
    },
  }
}

/** As if it had been fetched so many days ago. */
const makeOlder = async (stateHome: string, days: number) => {
  for (const name of ['PyPI.json', 'npm.json', 'kev.json']) {
    const path = join(keptIn(stateHome), name)
    const kept = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify({ ...kept, fetchedAt: kept.fetchedAt - days * 86_400_000 }))
  }
}

describe('offline', () => {
  test('what OSV publishes in files is the same verdict; the next run asks nobody', async () => {
    await using of = await world({ kev: ['CVE-2025-11111'] })
    const first = await of.audit()
    expect(first.outputs).toMatchObject({ status: 'critical', vulnerabilities: '2' })
    expect(first.findings.map(({ subject, observed }) => `${subject}: ${observed}`)).toEqual([
      expect.stringContaining('PyPI/h2@4.1.0 CVE-2025-11111: requirements.txt:2, critical, CVSS 3.1 9.8; '),
      expect.stringContaining('npm/minimist@1.2.5 GHSA-npm: '),
    ])
    expect(of.server.requests).toEqual(fetches)
    expect(JSON.stringify(first.reports)).toMatch(/PyPI: OSV's file of \d{4}-\d\d-\d\d/)
    const second = await of.audit()
    expect(second.findings.map(({ subject }) => subject)).toEqual(first.findings.map(({ subject }) => subject))
    expect(second.reports[0]?.facts['requests']).toBe(0)
    expect(of.server.requests).toEqual(fetches)
  })

  test('after a day they are fetched anew, and what was kept before goes', async () => {
    await using of = await world()
    await of.audit()
    const before = await readdir(keptIn(of.home))
    await makeOlder(of.home, 2)
    await of.audit()
    expect(of.server.requests).toEqual([...fetches, ...fetches])
    const after = await readdir(keptIn(of.home))
    expect(after).toHaveLength(before.length)
    expect(after.filter((name) => before.includes(name)).toSorted()).toEqual(['PyPI.json', 'kev.json', 'npm.json'])
  })

  test.each([
    [2, 'critical', 'no newer one came: it answered 503'],
    [8, 'unknown', 'what is kept is older than a week'],
  ])(
    'nobody answers: what is kept for %i days is %s',
    async (days, status, words) => {
      await using of = await world()
      await of.audit()
      await makeOlder(of.home, days)
      await using silent = await osvServer({ records, always: 'unavailable' })
      const ran = await audit(silent, of.home)
      expect(ran.outputs).toMatchObject({ status })
      expect(JSON.stringify(ran.reports)).toContain(words)
    },
    120_000,
  )

  test('a file that is not what its sender says it is, is never used', async () => {
    await using of = await world({ sum: 'wrong' })
    const ran = await of.audit()
    expect(ran.findings).toMatchObject([
      { status: 'unknown', observed: expect.stringContaining('is not what was sent') },
      { status: 'unknown' },
    ])
  })

  test('a sender that says no sum is believed, and that is told', async () => {
    await using of = await world({ sum: 'none' })
    const ran = await of.audit()
    expect(ran.outputs).toMatchObject({ vulnerabilities: '2' })
    expect(JSON.stringify(ran.reports)).toContain('who sends it says no checksum')
  })

  test('a file that is cut once is fetched again', async () => {
    await using of = await world({ faults: ['cut', 'ok', 'cut'] })
    const ran = await of.audit()
    expect(ran.outputs).toMatchObject({ status: 'critical', vulnerabilities: '2' })
    expect((await readdir(keptIn(of.home))).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('what was changed on the disk since is fetched anew', async () => {
    await using of = await world()
    await of.audit()
    const names = await readdir(keptIn(of.home))
    const zip = names.find((name) => name.startsWith('PyPI-') && name.endsWith('.zip')) ?? ''
    await writeFile(join(keptIn(of.home), zip), 'something else')
    await utimes(join(keptIn(of.home), zip), 0, 0)
    const ran = await of.audit()
    expect(ran.outputs).toMatchObject({ vulnerabilities: '2' })
    expect(of.server.requests.slice(fetches.length)).toEqual(['GET /zips/PyPI/all.zip'])
  })

  test('an ecosystem that nobody publishes is unknown, never green', async () => {
    await using of = await world({ records: records.slice(2) })
    const ran = await of.audit({ ecosystems: 'PyPI' })
    expect(ran.findings).toMatchObject([
      { id: 'audit.incomplete', status: 'unknown', observed: expect.stringContaining('there is no such file') },
    ])
  })
})
