import type { JsonObject } from '../../contract/json.ts'
import type { Advisory } from '../../domain/packages/match.ts'
import type { LockedPackage } from '../../domain/packages/package.ts'
import type { SarifResult } from '../../domain/packages/sarif.ts'

/** What was audited, for outputs, log and summary. */
export type AuditTotals = {
  readonly packages: number
  readonly files: readonly { readonly path: string; readonly packages: number }[]
  readonly vulnerabilities: readonly Advisory[]
  readonly sarif: readonly SarifResult[]
  /** Of all files, with every place. */
  readonly locked: readonly LockedPackage[]
  /** How many of them are critical. */
  readonly critical: number
  readonly ignored: number
  readonly leftOut: number
  readonly requests: number
  /** From when what was asked is, where that is not now. */
  readonly notes: readonly string[]
  /** Only where it was compared with a base. */
  readonly compared?: {
    readonly base: string
    /** Vulnerabilities of changed packages that were there before. */
    readonly before: number
    /** Everything that the change brings was looked at. */
    readonly isWhole: boolean
  }
}

export const noTotals: AuditTotals = {
  packages: 0,
  files: [],
  vulnerabilities: [],
  sarif: [],
  locked: [],
  critical: 0,
  ignored: 0,
  leftOut: 0,
  requests: 0,
  notes: [],
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** `214 packages in 3 files, 2 vulnerabilities (1 critical), 1 ignored` */
const lineOf = ({ packages, files, vulnerabilities, critical, ignored, leftOut, compared, notes }: AuditTotals): string =>
  [
    `${counted(packages, 'package')} in ${counted(files.length, 'file')}`,
    `${counted(vulnerabilities.length, 'vulnerability', 'vulnerabilities')}${critical === 0 ? '' : ` (${critical} critical)`}`,
    ...(ignored === 0 ? [] : [`${ignored} ignored`]),
    ...(compared === undefined
      ? []
      : [`new against ${compared.base.slice(0, 12)}; ${compared.before} of the changed packages were there before`]),
    ...(leftOut === 0 ? [] : [`${leftOut} left out by the options`]),
    ...notes,
  ].join(', ')

/** A comparison is a look of its own: it says nothing of what was there before, so nothing of that may be closed by it. */
export const comparedScope = ({ compared }: AuditTotals): readonly string[] => (compared?.isWhole === true ? ['change'] : [])

const columns = ['package', 'fixed in', 'severity', 'advisory']
const mostListed = 1_000

const rowOf = ({ name, version, fixed, severity, ids }: Advisory): readonly string[] => [
  `${name} ${version}`,
  fixed ?? 'no version',
  `${severity.name} (${severity.source})`,
  ids[0] ?? '',
]

const factOf = ({ ecosystem, name, version, ids, severity, fixed, places }: Advisory): JsonObject => ({
  ecosystem,
  name,
  version,
  ids: [...ids],
  severity: severity.name,
  fixed: fixed ?? null,
  places: places.map(({ file, line, scope, way }) => ({ file, line, scope, way: [...way] })),
})

/** What all parts saw, for the outputs, the table of the summary and the line of the log. */
export const overviewOf = (totals: AuditTotals) => ({
  outputs: {
    vulnerabilities: totals.vulnerabilities.length,
    critical: totals.critical,
    new: totals.compared === undefined ? '' : totals.vulnerabilities.length,
    fixable: totals.vulnerabilities.filter(({ fixed }) => fixed !== undefined).length,
  },
  facts: {
    packages: totals.packages,
    files: totals.files.map((one) => ({ ...one })),
    requests: totals.requests,
    sources: [...totals.notes],
    vulnerabilities: totals.vulnerabilities.slice(0, mostListed).map(factOf),
    lines: { packages: lineOf(totals) },
    tables: [{ title: 'Vulnerabilities', columns, rows: totals.vulnerabilities.slice(0, mostListed).map(rowOf) }],
  } satisfies JsonObject,
})
