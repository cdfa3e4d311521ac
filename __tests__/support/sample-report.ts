import { type Finding, finding } from '../../src/contract/finding.ts'
import { type Report, type RoundReport, verdict } from '../../src/contract/report.ts'
import { worstStatus } from '../../src/contract/status.ts'

/** Of ids that tests speak of: the check, where its name is not the first word. */
const checks: Readonly<Record<string, string>> = {
  endpoint: 'endpoints',
  state: 'health-check',
  recovery: 'health-check',
  clock: 'health-check',
  check: 'health-check',
}
const checkOf = (id: string): string => {
  const [word = id] = id.split('.', 1)
  return checks[word] ?? word
}

/** A finding that is ok; the overrides show what matters. */
export const sampleFinding = (overrides: Partial<Finding> = {}): Finding => ({
  check: checkOf(overrides.id ?? 'compose.service'),
  ...finding({
    id: 'compose.service',
    subject: 'service/db',
    status: 'ok',
    title: 'db: running, healthy',
    observed: 'running, healthy',
    expected: 'running, healthy',
    audience: 'infrastructure',
  }),
  ...overrides,
  cleared: overrides.cleared ?? (overrides.status ?? 'ok') === 'ok',
})

export const staleRows = sampleFinding({
  id: 'purge.stale-rows',
  check: 'table',
  group: 'purge-verify',
  subject: 'table/game',
  status: 'critical',
  title: 'game: 412 rows are older than 2026-12-05',
  observed: 'oldest day_date 2026-12-04; no "Purge OK" line in the log of web since 00:00',
  expected: '0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
  advice: '`docker compose exec web python manage.py purge`, then run this round again',
})

/** Something that would be well without the other. */
export const followsFrom = (cause: Finding, overrides: Partial<Finding> = {}): Finding =>
  sampleFinding({
    id: 'endpoint.status',
    subject: 'https://quiz.example/api/health',
    label: 'api health',
    status: 'critical',
    title: 'api health: answers 503',
    observed: 'status 503 after 3 ms',
    expected: 'status 2xx or 3xx',
    parent: { id: cause.id, subject: cause.subject },
    ...overrides,
  })

export const sampleReport = (findings: readonly Finding[], overrides: Partial<Report> = {}): Report => ({
  schemaVersion: 1,
  action: 'health-check',
  server: 'quiz-prod',
  status: verdict(findings),
  startedAt: '2026-11-22T02:17:00.000Z',
  durationMs: 1_400,
  scope: ['compose'],
  findings,
  facts: {},
  ...overrides,
})

export const sampleRound = (reports: readonly Report[], overrides: Partial<RoundReport> = {}): RoundReport => ({
  schemaVersion: 1,
  round: 'daily',
  server: 'quiz-prod',
  status: worstStatus(reports.map((one) => one.status)),
  startedAt: '2026-11-22T02:17:00.000Z',
  durationMs: 1_400,
  reports,
  ...overrides,
})
