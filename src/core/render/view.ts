import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import { byWorstStatus, type Status } from '../../contract/status.ts'

/** A finding with the group it is shown under. */
export type ViewRow = { readonly group: string; readonly finding: Finding }

/** A report or a round as all renderings see it. */
export type ReportView = {
  /** `quick` of a round, or the action's name. */
  readonly name: string
  readonly server: string
  readonly status: Status
  readonly startedAt: string
  readonly durationMs: number
  readonly rows: readonly ViewRow[]
  /** Everything that is not ok, the worst first; what is explained by something else after the rest. */
  readonly bad: readonly ViewRow[]
  readonly notChecked: readonly ViewRow[]
  /** A compact line of facts by group, from `facts.lines`. */
  readonly lines: Readonly<Record<string, string>>
  /** What a report shows as a table, from `facts.tables`. */
  readonly tables: readonly FactTable[]
}

/** A table of facts: which certificates there are, what a chore gained. Its texts are untrusted. */
export type FactTable = { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Why something was not looked at, and what would let us; nothing where it was. */
export const notCheckedText = ({ notChecked, advice }: Pick<Finding, 'notChecked' | 'advice'>): string =>
  notChecked === undefined ? '' : [notChecked, advice].filter((one) => one !== '').join('; ')

/** What is said where only one line of a finding fits: "could not look" alone would leave out why. */
export const firstLine = ({ title, status, observed }: Finding): string =>
  status === 'unknown' && observed !== '' ? `${title}: ${observed}` : title

const rowsOf = ({ findings }: Report): readonly ViewRow[] => findings.map((one) => ({ group: one.group ?? one.check, finding: one }))

const linesOf = (report: Report): readonly (readonly [string, string])[] => {
  const lines = report.facts['lines']
  if (typeof lines !== 'object' || lines === null || Array.isArray(lines)) return []
  return Object.entries(lines).flatMap(([group, line]) => (typeof line === 'string' ? [[group, line] as const] : []))
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

const tablesOf = ({ facts }: Report): readonly FactTable[] => {
  const { tables } = facts
  return (Array.isArray(tables) ? tables : []).flatMap((one): readonly FactTable[] => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return []
    const { title, columns, rows } = one
    const known = typeof title === 'string' && Array.isArray(columns) && Array.isArray(rows)
    return known ? [{ title, columns: texts(columns), rows: rows.map(texts) }] : []
  })
}

const worstFirst = (a: ViewRow, b: ViewRow): number =>
  byWorstStatus(a.finding.status, b.finding.status) || Number(a.finding.parent !== undefined) - Number(b.finding.parent !== undefined)

export const viewOf = (report: Report | RoundReport): ReportView => {
  const reports = 'reports' in report ? report.reports : [report]
  const rows = reports.flatMap(rowsOf)
  return {
    name: 'reports' in report ? report.round : report.action,
    server: report.server,
    status: report.status,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    rows,
    bad: rows.filter((row) => row.finding.status !== 'ok').toSorted(worstFirst),
    notChecked: rows.filter((row) => row.finding.notChecked !== undefined),
    lines: Object.fromEntries(reports.flatMap(linesOf)),
    tables: reports.flatMap(tablesOf),
  }
}
