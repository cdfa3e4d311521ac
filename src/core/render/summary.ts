import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import { formatDuration } from '../quantity.ts'
import { codeBlock, codeSpan, markdownAdvice, markdownText } from '../text/markdown.ts'
import { sparkline } from '../text/sparkline.ts'
import { type Budget, createBudget } from './budget.ts'
import { counted, formatCount, tally } from './headline.ts'
import { notCheckedText, type ReportView, type ViewRow, viewOf } from './view.ts'

export type SummaryOptions = {
  /** Base URL of the runbooks, with its last slash; without it no links. */
  readonly runbooks?: string | undefined
  /** Earlier values of a finding's first measurement, oldest first; empty when there are none. */
  readonly trend?: ((finding: Finding) => readonly number[]) | undefined
  /** Default 900 KiB: above 1 MiB GitHub drops the whole summary. */
  readonly maxBytes?: number | undefined
}

const defaultMaxBytes = 900 * 1024
/** Kept for what follows a cut table: closing tags and the sentences that say what was left out. */
const reserveBytes = 2 * 1024
const maxEvidenceBytes = 64 * 1024
/** Kept behind the first table for the evidence and for what was not checked. */
const afterBadBytes = 128 * 1024
const maxEvidenceFindings = 10
const maxAdvised = 100

const cells = (...texts: readonly string[]): string => `| ${texts.join(' | ')} |`

const subjectCell = ({ subject, title }: Finding): string => `${codeSpan(subject)}<br>${markdownText(title)}`

/** Only an `https` address without anything that Markdown obeys becomes a link. */
const runbookLink = (id: string, base: string | undefined): string =>
  base !== undefined && /^https?:\/\/[^\s()<>[\]|`]+$/.test(base) && /^[\w.-]+$/.test(id) ? `[Runbook](${base}${id}.md)` : ''

/** On a phone the last column of the table is out of sight: what to do about the worst stands above it. */
const first = ({ finding: { title, advice } }: ViewRow): string => {
  const told = `**First:** ${markdownText(title, { inTable: false })}`
  return advice === '' ? told : `${told}<br>\n**Do:** ${markdownAdvice(advice, { inTable: false })}`
}

const leftOut = (rows: number): string => `${counted(rows, 'row')} left out here; the JSON report holds all.`

type Table = { readonly head: readonly string[]; readonly rows: readonly (() => string)[]; readonly maxBytes: number }

const table = (budget: Budget, { head, rows, maxBytes }: Table): void => {
  const share = budget.share(maxBytes)
  const headed = share.add([cells(...head), cells(...head.map(() => '---'))].join('\n'))
  const firstOut = headed ? rows.findIndex((row) => !share.add(row())) : 0
  const left = firstOut === -1 ? 0 : rows.length - firstOut
  budget.always('')
  if (left > 0) budget.always(leftOut(left), '')
}

const badTable = (budget: Budget, view: ReportView, { runbooks }: SummaryOptions): void => {
  const row = ({ finding }: ViewRow): string => {
    const advice = [markdownAdvice(finding.advice), runbookLink(finding.id, runbooks)].filter((one) => one !== '').join('<br>')
    return cells(finding.status, subjectCell(finding), markdownText(finding.observed), markdownText(finding.expected), advice)
  }
  const head = ['Status', 'Subject', 'Seen', 'Limit', 'Do']
  table(budget, { head, rows: view.bad.map((one) => () => row(one)), maxBytes: budget.left() - afterBadBytes })
}

const maxFactRows = 100

/** What an action wants to be read as a table, cell for column. */
const factTables = (budget: Budget, view: ReportView): void => {
  for (const { title, columns, rows } of view.tables.filter((one) => one.rows.length > 0)) {
    budget.always(`**${markdownText(title, { inTable: false, maxChars: 100 })}**`, '')
    const shown = rows.slice(0, maxFactRows)
    const row = (texts: readonly string[]) => cells(...columns.map((_, index) => markdownText(texts[index] ?? '')))
    const head = columns.map((one) => markdownText(one))
    table(budget, { head, rows: shown.map((one) => () => row(one)), maxBytes: budget.left() - afterBadBytes })
    if (rows.length > shown.length) budget.always(leftOut(rows.length - shown.length), '')
  }
}

const hasAdvice = ({ finding }: ViewRow): boolean => finding.status === 'ok' && finding.advice !== '' && finding.notChecked === undefined

const fold = (budget: Budget, title: string, body: () => void): void => {
  budget.always(`<details><summary>${title}</summary>`, '')
  body()
  budget.always('</details>', '')
}

const evidence = (budget: Budget, view: ReportView): void => {
  const rows = view.bad.filter(({ finding }) => finding.evidence.length > 0).slice(0, maxEvidenceFindings)
  if (rows.length === 0) return
  fold(budget, 'Evidence', () => {
    const share = budget.share(maxEvidenceBytes)
    for (const { finding } of rows) {
      const block = codeBlock(finding.evidence.join('\n'), { maxLines: 20, maxChars: 500 })
      share.add(`${codeSpan(finding.subject, { inTable: false })}\n\n${block}\n`)
    }
  })
}

/** What there is to do although nothing failed, a line a subject. */
const advised = (budget: Budget, title: string, rows: readonly ViewRow[]): void => {
  if (rows.length === 0) return
  budget.add(`**${title}**\n`)
  for (const { finding } of rows.slice(0, maxAdvised)) {
    const how = finding.notChecked === undefined ? finding.advice : notCheckedText(finding)
    budget.add(`- ${codeSpan(finding.subject, { inTable: false })}: ${markdownAdvice(how, { inTable: false })}`)
  }
  if (rows.length > maxAdvised) budget.add(`- ${counted(rows.length - maxAdvised, 'more subject')}: the JSON report holds all.`)
  budget.add('')
}

const everything = (budget: Budget, view: ReportView, trend: SummaryOptions['trend']): void => {
  const head = ['Check', 'Status', 'Subject', 'Seen', 'Limit', ...(trend === undefined ? [] : ['Trend'])]
  const row = ({ group, finding }: ViewRow): string =>
    cells(
      markdownText(group),
      finding.status,
      codeSpan(finding.subject),
      markdownText(finding.observed === '' ? finding.title : finding.observed),
      markdownText(finding.expected),
      ...(trend === undefined ? [] : [sparkline(trend(finding))]),
    )
  fold(budget, `Everything that was checked (${formatCount(view.rows.length)})`, () => {
    table(budget, { head, rows: view.rows.map((one) => () => row(one)), maxBytes: budget.left() })
  })
}

/** `2026-11-22 02:17 UTC` */
const minuteOf = (startedAt: string): string => startedAt.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC')

/** The job summary: verdict, what is not ok and what to do, evidence, what was not checked, then everything, folded. Escaped and cut at a row. */
export const renderSummary = (report: Report | RoundReport, options: SummaryOptions = {}): string => {
  const view = viewOf(report)
  const budget = createBudget((options.maxBytes ?? defaultMaxBytes) - reserveBytes)
  const named = { inTable: false, maxChars: 100 }
  const title = [markdownText(view.server, named), markdownText(view.name, named), formatDuration(view.durationMs)].join(', ')
  budget.always(`## ${view.status}: ${title}`, '')
  budget.always(`${tally(view)}. Started ${markdownText(minuteOf(view.startedAt), named)}.`, '')
  const [worst] = view.bad
  if (worst !== undefined) {
    budget.always(first(worst), '')
    badTable(budget, view, options)
  }
  evidence(budget, view)
  factTables(budget, view)
  advised(budget, 'Not checked, and how to enable it', view.notChecked)
  advised(budget, 'Nothing failed, but look at this', view.rows.filter(hasAdvice))
  everything(budget, view, options.trend)
  return budget.text()
}
