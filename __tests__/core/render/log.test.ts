import { describe, expect, test } from '@jest/globals'
import type { Report, RoundReport } from '../../../src/contract/report.ts'
import { renderLog } from '../../../src/core/render/log.ts'
import { followsFrom, sampleFinding, sampleReport, sampleRound, staleRows } from '../../support/sample-report.ts'

const linesOf = (report: Report | RoundReport, options = {}): string =>
  renderLog(report, options)
    .flatMap((part) => (part.kind === 'line' ? [part.text] : []))
    .join('\n')
const groupsOf = (report: Report | RoundReport): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(renderLog(report).flatMap((part) => (part.kind === 'group' ? [[part.title, part.lines]] : [])))

const healthy = [
  sampleFinding(),
  sampleFinding({ subject: 'service/web' }),
  sampleFinding({ id: 'endpoint.latency', subject: 'https://quiz.example/', observed: '38 ms' }),
  sampleFinding({ id: 'postgres.connections', subject: 'service/db', observed: '12 of 97' }),
  sampleFinding({
    id: 'error-log.errors',
    notChecked: '/var/log/nginx/error.log is not readable by runner',
    advice: 'run: sudo setfacl -m u:runner:r /var/log/nginx/error.log',
  }),
]
const facts = { lines: { compose: '5 of 5 services healthy', endpoints: 'api health 38 ms (limit 200 ms), home 51 ms' } }

describe('the log of a healthy round', () => {
  test('is the verdict and one line a group: its facts, else how many checks, else why it was not checked', () => {
    expect(linesOf(sampleRound([sampleReport(healthy, { facts })], { round: 'quick' }))).toBe(
      [
        'ronde quick on quiz-prod: ok, 4 checks in 1.4 s',
        '  compose    ok        5 of 5 services healthy',
        '  endpoints  ok        api health 38 ms (limit 200 ms), home 51 ms',
        '  postgres   ok        1 check',
        '  error-log  ok        not checked: /var/log/nginx/error.log is not readable by runner; run: sudo setfacl -m u:runner:r /var/log/nginx/error.log',
      ].join('\n'),
    )
  })

  test('folds everything that was checked', () => {
    expect(groupsOf(sampleReport(healthy.slice(0, 3)))).toEqual({
      'everything that was checked (3)': [
        'ok  compose  service/db: running, healthy',
        'ok  compose  service/web: running, healthy',
        'ok  endpoints  https://quiz.example/: 38 ms',
      ],
    })
  })
})

describe('the log of a bad round', () => {
  const disk = sampleFinding({
    id: 'disk.free',
    subject: 'disk:/',
    status: 'warning',
    title: '/var/lib/docker: 17 % free',
    observed: '17 %',
    expected: '20 %',
  })
  const round = sampleRound([
    sampleReport([...healthy.slice(0, 2), disk], { facts }),
    sampleReport([staleRows], { action: 'purge-verify' }),
  ])

  test('is the verdict, then each finding with what was expected, seen, what to do and where more stands, worst first, then what is healthy', () => {
    expect(linesOf(round)).toBe(
      [
        'ronde daily on quiz-prod: critical, 2 of 4 checks failed (1 critical, 1 warning)',
        '',
        '  critical  purge-verify  game: 412 rows are older than 2026-12-05',
        '            expected      0 rows older than the business date 2026-12-05 (+04:00), since 00:15',
        '            seen          oldest day_date 2026-12-04; no "Purge OK" line in the log of web since 00:00',
        '            do            docker compose exec web python manage.py purge, then run this round again',
        '            more          docs/runbooks/purge.stale-rows.md',
        '',
        '  warning   disk          /var/lib/docker: 17 % free',
        '            expected      20 %',
        '            seen          17 %',
        '            more          docs/runbooks/disk.free.md',
        '',
        '  ok        compose       5 of 5 services healthy',
      ].join('\n'),
    )
  })

  test('links to runbooks at the given place', () => {
    expect(linesOf(round, { runbooks: 'https://runbooks.example/' })).toContain(
      'more          https://runbooks.example/purge.stale-rows.md',
    )
  })

  test('puts what follows from something under it', () => {
    const report = sampleReport([followsFrom(staleRows), staleRows, sampleFinding()])
    expect(linesOf(report)).toContain(
      [
        '            do            docker compose exec web python manage.py purge, then run this round again',
        '            follows       critical: api health: answers 503',
        '            more          docs/runbooks/purge.stale-rows.md',
      ].join('\n'),
    )
    expect(linesOf(report)).not.toContain('expected      status 2xx')
  })

  test.each([
    ['what is worse than its cause', [{ ...staleRows, status: 'warning' as const }, followsFrom(staleRows)]],
    ['what nothing bad explains', [{ ...staleRows, status: 'ok' as const }, followsFrom(staleRows)]],
    [
      'what names each other',
      [{ ...staleRows, parent: { id: 'endpoint.status', subject: 'https://quiz.example/api/health' } }, followsFrom(staleRows)],
    ],
  ])('hides nothing under another: %s', (_, findings) => {
    expect(linesOf(sampleReport(findings))).toContain('expected      status 2xx or 3xx')
  })

  test('says which configuration was read', () => {
    expect(linesOf(sampleReport([staleRows]), { configuration: 'no .github/ronde.yml in the workspace: defaults' })).toContain(
      '\n  configuration: no .github/ronde.yml in the workspace: defaults',
    )
  })

  test('puts what something else explains behind the rest', () => {
    const explained = sampleFinding({ status: 'critical', title: 'explained', parent: { id: 'host.down', subject: 'host' } })
    const text = linesOf(sampleReport([explained, staleRows]))
    expect(text.indexOf('412 rows')).toBeLessThan(text.indexOf('explained'))
  })

  test('folds the evidence', () => {
    const groups = groupsOf(sampleReport([{ ...staleRows, evidence: ['line 1', 'line 2'] }]))
    expect(groups['evidence: purge-verify, table/game']).toEqual(['line 1', 'line 2'])
  })

  test('of 20,000 findings stays short and says how many it left out', () => {
    const parts = renderLog(sampleReport(Array.from({ length: 20_000 }, () => staleRows)))
    expect(parts.length).toBeLessThan(400)
    expect(JSON.stringify(parts)).toContain('19,950 more findings not ok: see the JSON report')
    expect(JSON.stringify(parts)).toContain('19,000 more findings: see the JSON report')
  })
})
