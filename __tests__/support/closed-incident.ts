import { fingerprint, writeMarker } from '../../src/incidents/marker.ts'
import type { Marker } from '../../src/incidents/model.ts'
import type { startGitHub } from './github/server.ts'
import type { Issue } from './github/world.ts'

const minuteMs = 60_000

/** The marker of an incident that closed by itself; the overrides show what matters. */
export const closedMarker = (overrides: Partial<Marker> = {}): Marker => {
  const closed = overrides.closed ?? Date.parse('2026-11-22T01:41:00Z')
  const parts = {
    repository: 'quiz/operations',
    server: 'quiz-prod',
    project: 'quiz',
    action: 'health-check',
    id: 'endpoint.status',
    key: 'https://quiz.example/api',
  }
  const since = overrides.since ?? closed - 20 * minuteMs
  const whole: Marker = {
    ...parts,
    fingerprint: '',
    since,
    status: 'critical',
    worst: { status: 'critical', observed: 'status 500' },
    hard: false,
    slow: false,
    round: '',
    check: 'endpoints',
    disturbed: true,
    audience: 'technical',
    direction: 0,
    lastBad: since,
    seen: 4,
    values: [],
    reminders: { count: 0, last: 0 },
    good: { runs: 0, since: 0 },
    gone: 0,
    reopened: 0,
    children: [],
    flapping: false,
    escalated: false,
    cause: '',
    fix: '',
    comments: { count: 0, last: 0, at: 0 },
    updated: closed,
    digest: '',
    firstRun: '',
    latestRun: '',
    events: [{ at: since, what: 'opened, critical' }],
    closed,
    duplicate: false,
    ...overrides,
  }
  return { ...whole, fingerprint: fingerprint(whole) }
}

/** A closed incident on a GitHub, as Ronde left it. */
export const addClosed = (
  github: Awaited<ReturnType<typeof startGitHub>>,
  marker: Partial<Marker> = {},
  issue: Partial<Issue> = {},
): Issue => {
  const whole = { ...closedMarker(marker), ...('closed' in marker ? { closed: marker.closed } : {}) }
  return github.state.addIssue(github.repository, {
    title: '[quiz-prod] api: answered 500 instead of 200',
    body: `${writeMarker(whole)}\n\n**Closed**`,
    labels: ['ronde'],
    author: 'github-actions[bot]',
    state: 'closed',
    closedAt: new Date(whole.closed ?? whole.updated).toISOString(),
    closedBy: 'github-actions[bot]',
    ...issue,
  })
}
