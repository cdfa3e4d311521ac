import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

/** GitHub's own names; each of them that the runner exports becomes `GITHUB_…`. */
export type GitHubContext = {
  readonly repository?: string
  readonly sha?: string
  readonly ref?: string
  readonly event_name?: string
  readonly event?: unknown
  readonly token?: string
  readonly api_url?: string
  readonly server_url?: string
  readonly graphql_url?: string
  readonly run_id?: string
  readonly run_attempt?: string
  readonly run_number?: string
  readonly workflow?: string
  readonly workflow_ref?: string
  readonly job?: string
  readonly actor?: string
  readonly base_ref?: string
  readonly head_ref?: string
}

/** A scheduled run on the default branch of a private operations repository. */
export const githubDefaults: Required<GitHubContext> = {
  repository: 'quiz/operations',
  sha: 'ffac537e6cbbf934b08745a378932722df287a53',
  ref: 'refs/heads/main',
  event_name: 'schedule',
  event: { schedule: '7,12 * * * *', repository: { full_name: 'quiz/operations', default_branch: 'main', private: true } },
  token: 'ghs_0123456789abcdefghijklmnopqrstuvwxyz',
  api_url: 'https://api.github.com',
  server_url: 'https://github.com',
  graphql_url: 'https://api.github.com/graphql',
  run_id: '1658821493',
  run_attempt: '1',
  run_number: '38',
  workflow: 'monitor',
  workflow_ref: 'quiz/operations/.github/workflows/monitor.yml@refs/heads/main',
  job: 'quick',
  actor: 'octocat',
  base_ref: '',
  head_ref: '',
}

export type ActionFile = {
  readonly inputs: Readonly<Record<string, string>>
  readonly main: string
  readonly post: string | undefined
  readonly postIf: string
}

/** The parts of an `action.yml` that decide a run; inputs by name with their unevaluated default. */
export const readActionFile = async (path: string): Promise<ActionFile> => {
  const { inputs, runs } = parse(await readFile(path, 'utf8'))
  if (runs?.using !== 'node24') throw new Error(`${path}: runs.using is ${runs?.using}, not node24`)
  const defaults = Object.entries((inputs ?? {}) as Record<string, { default?: string | number | boolean } | null>)
  return {
    inputs: Object.fromEntries(defaults.map(([name, input]) => [name, String(input?.default ?? '')])),
    main: runs.main,
    post: runs.post,
    postIf: runs['post-if'] ?? 'always()',
  }
}

const expression = /\$\{\{\s*(.*?)\s*\}\}/g
const evaluate = (text: string, github: GitHubContext): string => {
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1)
  if (/^(true|false|\d+)$/.test(text)) return text
  if (!/^github(\.[\w-]+)+$/.test(text)) throw new Error(`the emulator evaluates only github.* and literals, not ${text}`)
  const keys = text.split('.').slice(1)
  const value = keys.reduce<unknown>((so, key) => (so as Record<string, unknown> | undefined)?.[key], github)
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `INPUT_…` as the runner sets them: defaults evaluated, upper-case, spaces to `_`, dashes kept, empty ones too. */
export const inputEnvironment = (action: ActionFile, given: Readonly<Record<string, string>>, github: GitHubContext) => {
  const defaults = Object.entries(action.inputs).map(
    ([name, text]) => [name, text.replace(expression, (_, inner) => evaluate(inner, github))] as const,
  )
  const entries = [...defaults, ...Object.entries(given)]
  return Object.fromEntries(entries.map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]))
}

/** Inputs that `action.yml` does not declare; the runner warns and passes them nevertheless. */
export const unexpectedInputs = (action: ActionFile, given: Readonly<Record<string, string>>): readonly string[] => {
  const declared = new Set(Object.keys(action.inputs).map((name) => name.toLowerCase()))
  return Object.keys(given).filter((name) => !declared.has(name.toLowerCase()))
}

const architectures: Record<string, string> = { x64: 'X64', arm64: 'ARM64' }

/** What a step of a self-hosted Linux runner sees, without inputs, state and file commands. */
export const stepEnvironment = (
  github: Required<GitHubContext>,
  folders: Readonly<Record<'temp' | 'workspace' | 'tools' | 'home' | 'eventFile', string>>,
  trackingId: string,
): Record<string, string> => {
  const { token: _token, event: _event, ...exported } = github
  const contexts = Object.entries(exported).map(([key, value]) => [`GITHUB_${key.toUpperCase()}`, value])
  const [owner = ''] = github.repository.split('/')
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: folders.home,
    CI: 'true',
    ...Object.fromEntries(contexts),
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'ronde',
    GITHUB_EVENT_PATH: folders.eventFile,
    GITHUB_REF_NAME: github.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: github.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_TRIGGERING_ACTOR: github.actor,
    GITHUB_WORKFLOW_SHA: github.sha,
    GITHUB_WORKSPACE: folders.workspace,
    RUNNER_ARCH: architectures[process.arch] ?? process.arch,
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'quiz-prod',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.tools,
    RUNNER_TRACKING_ID: trackingId,
    RUNNER_WORKSPACE: folders.workspace,
  }
}
