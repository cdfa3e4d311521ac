import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { boundary, isoDatePattern } from '../../domain/postgres/date-column.ts'
import { leastRoleAdvice, whyNotPlanned } from '../../domain/postgres/owner-code.ts'
import { buffersOf, elapsedOf, type QueryPlan, readPlan, rowsByRelation, rowsOf, rowsReadWhole } from '../../domain/postgres/plan.ts'
import type { PostgresSession, SqlValue } from '../../tools/connect/session.ts'
import { jsonCell, numberCell, wholeCell } from '../postgres/cells.ts'
import { ownerCodeState, refuseOwnerCode, seeOwnerCode } from '../postgres/owner-code.ts'
import { type Ask, inReadOnly } from '../postgres/read-only.ts'
import { adviceFor } from './rights.ts'
import type { FoundTable } from './table.ts'

/** A day with the moment at which it begins. */
type Day = { readonly date: string; readonly start: Instant }

/**
 * Rows of other days: how many, up to a cap, and the value that is furthest away. Of a text, `strange` of those rows hold no ISO date, such as
 * `example`: nobody knows on which side of today that is.
 */
export type OtherRows = {
  readonly rows: number
  readonly atLeast: boolean
  readonly furthest: string
  readonly strange: number
  readonly example: string
}

/** Either the three proofs, or that an index is missing without which they would read the whole table. */
export type RowsLook =
  | { readonly kind: 'unindexed'; readonly rows: number }
  | {
      readonly kind: 'proven'
      readonly older: OtherRows
      readonly newer: OtherRows
      readonly missing: OtherRows
      /** Blocks that the three proofs read, and how long they took. */
      readonly buffers: number
      readonly elapsedMs: number
      /** Rows that had to be read from end to end, few enough to do without an index. */
      readonly readWhole: number
    }

/** Reading so many rows from end to end takes some milliseconds. */
const mostRowsReadWhole = 100_000
const countCap = 10_000
/** Of a table with thousands of partitions. */
const longestPlan = 8 * 1024 * 1024

/**
 * The planner believes its statistics of yesterday, by which the first row of any scan is the one that is looked for; a scan of the whole
 * table is therefore only what is left when there is no index. Rows that a policy hides would be missed, so that is an error instead.
 */
const settings = [
  'SET LOCAL enable_seqscan = off',
  'SET LOCAL jit = off',
  'SET LOCAL max_parallel_workers_per_gather = 0',
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  'SET LOCAL row_security = off',
]

type Place = { readonly session: PostgresSession; readonly table: FoundTable; readonly user: string; readonly now: () => Instant }

/** A boundary of a day, written into the statement. */
const literal = (value: SqlValue | undefined): string => {
  const text = String(value)
  if (!/^[-0-9T:.Z ]+$/.test(text)) throw new Error('the boundary of a day is a date or a time')
  return `'${text}'`
}

/** Each statement goes behind the refusal in one message: nobody has the time to make an index in between. */
const refusing =
  (session: PostgresSession, table: FoundTable): Ask =>
  async (sql, values = [], limits = {}) => {
    const written = sql.replace(/\$(\d)/g, (_, nth: string) => literal(values[Number(nth) - 1]))
    const guard = refuseOwnerCode([{ oid: table.oid, sql: table.sql.table, mayLock: table.mayLock }])
    return (await session.query([...guard, written].join(';\n'), limits))[guard.length] ?? []
  }

const cameBetween = 'its table got code of others, or another name, while Ronde looked; that would run with our rights'

/** Plans a table, unless that would run code of others with more rights than theirs. */
const planning = async <T>({ session, table, user, now }: Place, work: (ask: Ask) => Promise<T>): Promise<Seen<T>> => {
  const asked = await inReadOnly(session, settings, async (ask) => {
    const found = (await seeOwnerCode(ask, [table.oid])).get(table.oid)
    return found === undefined
      ? saw(await work(refusing(session, table)), now())
      : couldNotLook(whyNotPlanned(found, user), leastRoleAdvice(found.names, user))
  })
  if (asked.ok) return asked.value
  if (asked.code === ownerCodeState) return couldNotLook(cameBetween, 'run it again')
  return couldNotLook(`${asked.message} (${asked.code})`, await adviceFor(session, asked.code, { table, user }))
}

type Condition = { readonly where: string; readonly values: readonly SqlValue[] }

const explain = async (ask: Ask, how: string, sql: string, values: readonly SqlValue[] = []): Promise<QueryPlan> => {
  const [row = {}] = await ask(`EXPLAIN (FORMAT JSON, ${how}) ${sql}`, values, { rowBytes: longestPlan })
  return readPlan(jsonCell(row['QUERY PLAN']))
}

const firstRow = ({ sql }: FoundTable, { where }: Condition, limit = 1): string =>
  `SELECT 1 FROM ${sql.table} WHERE ${where} LIMIT ${limit}`

/** The rows that the worst of these conditions would read from one end to the other; nothing is run. */
const readWhole = async (ask: Ask, table: FoundTable, conditions: readonly Condition[]): Promise<number> => {
  const rows = rowsByRelation(await explain(ask, 'VERBOSE', `SELECT 1 FROM ${table.sql.table}`))
  const found: number[] = []
  for (const one of conditions)
    found.push(rowsReadWhole(await explain(ask, 'VERBOSE', firstRow(table, one), one.values), rows, table.leading))
  return Math.max(0, ...found)
}

type Proof = { readonly found: boolean; readonly buffers: number; readonly elapsedMs: number }

const prove = async (ask: Ask, table: FoundTable, condition: Condition): Promise<Proof> => {
  const plan = await explain(ask, 'ANALYZE, BUFFERS, TIMING OFF', firstRow(table, condition), condition.values)
  return { found: rowsOf(plan) > 0, buffers: buffersOf(plan), elapsedMs: elapsedOf(plan) }
}

const none: OtherRows = { rows: 0, atLeast: false, furthest: '', strange: 0, example: '' }

/** In the collation C, for an expression means nothing in one that takes different texts for equal. */
const isStrange = (column: string): string =>
  `(${column}::pg_catalog.text COLLATE pg_catalog."C") OPERATOR(pg_catalog.!~) '${isoDatePattern}'`

const seeStrange = async (
  ask: Ask,
  { kind, sql }: FoundTable,
  { where, values }: Condition,
): Promise<Pick<OtherRows, 'strange' | 'example'>> => {
  if (kind !== 'text') return { strange: 0, example: '' }
  const [row = {}] = await ask(
    `SELECT pg_catalog.count(*)::pg_catalog.float8 AS strange, pg_catalog.min(pg_catalog.left(value::pg_catalog.text, 60)) AS example
      FROM (SELECT ${sql.column} AS value FROM ${sql.table} WHERE ${where} LIMIT ${countCap}) AS capped WHERE ${isStrange('value')}`,
    values,
  )
  return { strange: numberCell(row['strange']), example: wholeCell(row['example']) }
}

/** Counts what a proof found. A count that takes too long changes nothing about that it was found. */
const count = async (place: Place, { condition, order }: Finding): Promise<OtherRows> => {
  const { table } = place
  const { column } = table.sql
  const asked = await planning(place, async (ask) => {
    const [counted = {}] = await ask(
      `SELECT pg_catalog.count(*)::pg_catalog.float8 AS rows FROM (${firstRow(table, condition, countCap)}) AS capped`,
      condition.values,
    )
    const furthest = `SELECT pg_catalog.left(${column}::pg_catalog.text, 60) AS value FROM ${table.sql.table} WHERE ${condition.where} ORDER BY ${column} ${order} LIMIT 1`
    const [row = {}] = order === undefined ? [] : await ask(furthest, condition.values)
    const strange = order === undefined ? none : await seeStrange(ask, table, condition)
    return { ...strange, rows: numberCell(counted['rows']), furthest: wholeCell(row['value']) }
  })
  if (!asked.seen) return { ...none, rows: 1, atLeast: true, strange: table.kind === 'text' ? 1 : 0 }
  return { ...asked.value, atLeast: asked.value.rows >= countCap }
}

type Finding = { readonly condition: Condition; readonly order: 'ASC' | 'DESC' | undefined }

/** Looks for rows before the first and from the last day on, and for rows without a date: three proofs that end at the first row. */
export const seeRows = async (
  session: PostgresSession,
  table: FoundTable,
  days: { readonly from: Day; readonly until: Day; readonly user: string },
  now: () => Instant,
): Promise<Seen<RowsLook>> => {
  const { column } = table.sql
  const older: Condition = { where: `${column} OPERATOR(pg_catalog.<) $1`, values: [boundary(table.kind, days.from)] }
  const newer: Condition = { where: `${column} OPERATOR(pg_catalog.>=) $1`, values: [boundary(table.kind, days.until)] }
  const missing: Condition = { where: `${column} IS NULL`, values: [] }
  const place = { session, table, user: days.user, now }
  const asked = await planning(place, async (ask) => {
    const rows = await readWhole(ask, table, [older, newer, missing])
    if (rows > mostRowsReadWhole) return { kind: 'unindexed', rows } as const
    const proofs = [await prove(ask, table, older), await prove(ask, table, newer), await prove(ask, table, missing)] as const
    return { kind: 'proven', proofs, rows } as const
  })
  if (!asked.seen) return asked
  if (asked.value.kind === 'unindexed') return saw(asked.value, now())
  const { proofs, rows } = asked.value
  const rowsOfProof = async (proof: Proof, condition: Condition, order: Finding['order']) =>
    proof.found ? count(place, { condition, order }) : none
  return saw(
    {
      kind: 'proven',
      older: await rowsOfProof(proofs[0], older, 'ASC'),
      newer: await rowsOfProof(proofs[1], newer, 'DESC'),
      missing: await rowsOfProof(proofs[2], missing, undefined),
      buffers: proofs.reduce((sum, one) => sum + one.buffers, 0),
      elapsedMs: proofs.reduce((sum, one) => sum + one.elapsedMs, 0),
      readWhole: rows,
    },
    now(),
  )
}

/** What a table of days holds: rows of today (up to 2), and whether there are rows of yesterday and of days before. `strange`: a text that is no ISO date. */
export type DaysLook =
  | { readonly kind: 'unindexed'; readonly rows: number }
  | {
      readonly kind: 'seen'
      readonly today: number
      readonly yesterday: boolean
      readonly before: boolean
      readonly strange: string | undefined
    }

/** Looks for the rows of today, of yesterday and of earlier days in the table of days. */
export const seeDays = async (
  session: PostgresSession,
  table: FoundTable,
  days: { readonly yesterday: Day; readonly today: Day; readonly tomorrow: Day; readonly user: string },
  now: () => Instant,
): Promise<Seen<DaysLook>> => {
  const { column } = table.sql
  const between = (from: Day, until: Day): Condition => ({
    where: `${column} OPERATOR(pg_catalog.>=) $1 AND ${column} OPERATOR(pg_catalog.<) $2`,
    values: [boundary(table.kind, from), boundary(table.kind, until)],
  })
  const [today, yesterday] = [between(days.today, days.tomorrow), between(days.yesterday, days.today)]
  const before: Condition = { where: `${column} OPERATOR(pg_catalog.<) $1`, values: [boundary(table.kind, days.yesterday)] }
  return planning({ session, table, user: days.user, now }, async (ask) => {
    const rows = await readWhole(ask, table, [today, yesterday, before])
    if (rows > mostRowsReadWhole) return { kind: 'unindexed', rows } as const
    const found = async (one: Condition, limit: number) => (await ask(firstRow(table, one, limit), one.values)).length
    const seen = { today: await found(today, 2), yesterday: (await found(yesterday, 1)) > 0, before: (await found(before, 1)) > 0 }
    const every: Condition = { where: `${column} IS NOT NULL`, values: [] }
    const { strange, example } = seen.today === 1 ? none : await seeStrange(ask, table, every)
    return { kind: 'seen', ...seen, strange: strange === 0 ? undefined : example } as const
  })
}
