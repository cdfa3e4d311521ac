import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { hosted, repository } from '../../support/broken-server.ts'
import { osvServer, record } from '../../support/osv-server.ts'
import { startResultsService } from '../../support/results-service.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records = [record('GHSA-h2', 'h2', '4.3.0', { aliases: ['CVE-2025-11111'], severity })]

/** A machine of GitHub's: everything on it is gone with the job, the path of its temporary folder is always the same. */
const startHosted = async () => {
  const [service, server, folder] = [await startResultsService(), await osvServer({ records }), await temporaryFolder()]
  const runnerTemp = join(folder.path, '_temp')
  const audit = async (offline: boolean, environment: Readonly<Record<string, string>> = {}, event = 'schedule') => {
    await rm(runnerTemp, { recursive: true, force: true })
    await mkdir(runnerTemp)
    const before = server.requests.length
    const ran = await runRonde('audit-deps', {
      inputs: {
        offline: String(offline),
        'osv-url': server.origin,
        'osv-zip-url': `${server.origin}/zips`,
        'kev-url': `${server.origin}/kev`,
        'epss-url': `${server.origin}/epss`,
      },
      files: { 'requirements.txt': 'h2==4.1.0\n' },
      environment: { ...hosted, ...service.environment, ...environment },
      github: { repository, event_name: event, ref: event === 'push' ? 'refs/heads/feature' : 'refs/heads/main' },
      runnerTemp,
    })
    expect(ran.outputs).toMatchObject({ vulnerabilities: '1' })
    return { ...ran, requests: server.requests.slice(before) }
  }
  const close = async () => {
    await service.close()
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  }
  return { service, audit, [Symbol.asyncDispose]: close }
}

describe('on a machine that is new each time', () => {
  test("OSV's files come from GitHub's cache: the second run asks nobody", async () => {
    await using machine = await startHosted()
    expect((await machine.audit(true)).requests).toEqual(['GET /zips/PyPI/all.zip', 'GET /kev'])
    expect(machine.service.caches()).toEqual([expect.stringMatching(/^ronde-audit-deps-files-/)])
    expect((await machine.audit(true)).requests).toEqual([])
    expect(machine.service.caches()).toHaveLength(1)
  }, 60_000)

  test('records come from there, too, and are not kept twice', async () => {
    await using machine = await startHosted()
    const questions = ['GET /kev', 'GET /epss?cve=CVE-2025-11111']
    expect((await machine.audit(false)).requests).toEqual(['POST /v1/querybatch', 'GET /v1/vulns/GHSA-h2', ...questions])
    expect((await machine.audit(false)).requests).toEqual(['POST /v1/querybatch', ...questions])
    expect(machine.service.caches()).toEqual([expect.stringMatching(/^ronde-audit-deps-records-/)])
  }, 60_000)

  test.each([
    ['another branch than the default one', {}, 'push'],
    ['cache-mode: read', { ACTIONS_CACHE_MODE: 'read' }, 'schedule'],
  ])(
    '%s restores and never saves',
    async (_who, environment, event) => {
      await using machine = await startHosted()
      await machine.audit(true, environment, event)
      expect(machine.service.caches()).toEqual([])
      expect(machine.service.requests.filter((one) => one.includes('CreateCacheEntry'))).toEqual([])
      await machine.audit(true)
      expect((await machine.audit(true, environment, event)).requests).toEqual([])
      expect(machine.service.caches()).toHaveLength(1)
    },
    60_000,
  )

  test('cache-mode: none asks nothing of the service; write-only only saves', async () => {
    await using machine = await startHosted()
    await machine.audit(true, { ACTIONS_CACHE_MODE: 'none' })
    expect(machine.service.requests).toEqual([])
    await machine.audit(true, { ACTIONS_CACHE_MODE: 'write-only' })
    expect(machine.service.caches()).toHaveLength(1)
    expect(machine.service.requests.filter((one) => one.includes('GetCacheEntryDownloadURL'))).toEqual([])
  }, 60_000)

  test('a service that is out of order keeps nothing, and nothing of it is printed', async () => {
    await using machine = await startHosted()
    machine.service.breakDown(429)
    const ran = await machine.audit(true)
    expect(ran.outputs).toMatchObject({ status: 'critical' })
    expect(ran.annotations.map(({ message }) => message).join()).not.toContain('restore')
    expect(ran.log).not.toContain('Cache')
  }, 60_000)
})
