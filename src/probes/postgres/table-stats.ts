import type { SnapshotHolder, TableStats } from '../../domain/postgres/table-stats.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, optionalCell, sinceMs, textCell } from './cells.ts'
import { bytesOf, heldTables, isHeld, readAround, totalBytesOf } from './held.ts'
import { readOnly } from './read-only.ts'

const text = (value: unknown, most = 64): string => textCell(value, most)

/** `MAINTAIN` exists since PostgreSQL 17; the owner of the table or of the database always may. */
const mayMaintain = (major: number): string =>
  `pg_catalog.pg_has_role(c.relowner, 'USAGE') OR EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND pg_catalog.pg_has_role(datdba, 'USAGE'))${
    major >= 17 ? ` OR pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')` : ''
  }`

/** By the functions below the view: for a few of many tables the view would count all of them. */
const statsSql = (
  major: number,
): string => `WITH ${heldTables} SELECT c.oid::pg_catalog.int8 AS oid, pg_catalog.pg_stat_get_live_tuples(c.oid)::pg_catalog.float8 AS live,
    pg_catalog.pg_stat_get_dead_tuples(c.oid)::pg_catalog.float8 AS dead,
    CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN 0 ELSE ${totalBytesOf('c', isHeld('c.oid'))} END::pg_catalog.float8 AS total,
    CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN 0 ELSE ${bytesOf('c', 'pg_catalog.pg_relation_size(c.oid)', isHeld('c.oid'))} END::pg_catalog.float8 AS heap,
    (pg_catalog.pg_stat_get_vacuum_count(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_autovacuum_count(c.oid))::pg_catalog.float8 AS vacuums,
    (pg_catalog.pg_stat_get_analyze_count(c.oid) OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_autoanalyze_count(c.oid))::pg_catalog.float8 AS analyzes,
    ${sinceMs('greatest(pg_catalog.pg_stat_get_last_vacuum_time(c.oid), pg_catalog.pg_stat_get_last_autovacuum_time(c.oid))')} AS vacuumed_ms,
    ${sinceMs('greatest(pg_catalog.pg_stat_get_last_analyze_time(c.oid), pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid))')} AS analyzed_ms,
    CASE WHEN c.relfrozenxid OPERATOR(pg_catalog.<>) '0' THEN pg_catalog.age(c.relfrozenxid) END::pg_catalog.float8 AS freeze_age, ${mayMaintain(major)} AS may,
    CASE WHEN NOT o.rolsuper THEN o.rolname END::pg_catalog.text AS owner
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner WHERE c.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])`

const statsOf = (row: SqlRow): TableStats => ({
  oid: numberCell(row['oid']),
  liveRows: numberCell(row['live']),
  deadRows: numberCell(row['dead']),
  totalBytes: numberCell(row['total']),
  heapBytes: numberCell(row['heap']),
  vacuumCount: numberCell(row['vacuums']),
  analyzeCount: numberCell(row['analyzes']),
  vacuumedMs: optionalCell(row['vacuumed_ms']),
  analyzedMs: optionalCell(row['analyzed_ms']),
  freezeAge: optionalCell(row['freeze_age']),
  owner: row['owner'] === null ? undefined : text(row['owner']),
  mayMaintain: booleanCell(row['may']),
})

/** What the server counts of these tables, by their oid; one that is gone is missing. */
export const seeTableStats = async (
  session: PostgresSession,
  oids: readonly number[],
  major: number,
): Promise<ReadonlyMap<number, TableStats>> =>
  new Map((await readAround(session, statsSql(major), [oids])).map((row) => [numberCell(row['oid']), statsOf(row)]))

/** The horizon of VACUUM is that of its own database, and of standbys and slots, which belong to none. Whose snapshot is as young as the next transaction holds nothing. */
const holdersSql = `SELECT * FROM (SELECT CASE WHEN backend_type OPERATOR(pg_catalog.=) 'walsender' THEN 'standby' ELSE 'session' END AS kind, pid::pg_catalog.text AS name, usename::pg_catalog.text AS "user",
    application_name AS application, coalesce(state, '') AS state, ${sinceMs('xact_start')} AS since_ms,
    greatest(pg_catalog.age(backend_xmin), pg_catalog.age(backend_xid))::pg_catalog.float8 AS age
  FROM pg_catalog.pg_stat_activity WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
    AND (datname OPERATOR(pg_catalog.=) pg_catalog.current_database() OR datname IS NULL)
  UNION ALL SELECT 'prepared', gid, owner::pg_catalog.text, '', '', ${sinceMs('prepared')}, pg_catalog.age(transaction)::pg_catalog.float8
  FROM pg_catalog.pg_prepared_xacts WHERE database OPERATOR(pg_catalog.=) pg_catalog.current_database()
  UNION ALL SELECT 'slot', slot_name::pg_catalog.text, '', '', CASE WHEN active THEN 'active' ELSE 'inactive' END, NULL, pg_catalog.age(xmin)::pg_catalog.float8
  FROM pg_catalog.pg_replication_slots WHERE xmin IS NOT NULL) AS holders
  WHERE age OPERATOR(pg_catalog.>) 0 ORDER BY age DESC NULLS LAST LIMIT 5`

const kinds = ['session', 'standby', 'prepared', 'slot'] as const

const holderOf = (row: SqlRow): SnapshotHolder => ({
  kind: kinds.find((one) => one === row['kind']) ?? 'session',
  name: text(row['name'], 200),
  user: text(row['user']),
  application: text(row['application']),
  state: text(row['state']),
  sinceMs: optionalCell(row['since_ms']),
  ageTransactions: numberCell(row['age']),
})

/** Whose snapshots keep dead rows of this database alive: sessions, standbys with feedback, prepared transactions, slots; at most 5. */
export const seeSnapshotHolders = async (session: PostgresSession): Promise<readonly SnapshotHolder[]> =>
  (await readOnly(session, holdersSql)).map(holderOf)

const lockersSql = `SELECT l.pid::int AS pid, l.mode, l.granted, coalesce(a.usename, '')::pg_catalog.text AS "user", coalesce(a.application_name, '') AS application,
    coalesce(a.backend_type, '') AS type
  FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) l.pid
  WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND (l.granted OR l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock') AND l.relation OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND coalesce(l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true)
    AND l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
    AND l.mode OPERATOR(pg_catalog.=) ANY (ARRAY['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'])
  ORDER BY l.pid LIMIT 20`

/** A session whose lock VACUUM and REINDEX CONCURRENTLY would wait for, or wait behind. */
export type Locker = {
  readonly pid: number
  readonly mode: string
  /** It has the lock; else it waits for it, and everybody after it. */
  readonly granted: boolean
  readonly user: string
  readonly application: string
  readonly autovacuum: boolean
}

/** From the weakest on. */
const modes = ['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']
const mostLockers = 5

/** Of each session its strongest lock. */
export const seeLockers = async (session: PostgresSession, oid: number): Promise<readonly Locker[]> => {
  const locks = (await readOnly(session, lockersSql, [oid])).map(lockerOf)
  const strongest = new Map(locks.toSorted((a, b) => modes.indexOf(a.mode) - modes.indexOf(b.mode)).map((one) => [one.pid, one]))
  return [...strongest.values()].toSorted((a, b) => Number(b.granted) - Number(a.granted) || a.pid - b.pid).slice(0, mostLockers)
}

const lockerOf = (row: SqlRow): Locker => ({
  pid: numberCell(row['pid']),
  mode: text(row['mode']),
  granted: booleanCell(row['granted']),
  user: text(row['user']),
  application: text(row['application']),
  autovacuum: row['type'] === 'autovacuum worker',
})
