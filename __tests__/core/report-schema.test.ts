import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { Finding } from '../../src/contract/finding.ts'
import type { Report, RoundReport } from '../../src/contract/report.ts'
import { reportSchema, roundReportSchema } from '../../src/core/report-schema.ts'
import { sampleFinding, sampleReport, sampleRound, staleRows } from '../support/sample-report.ts'

/** zod gives mutable types; the contract is readonly. Nothing else may differ. */
type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T
type Both<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Assignable both ways, and with the same keys: a missing optional key would be assignable. */
type Same<A, B> = Both<A, B> extends true ? Both<keyof A, keyof B> : false
type Holds = {
  readonly finding: Same<Mutable<z.output<typeof reportSchema>['findings'][number]>, Mutable<Finding>>
  readonly report: Same<Mutable<z.output<typeof reportSchema>>, Mutable<Report>>
  readonly round: Same<Mutable<z.output<typeof roundReportSchema>>, Mutable<RoundReport>>
}
const holds: Holds = { finding: true, report: true, round: true }

const full = sampleFinding({
  parent: { id: 'a.b', subject: 'c' },
  incidentKey: 'one',
  location: { path: 'Dockerfile', line: 3 },
  measurements: [{ name: 'latency', value: 38, unit: 'ms' }],
})
const report = sampleReport([staleRows, full], { facts: { lines: { compose: 'x' }, list: [1, null, true, { a: 'b' }] } })

describe('the report schema', () => {
  test('is equal to the types, which the compiler has proved', () => {
    expect(holds).toEqual({ finding: true, report: true, round: true })
  })

  test('takes what a run leaves, unchanged', () => {
    expect(reportSchema.parse(report)).toEqual(report)
    expect(roundReportSchema.parse(sampleRound([report]))).toEqual(sampleRound([report]))
  })

  const wrong: readonly { what: string; value: unknown }[] = [
    { what: 'an unknown key', value: { ...report, extra: 1 } },
    { what: 'an unknown key of a finding', value: { ...report, findings: [{ ...full, extra: 1 }] } },
    { what: 'another status', value: { ...report, status: 'fine' } },
    { what: 'another version', value: { ...report, schemaVersion: 2 } },
    { what: 'a missing field', value: { ...report, scope: undefined } },
    {
      what: 'a measurement that is not a number',
      value: { ...report, findings: [{ ...full, measurements: [{ name: 'x', value: Number.NaN, unit: '' }] }] },
    },
    { what: 'a fact that JSON cannot hold', value: { ...report, facts: { at: new Date() } } },
  ]
  test.each(wrong)('refuses $what', ({ value }) => {
    expect(reportSchema.safeParse(value).success).toBe(false)
  })

  test('becomes a JSON schema that forbids unknown keys and describes its fields', () => {
    const json = z.toJSONSchema(reportSchema)
    expect(json).toMatchObject({ additionalProperties: false, properties: { scope: { description: 'The checks that were completed' } } })
    expect(json.required).toEqual(expect.arrayContaining(['schemaVersion', 'findings', 'facts']))
  })
})
