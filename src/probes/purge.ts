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

/** What one look at a database saw of its daily purge. */
export type PurgeLook = {
  readonly server: { readonly version: string; readonly standby: boolean; readonly user: string }
  /** How far the server's clock is ahead of ours, in milliseconds, as far as the way there and back lets us know. */
  readonly clockAheadMs: number
  /** The date of our moment in our zone by the server's time zone data; undefined for an offset, and when it does not know the zone. */
  readonly dateThere: string | undefined
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

/** Of an offset there is nothing to know: two computers add it alike, and as text PostgreSQL would take its sign for west. */
const dateByServer = async (session: PostgresSession, at: Instant, timeZone: string): Promise<string | undefined> => {
  if (timeZone === 'UTC' || /^[+-]/.test(timeZone)) return undefined
  const asked = await inReadOnly(session, [], (ask) =>
    ask(
      `SELECT pg_catalog.to_char(pg_catalog.to_timestamp($1::pg_catalog.float8 OPERATOR(pg_catalog./) 1000) AT TIME ZONE $2::pg_catalog.text, 'YYYY-MM-DD') AS date`,
      [at, timeZone],
    ),
  )
  const date = asked.ok ? asked.value[0]?.['date'] : undefined
  return typeof date === 'string' ? date : undefined
}

const look = async (session: PostgresSession, question: PurgeQuestion, now: () => Instant): Promise<PurgeLook> => {
  const { clockAheadMs, path, ...server } = await lookAtServer(session, now)
  const { user } = server
  const dateThere = await dateByServer(session, question.at, question.timeZone)
  const table = await resolveTable(session, { table: question.table, column: question.column, path }, now)
  const found = table.seen ? table.value : undefined
  const dayTable = question.days === undefined ? undefined : await resolveTable(session, { ...question.days, path }, now)
  const rows = found && (await seeRows(session, found, { from: question.oldest, until: question.tomorrow, user }, now))
  const days = dayTable === undefined || !dayTable.seen ? dayTable : await seeDays(session, dayTable.value, { ...question, user }, now)
  const locks = found && (await seeLocks(session, found.members, now))
  return { server, clockAheadMs, dateThere, table, rows, locks, days, dayTable: dayTable?.seen === true ? dayTable.value : undefined }
}

/** Looks at the rows, the days and the locks of a table that is purged daily, in one session; it writes nothing. */
export const seePurge = (target: PostgresTarget, question: PurgeQuestion, probe: PostgresProbe): Promise<SessionResult<PurgeLook>> =>
  askPostgres(target, { timeoutMs: 25_000, ...probe }, (session) => look(session, question, probe.now))
