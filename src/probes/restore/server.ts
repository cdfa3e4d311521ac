import { type RestoreMark, readMark } from '../../domain/restore/mark.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, textsCell, wholeCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

const is = 'OPERATOR(pg_catalog.=)'
const json = (name: string): string => `(pg_catalog.to_jsonb(d) OPERATOR(pg_catalog.->>) '${name}')`

/** A database of the server, as far as a copy that takes its place must be the same. */
export type SeenDatabase = {
  readonly oid: string
  readonly name: string
  readonly owner: string
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** `c` the system's, `i` ICU, `b` PostgreSQL's own. */
  readonly provider: string
  readonly locale: string | undefined
  readonly tablespace: string
  readonly template: boolean
  readonly open: boolean
  readonly comment: string | undefined
  readonly mark: RestoreMark | undefined
  readonly sizeBytes: number
}

const databasesSql = `SELECT d.oid::pg_catalog.text AS oid, d.datname::pg_catalog.text AS name, pg_catalog.pg_get_userbyid(d.datdba)::pg_catalog.text AS owner,
    pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text AS encoding, d.datcollate::pg_catalog.text AS collate, d.datctype::pg_catalog.text AS ctype,
    coalesce(${json('datlocprovider')}, 'c') AS provider, coalesce(${json('datlocale')}, ${json('daticulocale')}) AS locale,
    t.spcname::pg_catalog.text AS tablespace, d.datistemplate AS template, d.datallowconn AS open,
    pg_catalog.shobj_description(d.oid, 'pg_database')::pg_catalog.text AS comment,
    CASE WHEN r.rolsuper THEN pg_catalog.pg_database_size(d.oid)::pg_catalog.int8 ELSE 0 END AS size
  FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_tablespace AS t ON t.oid ${is} d.dattablespace
    JOIN pg_catalog.pg_roles AS r ON r.rolname ${is} current_user
  ORDER BY d.datname COLLATE pg_catalog."C"`

const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const databaseOf = (row: SqlRow): SeenDatabase => ({
  oid: wholeCell(row['oid']),
  name: wholeCell(row['name']),
  owner: wholeCell(row['owner']),
  encoding: wholeCell(row['encoding']),
  collate: wholeCell(row['collate']),
  ctype: wholeCell(row['ctype']),
  provider: wholeCell(row['provider']),
  locale: optional(row['locale']),
  tablespace: wholeCell(row['tablespace']),
  template: booleanCell(row['template']),
  open: booleanCell(row['open']),
  comment: optional(row['comment']),
  mark: readMark(optional(row['comment'])),
  sizeBytes: numberCell(row['size']),
})

export type SeenServer = {
  readonly systemIdentifier: string
  readonly serverVersion: string
  readonly major: number
  readonly role: string
  readonly superuser: boolean
  readonly standby: boolean
  readonly roles: ReadonlySet<string>
  /** Roles that may do anything. */
  readonly superusers: ReadonlySet<string>
  readonly dataDirectory: string
  readonly databases: readonly SeenDatabase[]
}

const serverSql = `SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system())::pg_catalog.text AS identifier,
    pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog./) 10000 AS major,
    current_user::pg_catalog.text AS role, pg_catalog.pg_is_in_recovery() AS standby, r.rolsuper AS superuser,
    ARRAY(SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles) AS roles,
    ARRAY(SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles WHERE rolsuper) AS superusers,
    CASE WHEN r.rolsuper THEN pg_catalog.current_setting('data_directory') ELSE '' END AS directory
  FROM pg_catalog.pg_roles AS r WHERE r.rolname ${is} current_user`

/** The server and its databases, from whatever database the session is in. */
export const seeServer = async (session: PostgresSession): Promise<SeenServer> => {
  const [row = {}] = await readOnly(session, serverSql)
  const databases = await readOnly(session, databasesSql)
  return {
    systemIdentifier: wholeCell(row['identifier']),
    serverVersion: wholeCell(row['version']),
    major: numberCell(row['major']),
    role: wholeCell(row['role']),
    superuser: booleanCell(row['superuser']),
    standby: booleanCell(row['standby']),
    roles: new Set(textsCell(row['roles'])),
    superusers: new Set(textsCell(row['superusers'])),
    dataDirectory: wholeCell(row['directory']),
    databases: databases.map(databaseOf),
  }
}

/** What works with a database now, and what keeps it from being renamed. */
export type SeenUse = {
  /** Who is connected: role, application and address, each once; none of them Ronde's. */
  readonly sessions: readonly string[]
  /** Addresses from which they come. */
  readonly addresses: readonly string[]
  /** Prepared transactions, replication slots and subscriptions, in words. */
  readonly holds: readonly string[]
}

const sessionsSql = `SELECT DISTINCT a.usename::pg_catalog.text AS role, a.application_name::pg_catalog.text AS application, pg_catalog.host(a.client_addr) AS address
  FROM pg_catalog.pg_stat_activity AS a WHERE a.datname ${is} $1 AND a.backend_type ${is} 'client backend'
    AND a.application_name OPERATOR(pg_catalog.!~) '^ronde'`

const holdsSql = `SELECT 'prepared transaction ' OPERATOR(pg_catalog.||) gid AS what FROM pg_catalog.pg_prepared_xacts WHERE database ${is} $1
  UNION ALL SELECT 'replication slot ' OPERATOR(pg_catalog.||) slot_name FROM pg_catalog.pg_replication_slots WHERE database ${is} $1
  UNION ALL SELECT 'subscription ' OPERATOR(pg_catalog.||) s.subname FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database AS d ON d.oid ${is} s.subdbid
    WHERE d.datname ${is} $1`

export const seeUse = async (session: PostgresSession, database: string): Promise<SeenUse> => {
  const sessions = await readOnly(session, sessionsSql, [database])
  const holds = await readOnly(session, holdsSql, [database])
  const texts = sessions.map((row) => {
    const [role, application, address] = ['role', 'application', 'address'].map((name) => wholeCell(row[name]))
    return `${role}${application === '' ? '' : ` (${application})`} from ${address === '' ? 'this host' : address}`
  })
  return {
    sessions: [...new Set(texts)].toSorted(),
    addresses: [...new Set(sessions.map((row) => wholeCell(row['address'])))].filter((one) => one !== '').toSorted(),
    holds: holds.map((row) => wholeCell(row['what'])).toSorted(),
  }
}
