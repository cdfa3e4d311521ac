import type { ComposeProject, Container } from '../../src/contract/compose.ts'
import type { History } from '../../src/contract/history.ts'
import type { Finished } from '../../src/contract/process.ts'
import type { Status } from '../../src/contract/status.ts'
import type { ComposeConfig, ComposeSnapshot } from '../../src/probes/compose.ts'
import type { DeclaredService } from '../../src/probes/compose-config.ts'

export const quizProject: ComposeProject = { name: 'quiz', directory: '/srv/quiz', files: [], from: 'configuration' }

/** A healthy container of the service `web`; overrides show what matters. */
export const container = (overrides: Partial<Container> = {}): Container => ({
  id: `${overrides.service ?? 'web'}0123456789abcdef`,
  name: `quiz-${overrides.service ?? 'web'}-1`,
  service: 'web',
  image: 'quiz/web:1',
  state: 'running',
  health: 'healthy',
  healthLog: [],
  exitCode: 0,
  oomKilled: false,
  restartCount: 0,
  startedAt: '2026-11-22T10:00:00.123456789Z',
  finishedAt: '0001-01-01T00:00:00Z',
  pid: 100,
  addresses: ['172.18.0.3'],
  memoryLimitBytes: 64_000_000,
  logDriver: 'json-file',
  logOptions: { 'max-size': '10m' },
  restartPolicy: 'unless-stopped',
  oneOff: false,
  postgresEnvironment: {},
  mounts: {},
  ...overrides,
})

export const declared = (overrides: Partial<DeclaredService> = {}): DeclaredService => ({
  name: 'web',
  replicas: 1,
  restart: 'unless-stopped',
  dependsOn: [],
  ...overrides,
})

export const validConfig = (...services: readonly DeclaredService[]): ComposeConfig => ({
  kind: 'valid',
  services,
  inactive: [],
  unset: [],
})

export const snapshot = (config: ComposeConfig, ...containers: readonly Container[]): ComposeSnapshot => ({
  project: quizProject,
  config,
  containers,
})

/** What earlier runs left: notes, and the last statuses (newest first) of every subject. */
export const pastWith = (given: { readonly notes?: Readonly<Record<string, string>>; readonly statuses?: readonly Status[] }): History => ({
  statuses: (_id, _subject, limit) => (given.statuses ?? []).slice(0, limit).map((status, index) => ({ at: -index, status })),
  measurements: () => [],
  note: (key) => given.notes?.[key],
})

/** How a program ended, for tests of what is made of it. */
export const ended = (exitCode: number, output: { readonly stdout?: string; readonly stderr?: string } = {}): Finished => ({
  ended: 'exit',
  exitCode,
  stdout: '',
  stderr: '',
  truncated: false,
  durationMs: 1,
  ...output,
})
