import { describe, expect, test } from '@jest/globals'
import { readReport } from '../../../src/actions/merge/read-report.ts'
import { sampleFinding, sampleReport } from '../../support/sample-report.ts'

/** As a release before the field `check` wrote it. */
const older = (findings: readonly object[]): string =>
  JSON.stringify({ ...sampleReport([]), findings: findings.map((one) => ({ ...one, check: undefined })) })

const findingsOf = (text: string) => {
  const read = readReport(text)
  if (read.kind !== 'report') throw new Error(read.cause)
  return read.reports[0]?.findings ?? []
}

test('a report of an older release is read: its findings name no check', () => {
  expect(findingsOf(older([sampleFinding()]))).toMatchObject([{ id: 'compose.service', check: '' }])
})

test('but for the one that says which check could not end', () => {
  const failed = sampleFinding({ id: 'check.failed', subject: 'check/endpoints', status: 'unknown' })
  expect(findingsOf(older([failed]))).toMatchObject([{ check: 'endpoints' }])
})

test('what it did not check is told by the field of today', () => {
  const advice = 'not checked: no engine; start it'
  expect(findingsOf(older([sampleFinding({ advice })]))).toMatchObject([{ notChecked: 'no engine; start it', advice: '' }])
  // Of this release it is an advice like any other.
  expect(findingsOf(JSON.stringify(sampleReport([sampleFinding({ advice })])))).toMatchObject([{ advice }])
})

test('a check that no action has as its name is no check', () => {
  expect(readReport(JSON.stringify(sampleReport([sampleFinding({ check: '<b>x</b>' })])))).toMatchObject({ kind: 'mistake' })
})

describe('what Ronde did itself may explain a finding of an older release as one of today', () => {
  test.each([
    ['health-check', { id: 'endpoint.status', subject: 'https://quiz.example/' }, true],
    ['health-check', { id: 'postgres.connections', subject: 'service/db' }, true],
    ['health-check', { id: 'compose.config', subject: 'compose' }, undefined],
    ['health-check', { id: 'postgres.wraparound', subject: 'service/db' }, undefined],
    ['health-check', { id: 'check.failed', subject: 'check/endpoints' }, true],
    ['health-check', { id: 'check.failed', subject: 'check/host' }, undefined],
    ['cert-check', { id: 'check.failed', subject: 'check/endpoints' }, undefined],
    ['constructor', { id: 'endpoint.status', subject: 'https://quiz.example/' }, undefined],
  ] as const)('%s says %o: %s', (action, said, disturbedByWork) => {
    const given = { ...sampleReport([]), action, findings: [{ ...sampleFinding(said), check: undefined }] }
    expect(findingsOf(JSON.stringify(given))[0]?.disturbedByWork).toBe(disturbedByWork)
  })

  test('and one of today says itself whether it may', () => {
    const given = sampleReport([sampleFinding({ id: 'endpoint.status', check: 'endpoints' })])
    expect(findingsOf(JSON.stringify(given))[0]?.disturbedByWork).toBeUndefined()
  })

  test('a report whose action is none is a mistake, whatever it is', () => {
    expect(readReport(JSON.stringify({ ...sampleReport([sampleFinding()]), action: { toString: 1 } }))).toMatchObject({ kind: 'mistake' })
  })
})
