import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Finding } from '../../src/contract/finding.ts'
import type { Report, RoundReport } from '../../src/contract/report.ts'
import { hosted, repository } from './broken-server.ts'
import { startGitHub } from './github/server.ts'
import { runRonde, temporaryFolder } from './ronde.ts'
import { sampleFinding, sampleReport, sampleRound } from './sample-report.ts'

const permissions = { contents: 'read', issues: 'write' } as const
export const incidents = 'incidents: { enabled: true, confirm: 2, recover: 2, settle: 1ms }'

/** The job that merges: a folder with what the artifacts of the servers held, a GitHub, and no disk of its own. */
export const startMerge = async (file = `${incidents}\nservers: { quiz-a: {}, quiz-b: {} }\n`) => {
  const folder = await temporaryFolder()
  const github = await startGitHub({ repository })
  const reports = join(folder.path, 'reports')
  await mkdir(reports)
  const put = async (name: string, content: unknown) => {
    await mkdir(dirname(join(reports, name)), { recursive: true })
    await writeFile(join(reports, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const merge = (
    inputs: Readonly<Record<string, string>> = {},
    given: { token?: string; url?: string; files?: Record<string, string> } = {},
  ) => {
    github.reset()
    return runRonde('merge', {
      inputs: { reports, ...inputs },
      files: given.files ?? { '.github/ronde.yml': file },
      environment: hosted,
      github: { repository, api_url: given.url ?? github.url, token: given.token ?? github.token('job', { permissions }) },
    })
  }
  return {
    github,
    folder: folder.path,
    reports,
    put,
    merge,
    issues: () => [...github.repository.issues],
    open: () => github.repository.issues.filter((one) => one.state === 'open').map((one) => one.title),
    [Symbol.asyncDispose]: async () => {
      await github.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export const exited = (overrides: Partial<Finding> = {}): Finding =>
  sampleFinding({ status: 'critical', certainty: 'hard', title: 'db: exited', observed: 'exited (1)', ...overrides })
export const reportOf = (server: string, findings: readonly Finding[] = [sampleFinding()], overrides: Partial<Report> = {}): Report =>
  sampleReport(findings, {
    server,
    startedAt: new Date(Date.now() - 60_000).toISOString(),
    origin: { repository, project: 'quiz', past: { at: [], findings: [] } },
    ...overrides,
  })
export const roundOf = (server: string, reports: readonly Report[], overrides: Partial<RoundReport> = {}): RoundReport =>
  sampleRound(reports, { server, round: 'quick', startedAt: new Date().toISOString(), ...overrides })
