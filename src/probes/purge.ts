import type { PostgresTarget } from '../contract/database.ts'
import type { Instant, Seen } from '../contract/seen.ts'
import { schemasOf } from '../domain/postgres/search-path.ts'
import type { TableName } from '../domain/postgres/table-name.ts'
import type { PostgresSession, SessionResult } from '../tools/connect/session.ts'
import { booleanCell, numberCell, wholeCell } from './postgres/cells.ts'
import { inReadOnly, lookSql } from './postgres/read-only.ts'
import { askPostgres, type PostgresProbe } from './postgres.ts'
import { type LocksLook, seeLocks } from './purge/locks.ts'
import { type DaysLook, type RowsLook, seeDays, seeRows } from './purge/rows.ts'
import { type FoundTable, resolveTable } from './purge/table.ts'

type Day = { readonly date: string; readonly start: Instant }

/** The table that is purged, the table of days if there is one, and the days by our clock. */
export type PurgeQuestion = {
  readonly table: TableName
  readonly column: string
  readonly days: { readonly table: TableName; readonly column: string } | undefined
  readonly oldest: Day
  readonly yesterday: Day
  readonly today: Day
  readonly tomorrow: Day
  readonly timeZone: string
  /** The moment by our clock whose days these are. */
  readonly at: Instant
}

/** The date of our moment by the server's time zone data, and the first of our days that begins at another moment there: what the wall shows then. */
export type ZoneThere = { readonly date: string; readonly moved: (Day & { readonly wall: string }) | undefined }

/** What one look at a database saw of its daily purge. */
export type PurgeLook = {
  readonly server: { readonly version: string; readonly standby: boolean; readonly user: string }
  /** How far the server's clock is ahead of ours, in milliseconds, as far as the way there and back lets us know. */
  readonly clockAheadMs: number
  /** Undefined for an offset, and when the server does not know the zone. */
  readonly zoneThere: ZoneThere | undefined
  readonly table: Seen<FoundTable>
  /** Absent when there is no table to look at. */
  readonly rows: Seen<RowsLook> | undefined
  readonly locks: Seen<LocksLook> | undefined
  /** Absent when no table of days is configured. */
  readonly days: Seen<DaysLook> | undefined
  readonly dayTable: FoundTable | undefined
}

type Clocked = PurgeLook['server'] & Pick<PurgeLook, 'clockAheadMs'> & { readonly path: readonly string[] }

/** A role's own setting goes before that of its database; of one in a file of the server nothing can be seen from here. */
const pathSql = `SELECT pg_catalog.substr(setting, 13) FROM pg_catalog.pg_db_role_setting AS kept CROSS JOIN LATERAL pg_catalog.unnest(kept.setconfig) AS one(setting)
    WHERE setting OPERATOR(pg_catalog.^@) 'search_path='
      AND (setdatabase OPERATOR(pg_catalog.=) 0 OR setdatabase OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
      AND (setrole OPERATOR(pg_catalog.=) 0 OR setrole OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) session_user))
    ORDER BY setrole OPERATOR(pg_catalog.=) 0, setdatabase OPERATOR(pg_catalog.=) 0 LIMIT 1`

const serverSql = `SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000)::pg_catalog.float8 AS clock, session_user::pg_catalog.text AS "user",
    pg_catalog.current_setting('server_version') AS version, pg_catalog.pg_is_in_recovery() AS standby, (${pathSql}) AS path`

const lookAtServer = async (session: PostgresSession, now: () => Instant): Promise<Clocked> => {
  const before = now()
  const answers = await session.query(lookSql(session, [serverSql]))
  const after = now()
  const [row = {}] = answers[session.opening.length] ?? []
  const clock = numberCell(row['clock'])
  const user = wholeCell(row['user'])
  return {
    version: wholeCell(row['version']),
    standby: booleanCell(row['standby']),
    user,
    clockAheadMs: clock > after ? clock - after : Math.min(0, clock - before),
    path: schemasOf(typeof row['path'] === 'string' ? row['path'] : undefined, user),
  }
}

const wallSql = `SELECT pg_catalog.to_char(pg_catalog.to_timestamp(moment OPERATOR(pg_catalog./) 1000) AT TIME ZONE $2::pg_catalog.text, 'YYYY-MM-DD HH24:MI:SS') AS wall
  FROM pg_catalog.unnest($1::pg_catalog.float8[]) WITH ORDINALITY AS asked(moment, nth) ORDER BY nth`

/**
 * Our days by the server's time zone data. What is judged are their limits, so each of ours must be the first second of that date there: from a
 * moment to the wall, for the way back has two answers where clocks are set back over midnight. Of an offset there is nothing to know: two
 * computers add it alike, and as text PostgreSQL would take its sign for west.
 */
export const seeZone = async (
  session: PostgresSession,
  { at, timeZone, yesterday, today, tomorrow }: Pick<PurgeQuestion, 'at' | 'timeZone' | 'yesterday' | 'today' | 'tomorrow'>,
): Promise<ZoneThere | undefined> => {
  if (timeZone === 'UTC' || /^[+-]/.test(timeZone)) return undefined
  const limits = [yesterday, today, tomorrow]
  const moments = [at, ...limits.flatMap(({ start }) => [start - 1_000, start])]
  const asked = await inReadOnly(session, [], (ask) => ask(wallSql, [moments, timeZone]))
  if (!asked.ok) return undefined
  const [now = '', ...walls] = asked.value.map((row) => wholeCell(row['wall']))
  const dateOf = (wall: string | undefined): string => (wall ?? '').slice(0, 10)
  const moved = limits.findIndex(({ date }, nth) => dateOf(walls[2 * nth]) >= date || dateOf(walls[2 * nth + 1]) !== date)
  const day = limits[moved]
  return { date: dateOf(now), moved: day && { ...day, wall: walls[2 * moved + 1] ?? '' } }
}

const look = async (session: PostgresSession, question: PurgeQuestion, now: () => Instant): Promise<PurgeLook> => {
  const { clockAheadMs, path, ...server } = await lookAtServer(session, now)
  const { user } = server
  const zoneThere = await seeZone(session, question)
  const table = await resolveTable(session, { table: question.table, column: question.column, path }, now)
  const found = table.seen ? table.value : undefined
  const dayTable = question.days === undefined ? undefined : await resolveTable(session, { ...question.days, path }, now)
  const rows = found && (await seeRows(session, found, { from: question.oldest, until: question.tomorrow, user }, now))
  const days = dayTable === undefined || !dayTable.seen ? dayTable : await seeDays(session, dayTable.value, { ...question, user }, now)
  const locks = found && (await seeLocks(session, { members: found.members, user }, now))
  return { server, clockAheadMs, zoneThere, table, rows, locks, days, dayTable: dayTable?.seen === true ? dayTable.value : undefined }
}

/** Looks at the rows, the days and the locks of a table that is purged daily, in one session; it writes nothing. */
export const seePurge = (target: PostgresTarget, question: PurgeQuestion, probe: PostgresProbe): Promise<SessionResult<PurgeLook>> =>
  askPostgres(target, { timeoutMs: 25_000, ...probe }, (session) => look(session, question, probe.now))
