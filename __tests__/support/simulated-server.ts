import type { Finding } from '../../src/contract/finding.ts'
import { noHistory } from '../../src/contract/history.ts'
import { createTransport } from '../../src/github/exchange.ts'
import type { ReconcileInput } from '../../src/incidents/model.ts'
import type { Listener } from '../../src/runtime/incidents/notify.ts'
import { reconcileIssues } from '../../src/runtime/incidents/reconcile-issues.ts'
import { writeIncidents } from '../../src/runtime/incidents/write-incidents.ts'
import { openRunState, recordRun } from '../../src/runtime/state-of-run.ts'
import { type GitHubOptions, startGitHub } from './github/server.ts'
import { defaults, minuteMs } from './incident-world.ts'
import { temporaryFolder } from './ronde.ts'
import { sampleReport } from './sample-report.ts'

export const repository = 'quiz/operations'
const server = 'quiz-prod'
const project = 'quiz'

type Simulated = {
  readonly github?: GitHubOptions
  readonly options?: Partial<ReconcileInput['options']>
  readonly listeners?: readonly Listener[]
  /** How far the server's clock is ahead of GitHub's. */
  readonly aheadMs?: number
}

export type SimulatedRun = {
  readonly action?: string
  readonly round?: string
  readonly scope?: readonly string[]
  /** Without a state that can be used. */
  readonly state?: false
  readonly token?: string
  readonly apiUrl?: string
}

/** One server on a clock that jumps: the real reconcile, adapter, state and webhooks against GitHub's stand-in, with a token for each run, as each job has its own. */
export const simulateServer = async ({ github: given = {}, options = {}, listeners = [], aheadMs = 0 }: Simulated = {}) => {
  let now = Date.parse('2026-11-22T00:00:00Z')
  let runs = 0
  const folder = await temporaryFolder()
  const github = await startGitHub({ repository, now: () => now - aheadMs, ...given })

  const record = async (action: string, findings: readonly Finding[]): Promise<void> => {
    const state = await openRunState(folder.path, { repository, server, project, action })
    await recordRun(state, findings, now)
  }

  const run = async (findings: readonly Finding[], of: SimulatedRun = {}) => {
    const { action = 'health-check', scope = ['compose', 'endpoints', 'postgres'], round, state } = of
    const lines: string[] = []
    const warnings: string[] = []
    const startedAt = now
    const before = github.counts()
    if (state !== false) await record(action, findings)
    const past = await openRunState(state === false ? undefined : folder.path, { repository, server, project, action })
    const report = sampleReport(findings, { server, action, scope, startedAt: new Date(startedAt).toISOString() })
    const written = await writeIncidents({
      environment: { GITHUB_API_URL: of.apiUrl ?? github.url, GITHUB_REPOSITORY: repository },
      transport: createTransport({}),
      openTransport: () => createTransport({}),
      token: of.token ?? github.token('job'),
      server,
      listeners,
      stateDirectory: state === false ? undefined : folder.path,
      printer: { command: (_name, _properties, message) => void warnings.push(message) },
      redact: (text) => text,
      lastLook: (text) => text,
      signal: new AbortController().signal,
      now: () => now,
      pause: async (ms) => {
        now += ms
      },
      reconcile: reconcileIssues(
        [
          {
            reports: [report],
            round,
            identity: { repository, project },
            isOurs: true,
            history: () => (state === false ? noHistory : past.store),
            stateUsable: state !== false,
            options: { ...defaults, labels: [], ...options },
            contacts: { technical: ['@org/ops'], security: undefined, infrastructure: ['@org/infra'] },
            maintenance: [],
            timeZone: 'UTC',
            run: { url: `https://github.com/${repository}/actions/runs/${++runs}` },
            runbooks: undefined,
          },
        ],
        { say: (line) => lines.push(line), issuesUrl: `https://github.com/${repository}/issues/` },
      ),
    })
    await past.store.close()
    const after = github.counts()
    return { ...written, lines, warnings, requests: after.all - before.all, wrote: after.writes - before.writes }
  }

  return {
    github,
    run,
    /** The same every five minutes, so many times; what each run cost at the stand-in. */
    rounds: async (count: number, findings: readonly Finding[], of: SimulatedRun = {}) => {
      const costs: { requests: number; wrote: number }[] = []
      for (let round = 0; round < count; round += 1) {
        const startedAt = now
        const { requests, wrote } = await run(findings, of)
        costs.push({ requests, wrote })
        now = startedAt + 5 * minuteMs
      }
      return costs
    },
    wait: (ms: number): void => {
      now += ms
    },
    open: () => github.repository.issues.filter((one) => one.state === 'open'),
    said: (number: number) => github.repository.comments.filter((one) => one.issue === number).map((one) => one.body),
    [Symbol.asyncDispose]: async () => {
      await github.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export const sum = (costs: readonly { readonly requests: number; readonly wrote: number }[]) => ({
  requests: costs.reduce((so, one) => so + one.requests, 0),
  wrote: costs.reduce((so, one) => so + one.wrote, 0),
})
