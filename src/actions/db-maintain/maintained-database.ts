import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { type TableName, tableNamesLike } from '../../domain/postgres/table-name.ts'
import { booleanCell, numberCell, numbersCell, wholeCell } from '../../probes/postgres/cells.ts'
import { readOnly } from '../../probes/postgres/read-only.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import type { MaintainedDatabase, Table } from './part.ts'

const serverSql = `SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major, current_user::pg_catalog.text AS "user",
    rolsuper AS superuser, pg_catalog.pg_is_in_recovery() AS standby, (extract(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000)::pg_catalog.float8 AS now
  FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) current_user`

/** More tables than a person looks after; the rest is told, not done. */
export const mostTables = 5_000

const tablesSql = `SELECT c.oid::pg_catalog.int8 AS oid, n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name, c.relkind::pg_catalog.text AS kind,
    ARRAY(SELECT relid::pg_catalog.oid::pg_catalog.int8 FROM pg_catalog.pg_partition_ancestors(c.oid) WITH ORDINALITY AS up(relid, nth) WHERE nth OPERATOR(pg_catalog.>) 1 ORDER BY nth) AS ancestors
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'm', 'p']::pg_catalog."char"[]) AND c.relpersistence OPERATOR(pg_catalog.<>) 't' AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  ORDER BY n.nspname, c.relname LIMIT ${mostTables}`

const tableOf = (row: SqlRow): Table => ({
  oid: numberCell(row['oid']),
  schema: wholeCell(row['schema']),
  name: wholeCell(row['name']),
  kind: row['kind'] === 'p' || row['kind'] === 'm' ? row['kind'] : 'r',
  ancestors: numbersCell(row['ancestors']),
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

export type MaintenancePlace = {
  readonly target: PostgresTarget
  readonly application: string
  readonly wanted: readonly TableName[]
  readonly context: Context
}

/** Makes a fresh session ready for the tasks, and sees what every one of them needs to know. */
export const openMaintained = async (
  session: PostgresSession,
  place: MaintenancePlace,
): Promise<{ readonly maintained: MaintainedDatabase; readonly missing: Chosen['missing'] }> => {
  const { target, application, wanted, context } = place
  const [server = {}] = await readOnly(session, serverSql)
  const rows = await readOnly(session, tablesSql)
  const { tables, missing } = chooseTables(rows.map(tableOf), wanted)
  const maintained: MaintainedDatabase = {
    session,
    target,
    application,
    server: {
      major: numberCell(server['major']),
      version: wholeCell(server['version']),
      user: wholeCell(server['user']),
      superuser: booleanCell(server['superuser']),
      standby: booleanCell(server['standby']),
      clockAheadMs: numberCell(server['now']) - context.now(),
    },
    subject: `database/${target.database}`,
    tables,
    named: wanted.length > 0,
    openedAt: context.now(),
    context,
  }
  return { maintained, missing }
}
