import { expect, test } from '@jest/globals'
import { hosted, repository } from '../../support/broken-server.ts'
import { startGitHub } from '../../support/github/server.ts'
import { osvServer, record, type ServedRecord } from '../../support/osv-server.ts'
import { runRonde } from '../../support/ronde.ts'

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records: readonly ServedRecord[] = [record('GHSA-d', 'django', '4.2.9', { severity }), record('GHSA-h', 'h2', '4.3.0', { severity })]
const config = 'incidents: { recover: 1, settle: 0s }\naudit-deps: { critical-packages: [django, h2] }\n'

test('a scheduled audit keeps one incident a repository, whatever the runner is called, and closes it when nothing is left', async () => {
  await using github = await startGitHub({ repository })
  const audit = async (served: readonly ServedRecord[], requirements = 'django==4.2.8\nh2==4.1.0\n') => {
    await using server = await osvServer({ records: served })
    return await runRonde('audit-deps', {
      inputs: { incidents: 'true', 'osv-url': server.origin, 'kev-url': `${server.origin}/kev`, 'epss-url': `${server.origin}/epss` },
      files: { '.github/ronde.yml': config, 'requirements.txt': requirements },
      environment: hosted,
      github: { repository, api_url: github.url, token: github.token('job', { permissions: { issues: 'write' } }), event_name: 'schedule' },
    })
  }
  const issues = () => github.repository.issues.filter((one) => !one.isPullRequest)
  const first = await audit(records)
  expect(first.findings.filter(({ status }) => status === 'unknown')).toEqual([])
  expect(first.exitCode).toBe(0)
  expect(issues()).toMatchObject([{ state: 'open', title: expect.stringContaining('django 4.2.8: GHSA-d, critical') }])
  await audit(records.slice(0, 1))
  expect(issues()).toHaveLength(1)
  expect(issues()[0]).toMatchObject({ state: 'open' })
  await audit(records, 'django==4.2.9\nh2==4.3.0\n')
  expect(issues()).toMatchObject([{ state: 'closed' }])
}, 60_000)
