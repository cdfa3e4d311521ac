import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../src/contract/finding.ts'
import type { History, PastStatus } from '../../src/contract/history.ts'
import { gatherPast, historyOfPast, pastRuns } from '../../src/contract/past.ts'
import { statuses } from '../../src/contract/status.ts'
import { reportSchema } from '../../src/core/report-schema.ts'
import type { ReconcileInput } from '../../src/incidents/model.ts'
import { reconcile } from '../../src/incidents/reconcile.ts'
import { createWorld, hard, minuteMs, soft } from '../support/incident-world.ts'
import { sampleFinding, sampleReport } from '../support/sample-report.ts'

const start = Date.parse('2026-11-22T00:00:00Z')
const status = fc.constantFrom(...statuses)

/** What a state would tell: for each finding its runs, the newest first. */
const historyFrom = (all: ReadonlyMap<string, readonly PastStatus[]>): History => ({
  statuses: (id, subject, limit) => (all.get(`${id} ${subject}`) ?? []).slice(0, limit),
  measurements: (subject, name, limit) =>
    name === 'latency' && subject.startsWith('s')
      ? Array.from({ length: Math.min(3, limit) }, (_, at) => ({ at: start - at, value: at }))
      : [],
  note: () => undefined,
})

const server = fc.array(
  fc.record({ now: status, past: fc.array(fc.record({ gap: fc.integer({ min: 1, max: 3 }), status }), { maxLength: 30 }) }),
  { maxLength: 6 },
)
const usual = fc.array(
  fc.record({ now: fc.constant('ok' as const), past: fc.constant(Array.from({ length: 8 }, () => ({ gap: 1, status: 'ok' as const }))) }),
  { maxLength: 6 },
)

test('a report carries the past that its server has: the same statuses and values come out again', () => {
  fc.assert(
    fc.property(server, usual, (own, plain) => {
      const all = [...own, ...plain]
      const findings: readonly Finding[] = all.map((one, index) =>
        sampleFinding({ subject: `s${index}`, status: one.now, measurements: [{ name: 'latency', value: 1, unit: 'ms' }] }),
      )
      const known = new Map(
        all.map((one, index) => {
          let at = start
          const past = one.past.map((each): PastStatus => ({ at: (at -= each.gap * 300_000), status: each.status }))
          return [`compose.service s${index}`, past] as const
        }),
      )
      const history = historyFrom(known)
      const past = gatherPast(findings, history)
      const carried = historyOfPast(past ?? { at: [], findings: [] })
      for (const { id, subject } of findings) {
        expect(carried.statuses(id, subject, 200)).toEqual(history.statuses(id, subject, pastRuns))
        const values = carried.measurements(subject, 'latency', 8)
        expect([[], history.measurements(subject, 'latency', 8)]).toContainEqual(values)
      }
      const report = sampleReport(findings, { origin: { repository: 'o/r', project: 'quiz', ...(past === undefined ? {} : { past }) } })
      expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(JSON.parse(JSON.stringify(report)))
    }),
  )
})

test('of a healthy server it is short, however many findings there are', () => {
  const findings = Array.from({ length: 300 }, (_, index) => sampleFinding({ subject: `s${index}` }))
  const runs = Array.from({ length: 200 }, (_, index): PastStatus => ({ at: start - index * 300_000, status: 'ok' }))
  const past = gatherPast(findings, historyFrom(new Map(findings.map((one) => [`${one.id} ${one.subject}`, runs]))))
  expect(past?.at).toHaveLength(pastRuns)
  expect(JSON.stringify(past).length).toBeLessThan(400)
})

test('one that would be too long is left out whole: half a past would lie', () => {
  const findings = Array.from({ length: 501 }, (_, index) => sampleFinding({ subject: `s${index}`, status: 'critical' }))
  expect(gatherPast(findings, historyFrom(new Map()))).toBeUndefined()
})

describe('a past from somebody else', () => {
  test.each([
    {
      was: 'oxw',
      at: [3, 2, 1],
      statuses: [
        { at: 3, status: 'ok' },
        { at: 1, status: 'warning' },
      ],
    },
    { was: 'ooo', at: [3], statuses: [{ at: 3, status: 'ok' }] },
    { was: '', at: [3, 2], statuses: [] },
    { was: 'c', at: [], statuses: [] },
    { was: '__proto__', at: [1, 2, 3], statuses: [{ at: 3, status: 'ok' }].slice(1) },
  ])('tells no more than it says: $was', ({ was, at, statuses: expected }) => {
    const history = historyOfPast({ at: [9], findings: [{ id: 'a.b', subject: 's', was, at }] })
    expect(history.statuses('a.b', 's', 200)).toEqual(expected)
  })
})

test('a merge job decides as the server itself would, run by run', () => {
  const word = fc.constantFrom('ok' as const, 'ok' as const, 'warning' as const, 'critical' as const, 'unknown' as const)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: pastRuns }), (runs) => {
      const world = createWorld()
      for (const [db, api] of runs) {
        world.wait(5 * minuteMs)
        const findings = [hard(db), soft(api)]
        const atServer = world.input(findings)
        const past = gatherPast(findings, atServer.history('health-check'))
        const atMerge: ReconcileInput = { ...atServer, history: () => historyOfPast(past ?? { at: [], findings: [] }) }
        expect(reconcile(atMerge)).toEqual(reconcile(atServer))
        world.run(findings)
      }
    }),
    { numRuns: 60 },
  )
})
