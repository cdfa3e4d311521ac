import { describe, expect, test } from '@jest/globals'
import type { Origin } from '../../src/contract/report.ts'
import { believed } from '../../src/core/believed.ts'
import { sampleReport } from '../support/sample-report.ts'

const start = Date.parse('2026-11-22T02:17:00.000Z')
const hourMs = 3_600_000
const forEver = 8_640_000_000_000_000
const reportWith = (more: Partial<Origin>) =>
  sampleReport([], { startedAt: new Date(start).toISOString(), origin: { repository: 'o/r', project: 'p', ...more } })
const trend = (at: number) => ({ name: 'ms', values: [[at, 1] as const] })
const backup = (until: number) => ({ action: 'backup', until })

describe('instants of a report count as far as they can be', () => {
  const rows: readonly { what: string; given: Partial<Origin>; kept: Partial<Origin>; doubts: number }[] = [
    { what: 'work of the next minutes', given: { work: [backup(start + 600_000)] }, kept: { work: [backup(start + 600_000)] }, doubts: 0 },
    { what: 'work that is over', given: { work: [backup(start - hourMs)] }, kept: { work: [backup(start - hourMs)] }, doubts: 0 },
    { what: 'work of a day', given: { work: [backup(start + 24 * hourMs)] }, kept: { work: [backup(start + 24 * hourMs)] }, doubts: 0 },
    { what: 'work of more than a day', given: { work: [backup(start + 24 * hourMs + 1)] }, kept: {}, doubts: 1 },
    {
      what: 'work for ever beside work that can be',
      given: { work: [backup(forEver), backup(start + 1)] },
      kept: { work: [backup(start + 1)] },
      doubts: 1,
    },
    { what: 'a past', given: { past: { at: [start - 1], findings: [] } }, kept: { past: { at: [start - 1], findings: [] } }, doubts: 0 },
    {
      what: 'a past of a clock that was set back a little',
      given: { past: { at: [start + 5 * 60_000], findings: [] } },
      kept: { past: { at: [start + 5 * 60_000], findings: [] } },
      doubts: 0,
    },
    {
      what: 'work for ever, and a past beside it',
      given: { past: { at: [start - 1], findings: [] }, work: [backup(forEver)] },
      kept: { past: { at: [start - 1], findings: [] } },
      doubts: 1,
    },
    { what: 'a past of the future', given: { past: { at: [forEver, start - 1], findings: [] } }, kept: {}, doubts: 1 },
    {
      what: 'a past of the future of one finding',
      given: { past: { at: [], findings: [{ id: 'a.b', subject: 's', was: 'o', at: [start + hourMs] }] } },
      kept: {},
      doubts: 1,
    },
    {
      what: 'a trend of the future, and work for ever',
      given: { past: { at: [], findings: [{ id: 'a.b', subject: 's', was: 'o', trend: trend(forEver) }] }, work: [backup(forEver)] },
      kept: {},
      doubts: 2,
    },
  ]
  test.each(rows)('$what', ({ given, kept, doubts }) => {
    const { report, doubts: told } = believed(reportWith(given))
    expect(report.origin).toEqual({ repository: 'o/r', project: 'p', ...kept })
    expect(told).toHaveLength(doubts)
  })

  test('a report without an origin is as it is', () => {
    const { origin: _, ...report } = reportWith({})
    expect(believed(report)).toEqual({ report, doubts: [] })
  })
})
