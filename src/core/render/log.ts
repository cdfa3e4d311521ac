import type { Report, RoundReport } from '../../contract/report.ts'
import { largest } from '../largest.ts'
import { groupFacts, groupsOf, seenText } from './groups.ts'
import { counted, formatCount, headlineOf } from './headline.ts'
import { type Cause, firstLine, nameOf, notCheckedText, type ReportView, type ViewRow, viewOf } from './view.ts'

/** What the log holds: lines that are always seen, and groups that are folded. Not yet inert: the printer sees to that. */
export type LogPart =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'group'; readonly title: string; readonly lines: readonly string[] }

export type LogOptions = {
  /** What stands before `<id>.md`; a URL or a path, with its last slash. */
  readonly runbooks?: string | undefined
  /** Which configuration was read, in words. */
  readonly configuration?: string | undefined
}

const maxShown = 50
const maxFollowing = 20
const maxListed = 1_000
const maxEvidence = 20
const statusWidth = 'critical'.length + 2

const line = (text: string): LogPart => ({ kind: 'line', text })
const group = (title: string, lines: readonly string[]): LogPart => ({ kind: 'group', title, lines })

const lengthOf = (text: string): number => text.length

const groupLines = (view: ReportView): readonly LogPart[] => {
  const groups = groupsOf(view)
  const width = largest(groups.map(({ name }) => name.length)) + 2
  return groups.map((one) => line(`  ${one.name.padEnd(width)}${one.status.padEnd(statusWidth)}${groupFacts(one, view.lines)}`))
}

const followingOf = ({ follows }: Cause): readonly (readonly [string, string])[] => {
  const shown = follows.slice(0, maxFollowing).map(({ finding }) => ['follows', `${finding.status}: ${firstLine(finding)}`] as const)
  const left = follows.length - shown.length
  return left === 0 ? shown : [...shown, ['follows', `${counted(left, 'more finding')}: see the JSON report`]]
}

const causeLines = (cause: Cause, width: number, runbooks: string): readonly LogPart[] => {
  const { group: name, finding } = cause.row
  const details = [
    ['expected', finding.expected],
    ['seen', finding.observed],
    ['do', finding.advice.replaceAll('`', '')],
    ...followingOf(cause),
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

const everything = ({ checked, notChecked }: ReportView): LogPart => {
  const looked = checked.map((row) => `${row.finding.status}  ${row.group}  ${nameOf(row.finding)}: ${seenText(row)}`)
  const others = notChecked.map(({ group: name, finding }) => `not checked  ${name}  ${nameOf(finding)}: ${notCheckedText(finding)}`)
  const all = [...looked.slice(0, maxListed), ...others.slice(0, maxListed)]
  const left = looked.length + others.length - all.length
  const rest = others.length === 0 ? '' : `, and ${formatCount(others.length)} that ${others.length === 1 ? 'was' : 'were'} not`
  return group(
    `everything that was checked (${formatCount(looked.length)})${rest}`,
    left === 0 ? all : [...all, `${counted(left, 'more finding')}: see the JSON report`],
  )
}

const badParts = (view: ReportView, runbooks: string): readonly LogPart[] => {
  const shown = view.causes.slice(0, maxShown)
  const healthy = groupsOf(view).filter(({ status }) => status === 'ok')
  const names = [...shown.map(({ row }) => row.group), ...healthy.map(({ name }) => name)]
  const width = largest(names.map(lengthOf), 'expected'.length) + 2
  const left = view.causes.length - shown.length
  return [
    line(''),
    ...shown.flatMap((one) => causeLines(one, width, runbooks)),
    ...(left === 0 ? [] : [line(`  ${counted(left, 'more finding')} not ok: see the JSON report`), line('')]),
    ...healthy.map((one) => line(`  ${'ok'.padEnd(statusWidth)}${one.name.padEnd(width)}${groupFacts(one, view.lines)}`)),
    ...evidenceGroups(view.bad.slice(0, maxShown)),
  ]
}

/** The log of a report: the verdict, then what is wrong and what to do, one line a healthy group, and the details folded. */
export const renderLog = (
  report: Report | RoundReport,
  { runbooks = 'docs/runbooks/', configuration }: LogOptions = {},
): readonly LogPart[] => {
  const view = viewOf(report)
  const body = view.bad.length === 0 ? groupLines(view) : badParts(view, runbooks)
  const read = configuration === undefined ? [] : [line(`  configuration: ${configuration}`)]
  return [line(headlineOf(view)), ...body, ...read, everything(view)]
}
