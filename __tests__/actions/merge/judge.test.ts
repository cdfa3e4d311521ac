import { describe, expect, test } from '@jest/globals'
import { type Fleet, judgeReports, type ReportFileContent } from '../../../src/actions/merge/judge.ts'
import type { Report } from '../../../src/contract/report.ts'
import { sampleReport } from '../../support/sample-report.ts'
import { toldOf } from '../../support/told.ts'

const minuteMs = 60_000
const now = Date.parse('2026-11-22T03:00:00Z')
const fleet: Fleet = { expected: ['quiz-a', 'quiz-b'], repository: 'acme/quiz', maxAgeMs: 60 * minuteMs, now }
const reportOf = (server: string, agoMs: number, more: Partial<Report> = {}): Report => ({
  ...sampleReport([]),
  server,
  startedAt: new Date(now - agoMs).toISOString(),
  origin: { repository: 'acme/quiz', project: 'quiz' },
  ...more,
})
const file = (name: string, reports: readonly Report[], round = 'daily'): ReportFileContent => ({
  name,
  text: JSON.stringify([name.replace(/-copy/, ''), reports]),
  read: { kind: 'report', server: reports[0]?.server ?? 'quiz-a', round, reports },
})
const both = [file('a.json', [reportOf('quiz-a', 2 * minuteMs)]), file('b.json', [reportOf('quiz-b', 0)])]
const judge = (files: readonly ReportFileContent[], more: Partial<Fleet> = {}) => judgeReports(files, { ...fleet, ...more })
const about = (subject: string, files: readonly ReportFileContent[], more: Partial<Fleet> = {}) =>
  toldOf(judge(files, more).findings.filter((one) => one.subject === subject))
const observed = (subject: string, files: readonly ReportFileContent[], more: Partial<Fleet> = {}) =>
  judge(files, more).findings.find((one) => one.subject === subject)?.observed

describe('a server', () => {
  test('whose report is there is ok', () => {
    expect(about('server/quiz-a', both)).toEqual([
      'ok merge.server: quiz-a: its report is here',
      'observed: health-check, 2 min old',
      'expected: a fresh report',
    ])
    expect([...judge(both).servers.keys()]).toEqual(['quiz-a', 'quiz-b'])
    expect(judge(both).servers.get('quiz-b')?.status).toBe('ok')
  })

  test('of which there is none is unknown', () => {
    expect(about('server/quiz-b', both.slice(0, 1))).toEqual([
      'unknown merge.server: quiz-b: no report of it',
      'observed: no file is a report of it',
      'expected: a fresh report',
      'advice: look at the job of this server: whether its runner is there, and whether it uploaded its report',
    ])
  })

  test('whose only report was refused is told why', () => {
    expect(observed('server/quiz-b', [file('b.json', [reportOf('quiz-b', 61 * minuteMs)])])).toBe(
      'b.json: it is 1 h 1 min old; at most 1 h',
    )
  })

  test('tells its newest report, and every action', () => {
    const files = [
      file('a.json', [reportOf('quiz-a', 30 * minuteMs)]),
      file('a2.json', [reportOf('quiz-a', 3 * minuteMs, { action: 'cert-check' })]),
    ]
    expect(observed('server/quiz-a', files)).toBe('health-check, cert-check, 3 min old')
    expect(observed('server/quiz-a', [file('a.json', [reportOf('quiz-a', -4 * minuteMs)])])).toBe('health-check, 0 ms old')
  })

  test('that nobody expects counts where none are named', () => {
    expect(observed('server/other', [file('o.json', [reportOf('other', 0)])], { expected: [] })).toBe('health-check, 0 ms old')
  })
})

describe('a file is refused', () => {
  const refused = (report: Report, more: Partial<Fleet> = {}) => observed('file/x.json', [file('x.json', [report])], more)

  test.each<[string, Report, string]>([
    ['of another server', reportOf('quiz-c', 0), 'it is of quiz-c, which is not one of the servers of this repository'],
    ['of another repository', reportOf('quiz-a', 0, { origin: { repository: 'm/x', project: '' } }), 'it is of another repository, m/x'],
    ['of no repository', reportOf('quiz-a', 0, { origin: { repository: '', project: '' } }), 'it is of another repository, (none)'],
    ['that is too old', reportOf('quiz-a', 60 * minuteMs + 1), 'it is 1 h old; at most 1 h'],
    ['of a clock that is ahead', reportOf('quiz-a', -5 * minuteMs - 1), 'its clock is 5 min ahead; at most 5 min'],
  ])('%s', (_what, report, why) => {
    expect(refused(report)).toContain(why)
  })

  test.each([
    ['exactly as old as may be', reportOf('quiz-a', 60 * minuteMs)],
    ['exactly as far ahead', reportOf('quiz-a', -5 * minuteMs)],
    ['of a release that names no repository', { ...reportOf('quiz-a', 0), origin: undefined } as unknown as Report],
  ])('but not one that is %s', (_what, report) => {
    expect(refused(report)).toBeUndefined()
    expect(judge([file('x.json', [report])]).merged).toHaveLength(1)
  })

  test('with what is wrong in it, and what to do', () => {
    const broken: ReportFileContent = { name: 'x.json', text: '', read: { kind: 'mistake', cause: 'it is no JSON' } }
    expect(about('file/x.json', [broken])).toEqual([
      'warning merge.file: x.json: not as it should be',
      'observed: it is no JSON',
      'expected: one fresh report of each server of this repository',
      'advice: look at what uploads it; the folder of the reports must hold reports of this run alone',
    ])
    expect(observed('file/e.json', [file('e.json', [])])).toBe('it holds no report')
  })
})

describe('of several files', () => {
  test('a copy, byte for byte, is passed over', () => {
    const files = [file('a.json', [reportOf('quiz-a', 0)]), file('a-copy.json', [reportOf('quiz-a', 0)])]
    expect(judge(files).findings.filter(({ id }) => id === 'merge.file')).toEqual([])
    expect(judge(files).merged[0]?.reports).toHaveLength(1)
  })

  test('another report of the same action and round counts as well, and is told', () => {
    const files = [file('a.json', [reportOf('quiz-a', minuteMs)]), file('z.json', [reportOf('quiz-a', 0)])]
    expect(about('file/z.json', files).slice(1)).toEqual([
      'observed: another report of health-check of quiz-a than a.json',
      'expected: one fresh report of each server of this repository',
      'advice: give each server an artifact of its own; what is bad in one of the reports counts',
    ])
    const [merged] = judge(files).merged
    // The newest first.
    expect(merged?.reports.map(({ startedAt }) => startedAt)).toEqual(['2026-11-22T03:00:00.000Z', '2026-11-22T02:59:00.000Z'])
    expect(judge([...files.slice(0, 1), file('z.json', [reportOf('quiz-a', 0)], 'weekly')]).findings.map(({ id }) => id)).not.toContain(
      'merge.file',
    )
  })

  test('each project of each server is reconciled by itself, in its round', () => {
    const project = (name: string, formerly: readonly string[] = []) => ({ origin: { repository: 'acme/quiz', project: name, formerly } })
    const files = [
      file('a.json', [reportOf('quiz-a', 0, project('quiz', ['./deploy']))]),
      file('b.json', [reportOf('quiz-a', 0, project('shop'))], 'weekly'),
      file('c.json', [reportOf('quiz-b', 0, project('quiz'))]),
    ]
    expect(judge(files).merged.map(({ server, project: of, formerly, round }) => [server, of, formerly, round])).toEqual([
      ['quiz-a', 'quiz', ['./deploy'], 'daily'],
      ['quiz-a', 'shop', [], 'weekly'],
      ['quiz-b', 'quiz', [], 'daily'],
    ])
  })

  test('of two rounds at once no round saw everything', () => {
    const files = [file('a.json', [reportOf('quiz-a', 0)]), file('b.json', [reportOf('quiz-a', 0, { action: 'cert-check' })], 'weekly')]
    expect(judge(files).merged.map(({ round }) => round)).toEqual([''])
  })

  test('what cannot be believed in one is told, and does not count', () => {
    const work = [{ action: 'backup', until: now + 48 * 60 * minuteMs }]
    const files = [file('a.json', [reportOf('quiz-a', 0, { origin: { repository: 'acme/quiz', project: 'quiz', work } })])]
    expect(about('file/a.json', files)[1]).toBe(
      'observed: health-check of quiz-a: 1 work that would end more than 24 h after the report began; that does not count',
    )
    expect(judge(files).merged[0]?.reports[0]?.origin?.work).toBeUndefined()
  })
})
