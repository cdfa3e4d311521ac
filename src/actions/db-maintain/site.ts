import type { Context } from '../../core/context.ts'
import type { PostgresTarget } from '../../core/database.ts'
import { type TableName, tableNamesLike } from '../../core/postgres/table-name.ts'
import { readOnly } from '../../probes/postgres/read-only.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import type { Site, Table } from './task.ts'

/** A role's or a database's own settings must not end a long VACUUM; and a server whose client died stops by itself within a second. */
const settings = {
  search_path: 'pg_catalog',
  statement_timeout: '0',
  lock_timeout: '2000',
  idle_in_transaction_session_timeout: '60000',
  idle_session_timeout: '0',
  client_connection_check_interval: '1000',
}

/** `VACUUM` and `REINDEX CONCURRENTLY` allow no transaction, so these are the session's own and end with it. */
const settingsSql = Object.entries(settings)
  .map(([name, value]) => `SELECT set_config(name, '${value}', false) FROM pg_settings WHERE name = '${name}'`)
  .join(';\n')

const serverSql = `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major, current_user::text AS "user",
    rolsuper AS superuser, pg_is_in_recovery() AS standby, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
  FROM pg_roles WHERE rolname = current_user`

/** More tables than a person looks after; the rest is told, not done. */
export const mostTables = 5_000

const tablesSql = `SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
    ARRAY(SELECT relid::oid::int8 FROM pg_partition_ancestors(c.oid) WITH ORDINALITY AS up(relid, nth) WHERE nth > 1 ORDER BY nth) AS ancestors
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  ORDER BY n.nspname, c.relname LIMIT ${mostTables}`

const tableOf = (row: Row): Table => ({
  oid: Number(row['oid']),
  schema: String(row['schema']),
  name: String(row['name']),
  kind: row['kind'] === 'p' || row['kind'] === 'm' ? row['kind'] : 'r',
  ancestors: Array.isArray(row['ancestors']) ? row['ancestors'].map(Number) : [],
})

const means = (wanted: TableName, { schema, name }: Table): boolean =>
  wanted.name === name && (wanted.schema === undefined || wanted.schema === schema)

type Chosen = { readonly tables: readonly Table[]; readonly missing: readonly { readonly name: TableName; readonly hint: string }[] }

/** The named tables with their partitions; of a name that no table has, the nearest one. */
export const chooseTables = (all: readonly Table[], wanted: readonly TableName[]): Chosen => {
  if (wanted.length === 0) return { tables: all, missing: [] }
  const named = new Set(all.filter((table) => wanted.some((one) => means(one, table))).map((table) => table.oid))
  return {
    tables: all.filter(({ oid, ancestors }) => named.has(oid) || ancestors.some((one) => named.has(one))),
    missing: wanted.filter((one) => !all.some((table) => means(one, table))).map((name) => ({ name, hint: tableNamesLike(name, all) })),
  }
}

export type Place = {
  readonly target: PostgresTarget
  readonly application: string
  readonly wanted: readonly TableName[]
  readonly context: Context
}

/** Makes a fresh session ready for the tasks, and sees what every one of them needs to know. */
export const openSite = async (
  session: PostgresSession,
  place: Place,
): Promise<{ readonly site: Site; readonly missing: Chosen['missing'] }> => {
  const { target, application, wanted, context } = place
  await session.query(settingsSql)
  const [server = {}] = await readOnly(session, serverSql)
  const rows = await readOnly(session, tablesSql)
  const { tables, missing } = chooseTables(rows.map(tableOf), wanted)
  const site: Site = {
    session,
    target,
    application,
    server: {
      major: Number(server['major']),
      version: String(server['version']),
      user: String(server['user']),
      superuser: server['superuser'] === true,
      standby: server['standby'] === true,
      clockAheadMs: Number(server['now']) - context.now(),
    },
    subject: `database/${target.database}`,
    tables,
    named: wanted.length > 0,
    openedAt: context.now(),
    context,
  }
  return { site, missing }
}
