import type { Report, RoundReport } from '../../contract/report.ts'
import type { Status } from '../../contract/status.ts'
import { formatDuration } from '../quantity.ts'
import { plainLine } from '../text/plain.ts'
import { firstLine, type ReportView, viewOf } from './view.ts'

/** `1,204` */
export const formatCount = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** `1 check`, `31 checks`, `1,204 checks` */
export const counted = (value: number, noun: string): string => `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`

const badStatuses = ['critical', 'warning'] as const satisfies readonly Status[]

const byStatus = (bad: ReportView['bad']): string =>
  badStatuses
    .map((status) => [status, bad.filter((row) => row.finding.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${formatCount(count)} ${status}`)
    .join(', ')

/** `31 checks in 1.4 s`, or `2 of 46 checks failed (1 critical, 1 warning), 1 could not look`: what was not seen has not failed. */
export const tally = (view: ReportView): string => {
  const checked = view.checked.length
  const failed = view.bad.filter((row) => row.finding.status !== 'unknown')
  const unseen = view.bad.length - failed.length
  const all = counted(checked, 'check')
  if (failed.length > 0) {
    const more = unseen === 0 ? '' : `, ${formatCount(unseen)} could not look`
    return `${formatCount(failed.length)} of ${all} failed (${byStatus(failed)})${more}`
  }
  if (unseen > 0) return `${formatCount(unseen)} of ${all} could not look`
  return checked === 0 ? 'nothing could be checked' : `${counted(checked, 'check')} in ${formatDuration(view.durationMs)}`
}

/** The verdict in one line: the log's first line, and its last one when something is wrong. */
export const headlineOf = (view: ReportView): string => `ronde ${view.name} on ${view.server}: ${view.status}, ${tally(view)}`

/** The `summary` output: the verdict and the worst finding, one line. */
export const renderHeadline = (report: Report | RoundReport): string => {
  const view = viewOf(report)
  const worst = view.bad[0]
  return plainLine(worst === undefined ? headlineOf(view) : `${headlineOf(view)}; ${worst.group}: ${firstLine(worst.finding)}`, 400)
}
