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
  /** The same, with what follows from each under it. */
  readonly causes: readonly Cause[]
  readonly checked: readonly ViewRow[]
  readonly notChecked: readonly ViewRow[]
  /** A compact line of facts by group, from `facts.lines`. */
  readonly lines: Readonly<Record<string, string>>
  /** What a report shows as a table, from `facts.tables`. */
  readonly tables: readonly FactTable[]
}

/** Something that is not ok, and what would be ok without it. */
export type Cause = { readonly row: ViewRow; readonly follows: readonly ViewRow[] }

/** A table of facts: which certificates there are, what a chore gained. Its texts are untrusted. */
export type FactTable = { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Why something was not looked at, and what would let us; nothing where it was. */
export const notCheckedText = ({ notChecked, advice }: Pick<Finding, 'notChecked' | 'advice'>): string =>
  notChecked === undefined ? '' : [notChecked, advice].filter((one) => one !== '').join('; ')

/** What a finding is about, by the name that the person gave it. */
export const nameOf = ({ label, subject }: Pick<Finding, 'label' | 'subject'>): string => label ?? subject

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

const keyOf = ({ id, subject }: { readonly id: string; readonly subject: string }): string => `${id}\0${subject}`
const deepest = 10

/** The first cause of each: a declared dependency that is bad too, and no less so, for what is worse than its cause must not stand under it. */
const causesOf = (bad: readonly ViewRow[]): readonly Cause[] => {
  const known = new Map(bad.map((row) => [keyOf(row.finding), row]))
  const above = ({ finding: { parent, status } }: ViewRow): ViewRow | undefined => {
    const found = parent === undefined ? undefined : known.get(keyOf(parent))
    return found !== undefined && byWorstStatus(found.finding.status, status) <= 0 ? found : undefined
  }
  const rootOf = (row: ViewRow): ViewRow => {
    let at = row
    for (let step = 0; step < deepest; step += 1) at = above(at) ?? at
    // Those that name each other stand each by itself.
    return above(at) === undefined ? at : row
  }
  const follows = Map.groupBy(bad, rootOf)
  return bad.filter((row) => rootOf(row) === row).map((row) => ({ row, follows: (follows.get(row) ?? []).filter((one) => one !== row) }))
}

export const viewOf = (report: Report | RoundReport): ReportView => {
  const reports = 'reports' in report ? report.reports : [report]
  const rows = reports.flatMap(rowsOf)
  const bad = rows.filter((row) => row.finding.status !== 'ok').toSorted(worstFirst)
  return {
    name: 'reports' in report ? report.round : report.action,
    server: report.server,
    status: report.status,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    rows,
    bad,
    causes: causesOf(bad),
    checked: rows.filter((row) => row.finding.notChecked === undefined),
    notChecked: rows.filter((row) => row.finding.notChecked !== undefined),
    lines: Object.fromEntries(reports.flatMap(linesOf)),
    tables: reports.flatMap(tablesOf),
  }
}
