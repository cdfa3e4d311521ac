import type { SnapshotHolder, TableStats } from '../../core/postgres/table-stats.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { numberCell, optionalCell, sinceMs, textCell } from './cells.ts'
import { readOnly } from './read-only.ts'

const text = (value: unknown, most = 64): string => textCell(value, most)

/** `MAINTAIN` exists since PostgreSQL 17; the owner of the table or of the database always may. */
const mayMaintain = (major: number): string =>
  `pg_has_role(c.relowner, 'USAGE') OR EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE'))${
    major >= 17 ? ` OR has_table_privilege(c.oid, 'MAINTAIN')` : ''
  }`

/** By the functions below the view: for a few of many tables the view would count all of them. */
const statsSql = (major: number): string => `SELECT c.oid::int8 AS oid, pg_stat_get_live_tuples(c.oid)::float8 AS live,
    pg_stat_get_dead_tuples(c.oid)::float8 AS dead, pg_stat_get_mod_since_analyze(c.oid)::float8 AS changed,
    CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_total_relation_size(c.oid) END::float8 AS total,
    CASE WHEN c.relkind = 'p' THEN 0 ELSE pg_relation_size(c.oid) END::float8 AS heap,
    (pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid))::float8 AS vacuums,
    (pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid))::float8 AS analyzes,
    ${sinceMs('greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))')} AS vacuumed_ms,
    ${sinceMs('greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))')} AS analyzed_ms,
    CASE WHEN c.relfrozenxid <> '0' THEN age(c.relfrozenxid) END::float8 AS freeze_age, ${mayMaintain(major)} AS may,
    CASE WHEN NOT o.rolsuper THEN o.rolname END::text AS owner
  FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner WHERE c.oid = ANY ($1::oid[])`

const statsOf = (row: Row): TableStats => ({
  oid: Number(row['oid']),
  liveRows: numberCell(row['live']),
  deadRows: numberCell(row['dead']),
  totalBytes: numberCell(row['total']),
  heapBytes: numberCell(row['heap']),
  changedRows: numberCell(row['changed']),
  vacuumCount: numberCell(row['vacuums']),
  analyzeCount: numberCell(row['analyzes']),
  vacuumedMs: optionalCell(row['vacuumed_ms']),
  analyzedMs: optionalCell(row['analyzed_ms']),
  freezeAge: optionalCell(row['freeze_age']),
  owner: row['owner'] === null ? undefined : text(row['owner']),
  mayMaintain: row['may'] === true,
})

/** What the server counts of these tables, by their oid; one that is gone is missing. */
export const seeTableStats = async (
  session: PostgresSession,
  oids: readonly number[],
  major: number,
): Promise<ReadonlyMap<number, TableStats>> =>
  new Map((await readOnly(session, statsSql(major), [oids])).map((row) => [Number(row['oid']), statsOf(row)]))

/** The horizon of VACUUM is that of its own database, and of standbys and slots, which belong to none. */
const holdersSql = `SELECT CASE WHEN backend_type = 'walsender' THEN 'standby' ELSE 'session' END AS kind, pid::text AS name, usename::text AS "user",
    application_name AS application, coalesce(state, '') AS state, ${sinceMs('xact_start')} AS since_ms,
    greatest(age(backend_xmin), age(backend_xid))::float8 AS age
  FROM pg_stat_activity WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND pid <> pg_backend_pid()
    AND (datname = current_database() OR datname IS NULL)
  UNION ALL SELECT 'prepared', gid, owner::text, '', '', ${sinceMs('prepared')}, age(transaction)::float8
  FROM pg_prepared_xacts WHERE database = current_database()
  UNION ALL SELECT 'slot', slot_name::text, '', '', CASE WHEN active THEN 'active' ELSE 'inactive' END, NULL, age(xmin)::float8
  FROM pg_replication_slots WHERE xmin IS NOT NULL
  ORDER BY age DESC NULLS LAST LIMIT 5`

const kinds = ['session', 'standby', 'prepared', 'slot'] as const

const holderOf = (row: Row): SnapshotHolder => ({
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

const lockersSql = `SELECT l.pid::int AS pid, l.mode, coalesce(a.usename, '')::text AS "user", coalesce(a.application_name, '') AS application,
    coalesce(a.backend_type, '') AS type
  FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'relation' AND l.granted AND l.relation = $1::oid AND l.pid IS DISTINCT FROM pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  ORDER BY l.pid LIMIT 5`

/** A session whose lock VACUUM and REINDEX CONCURRENTLY would wait for. */
export type Locker = {
  readonly pid: number
  readonly mode: string
  readonly user: string
  readonly application: string
  readonly autovacuum: boolean
}

export const seeLockers = async (session: PostgresSession, oid: number): Promise<readonly Locker[]> =>
  (await readOnly(session, lockersSql, [oid])).map((row) => ({
    pid: numberCell(row['pid']),
    mode: text(row['mode']),
    user: text(row['user']),
    application: text(row['application']),
    autovacuum: row['type'] === 'autovacuum worker',
  }))
