import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { catalogueGrants } from '../../domain/postgres/grants.ts'
import type { Session } from '../../domain/postgres/observation.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { numberCell, sinceMs, wholeCell } from '../postgres/cells.ts'
import { readSession } from '../postgres/parts.ts'
import { type Ask, inReadOnly } from '../postgres/read-only.ts'

/** What keeps dead rows alive: the oldest transaction, prepared transaction or slot that may still see them. */
export type OldestSnapshot = {
  readonly what: 'session' | 'prepared' | 'slot' | 'standby'
  /** Of a session; 0 otherwise. */
  readonly pid: number
  readonly name: string
  /** Since its transaction began; absent for a slot. */
  readonly ageMs: number | undefined
}

/** Who holds the table against everybody, who waits for it, and the sessions that they wait for. */
export type LocksLook = {
  readonly holders: readonly { readonly pid: number; readonly mode: string }[]
  readonly waiting: readonly number[]
  /** All of them; the waiting ones have `blockedBy`. */
  readonly sessions: readonly Session[]
  readonly oldest: OldestSnapshot | undefined
}

/** At most 50 holders and waiters, and of each waiter whom it waits for. A prepared transaction has no pid: it is 0 here, as in `pg_blocking_pids`. */
const locksSql = `WITH held AS MATERIALIZED (
    SELECT coalesce(pid, 0) AS pid, mode, granted FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'relation' AND relation OPERATOR(pg_catalog.=) ANY($1::pg_catalog.oid[]) AND coalesce(pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid(), true)
      AND database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
      AND (NOT granted OR mode OPERATOR(pg_catalog.=) ANY (ARRAY['AccessExclusiveLock', 'ExclusiveLock'])) LIMIT 50
  ), waiting AS MATERIALIZED (SELECT DISTINCT pid, pg_catalog.pg_blocking_pids(pid) AS blocked_by FROM held WHERE NOT granted),
  shown AS (SELECT pid FROM held UNION SELECT pg_catalog.unnest(blocked_by) FROM waiting)
  SELECT shown.pid, usename::pg_catalog.text AS "user", datname::pg_catalog.text AS database, application_name AS application, state, backend_type, pg_catalog.left(query, 1000) AS query,
    ${sinceMs('xact_start')} AS transaction_ms, ${sinceMs('state_change')} AS state_ms,
    CASE WHEN waiting.pid IS NOT NULL THEN ${sinceMs('query_start')} END AS waiting_ms, waiting.blocked_by,
    (SELECT pg_catalog.max(mode) FROM held WHERE held.pid OPERATOR(pg_catalog.=) shown.pid AND granted) AS mode
  FROM shown LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid OPERATOR(pg_catalog.=) shown.pid
    LEFT JOIN waiting ON waiting.pid OPERATOR(pg_catalog.=) shown.pid`

/**
 * A standby with feedback keeps rows alive through its walsender, which shows as a session of that kind. The horizon of VACUUM is that of the table's
 * own database, and of who belongs to none; whose snapshot is as young as the next transaction keeps nothing that is dead.
 */
const oldestSql = `SELECT what, pid, name, age_ms FROM (
    SELECT CASE WHEN backend_type OPERATOR(pg_catalog.=) 'walsender' THEN 'standby' ELSE 'session' END AS what, pid, application_name AS name,
      ${sinceMs('xact_start')} AS age_ms, greatest(pg_catalog.age(backend_xmin), pg_catalog.age(backend_xid)) AS age
    FROM pg_catalog.pg_stat_activity WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND (datname IS NULL OR datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND coalesce(backend_type OPERATOR(pg_catalog.<>) 'autovacuum worker', true)
    UNION ALL SELECT 'prepared', 0, gid, ${sinceMs('prepared')}, pg_catalog.age(transaction) FROM pg_catalog.pg_prepared_xacts WHERE database OPERATOR(pg_catalog.=) pg_catalog.current_database()
    UNION ALL SELECT 'slot', 0, slot_name::pg_catalog.text, NULL, pg_catalog.age(xmin) FROM pg_catalog.pg_replication_slots WHERE xmin IS NOT NULL) AS keepers
  WHERE age OPERATOR(pg_catalog.>) 0 ORDER BY age DESC, age_ms DESC NULLS LAST LIMIT 1`

const kinds: Readonly<Record<string, OldestSnapshot['what']>> = { prepared: 'prepared', slot: 'slot', standby: 'standby' }

const readOldest = (row: SqlRow | undefined): OldestSnapshot | undefined =>
  row === undefined
    ? undefined
    : {
        what: kinds[wholeCell(row['what'])] ?? 'session',
        pid: numberCell(row['pid']),
        name: typeof row['name'] === 'string' ? row['name'].slice(0, 64) : '',
        ageMs: row['age_ms'] === null ? undefined : numberCell(row['age_ms']),
      }

const look = async (ask: Ask, members: readonly number[]): Promise<LocksLook> => {
  const rows = await ask(locksSql, [members])
  const oldest = await ask(oldestSql)
  const sessions = rows.map(readSession)
  return {
    holders: rows.flatMap((row) => (typeof row['mode'] === 'string' ? [{ pid: numberCell(row['pid']), mode: row['mode'] }] : [])),
    waiting: sessions.filter((one) => one.blockedBy.length > 0).map((one) => one.pid),
    sessions,
    oldest: readOldest(oldest[0]),
  }
}

/** Looks at the locks on a table and its partitions; it takes none on them. */
export const seeLocks = async (
  session: PostgresSession,
  { members, user }: { readonly members: readonly number[]; readonly user: string },
  now: () => Instant,
): Promise<Seen<LocksLook>> => {
  const asked = await inReadOnly(session, [], (ask) => look(ask, members))
  if (asked.ok) return saw(asked.value, now())
  const missing = catalogueGrants(asked.message, user)
  return couldNotLook(
    `${asked.message} (${asked.code})`,
    missing.length === 0 ? 'look at the log of the server' : `as a superuser: ${missing.join(' ')}`,
  )
}
