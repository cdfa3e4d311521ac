import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import { byWorstStatus, type Status } from '../../contract/status.ts'

/** A finding with the group it is shown under: the name of its check, or of its action. */
export type Row = { readonly group: string; readonly finding: Finding }

/** A report or a round as all renderings see it. */
export type View = {
  /** `quick` of a round, or the action's name. */
  readonly name: string
  readonly server: string
  readonly status: Status
  readonly startedAt: string
  readonly durationMs: number
  readonly rows: readonly Row[]
  /** Everything that is not ok, the worst first; what is explained by something else after the rest. */
  readonly bad: readonly Row[]
  readonly notChecked: readonly Row[]
  /** A compact line of facts by group, from `facts.lines`. */
  readonly lines: Readonly<Record<string, string>>
  /** What a report shows as a table, from `facts.tables`. */
  readonly tables: readonly FactTable[]
}

/** A table of facts: which certificates there are, what a chore gained. Its texts are untrusted. */
export type FactTable = { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Where the first part of a finding's id is not the name of its check. */
const groupNames: Readonly<Record<string, string>> = {
  endpoint: 'endpoints',
  container: 'containers',
  volume: 'volumes',
  command: 'commands',
}

/** What Ronde says about itself, whatever the action. */
const ownGroups: ReadonlySet<string> = new Set(['state', 'recovery'])

/** The group that a finding id is shown under: its check in health-check, which has many; the action's name elsewhere. */
export const groupOf = (action: string, id: string): string => {
  const prefix = id.split('.', 1)[0] ?? id
  return action === 'health-check' || ownGroups.has(prefix) ? (groupNames[prefix] ?? prefix) : action
}

/** What was merely inferred and could not be looked at: ok, but not looked at. */
export const isNotChecked = ({ status, advice }: Finding): boolean => status === 'ok' && advice.startsWith('not checked:')

/** What is said where only one line of a finding fits: "could not look" alone would leave out why. */
export const firstLine = ({ title, status, observed }: Finding): string =>
  status === 'unknown' && observed !== '' ? `${title}: ${observed}` : title

const rowsOf = (report: Report): readonly Row[] =>
  report.findings.map((one) => ({
    group: groupOf(report.action, one.id),
    finding: one,
  }))

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

const worstFirst = (a: Row, b: Row): number =>
  byWorstStatus(a.finding.status, b.finding.status) || Number(a.finding.parent !== undefined) - Number(b.finding.parent !== undefined)

export const viewOf = (report: Report | RoundReport): View => {
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
    notChecked: rows.filter((row) => isNotChecked(row.finding)),
    lines: Object.fromEntries(reports.flatMap(linesOf)),
    tables: reports.flatMap(tablesOf),
  }
}
