import { z } from 'zod'
import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import { finding, type JudgedFinding, stamped } from '../../contract/finding.ts'
import { type Report, type ServerReports, verdict } from '../../contract/report.ts'
import { serverName } from '../../core/options/common.ts'
import { duration } from '../../core/options/duration.ts'
import { list } from '../../core/options/list.ts'
import { limits, type ReportFile, readReportFiles } from '../../probes/report-files.ts'
import { judgeReports, type ReportFileContent } from './judge.ts'
import { readReport } from './read-report.ts'

const options = {
  reports: list(z.string().min(1))
    .default(['reports'])
    .meta({ description: 'Where the reports are: folders, files or patterns such as `reports/**/*.json`.' }),
  servers: list(serverName(), { uniqueBy: (one) => one })
    .optional()
    .meta({ description: 'Servers that must have a report. Default: the names under `servers:` of the configuration.' }),
  'max-age': duration({ minMs: 60_000, usual: 'h' }).prefault('6h').meta({ description: 'How old a report may be.' }),
}

type Options = ActionOptions<typeof options>

const limitMs = 3 * 60_000

const fileOf = (file: ReportFile): ReportFileContent =>
  file.kind === 'text'
    ? { name: file.name, text: file.text, read: readReport(file.text) }
    : { name: file.name, text: '', read: { kind: 'mistake', cause: file.cause } }

const noReports = (places: readonly string[], isCut: boolean): readonly JudgedFinding<'merge.reports'>[] => {
  const about = (subject: string, observed: string, advice: string): JudgedFinding<'merge.reports'> =>
    finding({
      id: 'merge.reports',
      subject,
      status: 'unknown',
      title: 'reports: not all could be read',
      observed,
      expected: `the reports of all servers, ${limits.maxFiles} files at most`,
      advice,
      certainty: 'hard',
      audience: 'technical',
    })
  return [
    ...places.map((place) =>
      about(`reports/${place}`, 'there is no file', 'look at the step that downloads the artifacts: its path and its pattern'),
    ),
    ...(isCut ? [about('reports', `more than ${limits.maxFiles} files`, 'merge the reports of fewer servers at once')] : []),
  ]
}

/** What this job says about a server by itself: whether its report is there. A server that has none is "monitoring broken". */
const presence = (servers: ReadonlyMap<string, JudgedFinding<'merge.server'>>, startedAt: string): readonly ServerReports[] =>
  [...servers].map(([server, one]) => {
    const report: Report = {
      schemaVersion: 1,
      action: 'merge',
      server,
      status: verdict([one]),
      startedAt,
      durationMs: 0,
      scope: ['merge'],
      findings: stamped([one], { check: 'merge' }),
      facts: {},
    }
    return { server, project: '', round: '', reports: [report] }
  })

/** One after the other, so that the deadline and signals are heard between them. */
const judgedFiles = async (files: readonly ReportFile[], signal: AbortSignal): Promise<readonly ReportFileContent[]> => {
  const judged: ReportFileContent[] = []
  for (const file of files) {
    judged.push(fileOf(file))
    await new Promise((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
  }
  return judged
}

const rowOf = ({ server, round, reports }: ServerReports): readonly string[] => {
  const bad = reports.flatMap((one) => one.findings).filter((one) => one.status !== 'ok').length
  return [server, round, reports.map((one) => one.action).join(', '), verdict(reports.flatMap((one) => one.findings)), String(bad)]
}

const columns = ['server', 'round', 'actions', 'status', 'not ok']

const run = async (given: Options, context: Context) => {
  const now = context.now()
  const { files, empty, isCut } = await readReportFiles(given.reports, process.cwd(), context.signal)
  const expected = given.servers ?? context.servers
  const { name: repository } = await context.repository({ contents: 'read', issues: 'write' })
  const judged = judgeReports(await judgedFiles(files, context.signal), { expected, repository, maxAgeMs: given['max-age'], now })
  const { merged } = judged
  const findings = [...judged.findings, ...noReports(empty, isCut)]
  const reports = merged.reduce((sum, one) => sum + one.reports.length, 0)
  const told = `${reports} reports of ${new Set(merged.map((one) => one.server)).size} servers in ${files.length} files`
  return {
    scope: ['merge'],
    findings,
    outputs: { servers: judged.servers.size, missing: [...judged.servers.values()].filter((one) => one.status !== 'ok').length },
    facts: { lines: { merge: told }, tables: [{ title: 'Servers', columns, rows: merged.map(rowOf) }] },
    merged: [...merged, ...presence(judged.servers, new Date(now).toISOString())],
  }
}

export const action = defineAction({
  name: 'merge',
  description: "Reconciles a fleet's incidents once, from the reports of its servers.",
  kind: 'observe',
  place: 'repository',
  reads: ['time-zone'],
  options,
  ids: ['merge.reports', 'merge.file', 'merge.server'],
  outputs: {
    servers: { description: 'Number of servers that have a report or should have one.' },
    missing: { description: 'Number of servers without a usable report.' },
  },
  timeoutMs: () => limitMs,
  run,
})
