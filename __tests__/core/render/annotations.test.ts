import { describe, expect, test } from '@jest/globals'
import { renderAnnotations } from '../../../src/core/render/annotations.ts'
import { followsFrom, sampleFinding, sampleReport, staleRows } from '../../support/sample-report.ts'

const warning = sampleFinding({ id: 'disk.free', status: 'warning', title: '/var: 17 % free' })
const unknown = sampleFinding({
  status: 'unknown',
  title: 'docker: could not look',
  observed: 'no permission',
  location: { path: 'compose.yml', line: 3 },
})
const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value)

describe('annotations', () => {
  test('carry the first line of each finding, the worst first, at its place', () => {
    expect(renderAnnotations(sampleReport([sampleFinding(), warning, unknown, staleRows]))).toEqual({
      rest: '',
      annotations: [
        { kind: 'error', title: 'critical: purge-verify', message: 'game: 412 rows are older than 2026-12-05', location: undefined },
        {
          kind: 'error',
          title: 'unknown: compose',
          message: 'docker: could not look: no permission',
          location: { path: 'compose.yml', line: 3 },
        },
        { kind: 'warning', title: 'warning: disk', message: '/var: 17 % free', location: undefined },
      ],
    })
  })

  test('are one for a cause, with how much follows from it', () => {
    const causes = [staleRows, ...times(3, followsFrom(staleRows))]
    expect(renderAnnotations(sampleReport(causes)).annotations.map(({ message }) => message)).toEqual([
      'game: 412 rows are older than 2026-12-05 (3 more findings from it)',
    ])
  })

  test('are none for a healthy report', () => {
    expect(renderAnnotations(sampleReport([sampleFinding()]))).toEqual({ annotations: [], rest: '' })
  })

  test('are at most ten of a kind; the rest is told in one line', () => {
    const { annotations, rest } = renderAnnotations(sampleReport([...times(12, warning), ...times(5, unknown), ...times(9, staleRows)]))
    expect(annotations.map(({ title }) => title)).toEqual([
      ...times(9, 'critical: purge-verify'),
      'unknown: compose',
      ...times(10, 'warning: disk'),
    ])
    expect(rest).toBe('6 more findings without an annotation: see the job summary and the JSON report')
  })

  test('are at most 4,096 characters and hold nothing that a runner obeys', () => {
    const { annotations } = renderAnnotations(sampleReport([{ ...staleRows, title: `##[error]::x\n${'y'.repeat(9_000)}` }]))
    expect(annotations[0]?.message).toMatch(/^##\u200a\[error\]:\u200a:x y+…$/)
    expect(annotations[0]?.message).toHaveLength(4_096)
  })
})
