import type {
  Connections,
  DatabaseCounters,
  FreezeAge,
  Replication,
  ReplicationLink,
  ServerFacts,
  Session,
  Sessions,
} from '../../domain/postgres/observation.ts'
import { normaliseQuery } from '../../domain/postgres/query-text.ts'
import type { SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, jsonCell, numberCell, numbersCell, optionalCell, sinceMs, textCell } from './cells.ts'

/** One thing to ask a server: a single statement for PostgreSQL 12 to 18, and how its rows are read. */
export type PostgresQuestion<T> = { readonly sql: string; readonly read: (rows: readonly SqlRow[]) => T }

const text = (value: unknown): string => textCell(value, 4_000)
const only = (rows: readonly SqlRow[]): SqlRow => rows[0] ?? {}

/** Ordinary sessions; of those that this role may not see, only the pid, the role and the database are known. */
const ofClients = `(backend_type OPERATOR(pg_catalog.=) 'client backend' OR (backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL))`

export const serverPart: PostgresQuestion<ServerFacts> = {
  sql: `SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major,
    pg_catalog.pg_is_in_recovery() AS standby, current_user::pg_catalog.text AS "user"`,
  read: (rows) => {
    const row = only(rows)
    return { version: text(row['version']), major: numberCell(row['major']), standby: booleanCell(row['standby']), user: text(row['user']) }
  },
}

/** `reserved_connections` exists since PostgreSQL 16. */
export const connectionsPart: PostgresQuestion<Connections> = {
  sql: `SELECT coalesce(state, CASE WHEN backend_type IS NULL THEN 'not visible' ELSE 'other' END) AS state, pg_catalog.count(*)::int AS sessions,
      pg_catalog.current_setting('max_connections')::int AS max,
      pg_catalog.current_setting('superuser_reserved_connections')::int OPERATOR(pg_catalog.+) coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0) AS reserved
    FROM pg_catalog.pg_stat_activity WHERE ${ofClients} GROUP BY 1`,
  read: (rows) => {
    const [max, reserved] = [numberCell(only(rows)['max']), numberCell(only(rows)['reserved'])]
    const byState = Object.fromEntries(rows.map((row) => [text(row['state']), numberCell(row['sessions'])]))
    return { used: Object.values(byState).reduce((sum, count) => sum + count, 0), available: Math.max(max - reserved, 1), max, byState }
  },
}

/** What may stand in a statement; by another name no session of Ronde's is known. */
const ownName = /^ronde [a-z -]*[0-9a-f-]{36}$/

/** A session with a name that only Ronde knows, of the role that looks. In doubt it is somebody's: a name is what anybody chooses. */
export const isOurs = (names: readonly string[]): string => {
  const known = names.filter((name) => ownName.test(name)).map((name) => `'${name}'`)
  return known.length === 0
    ? 'false'
    : `(usename IS NOT NULL AND usename OPERATOR(pg_catalog.=) session_user AND coalesce(application_name, '') OPERATOR(pg_catalog.=) ANY (ARRAY[${known.join(', ')}]))`
}

/** Transactions that wait for a second word; they hold their locks and the horizon of VACUUM, through restarts too. */
const prepared = `SELECT pg_catalog.json_agg(pg_catalog.json_build_array(gid, owner, database, ${sinceMs('prepared')}))
        FROM (SELECT gid, owner, database, prepared FROM pg_catalog.pg_prepared_xacts ORDER BY prepared LIMIT 20) AS oldest`

const preparedOf = (written: unknown): Sessions['prepared'] =>
  (Array.isArray(written) ? written : []).flatMap((one) =>
    Array.isArray(one) ? [{ gid: text(one[0]).slice(0, 200), user: text(one[1]), database: text(one[2]), ageMs: numberCell(one[3]) }] : [],
  )

/** `own`: names of sessions of Ronde's that this host recorded. `waitstart` exists since PostgreSQL 14, so it is taken out of the row as JSON; before, the query's own start stands for it. */
export const sessionsPart = (own: readonly string[]): PostgresQuestion<Sessions> => ({
  sql: `WITH activity AS MATERIALIZED (
      SELECT pid, usename, datname, application_name, state, backend_type, wait_event_type, wait_event, backend_start, xact_start, query_start, state_change,
        pg_catalog.left(query, 1000) AS query, backend_type IS NULL AND usesysid IS NOT NULL AND datid IS NOT NULL AS hidden
      FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND NOT ${isOurs(own)}
    ), waiting AS MATERIALIZED (
      SELECT pid, pg_catalog.pg_blocking_pids(pid) AS blocked_by, advisory FROM (
        SELECT pid, wait_event OPERATOR(pg_catalog.=) 'advisory' AS advisory FROM activity WHERE wait_event_type OPERATOR(pg_catalog.=) 'Lock' AND backend_type OPERATOR(pg_catalog.=) 'client backend' ORDER BY wait_event OPERATOR(pg_catalog.=) 'advisory', query_start LIMIT 100) AS longest
    ), since AS MATERIALIZED (
      SELECT pid, pg_catalog.min((pg_catalog.to_jsonb(lock) OPERATOR(pg_catalog.->>) 'waitstart')::pg_catalog.timestamptz) AS began
      FROM pg_catalog.pg_locks AS lock WHERE NOT granted AND EXISTS (SELECT 1 FROM waiting) GROUP BY pid
    ), shown AS (
      SELECT pid FROM waiting
      UNION SELECT pg_catalog.unnest(blocked_by) FROM waiting
      UNION (SELECT pid FROM activity WHERE state OPERATOR(pg_catalog.^@) 'idle in transaction' ORDER BY state_change LIMIT 50)
      UNION (SELECT pid FROM activity WHERE xact_start IS NOT NULL ORDER BY xact_start LIMIT 50)
      UNION (SELECT pid FROM activity WHERE state OPERATOR(pg_catalog.=) 'active' AND backend_type OPERATOR(pg_catalog.=) 'client backend' ORDER BY query_start LIMIT 50)
    )
    SELECT activity.pid, usename::pg_catalog.text AS "user", datname::pg_catalog.text AS database, application_name AS application, state, backend_type, query,
      ${sinceMs('xact_start')} AS transaction_ms, ${sinceMs('state_change')} AS state_ms,
      CASE WHEN state OPERATOR(pg_catalog.=) 'active' THEN ${sinceMs('query_start')} END AS query_ms, backend_start::pg_catalog.text, state_change::pg_catalog.text,
      CASE WHEN waiting.pid IS NOT NULL THEN ${sinceMs('coalesce(since.began, query_start)')} END AS waiting_ms,
      waiting.blocked_by, waiting.advisory, (${prepared}) AS prepared, (SELECT pg_catalog.count(*)::int FROM activity WHERE hidden) AS hidden
    FROM (SELECT 1) AS one LEFT JOIN shown ON true LEFT JOIN activity ON activity.pid OPERATOR(pg_catalog.=) shown.pid
      LEFT JOIN waiting ON waiting.pid OPERATOR(pg_catalog.=) shown.pid LEFT JOIN since ON since.pid OPERATOR(pg_catalog.=) shown.pid`,
  read: (rows) => ({
    list: rows.filter((row) => row['pid'] !== null).map(readSession),
    prepared: preparedOf(jsonCell(only(rows)['prepared'])),
    hidden: numberCell(only(rows)['hidden']),
  }),
})

/** A row with the columns of `sessionsPart`. */
export const readSession = (row: SqlRow): Session => ({
  pid: numberCell(row['pid']),
  user: text(row['user']),
  database: text(row['database']),
  application: text(row['application']).slice(0, 64),
  state: text(row['state']),
  backendType: text(row['backend_type']),
  transactionMs: optionalCell(row['transaction_ms']),
  stateMs: optionalCell(row['state_ms']),
  queryMs: optionalCell(row['query_ms']),
  waitingMs: booleanCell(row['advisory']) ? undefined : optionalCell(row['waiting_ms']),
  blockedBy: booleanCell(row['advisory']) ? [] : [...new Set(numbersCell(row['blocked_by']))],
  queuedBehind: booleanCell(row['advisory']) ? [...new Set(numbersCell(row['blocked_by']))] : [],
  query: normaliseQuery(text(row['query'])),
  backendStart: text(row['backend_start']),
  stateChange: text(row['state_change']),
})

export const countersPart: PostgresQuestion<DatabaseCounters> = {
  sql: `SELECT deadlocks::pg_catalog.float8, blks_hit::pg_catalog.float8 AS hit, blks_read::pg_catalog.float8 AS read,
      coalesce(pg_catalog.to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') AS reset
    FROM pg_catalog.pg_stat_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()`,
  read: (rows) => {
    const row = only(rows)
    return {
      deadlocks: numberCell(row['deadlocks']),
      blocksHit: numberCell(row['hit']),
      blocksRead: numberCell(row['read']),
      statsReset: text(row['reset']),
    }
  },
}

export const freezeAgePart: PostgresQuestion<FreezeAge> = {
  sql: `SELECT datname::pg_catalog.text AS database, kind, age, freeze_max_age FROM (
      SELECT datname, 'transaction' AS kind, pg_catalog.age(datfrozenxid)::pg_catalog.float8 AS age,
        pg_catalog.current_setting('autovacuum_freeze_max_age')::pg_catalog.float8 AS freeze_max_age FROM pg_catalog.pg_database
      UNION ALL SELECT datname, 'multixact', pg_catalog.mxid_age(datminmxid)::pg_catalog.float8,
        pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::pg_catalog.float8 FROM pg_catalog.pg_database) AS ages
    ORDER BY age DESC LIMIT 1`,
  read: (rows) => {
    const row = only(rows)
    return {
      database: text(row['database']),
      kind: row['kind'] === 'multixact' ? 'multixact' : 'transaction',
      ageTransactions: numberCell(row['age']),
      freezeMaxAge: numberCell(row['freeze_max_age']),
    }
  },
}

const walNow = 'CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END'

/** The server gave up to keep what the slot still needs; `wal_status` exists since PostgreSQL 13, the reason since 17. */
const isLost = `(coalesce(pg_catalog.to_jsonb(slot) OPERATOR(pg_catalog.->>) 'wal_status', '') OPERATOR(pg_catalog.=) 'lost' OR pg_catalog.to_jsonb(slot) OPERATOR(pg_catalog.->>) 'invalidation_reason' IS NOT NULL)`

/** Without this setting it reads an archive; who may not see the setting sees that nothing ever came by the wire. */
const streams = `coalesce((SELECT setting OPERATOR(pg_catalog.<>) '' FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'primary_conninfo'), pg_catalog.pg_last_wal_receive_lsn() IS NOT NULL)`

/**
 * Standbys of this server (a base backup is none), physical slots that nobody reads, and this server when it is a standby itself: then its
 * lag is nothing while it has replayed all that it received from a primary that it still hears.
 */
export const replicationPart: PostgresQuestion<Replication> = {
  sql: `SELECT 'standby' AS kind, application_name AS name, state, pg_catalog.pg_wal_lsn_diff(${walNow}, replay_lsn)::pg_catalog.float8 AS lag_bytes,
      (extract(epoch FROM replay_lag) OPERATOR(pg_catalog.*) 1000)::pg_catalog.float8 AS lag_ms
    FROM pg_catalog.pg_stat_replication WHERE coalesce(state OPERATOR(pg_catalog.<>) 'backup', true)
    UNION ALL SELECT 'idle-slot', slot_name::pg_catalog.text, 'inactive', pg_catalog.pg_wal_lsn_diff(${walNow}, restart_lsn)::pg_catalog.float8, NULL
    FROM pg_catalog.pg_replication_slots AS slot WHERE NOT active AND NOT temporary AND restart_lsn IS NOT NULL AND NOT ${isLost}
    UNION ALL SELECT 'lost-slot', slot_name::pg_catalog.text, coalesce(pg_catalog.to_jsonb(slot) OPERATOR(pg_catalog.->>) 'invalidation_reason', 'lost'), NULL, NULL FROM pg_catalog.pg_replication_slots AS slot WHERE NOT temporary AND ${isLost}
    UNION ALL SELECT 'self', '', CASE WHEN heard THEN 'streaming' WHEN ${streams} THEN 'disconnected' ELSE 'from the archive' END, NULL,
      CASE WHEN heard AND pg_catalog.pg_last_wal_receive_lsn() OPERATOR(pg_catalog.=) pg_catalog.pg_last_wal_replay_lsn() THEN 0 ELSE ${sinceMs('pg_catalog.pg_last_xact_replay_timestamp()')} END
    FROM (SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_wal_receiver) AS heard) AS receiver WHERE pg_catalog.pg_is_in_recovery()`,
  read: (rows) => {
    const links = rows.map(readLink)
    const visible = links.filter((link) => link.state !== '')
    return { links: visible, hidden: links.length - visible.length }
  },
}

const linkKinds = ['idle-slot', 'lost-slot', 'self'] as const

const readLink = (row: SqlRow): ReplicationLink => ({
  kind: linkKinds.find((one) => one === row['kind']) ?? 'standby',
  name: text(row['name']).slice(0, 64),
  state: text(row['state']),
  lagBytes: optionalCell(row['lag_bytes']),
  lagMs: optionalCell(row['lag_ms']),
})

/** Walks the files of the database, so it is asked by itself, after everything else. */
export const sizePart: PostgresQuestion<number> = {
  sql: 'SELECT pg_catalog.pg_database_size(pg_catalog.current_database())::pg_catalog.float8 AS bytes',
  read: (rows) => numberCell(only(rows)['bytes']),
}
