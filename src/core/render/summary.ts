import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import { formatDuration } from '../quantity.ts'
import { codeBlock, codeSpan, markdownAdvice, markdownText } from '../text/markdown.ts'
import { sparkline } from '../text/sparkline.ts'
import { wholeTime } from '../time/local-time.ts'
import { type Budget, createBudget } from './budget.ts'
import { factTables } from './fact-tables.ts'
import { groupsOf, lookedAt, seenText } from './groups.ts'
import { counted, formatCount, tally } from './headline.ts'
import { type IncidentLine, incidentList, linksOf } from './incident-lines.ts'
import { causeBlock } from './summary-cause.ts'
import { nameOf, notCheckedText, type ReportView, type ViewRow, viewOf } from './view.ts'

export type SummaryOptions = {
  /** Base URL of the runbooks, with its last slash; without it no links. */
  readonly runbooks?: string | undefined
  /** Earlier values of a finding's first measurement, oldest first; empty when there are none. */
  readonly trend?: ((finding: Finding) => readonly number[]) | undefined
  /** Of the configuration: the time stands in it, as in the issues. Default: UTC. */
  readonly timeZone?: string | undefined
  /** Which configuration was read, in words. */
  readonly configuration?: string | undefined
  /** The incidents of the run, once GitHub was asked: each stands beside what it is about. */
  readonly incidents?: readonly IncidentLine[] | undefined
  /** Default 900 KiB: above 1 MiB GitHub drops the whole summary. */
  readonly maxBytes?: number | undefined
}

const defaultMaxBytes = 900 * 1024
/** Kept for what follows a cut list: closing tags and the sentences that say what was left out. */
const reserveBytes = 4 * 1024
const maxEvidenceBytes = 64 * 1024
/** Kept behind the causes for the evidence and for what was not checked. */
const afterCausesBytes = 128 * 1024
const maxEvidenceFindings = 10
const maxAdvised = 100
const free = { inTable: false } as const

const leftOut = (left: number): string => `${counted(left, 'finding')} left out here; the JSON report holds all.`

/** Pieces as long as they fit, and how many did not. */
const pieces = (budget: Budget, all: readonly (() => string)[], maxBytes: number): void => {
  const share = budget.share(maxBytes)
  const firstOut = all.findIndex((piece) => !share.add(piece()))
  if (firstOut !== -1) budget.always('', leftOut(all.length - firstOut))
  budget.always('')
}

const hasAdvice = ({ finding }: ViewRow): boolean => finding.status === 'ok' && finding.advice !== '' && finding.notChecked === undefined

const fold = (budget: Budget, title: string, body: () => void): void => {
  budget.always(`<details><summary>${title}</summary>`, '')
  body()
  budget.always('</details>', '')
}

/** The address of a subject stands here, where it is known by a name elsewhere. */
const evidence = (budget: Budget, view: ReportView): void => {
  const rows = view.bad.filter(({ finding }) => finding.evidence.length > 0 || finding.label !== undefined).slice(0, maxEvidenceFindings)
  if (rows.length === 0) return
  fold(budget, 'Evidence', () => {
    const share = budget.share(maxEvidenceBytes)
    for (const { finding } of rows) {
      const block = finding.evidence.length === 0 ? '' : `\n\n${codeBlock(finding.evidence.join('\n'), { maxLines: 20, maxChars: 500 })}`
      const name = finding.label === undefined ? '' : `${markdownText(finding.label, free)}: `
      share.add(`${name}${codeSpan(finding.subject, free)}${block}\n`)
    }
  })
}

/** What there is to do although nothing failed, a line a subject. */
const advised = (budget: Budget, title: string, rows: readonly ViewRow[]): void => {
  if (rows.length === 0) return
  budget.add(`**${title}**\n`)
  for (const { finding } of rows.slice(0, maxAdvised)) {
    const how = finding.notChecked === undefined ? finding.advice : notCheckedText(finding)
    budget.add(`- ${codeSpan(nameOf(finding), free)}: ${markdownAdvice(how, free)}`)
  }
  if (rows.length > maxAdvised) budget.add(`- ${counted(rows.length - maxAdvised, 'more subject')}: the JSON report holds all.`)
  budget.add('')
}

/** A line a healthy group, as the log has it. */
const healthy = (budget: Budget, view: ReportView): void => {
  const lines = groupsOf(view)
    .filter(({ status }) => status === 'ok')
    .map((group) => [group.name, lookedAt(group, view.lines)] as const)
    .filter(([, facts]) => facts !== '')
  for (const [name, facts] of lines) budget.add(`- ${markdownText(name, free)}: ${markdownText(facts, free)}`)
  if (lines.length > 0) budget.add('')
}

const everything = (budget: Budget, view: ReportView, trend: SummaryOptions['trend']): void => {
  const row = (one: ViewRow): string => {
    const { finding, group } = one
    const values = trend === undefined ? [] : trend(finding)
    const line = values.length < 2 ? '' : ` ${sparkline(values)}`
    return `- ${finding.status}, ${markdownText(group, free)}: ${codeSpan(nameOf(finding), free)}: ${markdownText(seenText(one), free)}${line}`
  }
  fold(budget, `Everything that was checked (${formatCount(view.checked.length)})`, () => {
    pieces(
      budget,
      view.checked.map((one) => () => row(one)),
      budget.left(),
    )
  })
}

/** `1 cause, 2 things follow from it; 9 of 12 checks are ok`, where something follows from something. */
const countsOf = (view: ReportView): string => {
  const following = view.bad.length - view.causes.length
  if (following === 0) return tally(view)
  const follow = `${counted(following, 'thing')} ${following === 1 ? 'follows' : 'follow'} from ${view.causes.length === 1 ? 'it' : 'them'}`
  const good = view.checked.length - view.bad.length
  return `${counted(view.causes.length, 'cause')}, ${follow}; ${formatCount(good)} of ${counted(view.checked.length, 'check')} are ok`
}

const headOf = (view: ReportView, { timeZone = 'UTC', configuration }: SummaryOptions): readonly string[] => {
  const named = { inTable: false, maxChars: 100 }
  const title = [markdownText(view.server, named), markdownText(view.name, named), formatDuration(view.durationMs)].join(', ')
  const started = Date.parse(view.startedAt)
  const time = Number.isNaN(started) ? markdownText(view.startedAt, named) : wholeTime(started, timeZone)
  const read = configuration === undefined ? '' : ` Configuration: ${markdownText(configuration, free)}.`
  return [`## ${view.status}: ${title}`, '', `${countsOf(view)}. ${time}.${read}`, '']
}

/** The job summary: verdict, what is not ok and what to do, evidence, what was not checked, then everything, folded. Escaped, cut at a finding, no wider than a phone. */
export const renderSummary = (report: Report | RoundReport, options: SummaryOptions = {}): string => {
  const view = viewOf(report)
  const budget = createBudget((options.maxBytes ?? defaultMaxBytes) - reserveBytes)
  const { incidents = [] } = options
  budget.always(...headOf(view, options))
  if (view.causes.length > 0) {
    const blocks = view.causes.map((cause) => () => causeBlock(cause, { runbooks: options.runbooks, link: linksOf(incidents) }))
    pieces(budget, blocks, budget.left() - afterCausesBytes)
  }
  healthy(budget, view)
  evidence(budget, view)
  factTables(budget, view, afterCausesBytes)
  advised(budget, 'Not checked, and how to enable it', view.notChecked)
  advised(budget, 'Nothing failed, but look at this', view.rows.filter(hasAdvice))
  for (const one of incidentList(incidents)) budget.add(one)
  everything(budget, view, options.trend)
  return budget.text()
}
