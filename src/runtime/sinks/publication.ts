import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import type { Printer } from '../print.ts'

/** What every sink gets: the redacted report and where things go. */
export type Publication = {
  readonly report: Report | RoundReport
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly printer: Printer
  readonly redact: (text: string) => string
  /** The last look at a text in the form in which it is written. */
  readonly lastLook: (text: string) => string
  /** The action's own outputs. */
  readonly outputs: Readonly<Record<string, string | number>>
  /** `report-file`; without it a file under `RUNNER_TEMP`, and none where that is not set. */
  readonly reportFile: string | undefined
  readonly runbooks: string | undefined
  readonly timeZone: string | undefined
  /** Which configuration was read, in words. */
  readonly configuration: string | undefined
  readonly trend: ((finding: Finding) => readonly number[]) | undefined
}
