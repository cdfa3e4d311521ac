import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { nearestName } from '../../core/suggestion.ts'
import { plainWords } from '../../core/text/plain.ts'
import { type DateColumnKind, dateColumnKind, dateColumnKinds } from '../../domain/postgres/date-column.ts'
import type { TableName } from '../../domain/postgres/table-name.ts'
import { identifierQuoter } from '../../tools/connect/identifier.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, numbersCell, textsCell } from '../postgres/cells.ts'
import { type Ask, inReadOnly } from '../postgres/read-only.ts'

/** A table and a date column of it, as they are in the database. */
export type FoundTable = {
  readonly oid: number
  /** With its partitions. */
  readonly members: readonly number[]
  readonly schema: string
  readonly name: string
  readonly column: string
  readonly kind: DateColumnKind
  readonly partitioned: boolean
  /** Our role may read all columns, and so lock it. */
  readonly mayLock: boolean
  /** Quoted by the driver, for statements. */
  readonly sql: { readonly table: string; readonly column: string }
  /** Names of the valid indexes whose first column it is. */
  readonly leading: ReadonlySet<string>
  /** Rows deleted since `statsReset` (empty: never reset), and dead rows that VACUUM has not removed. `files`: `oid:filenode` of each member: another one after TRUNCATE. */
  readonly counters: { readonly deleted: number; readonly dead: number; readonly statsReset: string; readonly files: readonly string[] }
}

const relations: Readonly<Record<string, string>> = {
  v: 'a view: name the table that it reads',
  m: 'a materialized view, a copy of another time: name the table that it reads',
  f: 'a foreign table: let Ronde look at the server where its rows are',
  S: 'a sequence, not a table',
  i: 'an index, not a table',
  I: 'an index, not a table',
  c: 'a type, not a table',
  t: 'a TOAST table: name the table that it belongs to',
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** As somebody would have to write it. */
const spelled = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

/** A name of the database as it is, and as it has to be written. */
type Known = { readonly name: string; readonly written: string }

const suggested = (given: string, known: readonly Known[]): string => {
  const nearest = nearestName(
    given,
    known.map(({ name }) => name),
  )
  const found = known.find(({ name }) => name === nearest)
  return found === undefined ? '' : `; did you mean ${found.written}?`
}

const membersOf = `WITH RECURSIVE member(oid) AS (SELECT $1::pg_catalog.oid UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN member ON inhparent OPERATOR(pg_catalog.=) member.oid)`

type Refusal = ReturnType<typeof couldNotLook>

const unknownTable = async (ask: Ask, { schema, name, shown }: TableName, path: readonly string[]): Promise<Refusal> => {
  const rows = await ask(
    `SELECT nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid OPERATOR(pg_catalog.=) relnamespace
      WHERE relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog."char"[]) AND nspname OPERATOR(pg_catalog.!~) '^pg_' AND nspname OPERATOR(pg_catalog.<>) 'information_schema' ORDER BY relname LIMIT 1000`,
  )
  const known = rows.map((row): Known => {
    const [inSchema, table] = [text(row['schema']), text(row['name'])]
    const near = schema === undefined && path.includes(inSchema)
    return near
      ? { name: table, written: spelled(table) }
      : { name: `${inSchema}.${table}`, written: `${spelled(inSchema)}.${spelled(table)}` }
  })
  const listed = known.slice(0, 10).map(({ written }) => written)
  return couldNotLook(
    `there is no table ${shown}${suggested(schema === undefined ? name : shown, known)}`,
    known.length === 0 ? 'this database has no table: correct database.name' : `correct it; there are: ${plainWords(listed.join(', '))}`,
  )
}

const unknownColumn = async (ask: Ask, oid: number, shown: string, column: string): Promise<Refusal> => {
  const rows = await ask(
    'SELECT attname::pg_catalog.text AS name FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) $1 AND attnum OPERATOR(pg_catalog.>) 0 AND NOT attisdropped ORDER BY attnum',
    [oid],
  )
  const known = rows.map((row): Known => ({ name: text(row['name']), written: spelled(text(row['name'])) }))
  const listed = known.slice(0, 20).map(({ written }) => written)
  return couldNotLook(
    `${shown} has no column ${column}${suggested(column, known)}`,
    `correct it; its columns: ${plainWords(listed.join(', '))}`,
  )
}

const findTable = async (ask: Ask, { schema, name }: TableName, path: readonly string[]): Promise<SqlRow | undefined> => {
  const schemas = schema === undefined ? path : [schema]
  const rows = await ask(
    `SELECT pg_class.oid AS oid, nspname::pg_catalog.text AS schema, relname::pg_catalog.text AS name, relkind::pg_catalog.text AS kind, pg_catalog.has_table_privilege(pg_class.oid, 'SELECT') AS may_lock
      FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid OPERATOR(pg_catalog.=) relnamespace
      WHERE relname OPERATOR(pg_catalog.=) $1 AND nspname OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.text[])
        AND ($3::boolean OR pg_catalog.has_schema_privilege(pg_namespace.oid, 'USAGE')) ORDER BY pg_catalog.array_position($2::pg_catalog.text[], nspname::pg_catalog.text) LIMIT 1`,
    [name, schemas, schema !== undefined],
  )
  return rows[0]
}

/** The type below any domains; one of the application that is called `date` has no name here. */
const findType = async (ask: Ask, oid: number, column: string): Promise<SqlRow | undefined> => {
  const rows = await ask(
    `WITH RECURSIVE base(name, schema, next, shown) AS (
        SELECT typname, typnamespace, typbasetype, pg_catalog.format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid OPERATOR(pg_catalog.=) atttypid
          WHERE attrelid OPERATOR(pg_catalog.=) $1 AND attname OPERATOR(pg_catalog.=) $2 AND attnum OPERATOR(pg_catalog.>) 0 AND NOT attisdropped
        UNION ALL SELECT typname, typnamespace, typbasetype, shown FROM base JOIN pg_catalog.pg_type ON pg_type.oid OPERATOR(pg_catalog.=) next)
      SELECT CASE WHEN schema OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace THEN name END::pg_catalog.text AS name, shown FROM base WHERE next OPERATOR(pg_catalog.=) 0`,
    [oid, column],
  )
  return rows[0]
}

const readFacts = async (ask: Ask, oid: number, column: string) => {
  const [indexes, counters] = [
    await ask(
      `${membersOf} SELECT index.relname::pg_catalog.text AS name FROM pg_catalog.pg_index JOIN member ON indrelid OPERATOR(pg_catalog.=) member.oid
        JOIN pg_catalog.pg_class AS index ON index.oid OPERATOR(pg_catalog.=) indexrelid JOIN pg_catalog.pg_attribute ON attrelid OPERATOR(pg_catalog.=) indrelid AND attnum OPERATOR(pg_catalog.=) indkey[0]
        WHERE attname OPERATOR(pg_catalog.=) $2 AND indisvalid`,
      [oid, column],
    ),
    await ask(
      `${membersOf} SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_tuples_deleted(member.oid)), 0)::pg_catalog.float8 AS deleted,
        coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(member.oid)), 0)::pg_catalog.float8 AS dead, pg_catalog.array_agg(member.oid) AS members,
        pg_catalog.array_agg(member.oid::pg_catalog.text OPERATOR(pg_catalog.||) ':' OPERATOR(pg_catalog.||) relfilenode::pg_catalog.text) AS files,
        (SELECT coalesce(pg_catalog.to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '')
          FROM pg_catalog.pg_stat_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS reset FROM member JOIN pg_catalog.pg_class ON pg_class.oid OPERATOR(pg_catalog.=) member.oid`,
      [oid],
    ),
  ]
  const [row = {}] = counters
  const members = numbersCell(row['members'])
  return {
    members: members.length === 0 ? [oid] : members,
    leading: new Set(indexes.map((one) => text(one['name']))),
    counters: {
      deleted: numberCell(row['deleted']),
      dead: numberCell(row['dead']),
      statsReset: text(row['reset']),
      files: textsCell(row['files']),
    },
  }
}

/** `path`: the schemas in which the role looks for a name without one. */
export type WantedTable = { readonly table: TableName; readonly column: string; readonly path: readonly string[] }

const find = async (ask: Ask, { table, column, path }: WantedTable): Promise<Refusal | FoundTable> => {
  const row = await findTable(ask, table, path)
  if (row === undefined) return unknownTable(ask, table, path)
  const refused = relations[text(row['kind'])]
  if (refused !== undefined) return couldNotLook(`${table.shown} is ${refused.split(':')[0]}`, refused.split(': ')[1] ?? 'name a table')
  const oid = numberCell(row['oid'])
  const type = await findType(ask, oid, column)
  if (type === undefined) return unknownColumn(ask, oid, table.shown, column)
  const kind = dateColumnKind(text(type['name']))
  if (kind === undefined) {
    return couldNotLook(
      `${table.shown}.${column} is ${text(type['shown'])}, which holds no date that can be compared`,
      `name a column of one of the types ${dateColumnKinds.join(', ')}`,
    )
  }
  const quote = await identifierQuoter()
  const [schema, name] = [text(row['schema']), text(row['name'])]
  const sql = { table: `${quote(schema)}.${quote(name)}`, column: quote(column) }
  const [partitioned, mayLock] = [row['kind'] === 'p', booleanCell(row['may_lock'])]
  return { oid, schema, name, column, kind, partitioned, mayLock, sql, ...(await readFacts(ask, oid, column)) }
}

/** Finds a table by the role's own search path, and what is needed to ask for its rows; reads the catalog only, which no lock on the table stops. */
export const resolveTable = async (session: PostgresSession, wanted: WantedTable, now: () => Instant): Promise<Seen<FoundTable>> => {
  const asked = await inReadOnly(session, [], (ask) => find(ask, wanted))
  if (!asked.ok) return couldNotLook(`${asked.message} (${asked.code})`, 'look at the log of the server')
  return 'seen' in asked.value ? asked.value : saw(asked.value, now())
}
