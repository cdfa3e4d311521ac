import { describe, expect, test } from '@jest/globals'
import type { Report, RoundReport } from '../../../src/contract/report.ts'
import { renderHeadline } from '../../../src/core/render/headline.ts'
import { sampleFinding, sampleReport, sampleRound, staleRows } from '../../support/sample-report.ts'

const ok = sampleFinding()
const unknown = sampleFinding({ status: 'unknown', title: 'docker: no permission' })
const warning = sampleFinding({ id: 'disk.free', status: 'warning', title: '/var: 17 % free' })
const notChecked = sampleFinding({ id: 'error-log.errors', notChecked: 'it is not readable', advice: 'run: sudo setfacl -m u:runner:r /x' })
const many = Array.from({ length: 1_204 }, () => ok)

const rows: readonly { report: Report | RoundReport; line: string }[] = [
  { report: sampleReport([ok]), line: 'ronde health-check on quiz-prod: ok, 1 check in 1.4 s' },
  { report: sampleRound([sampleReport(many)], { round: 'quick' }), line: 'ronde quick on quiz-prod: ok, 1,204 checks in 1.4 s' },
  { report: sampleReport([ok, notChecked]), line: 'ronde health-check on quiz-prod: ok, 1 check in 1.4 s' },
  { report: sampleReport([notChecked]), line: 'ronde health-check on quiz-prod: ok, nothing could be checked' },
  {
    report: sampleRound([sampleReport([ok, ok, warning, unknown]), sampleReport([staleRows], { action: 'purge-verify' })]),
    line: 'ronde daily on quiz-prod: critical, 2 of 5 checks failed (1 critical, 1 warning), 1 could not look; purge-verify: game: 412 rows are older than 2026-12-05',
  },
  {
    report: sampleReport([sampleFinding({ status: 'unknown', title: 'engine: could not look', observed: 'no docker program' })]),
    line: 'ronde health-check on quiz-prod: unknown, 1 of 1 check could not look; compose: engine: could not look: no docker program',
  },
]

describe('the one-line summary', () => {
  test.each(rows)('$line', ({ report, line }) => {
    expect(renderHeadline(report)).toBe(line)
  })

  test('stays one short line, whatever the worst finding says', () => {
    const line = renderHeadline(sampleReport([sampleFinding({ status: 'critical', title: `a\n::error::b\u202e${'x'.repeat(9_000)}` })]))
    expect(line).toMatch(/compose: a ::error::bx+…$/)
    expect(line).toHaveLength(400)
  })
})
