import type { GithubAnswer, IssuesFailure } from '../../../src/contract/issues.ts'
import { createClient } from '../../../src/github/client.ts'
import { createTransport } from '../../../src/github/exchange.ts'
import { createIssues } from '../../../src/github/issues.ts'
import type { GitHubStandIn } from './server.ts'

type Options = {
  readonly token?: string
  /** From now on; default a minute. */
  readonly leftMs?: number
  readonly signal?: AbortSignal
  readonly repository?: string
}

/** The adapter as a run uses it, on a clock that jumps instead of waiting; `waits` are the milliseconds it would have waited. */
export const connectIssues = (github: GitHubStandIn, options: Options = {}) => {
  const waits: number[] = []
  const warnings: string[] = []
  let skippedMs = 0
  const now = () => Date.now() + skippedMs
  const client = createClient({
    apiUrl: github.url,
    token: options.token ?? github.token('job'),
    transport: createTransport({}),
    signal: options.signal ?? new AbortController().signal,
    deadline: now() + (options.leftMs ?? 60_000),
    now,
    pause: async (ms) => {
      waits.push(ms)
      skippedMs += ms
    },
  })
  const issues = createIssues({ client, repository: options.repository ?? 'quiz/operations', warn: (text) => warnings.push(text) })
  return { issues, waits, warnings, close: client.close }
}

/** What an issue of ours looks like when it is opened. */
export const creation = {
  kind: 'create',
  fingerprint: 'v1abc',
  title: 'db is down',
  body: 'x',
  labels: ['ronde', 'incident'],
  assignees: [],
} as const

export const valueOf = <T>(answer: GithubAnswer<T>): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.failure))
  return answer.value
}
export const failureOf = (answer: GithubAnswer<unknown>): IssuesFailure | undefined => (answer.ok ? undefined : answer.failure)
