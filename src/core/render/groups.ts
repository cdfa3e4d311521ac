import { type Status, worstStatus } from '../../contract/status.ts'
import { counted } from './headline.ts'
import { notCheckedText, type ReportView, type ViewRow } from './view.ts'

/** Findings that are shown together, with the worst status of them. */
export type ViewGroup = { readonly name: string; readonly rows: readonly ViewRow[]; readonly status: Status }

export const groupsOf = ({ rows }: ReportView): readonly ViewGroup[] =>
  [...Map.groupBy(rows, (row) => row.group)].map(([name, own]) => ({
    name,
    rows: own,
    status: worstStatus(own.map((row) => row.finding.status)),
  }))

/** What was looked at, in one line: the facts that the action told, else how many checks; empty when nothing was. */
export const lookedAt = ({ name, rows }: ViewGroup, lines: ReportView['lines']): string => {
  const looked = rows.filter((row) => row.finding.notChecked === undefined).length
  return lines[name] ?? (looked === 0 ? '' : counted(looked, 'check'))
}

/** What one line says of a healthy group: its facts, then the first thing that was not checked. */
export const groupFacts = (group: ViewGroup, lines: ReportView['lines']): string => {
  const left = group.rows.filter((row) => row.finding.notChecked !== undefined)
  const more = left.length > 1 ? ` (and ${left.length - 1} more not checked)` : ''
  return [lookedAt(group, lines), ...left.slice(0, 1).map((row) => `not checked: ${notCheckedText(row.finding)}${more}`)]
    .filter((one) => one !== '')
    .join('; ')
}

/** What was seen of a finding, in its own words where it says nothing else. */
export const seenText = ({ finding: { observed, title } }: ViewRow): string => (observed === '' ? title : observed)
