import type { Report, RoundReport } from '../../contract/report.ts'
import { type Status, worstStatus } from '../../contract/status.ts'
import { largest } from '../largest.ts'
import { counted, formatCount, headlineOf } from './headline.ts'
import { notCheckedText, type ReportView, type ViewRow, viewOf } from './view.ts'

/** What the log holds: lines that are always seen, and groups that are folded. Not yet inert: the printer sees to that. */
export type LogPart =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'group'; readonly title: string; readonly lines: readonly string[] }

/** `runbooks`: what stands before `<id>.md`; a URL or a path, with its last slash. */
export type LogOptions = { readonly runbooks?: string | undefined }

const maxShown = 50
const maxListed = 1_000
const maxEvidence = 20
const statusWidth = 'critical'.length + 2

const line = (text: string): LogPart => ({ kind: 'line', text })
const group = (title: string, lines: readonly string[]): LogPart => ({ kind: 'group', title, lines })

type Group = { readonly name: string; readonly rows: readonly ViewRow[]; readonly status: Status }

const groupsOf = ({ rows }: ReportView): readonly Group[] =>
  [...Map.groupBy(rows, (row) => row.group)].map(([name, own]) => ({
    name,
    rows: own,
    status: worstStatus(own.map((row) => row.finding.status)),
  }))

/** What one line says of a healthy group: its facts, then the first thing that was not checked. */
const groupFacts = ({ name, rows }: Group, lines: ReportView['lines']): string => {
  const left = rows.filter((row) => row.finding.notChecked !== undefined)
  const looked = rows.length - left.length
  const facts = lines[name] ?? (looked === 0 ? '' : counted(looked, 'check'))
  const more = left.length > 1 ? ` (and ${left.length - 1} more not checked)` : ''
  return [facts, ...left.slice(0, 1).map((row) => `not checked: ${notCheckedText(row.finding)}${more}`)]
    .filter((one) => one !== '')
    .join('; ')
}

const lengthOf = (text: string): number => text.length

const groupLines = (view: ReportView): readonly LogPart[] => {
  const groups = groupsOf(view)
  const width = largest(groups.map(({ name }) => name.length)) + 2
  return groups.map((one) => line(`  ${one.name.padEnd(width)}${one.status.padEnd(statusWidth)}${groupFacts(one, view.lines)}`))
}

const findingLines = ({ group: name, finding }: ViewRow, width: number, runbooks: string): readonly LogPart[] => {
  const details = [
    ['expected', finding.expected],
    ['seen', finding.observed],
    ['do', finding.advice.replaceAll('`', '')],
    ['more', `${runbooks}${finding.id}.md`],
  ] as const
  const indent = ' '.repeat(2 + statusWidth)
  return [
    line(`  ${finding.status.padEnd(statusWidth)}${name.padEnd(width)}${finding.title}`),
    ...details.filter(([, text]) => text !== '').map(([label, text]) => line(`${indent}${label.padEnd(width)}${text}`)),
    line(''),
  ]
}

const evidenceGroups = (shown: readonly ViewRow[]): readonly LogPart[] =>
  shown
    .filter(({ finding }) => finding.evidence.length > 0)
    .map(({ group: name, finding }) => group(`evidence: ${name}, ${finding.subject}`, finding.evidence.slice(0, maxEvidence)))

const everything = ({ rows }: ReportView): LogPart => {
  const listed = rows
    .slice(0, maxListed)
    .map(({ group: name, finding }) => `${finding.status}  ${name}  ${finding.subject}: ${seen(finding)}`)
  const left = rows.length - listed.length
  return group(
    `everything that was checked (${formatCount(rows.length)})`,
    left === 0 ? listed : [...listed, `${counted(left, 'more finding')}: see the JSON report`],
  )
}

const seen = (finding: ViewRow['finding']): string => (finding.observed === '' ? finding.title : finding.observed)

const badParts = (view: ReportView, runbooks: string): readonly LogPart[] => {
  const shown = view.bad.slice(0, maxShown)
  const healthy = groupsOf(view).filter(({ status }) => status === 'ok')
  const width = largest([...shown.map((row) => row.group), ...healthy.map(({ name }) => name)].map(lengthOf), 'expected'.length) + 2
  const left = view.bad.length - shown.length
  return [
    line(''),
    ...shown.flatMap((row) => findingLines(row, width, runbooks)),
    ...(left === 0 ? [] : [line(`  ${counted(left, 'more finding')} not ok: see the JSON report`), line('')]),
    ...healthy.map((one) => line(`  ${'ok'.padEnd(statusWidth)}${one.name.padEnd(width)}${groupFacts(one, view.lines)}`)),
    ...evidenceGroups(shown),
  ]
}

/** The log of a report: the verdict, then what is wrong and what to do, one line a healthy group, and the details folded. */
export const renderLog = (report: Report | RoundReport, { runbooks = 'docs/runbooks/' }: LogOptions = {}): readonly LogPart[] => {
  const view = viewOf(report)
  const body = view.bad.length === 0 ? groupLines(view) : badParts(view, runbooks)
  return [line(headlineOf(view)), ...body, everything(view)]
}
