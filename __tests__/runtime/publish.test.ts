import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Report, RoundReport } from '../../src/contract/report.ts'
import { createRedactor } from '../../src/core/redact/redact.ts'
import { roundReportSchema } from '../../src/core/report-schema.ts'
import { createPrinter, inWorkflow } from '../../src/runtime/print.ts'
import { type PublishOptions, publish, sayVerdict } from '../../src/runtime/publish.ts'
import { sampleFinding, sampleReport, sampleRound, staleRows } from '../support/sample-report.ts'

const root = mkdtempSync(join(tmpdir(), 'ronde-publish-'))
afterAll(() => rmSync(root, { recursive: true }))

const readOutputs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/^(.+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map((match) => [match[1], match[3]]))

type Given = Partial<PublishOptions> & {
  readonly secrets?: readonly string[]
  readonly without?: readonly string[]
  readonly deaf?: boolean
}

/** Publishes into a folder of its own, as a runner would have it. */
const run = async (report: Report | RoundReport, { secrets = [], without = [], deaf = false, ...rest }: Given = {}) => {
  const folder = mkdtempSync(join(root, 'run-'))
  const temp = join(folder, 'temp')
  mkdirSync(temp)
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') }
  for (const path of Object.values(files)) writeFileSync(path, '')
  const all: Record<string, string | undefined> = { GITHUB_ACTIONS: 'true', RUNNER_TEMP: temp, ...files }
  const environment = rest.environment ?? Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  const said: string[] = []
  const write = (text: string): void => {
    if (deaf) throw new Error('EPIPE')
    said.push(...text.replace(/\n$/, '').split('\n'))
  }
  const printer = createPrinter({
    workflow: inWorkflow(environment),
    redact: redactor.redact,
    write,
    issue: (name, properties, message) => write(`::${name} ${JSON.stringify(properties)}::${message}\n`),
  })
  const published = await publish(report, { printer, redactor, ...rest, environment })
  sayVerdict(published.report, printer)
  const read = (path: string): string => readFileSync(path, 'utf8')
  return {
    ...published,
    folder,
    temp,
    said,
    summary: read(files.GITHUB_STEP_SUMMARY),
    outputs: readOutputs(read(files.GITHUB_OUTPUT)),
    output: read(files.GITHUB_OUTPUT),
  }
}

const bad = sampleRound([sampleReport([sampleFinding()]), sampleReport([staleRows], { action: 'purge-verify' })])

describe('a published report', () => {
  test('reaches every sink: outputs, summary, JSON report, log and annotations', async () => {
    const { outputs, summary, reportPath, said, failed, report } = await run(bad, { outputs: { checked: 2, status: 'mine' } })
    expect(failed).toEqual([])
    expect(outputs).toEqual({
      checked: '2',
      status: 'critical',
      report: reportPath,
      summary:
        'ronde daily on quiz-prod: critical, 1 of 2 checks failed (1 critical); purge-verify: game: 412 rows are older than 2026-12-05',
      findings: '1',
    })
    expect(summary).toContain('## critical: quiz-prod, daily, 1.4 s')
    expect(roundReportSchema.parse(JSON.parse(readFileSync(reportPath, 'utf8')))).toEqual(report)
    expect(said[0]).toBe('ronde daily on quiz-prod: critical, 1 of 2 checks failed (1 critical)')
    expect(said.filter((line) => line.startsWith('::error'))).toEqual([
      '::error {"title":"critical: purge-verify"}::game: 412 rows are older than 2026-12-05',
    ])
    expect(said.at(-1)).toBe(said[0])
  })

  test('leaves one report file, readable by its owner only, in RUNNER_TEMP', async () => {
    const { temp, reportPath } = await run(bad)
    expect(readdirSync(temp)).toEqual([reportPath.slice(temp.length + 1)])
    expect(reportPath).toMatch(/\/ronde-round-[0-9a-f]{8}\.json$/)
    expect(statSync(reportPath).mode & 0o777).toBe(0o600)
  })

  test('goes to the named report file, whose folder is made, replacing what was there', async () => {
    const path = join(root, 'new', 'folder', 'report.json')
    expect((await run(sampleReport([staleRows]), { reportFile: path })).reportPath).toBe(path)
    const { reportPath } = await run(sampleReport([sampleFinding()]), { reportFile: path })
    expect(JSON.parse(readFileSync(reportPath, 'utf8'))).toMatchObject({ status: 'ok' })
    expect(readdirSync(join(root, 'new', 'folder'))).toEqual(['report.json'])
  })

  test('of a healthy run annotates nothing', async () => {
    const { said } = await run(sampleReport([sampleFinding()]))
    expect(said.filter((line) => /^::(error|warning)/.test(line))).toEqual([])
  })

  test('on a plain terminal is printed, and nothing else is needed', async () => {
    const { said, failed, reportPath } = await run(bad, { environment: {} })
    expect({ failed, reportPath }).toEqual({ failed: [], reportPath: '' })
    expect(said.at(-1)).toContain('critical, 1 of 2 checks failed')
    expect(said.join('\n')).not.toMatch(/^::/m)
  })
})

describe('a sink that fails', () => {
  const missing = '/dev/null/file'
  const rows: readonly { sink: string; given: Given; keeps: RegExp }[] = [
    { sink: 'report file', given: { reportFile: missing }, keeps: /report=;summary=ronde/ },
    { sink: 'report file', given: { reportFile: root }, keeps: /report=;summary=ronde/ },
  ]
  test.each(rows)('$sink, warns and hides no other', async ({ sink, given, keeps }) => {
    const { failed, said, summary, outputs } = await run(bad, given)
    expect(failed).toEqual([sink])
    expect(said.filter((line) => line.startsWith('::warning'))).toEqual([expect.stringContaining(`${sink}: could not be written: E`)])
    expect(summary).toContain('## critical')
    expect(`report=${outputs['report']};summary=${outputs['summary']}`).toMatch(keeps)
    expect(said.at(-1)).toBe('ronde daily on quiz-prod: critical, 1 of 2 checks failed (1 critical)')
  })

  test('job summary and outputs at once leave the report and the log', async () => {
    const { failed, said, temp } = await run(bad, {
      environment: { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: missing, GITHUB_STEP_SUMMARY: missing, RUNNER_TEMP: join(root, 'temp') },
    })
    expect(failed).toEqual(['job summary', 'outputs'])
    expect(said.filter((line) => line.startsWith('::warning'))).toHaveLength(2)
    expect(readdirSync(join(root, 'temp'))).toHaveLength(1)
    expect(readdirSync(temp)).toEqual([])
  })

  test('a log that nobody reads any more leaves the files', async () => {
    const { failed, outputs, summary } = await run(bad, { deaf: true })
    expect(failed).toEqual(['log', 'annotations'])
    expect(outputs['status']).toBe('critical')
    expect(summary).toContain('## critical')
  })
})

describe('secrets', () => {
  test('leave in no sink, in no encoding', async () => {
    const secret = 'p@ss w0rd/1'
    const forms = [secret, encodeURIComponent(secret), btoa(secret), btoa(`quiz:${secret}`)]
    const text = forms.join(' and ')
    const leaky = sampleFinding({
      status: 'critical',
      subject: text,
      title: text,
      observed: text,
      expected: text,
      advice: text,
      evidence: forms,
      location: { path: text, line: 1 },
    })
    const report = sampleReport([leaky], { facts: { lines: { compose: text }, [text]: text } })
    const { said, summary, output, reportPath } = await run(report, { secrets: [secret], outputs: { own: text } })
    const everything = [said.join('\n'), summary, output, readFileSync(reportPath, 'utf8')].join('\n')
    for (const form of [...forms, 'w0rd', btoa(secret).slice(3, 12)]) expect(everything).not.toContain(form)
  })
})

describe('20,000 findings', () => {
  test('are whole in the JSON report, and cut everywhere else', async () => {
    const findings = Array.from({ length: 20_000 }, (_, index) => ({ ...staleRows, subject: `table/${index}`, evidence: ['line'] }))
    const { reportPath, summary, said, outputs } = await run(sampleReport(findings), { secrets: ['hunter22'] })
    expect(JSON.parse(readFileSync(reportPath, 'utf8')).findings).toHaveLength(20_000)
    expect(Buffer.byteLength(summary)).toBeLessThan(900 * 1024)
    expect(said.filter((line) => line.startsWith('::error'))).toHaveLength(10)
    expect(said.length).toBeLessThan(2_000)
    expect(said.at(-2)).toBe('19,990 more findings without an annotation: see the job summary and the JSON report')
    expect(outputs['findings']).toBe('20000')
  }, 30_000)
})
