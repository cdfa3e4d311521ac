import type { Finding } from '../contract/finding.ts'
import type { Report, RoundReport } from '../contract/report.ts'
import { errorText } from '../core/error-chain.ts'
import type { Redactor } from '../core/redact/redact.ts'
import { redactReport } from '../core/redact/report.ts'
import { headlineOf } from '../core/render/headline.ts'
import type { IncidentLine } from '../core/render/incident-lines.ts'
import { viewOf } from '../core/render/view.ts'
import { lastLookOf } from './last-look.ts'
import type { Printer } from './print.ts'
import { writeAnnotations } from './sinks/annotations.ts'
import { addIncidents, type SummaryPlace, writeJobSummary } from './sinks/job-summary.ts'
import { writeLog } from './sinks/log.ts'
import { writeOutputs } from './sinks/outputs.ts'
import type { Publication } from './sinks/publication.ts'
import { writeReportFile } from './sinks/report-file.ts'

export type PublishOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly printer: Printer
  readonly redactor: Redactor
  readonly outputs?: Readonly<Record<string, string | number>>
  readonly reportFile?: string | undefined
  readonly runbooks?: string | undefined
  readonly timeZone?: string | undefined
  readonly configuration?: string | undefined
  readonly trend?: ((finding: Finding) => readonly number[]) | undefined
}

const sinkNames = ['report file', 'job summary', 'outputs', 'log', 'annotations'] as const
export type SinkName = (typeof sinkNames)[number]

export type Published = {
  /** The report as it left the server. */
  readonly report: Report | RoundReport
  /** Empty when there is no file. */
  readonly reportPath: string
  readonly failed: readonly SinkName[]
  /** Puts the incidents beside what they are about in the job summary. A failure warns. */
  readonly addIncidents: (incidents: readonly IncidentLine[]) => Promise<void>
}

type Failure = { readonly sink: SinkName; readonly cause: string }

const warnAbout = ({ sink, cause }: Failure, printer: Printer): void => {
  try {
    printer.command('warning', { title: `ronde: ${sink}` }, `${sink}: could not be written: ${cause}`)
  } catch {
    // The log itself is gone (its reader closed it): nobody is left to be told, and the verdict still decides the exit.
  }
}

/** The step's last line: the verdict once more, when something is wrong. */
export const sayVerdict = (report: Report | RoundReport, printer: Printer): void => {
  if (report.status === 'ok') return
  try {
    printer.line(headlineOf(viewOf(report)))
  } catch {
    // As above: a log that cannot be written was told as a failed sink.
  }
}

/** Redacts once, then feeds each sink by itself: one that fails warns, and hides neither the verdict nor another sink. */
export const publish = async (report: Report | RoundReport, options: PublishOptions): Promise<Published> => {
  const { environment, printer, redactor, outputs = {}, reportFile, runbooks, timeZone, configuration, trend } = options
  const redactedReport = redactReport(report, redactor)
  const publication: Publication = {
    report: redactedReport,
    environment,
    printer,
    redact: redactor.redact,
    lastLook: lastLookOf(redactor, [report.server]),
    outputs,
    reportFile,
    runbooks,
    timeZone,
    configuration,
    trend,
  }
  const failures: Failure[] = []
  let reportPath = ''
  let place: SummaryPlace | undefined
  const sinks: Record<SinkName, () => void | Promise<void>> = {
    'report file': () => {
      reportPath = writeReportFile(publication) ?? ''
    },
    'job summary': async () => {
      place = await writeJobSummary(publication)
    },
    outputs: () => writeOutputs(publication, reportPath),
    log: () => writeLog(publication),
    annotations: () => writeAnnotations(publication),
  }
  for (const sink of sinkNames) {
    try {
      await sinks[sink]()
    } catch (error) {
      // One sink's failure must not hide the others: it is told as a warning and in what this returns.
      failures.push({ sink, cause: errorText(error) })
    }
  }
  for (const failure of failures) warnAbout(failure, printer)
  const withIncidents = async (incidents: readonly IncidentLine[]): Promise<void> => {
    try {
      if (place !== undefined) await addIncidents(publication, place, incidents)
    } catch (error) {
      // The issues are written; only the way to them is missing in the summary.
      warnAbout({ sink: 'job summary', cause: `the incidents could not be added: ${errorText(error)}` }, printer)
    }
  }
  return { report: redactedReport, reportPath, failed: failures.map(({ sink }) => sink), addIncidents: withIncidents }
}
