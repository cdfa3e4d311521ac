import type { PostgresSession } from '../../tools/connect/session.ts'
import type { CopySource } from '../../tools/scratch/load.ts'
import { booleanCell, numberCell, textsCell, wholeCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

const is = 'OPERATOR(pg_catalog.=)'
const json = (name: string): string => `(pg_catalog.to_jsonb(d) OPERATOR(pg_catalog.->>) '${name}')`

/** What a dump of one database does not hold and a copy of it needs. */
export type SeenCluster = Omit<CopySource, 'extensions'> & {
  readonly systemIdentifier: string
  readonly serverVersion: string
  readonly major: number
  readonly superuser: boolean
  readonly role: string
  readonly standby: boolean
  readonly sizeBytes: number
}

const clusterSql = `SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system())::pg_catalog.text AS identifier,
    pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_version_num')::pg_catalog.int4 OPERATOR(pg_catalog./) 10000 AS major,
    r.rolsuper AS superuser, current_user::pg_catalog.text AS role, pg_catalog.pg_is_in_recovery() AS standby,
    pg_catalog.pg_database_size(d.oid)::pg_catalog.int8 AS size,
    ARRAY(SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.!~) '^pg_' ORDER BY 1) AS roles,
    (SELECT pg_catalog.pg_get_userbyid(nspowner)::pg_catalog.text FROM pg_catalog.pg_namespace WHERE nspname ${is} 'public') AS public_owner,
    pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text AS encoding, d.datcollate::pg_catalog.text AS collate, d.datctype::pg_catalog.text AS ctype,
    coalesce(${json('datlocprovider')}, 'c') AS provider, coalesce(${json('datlocale')}, ${json('daticulocale')}) AS locale
  FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_roles AS r ON r.rolname ${is} current_user WHERE d.datname ${is} pg_catalog.current_database()`

const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const seeCluster = async (session: PostgresSession): Promise<SeenCluster> => {
  const [row = {}] = await readOnly(session, clusterSql)
  return {
    systemIdentifier: wholeCell(row['identifier']),
    serverVersion: wholeCell(row['version']),
    major: numberCell(row['major']),
    superuser: booleanCell(row['superuser']),
    role: wholeCell(row['role']),
    standby: booleanCell(row['standby']),
    sizeBytes: numberCell(row['size']),
    roles: textsCell(row['roles']),
    publicOwner: optional(row['public_owner']),
    encoding: wholeCell(row['encoding']),
    collate: wholeCell(row['collate']),
    ctype: wholeCell(row['ctype']),
    provider: wholeCell(row['provider']),
    locale: optional(row['locale']),
  }
}
