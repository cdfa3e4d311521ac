import { type Finding, finding } from '../../src/contract/finding.ts'
import { type Report, type RoundReport, verdict } from '../../src/contract/report.ts'
import { worstStatus } from '../../src/contract/status.ts'

/** A finding that is ok; the overrides show what matters. */
export const sampleFinding = (overrides: Partial<Finding> = {}): Finding =>
  finding({
    id: 'compose.service',
    subject: 'service/db',
    status: 'ok',
    title: 'db: running, healthy',
    observed: 'running, healthy',
    expected: 'running, healthy',
    audience: 'infrastructure',
    ...overrides,
  })

export const staleRows = sampleFinding({
  id: 'purge.stale-rows',
  subject: 'table/game',
  status: 'critical',
  title: 'game: 412 rows are older than 2026-12-05',
  observed: 'oldest day_date 2026-12-04; no "Purge OK" line in the log of web since 00:00',
  expected: '0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
  advice: '`docker compose exec web python manage.py purge`, then run this round again',
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
