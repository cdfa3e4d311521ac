import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createTransport } from '../../../src/github/exchange.ts'
import type { Notification } from '../../../src/incidents/model.ts'
import type { OutboxFact } from '../../../src/incidents/outbox.ts'
import type { ReconcileAccess, IncidentsTold as ReconcileResult } from '../../../src/runtime/incidents/model.ts'
import { writeIncidents } from '../../../src/runtime/incidents/write-incidents.ts'
import { type GitHubStandIn, startGitHub } from '../../support/github/server.ts'
import { recordingServer, unusedPort } from '../../support/http-server.ts'

const stateDirectory = mkdtempSync(join(tmpdir(), 'ronde-incidents-'))
afterAll(() => rmSync(stateDirectory, { recursive: true }))

const opened: Notification = { kind: 'opened', title: 'db is down', server: 'quiz-prod', status: 'critical', url: undefined, text: '' }
const creation = { kind: 'create', fingerprint: 'v1abc', title: opened.title, body: 'x', labels: [], assignees: [] } as const

/** The simplest reconcile of a database that is down: one issue, told once. */
const reconcile = async ({ issues, facts, now }: ReconcileAccess): Promise<ReconcileResult> => {
  const told = facts.some((one) => one.told)
  const fact: OutboxFact = { fingerprint: 'v1abc', kind: 'opened', at: now, status: 'critical', title: opened.title, text: '', told: true }
  const notifications = told ? [] : [opened]
  const listed = await issues.listOpen()
  if (!listed.ok) return { notifications, facts: [...facts, fact], failure: listed.failure, incidents: [] }
  if (listed.value.length > 0) return { notifications: [], facts: [], failure: undefined, incidents: [] }
  const written = await issues.perform(creation)
  return written.ok
    ? { notifications, facts: [], failure: undefined, incidents: [] }
    : { notifications, facts: [fact], failure: written.failure, incidents: [] }
}

const run = async (apiUrl: string, token: string, hook: string) => {
  const warnings: string[] = []
  const written = await writeIncidents({
    environment: { GITHUB_API_URL: apiUrl, GITHUB_REPOSITORY: 'quiz/operations' },
    transport: createTransport({}),
    openTransport: () => createTransport({}),
    token,
    server: 'quiz-prod',
    listeners: [{ webhook: hook }],
    stateDirectory,
    printer: { command: (_name, _properties, message) => void warnings.push(message) },
    redact: (text) => text,
    lastLook: (text) => text,
    signal: new AbortController().signal,
    reconcile,
  })
  return { ...written, warnings }
}

const withGitHub = async (work: (github: GitHubStandIn) => Promise<void>) => {
  await using github = await startGitHub()
  await work(github)
  expect(github.violations()).toEqual([])
}

describe('the incidents of a run', () => {
  test('are told outside while GitHub is down, and opened without a second telling when it is back', async () => {
    await using hook = await recordingServer()
    const down = await run(`http://127.0.0.1:${await unusedPort()}`, 'ghs_x', hook.origin)
    expect(down).toMatchObject({ failure: { kind: 'unreachable' }, counts: { requests: 3, charged: 0, writes: 0 }, warnings: [] })
    expect(hook.received).toHaveLength(1)
    await withGitHub(async (github) => {
      const back = await run(github.url, github.token('job'), hook.origin)
      expect(back).toMatchObject({ failure: undefined, counts: { requests: 2, charged: 2, writes: 1 }, warnings: [] })
      expect(github.repository.issues).toHaveLength(1)
      await run(github.url, github.token('job'), hook.origin)
      expect(github.counts()).toMatchObject({ all: 3, writes: 1 })
    })
    expect(hook.received).toHaveLength(1)
  })

  test('without the right to write name what is missing', async () => {
    await using hook = await recordingServer()
    await withGitHub(async (github) => {
      const token = github.token('job', { permissions: { issues: 'read' } })
      expect((await run(github.url, token, hook.origin)).failure).toMatchObject({ kind: 'forbidden' })
    })
    expect(hook.received).toHaveLength(1)
  })
})
