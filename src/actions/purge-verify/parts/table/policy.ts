import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant, Seen } from '../../../../contract/seen.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { plainWords } from '../../../../core/text/plain.ts'
import { sqlIdentifier } from '../../../../domain/postgres/names.ts'
import type { OldestSnapshot } from '../../../../probes/purge/locks.ts'
import type { OtherRows, RowsLook } from '../../../../probes/purge/rows.ts'
import type { FoundTable } from '../../../../probes/purge/table.ts'
import { clockTime, countRows, formatCount, type PurgeSubject } from '../../about.ts'
import type { PurgeVerdict } from '../../part.ts'

/** What the rows of the table are judged by. */
export const tableIds = ['purge.stale-rows', 'purge.future-rows', 'purge.null-rows', 'purge.index', 'purge.cost'] as const
type TableId = (typeof tableIds)[number]

/** Blocks of three proofs on a table with an index and without dead rows: about four each, whatever its size. */
const mostBuffers = 20
const mostRowsReadWhole = 100_000

type Proven = Extract<RowsLook, { kind: 'proven' }>
type Found = Pick<FoundTable, 'schema' | 'name' | 'column' | 'kind' | 'partitioned' | 'counters'>

/** What else is known when rows are judged: what the log said, and what to do. */
export type TableContext = {
  /** `no "Purge OK" line in the log of web since 00:00`; empty when no log was looked at. */
  readonly log: string
  /** A command that runs the purge, or what to do instead. */
  readonly remedy: string
  readonly oldest: OldestSnapshot | undefined
  /** When the rows were deleted, by the log: a younger transaction keeps none of them. */
  readonly purgedAt?: Instant | undefined
}

type Given = { readonly about: PurgeSubject; readonly told: TableContext }

const base = ({ subject }: PurgeSubject) => ({ subject, audience: 'technical' }) as const

/** `"public"."game"`, for a statement to copy; undefined when a name needs thought. */
const statementName = ({ schema, name }: Found): string | undefined => {
  const [inSchema, table] = [sqlIdentifier(schema), sqlIdentifier(name)]
  return inSchema === undefined || table === undefined ? undefined : `${inSchema}.${table}`
}

/** `412 rows, oldest day_date 2026-12-04`; a text that is no date sorts anywhere, and is said to be none. */
const otherWords = ({ rows, atLeast, furthest, strange, example }: OtherRows, which: string): string => {
  const counted = countRows(rows, atLeast)
  if (strange > 0)
    return `${counted}, ${formatCount(strange)} of them with no ISO date, such as ${JSON.stringify(example)}, which cannot be compared`
  return furthest === '' ? counted : `${counted}, ${which} ${furthest}`
}

/** Rows of which it is known that they are of another day. */
export const knownRows = ({ rows, strange }: OtherRows): number => Math.max(0, rows - strange)
const isUnclear = (one: OtherRows): boolean => one.rows > 0 && knownRows(one) === 0

/** Nobody may purge, or be told to, by a date that nobody can read. */
const unreadable = (others: OtherRows, about: PurgeSubject) =>
  ({
    status: 'unknown',
    cleared: false,
    title: `${about.shown}: ${about.column} holds texts that are no ISO date`,
    observed: otherWords(others, about.column),
    advice: `write ${about.column} as YYYY-MM-DD in every row, or name a column of the type date: only then texts sort as their days do`,
  }) as const

const pendingWords = (about: PurgeSubject): string =>
  `pending: rows of ${about.day.yesterday.date} may stay until ${clockTime(about.day.due, about)}`

/** Rows of days before the one that may still be there. Those of yesterday are pending until the grace is over, older ones never. */
const judgeStale = ({ older }: Proven, { about, told: { log, remedy } }: Given): JudgedFinding<'purge.stale-rows'> => {
  const { shown, column, day } = about
  const { oldest, pending, label } = day
  const due = clockTime(day.due, about)
  const bad = knownRows(older) > 0
  const good = pending ? pendingWords(about) : `0 rows before ${oldest.date}`
  return finding({
    ...base(about),
    id: 'purge.stale-rows',
    status: bad ? 'critical' : 'ok',
    // What is merely pending proves nothing yet, so it closes nothing.
    cleared: !bad && !pending,
    title: `${shown}: ${bad || !pending ? `${olderThan(older)} than ${oldest.date}` : good}`,
    observed: bad ? [otherWords(older, `oldest ${column}`), log].filter((text) => text !== '').join('; ') : good,
    expected: pending
      ? `0 rows older than ${oldest.date} while the purge for ${label} is pending, until ${due}`
      : `0 rows older than the business date ${label}, since ${due}`,
    advice: bad ? remedy : '',
    certainty: 'hard',
    measurements: [{ name: 'stale-rows', value: older.rows, unit: 'rows' }],
    ...(isUnclear(older) ? { ...unreadable(older, about), measurements: [] } : {}),
  })
}

const olderThan = ({ rows, atLeast }: OtherRows): string => `${countRows(rows, atLeast)} ${rows === 1 ? 'is' : 'are'} older`

/** Rows of tomorrow or later: somebody's clock or zone is wrong, and the purge deletes them one night too late, or at once. */
const judgeFuture = ({ newer }: Proven, about: PurgeSubject): JudgedFinding<'purge.future-rows'> => {
  const { shown, column, day } = about
  const bad = knownRows(newer) > 0
  const seen = otherWords(newer, `newest ${column}`)
  return finding({
    ...base(about),
    id: 'purge.future-rows',
    status: bad ? 'critical' : 'ok',
    title: `${shown}: ${countRows(newer.rows, newer.atLeast)} of a day after ${day.today.date}`,
    observed: bad ? seen : `0 rows after ${day.today.date}`,
    expected: `0 rows after the business date ${day.label}`,
    advice: bad ? `compare the clock and the time zone of what writes ${shown} with ${day.timeZone}; then run the purge` : '',
    measurements: [{ name: 'future-rows', value: newer.rows, unit: 'rows' }],
    ...(isUnclear(newer) ? { ...unreadable(newer, about), measurements: [] } : {}),
  })
}

/** Rows without a date, which `<>` never matches: no purge deletes them. */
const judgeMissing = ({ missing }: Proven, about: PurgeSubject): JudgedFinding<'purge.null-rows'> => {
  const { shown, column } = about
  const bad = missing.rows > 0
  return finding({
    ...base(about),
    id: 'purge.null-rows',
    status: bad ? 'critical' : 'ok',
    title: `${shown}: ${countRows(missing.rows, missing.atLeast)} without ${column}`,
    observed: bad ? `${countRows(missing.rows, missing.atLeast)} whose ${column} is NULL` : `0 rows whose ${column} is NULL`,
    expected: `a ${column} in every row`,
    advice: bad ? `no comparison matches NULL, so the purge leaves them: delete them, then make ${column} NOT NULL` : '',
    certainty: 'hard',
    measurements: [{ name: 'null-rows', value: missing.rows, unit: 'rows' }],
  })
}

const createIndex = (table: Found): string => {
  const [name, column] = [statementName(table), sqlIdentifier(table.column)]
  if (name === undefined || column === undefined) return 'create an index whose first column is the date'
  return table.partitioned
    ? `CREATE INDEX ON ${name} (${column}); (CONCURRENTLY is not possible on a partitioned table: to block nobody, create it on each partition first)`
    : `CREATE INDEX CONCURRENTLY ON ${name} (${column});`
}

/** Whether the proofs find their first row without reading the whole table. A refused one proves nothing, and says how to enable it. */
export const judgeIndex = (look: RowsLook, table: Found, about: PurgeSubject): JudgedFinding<'purge.index'> => {
  const rows = look.kind === 'unindexed' ? look.rows : look.readWhole
  const refused = look.kind === 'unindexed'
  return finding({
    ...base(about),
    id: 'purge.index',
    status: refused ? 'warning' : 'ok',
    title: refused ? `${about.shown}: not proven, no index begins with ${about.column}` : `${about.shown}: ${indexWords(rows)}`,
    observed: rows === 0 ? 'every proof enters an index' : `a proof would read about ${countRows(rows)} from end to end`,
    expected: `an index that begins with ${about.column}, or at most ${countRows(mostRowsReadWhole)} to read`,
    advice: rows > 0 ? `${createIndex(table)} then run this again` : '',
    certainty: 'hard',
    measurements: [{ name: 'rows-read-whole', value: rows, unit: 'rows' }],
  })
}

const indexWords = (rows: number): string =>
  rows === 0 ? 'an index serves the proofs' : `${countRows(rows)} are few enough to read without an index`

/** `session 42 (pgbench), open for 3 h`; undefined when nothing old enough is there. */
export const describeOldest = (oldest: OldestSnapshot | undefined): string | undefined => {
  if (oldest === undefined || (oldest.ageMs !== undefined && oldest.ageMs < 60_000)) return undefined
  const name = oldest.name === '' ? '' : ` ${oldest.name}`
  const age = oldest.ageMs === undefined ? '' : `, for ${formatDuration(oldest.ageMs)}`
  const words: Record<OldestSnapshot['what'], string> = {
    session: `session pid ${oldest.pid}${name}, open${age.replace(',', '')}`,
    standby: `a standby${name} (pid ${oldest.pid}) with hot_standby_feedback${age}`,
    prepared: `the prepared transaction${name}${age}`,
    slot: `the replication slot${name}`,
  }
  return words[oldest.what]
}

const olderThanPurge = ({ oldest, purgedAt }: TableContext, { now }: PurgeSubject): OldestSnapshot | undefined =>
  oldest?.ageMs !== undefined && purgedAt !== undefined && now - oldest.ageMs > purgedAt ? undefined : oldest

/** What the proofs read. Dead rows that VACUUM has not removed must be passed one by one. */
const judgeCost = (look: Proven, table: Found, { about, told }: Given): JudgedFinding<'purge.cost'> => {
  const limited = look.readWhole === 0
  const bad = limited && look.buffers > mostBuffers
  const keeper = describeOldest(olderThanPurge(told, about))
  const name = statementName(table)
  const vacuum = `run VACUUM (ANALYZE)${name === undefined ? ' on the table' : ` ${name};`}`
  return finding({
    ...base(about),
    id: 'purge.cost',
    status: bad ? 'warning' : 'ok',
    title: `${about.shown}: the proof read ${formatCount(look.buffers)} buffers`,
    observed: `${formatCount(look.buffers)} buffers in ${formatDuration(look.elapsedMs)}, ${countRows(table.counters.dead)} dead`,
    expected: limited ? `at most ${mostBuffers} buffers` : `no limit without an index, ${countRows(mostRowsReadWhole)} at most`,
    advice: !bad ? '' : keeper === undefined ? vacuum : `${plainWords(keeper)} keeps dead rows alive: end it first, then ${vacuum}`,
    evidence: bad && keeper !== undefined ? [`oldest snapshot: ${keeper}`] : [],
    measurements: [{ name: 'proof-buffers', value: look.buffers, unit: 'buffers' }],
  })
}

/** All that the rows of the table show. */
export const judgeTable = (look: RowsLook, table: Found, { about, told }: Given): PurgeVerdict<TableId> => {
  const index = judgeIndex(look, table, about)
  if (look.kind === 'unindexed') return { completed: false, findings: [index] }
  return {
    completed: true,
    findings: [
      judgeStale(look, { about, told }),
      judgeFuture(look, about),
      judgeMissing(look, about),
      index,
      judgeCost(look, table, { about, told }),
    ],
  }
}

/** The rows could not be looked at: told as unknown under the id that they would have had. `parent`: what explains it. */
export const tableNotSeen = (
  why: Extract<Seen<never>, { seen: false }>,
  about: PurgeSubject,
  parent?: JudgedFinding['parent'],
): PurgeVerdict<'purge.stale-rows'> => ({
  completed: false,
  findings: [
    finding({
      ...base(about),
      id: 'purge.stale-rows',
      status: 'unknown',
      title: `${about.shown}: could not look`,
      observed: why.cause,
      expected: `0 rows older than the business date ${about.day.label}`,
      advice: why.advice,
      ...(parent === undefined ? {} : { parent }),
    }),
  ],
})
