import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatDuration, formatPercent } from '../../../../core/quantity.ts'
import { counted, formatCount } from '../../../../core/render/headline.ts'
import { plainWords } from '../../../../core/text/plain.ts'
import type { TableScans } from '../../../../domain/postgres/indexes.ts'
import { type Counter, type CounterNote, gained } from '../../counter-note.ts'

/** What was read of one table, or of all partitions of one parent, since the last run. */
export type TableReads = {
  readonly name: string
  readonly liveRows: number
  readonly sequentialScans: number
  readonly sequentialRows: number
  readonly indexScans: number
}

/** Smaller tables are read faster from end to end than by an index. */
const manyRows = 10_000
/** A dump reads each table once, our own test of its constraints ten times, a report now and then. */
const manyScans = 20
/** Fewer rows a scan: a LIMIT that finds what it wants at once. */
const rowsOfAScan = 10_000
/** Where the index serves nearly every query, the rest is a report of somebody. */
const byIndex = 0.95

export const counterOf = ({ sequentialScans, sequentialRows, indexScans }: TableScans): Counter => ({
  numbers: [sequentialScans, sequentialRows, indexScans],
  since: '',
})

export const noteName = ({ schema, name, oid }: TableScans): string => `${oid} ${schema}.${name}`

/** What each table gained since the note, partitions added up under the name that `parentOf` gives. */
export const readSince = (
  scans: readonly TableScans[],
  {
    before,
    reset,
    parentOf,
  }: { readonly before: CounterNote; readonly reset: string; readonly parentOf: (oid: number) => string | undefined },
): readonly TableReads[] => {
  const each = scans.map((one): TableReads => {
    const [sequentialScans = 0, sequentialRows = 0, indexScans = 0] = gained(
      counterOf(one),
      before.reset === reset ? before.entries.get(noteName(one)) : undefined,
    )
    return { name: parentOf(one.oid) ?? `${one.schema}.${one.name}`, liveRows: one.liveRows, sequentialScans, sequentialRows, indexScans }
  })
  return [...Map.groupBy(each, (one) => one.name).values()].map((parts) => parts.reduce(together))
}

const together = (a: TableReads, b: TableReads): TableReads => ({
  name: a.name,
  liveRows: a.liveRows + b.liveRows,
  sequentialScans: a.sequentialScans + b.sequentialScans,
  sequentialRows: a.sequentialRows + b.sequentialRows,
  indexScans: a.indexScans + b.indexScans,
})

const share = ({ indexScans, sequentialScans }: TableReads): number => indexScans / Math.max(indexScans + sequentialScans, 1)

const isBad = (one: TableReads): boolean =>
  one.liveRows >= manyRows &&
  one.sequentialScans >= manyScans &&
  one.sequentialRows / one.sequentialScans >= rowsOfAScan &&
  share(one) < byIndex

const describe = (one: TableReads): string =>
  `${one.name}: ${counted(one.sequentialScans, 'sequential scan')} over ${formatCount(Math.round(one.sequentialRows / Math.max(one.sequentialScans, 1)))} rows each, ${formatPercent(share(one))} of all scans by index`

type Told = Pick<JudgedFinding, 'status' | 'title' | 'observed'> & Partial<Omit<JudgedFinding, 'id'>>

const scansFinding = (subject: string, told: Told): JudgedFinding<'db.sequential-scans'> =>
  finding({
    id: 'db.sequential-scans',
    subject,
    expected: `fewer than ${manyScans} scans from end to end between two runs of a table of ${formatCount(manyRows)} rows or more, or an index for ${formatPercent(byIndex)} of its scans`,
    audience: 'technical',
    ...told,
    title: `${subject}: ${told.title}`,
  })

export const baseLine = (tables: number, subject: string): JudgedFinding<'db.sequential-scans'> =>
  scansFinding(subject, {
    status: 'ok',
    cleared: false,
    title: 'sequential scans are compared from the next run on',
    observed: `${counted(tables, 'table')} counted so far`,
  })

/** Large tables that were read from end to end again and again. */
export const judgeSequentialScans = (
  read: readonly TableReads[],
  sinceMs: number,
  subject: string,
): JudgedFinding<'db.sequential-scans'> => {
  const bad = read.filter(isBad).toSorted((a, b) => b.sequentialRows - a.sequentialRows)
  const since = `in the last ${formatDuration(sinceMs)}`
  const [worst] = bad
  if (worst === undefined) {
    const title = 'no large table is read from end to end'
    return scansFinding(subject, { status: 'ok', title, observed: `${counted(read.length, 'table')} looked at, ${since}` })
  }
  const more = bad.length === 1 ? '' : ` and ${counted(bad.length - 1, 'other table')}`
  return scansFinding(subject, {
    status: 'warning',
    title: `${worst.name}${more} read from end to end ${since}`,
    observed: describe(worst),
    advice: `find the queries on ${plainWords(worst.name)} (task slow-queries, or auto_explain), and what they filter by: EXPLAIN shows "Seq Scan" and "Rows Removed by Filter"; an index on those columns spares it`,
    evidence: bad.slice(0, 20).map(describe),
    measurements: [{ name: 'sequential-rows', value: worst.sequentialRows, unit: 'rows' }],
  })
}
